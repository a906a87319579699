"""An SFTP server on loopback, asyncssh's, whose files lie in a folder of the test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh

USER, PASSWORD = "broadsheet", "password-of-the-server"


class _OneUser(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


@dataclass
class SftpSite:
    """Where it is, its public key, and its folder."""

    port: int
    host_key: str
    folder: Path

    @property
    def settings(self) -> dict[str, Any]:
        """What a destination there says."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "username": USER,
            "password": PASSWORD,
            "host_keys": [self.host_key],
        }

    def files(self) -> dict[str, bytes]:
        """Every file by its path, hidden ones too."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file()
        }


@asynccontextmanager
async def sftp_server(
    folder: Path, kind: type[asyncssh.SFTPServer] = asyncssh.SFTPServer
) -> AsyncIterator[SftpSite]:
    """Until the block ends; `kind` may misbehave."""
    folder.mkdir(parents=True, exist_ok=True)
    key = asyncssh.generate_private_key("ssh-ed25519")

    def make(connection: Any) -> asyncssh.SFTPServer:
        return kind(connection, chroot=str(folder).encode())

    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[key], server_factory=_OneUser, sftp_factory=make
    )
    try:
        public = key.export_public_key().decode().strip()
        yield SftpSite(server.get_port(), public, folder)
    finally:
        server.close()
        await server.wait_closed()
