"""The composition, for real: one report from the API to the mailbox."""

from __future__ import annotations

import re
import time

import httpx
import pytest

from deploy.containers.commands import CommandError
from deploy.containers.compose import Compose
from deploy.containers.images import SERVICES, Images
from tests.containers.mailboxes import Mail, mails

pytestmark = pytest.mark.containers

BESIDE = ("postgres", "rabbitmq", "s3", "mailbox")
"""What the services run beside."""


def test_a_report_travels_from_the_api_to_the_mailbox(compose: Compose, images: Images) -> None:
    with httpx.Client(
        base_url=f"{compose.api_url}/api/v1",
        headers={"Authorization": f"Bearer {compose.token()}"},
        timeout=40,
        trust_env=False,
    ) as client:
        answer = client.post(
            "/reports",
            json={
                "type": "delivery_summary",
                "formats": ["pdf", "csv"],
                "period": {"preset": "last_90_days"},
                "deliver_to": [{"channel": "email", "to": "someone@example.com"}],
            },
            headers={"Prefer": "wait=30"},
        )
        assert answer.status_code == 200, answer.text
        run = answer.json()
        assert run["status"] == "completed", run
        pdf = client.get(f"/reports/{run['id']}/download", params={"format": "pdf"})
        assert pdf.content.startswith(b"%PDF-")
        csv = client.get(f"/reports/{run['id']}/download", params={"format": "csv"})
        assert csv.text.splitlines()[0].startswith("project,delivered")
        assert len(csv.text.splitlines()) - 1 == run["snapshot"]["rows"]
    mail = _the_mail(compose, mailpit=not images.stand_ins)
    assert mail.to == ["someone@example.com"]
    assert {name.rpartition(".")[2] for name in mail.attachments} == {"pdf", "csv"}


def test_the_web_page_is_at_the_apis_address(compose: Compose) -> None:
    with httpx.Client(base_url=compose.api_url, trust_env=False) as client:
        page = client.get("/")
        assert page.headers["content-type"].startswith("text/html")
        (script,) = re.findall(r'<script type="module"[^>]* src="(/[^"]+\.js)"', page.text)
        assert "javascript" in client.get(script).headers["content-type"]


def _the_mail(compose: Compose, *, mailpit: bool) -> Mail:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := mails(compose.mailbox_url, mailpit=mailpit):
            assert len(found) == 1
            return found[0]
        time.sleep(0.3)
    raise AssertionError(f"no mail arrived:\n{compose.logs()}")


def test_services_run_unprivileged_on_a_read_only_file_system(compose: Compose) -> None:
    for service in SERVICES:
        container = compose.inspect(service)
        host = container["HostConfig"]
        assert container["Config"]["User"] == "10001:10001"
        assert host["ReadonlyRootfs"] is True
        assert host["CapDrop"] == ["ALL"]
        assert host["SecurityOpt"] == ["no-new-privileges:true"]
        assert host["Init"] is True
        assert host["RestartPolicy"]["Name"] == "unless-stopped"
    with pytest.raises(CommandError, match="Read-only file system"):
        compose.engine.docker("exec", compose.container("api"), "touch", "/app/planted")


def test_memory_and_processor_have_limits(compose: Compose) -> None:
    for service in (*SERVICES, *BESIDE):
        host = compose.inspect(service)["HostConfig"]
        assert host["Memory"] > 0
        assert host["NanoCpus"] > 0


def test_nothing_is_published_but_the_api_and_the_consoles(compose: Compose) -> None:
    published = {
        service: {binding["HostIp"] for bindings in ports.values() for binding in bindings or ()}
        for service in (*SERVICES, *BESIDE)
        if (ports := compose.inspect(service)["NetworkSettings"]["Ports"])
    }
    assert {service: hosts for service, hosts in published.items() if hosts} == {
        service: {"127.0.0.1"} for service in ("api", "rabbitmq", "mailbox")
    }


def test_broker_and_database_are_as_new_as_promised(compose: Compose) -> None:
    def said(service: str, *words: str) -> str:
        return compose.engine.docker("exec", compose.container(service), *words)

    assert int(said("rabbitmq", "rabbitmqctl", "version").split(".")[0]) >= 4
    assert int(said("postgres", "postgres", "--version").split()[2].split(".")[0]) >= 17
