"""A further format of a finished report, through the whole stack."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.places import CHECKOUT
from deploy.local.tokens import make_token, signing_key
from tests.e2e.conftest import point_source_to
from tests.e2e.reports import REPORTS, WAIT, finished, until_delivered
from tests.processes import Fleet
from tests.tenants import Tenant


async def test_it_comes_from_the_same_snapshot_with_the_source_out_of_reach(
    ada: httpx.Client, infra: LocalInfrastructure, tenant: Tenant, inbox: httpx.Client
) -> None:
    to = [{"channel": "email", "to": f"{tenant.slug}@example.com"}]
    run = until_delivered(ada, finished(ada, formats=["csv"], deliver_to=to))
    await point_source_to(infra, tenant, "BROADSHEET_SOURCE_NOWHERE_URL")

    answer = ada.post(
        f"{REPORTS}/{run['id']}/render", json={"formats": ["json", "xlsx", "pdf"]}, headers=WAIT
    )

    assert answer.status_code == 200, answer.text
    view = answer.json()
    assert view["status"] == "completed"
    assert {a["format"]: a["status"] for a in view["artifacts"]} == dict.fromkeys(
        ("csv", "json", "pdf", "xlsx"), "rendered"
    )
    assert {a["rows"] for a in view["artifacts"]} == {run["snapshot"]["rows"]}
    for name in ("as_of", "snapshot", "completed_at", "deliveries"):
        assert view[name] == run[name]
    document = json.loads(ada.get(f"{REPORTS}/{run['id']}/download?format=json").content)
    assert document["as_of"] == run["as_of"]
    for artifact in view["artifacts"]:
        file = ada.get(f"{REPORTS}/{run['id']}/download?format={artifact['format']}")
        assert file.headers["ETag"] == f'"{artifact["sha256"]}"'
    told = [
        (e["service"], e["detail"]) for e in view["timeline"] if e["stage"] == "format_rendered"
    ]
    assert sorted(told) == [("renderer", "json"), ("renderer", "pdf"), ("renderer", "xlsx")]


def test_the_command_adds_a_format_and_downloads_it(
    ada: httpx.Client, infra: LocalInfrastructure, tenant: Tenant, fleet: Fleet, tmp_path: Path
) -> None:
    run = finished(ada, formats=["csv"])
    token = make_token(signing_key(infra.places), tenant=tenant.slug, role="admin", sub="ada")

    def render(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                *(sys.executable, "-m", "cli.main", "render", run["id"]),
                *("--api-url", fleet["api"].url, "--token", token, *words),
            ],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    file = tmp_path / "october.xlsx"
    ended = render("--format", "xlsx", "-o", str(file))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{file}\n", "")
    assert file.read_bytes().startswith(b"PK")

    refused = render("--format", "papyrus", "-o", str(file))
    assert refused.returncode == 1
    assert "/formats/0" in refused.stderr
