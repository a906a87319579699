"""A folder whose disk is full, or where something else has the name: no half file is ever seen."""

from __future__ import annotations

from pathlib import Path

from tests.full_disk import little_room
from tests.integration.mailer.conftest import Desk

FILES = {"csv": b"project,delivered\r\n" * 60_000}
"""More than a megabyte."""


def files(desk: Desk, root: Path) -> dict[str, bytes]:
    """What lies below the tenant's folder, drafts too."""
    folder = root / desk.tenant.slug
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


async def test_a_full_disk_is_said_and_the_file_is_there_whole_once_there_is_room(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.destination("folder")
    delivery_id = await desk.delivery("folder", FILES)
    with little_room(1_000_000):
        row, there = await desk.attempt(delivery_id), files(desk, tmp_path)
    after = await desk.attempt(delivery_id)
    assert row["status"] == "deferred"
    assert "File too large" in row["answer"], "the system's own words"
    assert there == {}
    assert after["status"] == "sent", after["answer"]
    assert files(desk, tmp_path) == {after["receipt"]: FILES["csv"]}
    outcomes = [attempt["outcome"] for attempt in await desk.attempts(delivery_id)]
    assert outcomes == ["deferred", "sent"]


async def test_another_file_under_the_name_stays_as_it_is(desk: Desk, tmp_path: Path) -> None:
    await desk.destination("folder", key="{run}.{format}")
    delivery_id = await desk.delivery("folder", FILES)
    name = f"{(await desk.row(delivery_id))['run_id']}.csv"
    (tmp_path / desk.tenant.slug).mkdir()
    (tmp_path / desk.tenant.slug / name).write_bytes(b"somebody else's")
    row = await desk.attempt(delivery_id)
    assert row["status"] == "failed"
    assert "with other content" in row["answer"]
    assert files(desk, tmp_path) == {name: b"somebody else's"}
