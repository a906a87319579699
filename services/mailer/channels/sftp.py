"""Files on an SFTP server."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib
import logging
import posixpath
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import ConfigDict, Field, SecretStr

from services.mailer.channels.channel import (
    BeforeItCounts,
    DestinationSettings,
    File,
    Message,
    Outcome,
    register,
    unannounced,
)
from services.mailer.channels.fields import BASE64, Host, KeyTemplate, from_base64
from services.mailer.channels.file_names import file_path
from services.mailer.channels.outward import Outward
from services.mailer.outgoing import EgressRefused, Outgoing, Unreachable

if TYPE_CHECKING:
    import asyncssh

_CHUNK = 1 << 20
"""Bytes written at once; asyncssh sends them as many requests side by side."""
_LOGIN_S = 30.0
_SILENCE_S = 30.0
STEP_S = 120.0
"""What one step may take: a megabyte over a slow line, or an answer."""
_FAREWELL_S = 5.0

HostKey = Annotated[
    str, Field(max_length=2000, pattern=r"^(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [ -~]*)?$")
]


class SftpDestination(DestinationSettings):
    """A folder on a server, by password or private key."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["password"]}, {"required": ["private_key"]}]}
    )

    host: Host
    port: int = Field(22, ge=1, le=65535)
    username: str = Field(min_length=1, max_length=100, pattern="^[!-~]+$")
    password: SecretStr | None = Field(None, max_length=500)
    private_key: SecretStr | None = Field(
        None,
        max_length=20_000,
        json_schema_extra=BASE64,
        description="The key's file, in base64: `base64 -w0 id_ed25519`.",
    )
    passphrase: SecretStr | None = Field(None, max_length=500, description="Of the private key.")
    host_keys: list[HostKey] = Field(
        min_length=1,
        max_length=10,
        description="The server's public keys, as `ssh-ed25519 AAAA…`: no other server is "
        "talked to. `ssh-keyscan` prints them after the host's name.",
    )
    folder: str = Field(
        "",
        max_length=300,
        pattern=r"^(?!.*\.\.)[A-Za-z0-9._/ -]*$",
        description="Where the paths begin; empty: where the server lets one in.",
    )
    key: KeyTemplate = "{definition}/{yyyy}/{mm}/{run}.{format}"


class _Taken(Exception):
    """Something else lies there."""


@register("sftp")
class SftpChannel(Outward):
    """Each file under a name of its own: written aside, then renamed, so that none is seen half."""

    name: str
    title: ClassVar[str] = "SFTP server"
    destination: ClassVar[type[DestinationSettings] | None] = SftpDestination

    def __init__(self, outgoing: Outgoing, step_s: float = STEP_S) -> None:
        super().__init__(outgoing)
        self._step_s = step_s

    async def deliver(
        self, message: Message, before_it_counts: BeforeItCounts = unannounced
    ) -> Outcome:
        """It never counts: the same file written again is the same file."""
        to = message.destination
        assert isinstance(to, SftpDestination)
        host = f"{to.host}:{to.port}"
        # Half a second and many megabytes, which a mailer without such destinations does not need.
        await asyncio.to_thread(importlib.import_module, "asyncssh")
        import asyncssh

        names = []
        try:
            async with self._session(to) as sftp:
                for file in message.files:
                    name = posixpath.join(to.folder, file_path(to.key, message, file))
                    await self._put(sftp, name, file, str(message.delivery_id))
                    names.append(name)
        except _Taken as taken:
            return Outcome("refused", host, str(taken))
        except EgressRefused as refused:
            return Outcome("refused", host, str(refused))
        except asyncssh.HostKeyNotVerifiable:
            answer = "the server's key is none of host_keys: it may be another server"
            return Outcome("refused", host, answer)
        except (asyncssh.PermissionDenied, asyncssh.KeyImportError) as error:
            return Outcome("refused", host, f"not let in: {error}")
        except (asyncssh.SFTPPermissionDenied, asyncssh.SFTPNoSuchFile) as error:
            return Outcome("refused", host, str(error))
        except TimeoutError:
            return Outcome("deferred", host, "no answer in time")
        except (Unreachable, asyncssh.Error, OSError) as error:
            return Outcome("deferred", host, str(error) or repr(error))
        receipt = names[0][:500] if names else None
        return Outcome("sent", host, f"stored as {', '.join(names)}", receipt)

    @contextlib.asynccontextmanager
    async def _session(self, to: SftpDestination) -> AsyncIterator[asyncssh.SFTPClient]:
        connection = await self._connected(to)
        try:
            async with asyncio.timeout(self._step_s):
                sftp = await connection.start_sftp_client()
            yield sftp
        finally:
            connection.close()
            # One that hangs takes no leave.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FAREWELL_S):
                    await connection.wait_closed()
            connection.abort()

    async def _connected(self, to: SftpDestination) -> asyncssh.SSHClientConnection:
        import asyncssh

        # It tells of each step of each connection.
        logging.getLogger("asyncssh").setLevel(logging.WARNING)
        keys = [asyncssh.import_public_key(line) for line in to.host_keys]
        own = []
        if to.private_key is not None:
            passphrase = to.passphrase.get_secret_value() if to.passphrase else None
            own.append(asyncssh.import_private_key(from_base64(to.private_key), passphrase))
        connection = await self._outgoing.connect(to.host, to.port)
        try:
            return await asyncssh.connect(
                to.host,
                to.port,
                sock=connection,
                known_hosts=(keys, [], []),
                username=to.username,
                password=to.password.get_secret_value() if to.password else None,
                client_keys=own or None,
                # Nothing of the machine's own: no configuration, no agent, no tickets.
                config=None,
                agent_path=None,
                gss_auth=False,
                gss_kex=False,
                login_timeout=_LOGIN_S,
                keepalive_interval=_SILENCE_S,
                client_version="broadsheet",
            )
        except BaseException:
            connection.close()
            raise

    async def _put(self, sftp: asyncssh.SFTPClient, name: str, file: File, delivery: str) -> None:
        """The file under its name in the end; `_Taken` where another one has it."""
        import asyncssh

        def step() -> asyncio.Timeout:
            return asyncio.timeout(self._step_s)

        folder, _, last = name.rpartition("/")
        async with step():
            found = await sftp.exists(name)
        if found:
            if not await self._is_same(sftp, name, file):
                raise _Taken(f"{name} is there already, with other content: it stays as it is")
            return
        # The same at every attempt, so that what one leaves half the next one writes anew.
        draft = posixpath.join(folder, f".{last}.{delivery[:8]}.part")
        async with step():
            if folder:
                await sftp.makedirs(folder, exist_ok=True)
            remote = await sftp.open(draft, "wb")
        async with file.opened() as content:
            while chunk := await asyncio.to_thread(content.read, _CHUNK):
                async with step():
                    await remote.write(chunk)
        async with step():
            # An extension that not every server has.
            with contextlib.suppress(asyncssh.SFTPOpUnsupported):
                await remote.fsync()
            await remote.close()
            size = (await sftp.stat(draft)).size
        if size != file.size:
            raise OSError(f"{size} of {file.size} bytes arrived")
        async with step():
            await sftp.rename(draft, name)

    async def _is_same(self, sftp: asyncssh.SFTPClient, name: str, file: File) -> bool:
        """Whether what lies there is the file; no more is read than that has."""
        async with asyncio.timeout(self._step_s):
            if (await sftp.stat(name)).size != file.size:
                return False
            remote = await sftp.open(name, "rb", encoding=None)
        sha256, read = hashlib.sha256(), 0
        while read <= file.size:
            async with asyncio.timeout(self._step_s):
                chunk = await remote.read(_CHUNK)
            if not chunk:
                break
            assert isinstance(chunk, bytes)
            read += len(chunk)
            await asyncio.to_thread(sha256.update, chunk)
        return sha256.hexdigest() == file.sha256
