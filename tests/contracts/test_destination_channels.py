"""What every channel with destinations keeps to, each against somebody who really takes it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from services.mailer.channels import Channel, Written, channels
from services.mailer.outgoing import Outgoing, outgoing
from tests.contracts.channel_sites import SITES, Site
from tests.outgoing_messages import (
    CSV,
    LINK,
    PDF,
    TO_THE_INTERNET,
    TO_THIS_MACHINE,
    message_for,
    opened,
)
from tests.s3_server import s3_server

WITH_DESTINATIONS = sorted(name for name, kind in channels.items() if kind.destination)
REPEATABLE = {"azure", "folder", "gcs", "s3", "sftp", "webhook"}
"""A second attempt changes nothing for whoever is at the other end."""
COUNTED = [name for name in WITH_DESTINATIONS if name not in REPEATABLE]
"""Where it would be seen, so that each attempt is announced before it counts."""
GOES_OUT = [name for name in WITH_DESTINATIONS if name != "folder"]
CARRIES_FILES = {"azure", "folder", "gcs", "s3", "sftp", "slack"}


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    with s3_server() as url:
        yield url


@pytest.fixture(params=WITH_DESTINATIONS)
def name(request: pytest.FixtureRequest) -> str:
    """Each channel that has destinations."""
    return str(request.param)


@pytest.fixture
async def site(name: str, tmp_path: Path, s3_url: str) -> AsyncIterator[Site]:
    async with SITES[name](tmp_path, s3_url) as found:
        yield found


@pytest.fixture
async def way_out() -> AsyncIterator[Outgoing]:
    async with outgoing(TO_THIS_MACHINE) as guard:
        yield guard


@pytest.fixture
async def channel(
    name: str, way_out: Outgoing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Channel]:
    monkeypatch.setenv("BROADSHEET_FOLDER_ROOT", str(tmp_path))
    found = opened(name, way_out)
    yield found
    await found.close()


def test_each_has_a_site_here(name: str) -> None:
    assert name in SITES


async def test_what_is_sent_arrives_and_the_ledger_learns_where(
    name: str, channel: Channel, site: Site
) -> None:
    counted_at: list[int] = []
    written: list[Written | None] = []

    async def before_it_counts(what: Written | None = None, /) -> None:
        counted_at.append(len(site.arrived()))
        written.append(what)

    outcome = await channel.deliver(message_for(channel, site.settings), before_it_counts)
    assert outcome.state == "sent", outcome.answer
    # Where a second attempt would be seen, it is announced; and before anything was there.
    assert counted_at == ([] if name in REPEATABLE else [0])
    assert outcome.answer
    assert outcome.host or name == "folder"
    arrived = site.arrived()
    if name in CARRIES_FILES:
        assert sorted(arrived) == sorted([CSV, PDF])
    else:
        assert len(arrived) == 1
        text = arrived[0].decode().replace("\\/", "/")
        assert f"{LINK}/csv" in text
        assert f"{LINK}/pdf" in text
    (kept,) = written or [outcome.written]
    if name in CARRIES_FILES:
        # Files are the report's own; Slack shows words beside them.
        assert (kept is not None) == (name == "slack")
    else:
        assert kept is not None, "what was sent can be shown afterwards"
        assert f"{LINK}/csv" in kept.head.decode()
        assert name == "apprise" or kept.head == arrived[0]


@pytest.mark.parametrize("name", sorted(REPEATABLE), indirect=True)
async def test_a_second_attempt_is_no_second_report(
    name: str, channel: Channel, site: Site
) -> None:
    """A mailer that was killed after the other side had it all tries again."""
    first = await channel.deliver(message_for(channel, site.settings))
    arrived = sorted(site.arrived()) if name != "webhook" else len(site.arrived())
    second = await channel.deliver(message_for(channel, site.settings))
    assert (second.state, second.receipt) == ("sent", first.receipt)
    assert (sorted(site.arrived()) if name != "webhook" else len(site.arrived())) == arrived


@pytest.mark.parametrize("name", COUNTED, indirect=True)
async def test_what_ends_it_before_it_counts_ends_it(
    name: str, channel: Channel, site: Site
) -> None:
    async def before_it_counts(_: object = None) -> None:
        raise RuntimeError("the lease is lost")

    with pytest.raises(RuntimeError, match="lease"):
        await channel.deliver(message_for(channel, site.settings), before_it_counts)
    assert site.arrived() == []


@pytest.mark.parametrize("name", GOES_OUT, indirect=True)
async def test_without_the_operators_leave_nothing_leaves_for_this_machine(
    name: str, site: Site
) -> None:
    async with outgoing(TO_THE_INTERNET) as strict:
        channel = opened(name, strict)
        outcome = await channel.deliver(message_for(channel, site.settings))
        await channel.close()
    assert outcome.state == "refused"
    assert "no public address" in outcome.answer
    assert site.arrived() == []


@pytest.mark.parametrize("name", GOES_OUT, indirect=True)
async def test_nobody_there_is_deferred_not_raised(name: str, channel: Channel, site: Site) -> None:
    port = _port(site.settings)
    nowhere = {
        key: value.replace(f":{port}", ":1") if isinstance(value, str) else value
        for key, value in site.settings.items()
    }
    if name == "sftp":
        nowhere["port"] = 1
    outcome = await channel.deliver(message_for(channel, nowhere))
    # Apprise's plain HTTP goes through our proxy, whose "nobody there" looks like the service's.
    assert outcome.state == ("uncertain" if name == "apprise" else "deferred"), outcome.answer
    assert outcome.receipt is None
    assert site.arrived() == []


async def test_no_secret_is_told_or_logged(
    name: str, channel: Channel, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("broadsheet").setLevel(logging.DEBUG)
    message = message_for(channel, site.settings)
    outcomes = [await channel.deliver(message)]
    broken: dict[str, Any] = site.settings | {
        key: value[:-4] + "AAAA"
        for key, value in site.settings.items()
        if value == site.secret and key != "service_account_key"
    }
    outcomes.append(await channel.deliver(message_for(channel, broken)))
    assert site.secret not in repr(message)
    assert site.secret not in repr(outcomes)
    told = [
        record.getMessage()
        for record in caplog.records
        # What is logged from `info` on reaches the operator's log.
        if record.levelno >= logging.INFO
    ]
    assert site.secret not in "\n".join(told)


def test_secrets_are_marked_so_that_the_api_seals_them(name: str, site: Site) -> None:
    destination = channels[name].destination
    assert destination is not None
    fields = destination.model_json_schema()["properties"]
    for key, value in site.settings.items():
        if isinstance(value, str) and site.secret in value:
            inner = fields[key].get("anyOf", [fields[key]])
            assert any(one.get("writeOnly") for one in inner), f"{key} would be told"


def test_settings_that_are_not_known_are_refused(name: str, site: Site) -> None:
    destination = channels[name].destination
    assert destination is not None
    with pytest.raises(ValueError, match="endpont"):
        destination.model_validate(site.settings | {"endpont": "https://s3.example.com"})


def _port(settings: dict[str, Any]) -> str:
    for value in settings.values():
        if isinstance(value, str) and "127.0.0.1:" in value:
            return value.partition("127.0.0.1:")[2].partition("/")[0]
    return ""
