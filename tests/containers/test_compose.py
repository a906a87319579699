"""The images and the composition, for real: one report from the API to the mailbox."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from deploy.containers import images
from deploy.containers.compose import SERVICES, Compose

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1200)]


def test_each_image_holds_its_own_service_alone(
    engine_environment: dict[str, str], image_sizes: dict[str, int]
) -> None:
    for service in SERVICES:
        listed = images.docker(
            engine_environment,
            *("run", "--rm", f"broadsheet-{service}", "sh", "-c"),
            'ls services; id -u; python -c "import services.$SERVICE.app"',
        ).split()
        found = [name for name in listed if not name.startswith("__")]
        assert found == [service, "10001"], found
    for library, owner in (("xhtml2pdf", "renderer"), ("fastapi", "api"), ("cronsim", "scheduler")):
        for service in SERVICES:
            answer = images.docker(
                engine_environment,
                *("run", "--rm", f"broadsheet-{service}", "python", "-c"),
                f"import importlib.util as u; print(u.find_spec('{library}') is not None)",
            )
            assert (answer.strip() == "True") == (service == owner), (library, service)


def test_a_report_travels_from_the_api_to_the_mailbox(compose: Compose) -> None:
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
    mail = _mail(compose)
    assert mail["to"] == ["someone@example.com"]
    names = {attachment["name"].rpartition(".")[2] for attachment in mail["attachments"]}
    assert names == {"pdf", "csv"}


def _mail(compose: Compose) -> dict[str, Any]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = httpx.get(f"{compose.mailbox_url}/api/messages", trust_env=False).json()
        if found:
            assert len(found) == 1
            mail: dict[str, Any] = found[0]
            return mail
        time.sleep(0.3)
    raise AssertionError("no mail arrived:\n" + compose.run("logs", "--tail", "30", "mailer"))


def test_services_run_unprivileged_on_a_read_only_file_system(compose: Compose) -> None:
    for service in SERVICES:
        container: Any = compose.inspect(service)
        assert container["Config"]["User"] == "10001:10001"
        assert container["HostConfig"]["ReadonlyRootfs"] is True
        assert container["HostConfig"]["CapDrop"] == ["ALL"]
        assert container["HostConfig"]["Memory"] > 0
        written = compose.run("exec", "-T", service, "touch", "/app/planted", check=False)
        assert "Read-only file system" in written


def test_nothing_is_published_but_the_api_and_the_consoles(compose: Compose) -> None:
    published = {
        service: [binding["HostIp"] for bindings in ports.values() for binding in bindings or ()]
        for service in (*SERVICES, "postgres", "rabbitmq", "s3", "mailbox")
        if (ports := compose.inspect(service)["NetworkSettings"]["Ports"])  # type: ignore[index]
    }
    published = {service: hosts for service, hosts in published.items() if hosts}
    assert set(published) == {"api", "rabbitmq", "s3", "mailbox"}
    assert all(hosts == ["127.0.0.1"] for hosts in published.values()), published
