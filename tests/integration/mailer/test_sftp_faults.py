"""SFTP servers that break off, run full or are somebody else: no half file is ever seen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import asyncssh
import pytest

from services.mailer.channels.sftp import SftpChannel
from services.mailer.outgoing import Outgoing
from tests.integration.mailer.conftest import Desk
from tests.sftp_server import sftp_server

FILES = {"csv": bytes(range(256)) * 12_000}
"""3 MB: several writes."""


class _BreaksOff(asyncssh.SFTPServer):
    """Full after a megabyte, until somebody makes room."""

    full = True

    def write(self, file_obj: object, offset: int, data: bytes) -> int | Awaitable[int]:
        if self.full and offset > 1_000_000:
            raise asyncssh.SFTPFailure("no space left on device")
        return super().write(file_obj, offset, data)


async def test_broken_off_in_the_middle_no_half_file_has_the_name(
    desk: Desk, tmp_path: Path
) -> None:
    async with sftp_server(tmp_path / "far", _BreaksOff) as server:
        await desk.destination("sftp", **server.settings)
        delivery_id = await desk.delivery("sftp", FILES)
        _BreaksOff.full = True
        row = await desk.attempt(delivery_id)
        names = [name for name in server.files() if not name.rpartition("/")[2].startswith(".")]
        _BreaksOff.full = False
        after = await desk.attempt(delivery_id)
        ((name, content),) = server.files().items()
    assert row["status"] == "deferred"
    assert "no space left" in row["answer"]
    assert names == []
    # What the first attempt left half became the file, under its name.
    assert after["status"] == "sent", after["answer"]
    assert content == FILES["csv"]
    assert name == after["receipt"]
    assert name.endswith(f"{row['run_id']}.csv")


async def test_a_server_with_another_key_gets_no_password(desk: Desk, tmp_path: Path) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    async with sftp_server(tmp_path / "far") as server:
        await desk.destination("sftp", **server.settings | {"host_keys": [other]})
        row = await desk.attempt(await desk.delivery("sftp", FILES))
        assert server.files() == {}
    assert row["status"] == "failed"
    assert "host_keys" in row["answer"]


async def test_a_wrong_password_is_said_and_not_repeated(desk: Desk, tmp_path: Path) -> None:
    async with sftp_server(tmp_path / "far") as server:
        await desk.destination("sftp", **server.settings | {"password": "no-such-password"})
        row = await desk.attempt(await desk.delivery("sftp", FILES))
    assert row["status"] == "failed"
    assert "not let in" in row["answer"]
    assert "no-such-password" not in row["answer"]


async def test_another_file_under_the_name_stays_as_it_is(desk: Desk, tmp_path: Path) -> None:
    async with sftp_server(tmp_path / "far") as server:
        await desk.destination("sftp", **server.settings | {"key": "{run}.{format}"})
        delivery_id = await desk.delivery("sftp", FILES)
        path = tmp_path / "far" / f"{(await desk.row(delivery_id))['run_id']}.csv"
        path.write_bytes(b"somebody else's")
        row = await desk.attempt(delivery_id)
        assert server.files() == {path.name: b"somebody else's"}
    assert row["status"] == "failed"


class _Hangs(asyncssh.SFTPServer):
    """Takes the connection, and falls silent at one of the steps."""

    at = ""

    async def _for_ever(self) -> None:
        await asyncio.sleep(3600)

    def write(self, file_obj: object, offset: int, data: bytes) -> int | Awaitable[int]:
        if self.at == "write":
            return self._never_written()
        return super().write(file_obj, offset, data)

    async def _never_written(self) -> int:
        await self._for_ever()
        return 0

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> Awaitable[None] | None:
        return self._for_ever() if self.at == "rename" else super().posix_rename(oldpath, newpath)

    def rename(self, oldpath: bytes, newpath: bytes) -> Awaitable[None] | None:
        return self._for_ever() if self.at == "rename" else super().rename(oldpath, newpath)


@pytest.mark.parametrize("at", ["write", "rename"])
async def test_a_server_that_falls_silent_is_left_and_tried_again(
    at: str, desk: Desk, way_out: Outgoing, tmp_path: Path
) -> None:
    desk.channels["sftp"] = SftpChannel(way_out, step_s=1.0)
    async with sftp_server(tmp_path / "far", _Hangs) as server:
        await desk.destination("sftp", **server.settings)
        delivery_id = await desk.delivery("sftp", FILES)
        _Hangs.at = at
        async with asyncio.timeout(30):
            row = await desk.attempt(delivery_id)
        _Hangs.at = ""
        after = await desk.attempt(delivery_id)
        ((_, content),) = server.files().items()
    assert (row["status"], row["answer"]) == ("deferred", "no answer in time")
    assert after["status"] == "sent", after["answer"]
    assert content == FILES["csv"]


class _Endless(asyncssh.SFTPServer):
    """Whatever is asked for is there, and never ends."""

    asked = 0

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        _Endless.asked += size
        return b"z" * size


async def test_of_a_file_that_never_ends_no_more_is_read_than_ours_has(
    desk: Desk, tmp_path: Path
) -> None:
    async with sftp_server(tmp_path / "far", _Endless) as server:
        await desk.destination("sftp", **server.settings | {"key": "{run}.{format}"})
        delivery_id = await desk.delivery("sftp", FILES)
        path = tmp_path / "far" / f"{(await desk.row(delivery_id))['run_id']}.csv"
        path.write_bytes(bytes(len(FILES["csv"])))
        async with asyncio.timeout(30):
            row = await desk.attempt(delivery_id)
    assert row["status"] == "failed"
    assert "with other content" in row["answer"]
    assert len(FILES["csv"]) <= _Endless.asked < 3 * len(FILES["csv"])
