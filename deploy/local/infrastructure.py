"""What the services stand on: broker, database, tables, and the environment they are given."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from deploy.local import rabbitmq
from deploy.local.errors import StackError
from deploy.local.places import CHECKOUT, Places, default_state_dir
from deploy.local.ports import Ports
from deploy.local.postgres import PrivatePostgres, ensure_database, url_as
from deploy.local.record import Record
from deploy.local.tokens import ALGORITHM, AUDIENCE, ISSUER, signing_key

API_PORT = 8700
"""The API's port where it is free and no other was asked for."""


class LocalInfrastructure:
    """Broker and database in a state folder, migrated and ready; usable without the services.

    As a context manager it starts and stops both. `broker` and `database` can be stopped,
    killed and started again in between: their ports and their data stay. They are None when
    `BROADSHEET_AMQP_URL` or `BROADSHEET_DATABASE_URL` names one that exists.
    """

    def __init__(
        self, state_dir: Path | None = None, *, say: Callable[[str], None] = lambda line: None
    ) -> None:
        self.places = Places(state_dir or default_state_dir())
        self.ports = Ports(self.places)
        self.record = Record(self.places)
        self.broker: rabbitmq.PrivateBroker | None = None
        self.database: PrivatePostgres | None = None
        self._say = say
        self._amqp_url = os.environ.get("BROADSHEET_AMQP_URL", "")
        self._admin_url = os.environ.get("BROADSHEET_DATABASE_URL", "")

    @property
    def amqp_url(self) -> str:
        """The broker's URL."""
        return self._amqp_url

    @property
    def admin_database_url(self) -> str:
        """The store as an administrator, `postgresql://…`."""
        return self._admin_url

    @property
    def database_url(self) -> str:
        """The store as the application's role: row-level security applies."""
        return url_as(self._admin_url, "broadsheet_app", self.places.secret("app"))

    @property
    def housekeeping_database_url(self) -> str:
        """The store as the housekeeping role."""
        return url_as(
            self._admin_url, "broadsheet_housekeeping", self.places.secret("housekeeping")
        )

    @property
    def source_url(self) -> str:
        """The demo studio's database as its read-only role."""
        return url_as(self._admin_url, "studio_reader", self.places.secret("studio"))

    @property
    def source_writer_url(self) -> str:
        """The demo studio's database as the role that keeps its roll-ups."""
        return url_as(self._admin_url, "studio_writer", self.places.secret("studio_writer"))

    @property
    def api_url(self) -> str:
        """Where the api listens, or will."""
        return f"http://127.0.0.1:{self.http_port('api')}"

    def http_port(self, service: str) -> int:
        """The HTTP port of a service; the same one at each start."""
        preferred = None
        if service == "api":
            preferred = int(os.environ.get("BROADSHEET_HTTP_PORT") or API_PORT)
        return self.ports.get(f"http-{service}", preferred)

    @property
    def smtp_port(self) -> int:
        """Where the local inbox takes mails, or will."""
        return self.ports.get("smtp")

    @property
    def inbox_port(self) -> int:
        """Where the local inbox shows mails, or will."""
        return self.ports.get("inbox")

    @property
    def inbox_url(self) -> str:
        """The same, as an address."""
        return f"http://127.0.0.1:{self.inbox_port}"

    def start(self) -> None:
        """Start both at once; the tables are made while the broker is still booting."""
        self.record.take()
        self._say("starting broker and database")
        try:
            with ThreadPoolExecutor(2) as threads:
                waiting = [threads.submit(self._start_broker), threads.submit(self._start_database)]
            for started in waiting:
                started.result()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the broker, then the database."""
        if self.broker is not None:
            self.broker.stop()
        if self.database is not None:
            self.database.stop()
        self.record.give_up()

    def __enter__(self) -> LocalInfrastructure:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def migrate(self) -> None:
        """Bring tables, roles, policies and the demo tenant up to date."""
        environment = {
            **os.environ,
            "BROADSHEET_ADMIN_DATABASE_URL": self._admin_url,
            "BROADSHEET_APP_PASSWORD": self.places.secret("app"),
            "BROADSHEET_HOUSEKEEPING_PASSWORD": self.places.secret("housekeeping"),
        }
        ended = subprocess.run(
            [sys.executable, "-m", "shared.store.migrate", "--demo"],
            cwd=CHECKOUT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode != 0:
            said = "\n".join(f"    {line}" for line in ended.stderr.strip().splitlines()[-12:])
            raise StackError(f"the migration of the database failed:\n{said}")

    def env_for(self, service: str) -> dict[str, str]:
        """The environment of one service: the caller's own, with what the stack decides."""
        return {
            **os.environ,
            **self._service_addresses(),
            "BROADSHEET_HTTP_HOST": "127.0.0.1",
            "BROADSHEET_HTTP_PORT": str(self.http_port(service)),
            "PYTHONUNBUFFERED": "1",
        }

    def _service_addresses(self) -> Mapping[str, str]:
        return {
            "BROADSHEET_AMQP_URL": self.amqp_url,
            "BROADSHEET_DATABASE_URL": self.database_url,
            "BROADSHEET_HOUSEKEEPING_DATABASE_URL": self.housekeeping_database_url,
            "BROADSHEET_BLOB_URL": f"file://{quote(str(self.places.blobs))}",
            "BROADSHEET_JWT_ALGORITHM": ALGORITHM,
            "BROADSHEET_JWT_KEY": signing_key(self.places),
            "BROADSHEET_JWT_ISSUER": ISSUER,
            "BROADSHEET_JWT_AUDIENCE": AUDIENCE,
            "BROADSHEET_SOURCE_STUDIO_URL": self.source_url,
            "BROADSHEET_SOURCE_STUDIO_WRITER_URL": self.source_writer_url,
            "BROADSHEET_SMTP_HOST": "127.0.0.1",
            "BROADSHEET_SMTP_PORT": str(self.smtp_port),
            "BROADSHEET_SMTP_TLS": "none",
            "BROADSHEET_MAIL_FROM": "reports@broadsheet.example",
            "BROADSHEET_PUBLIC_URL": self.api_url,
            "BROADSHEET_SECRET_KEYS": self.places.secret("destinations"),
            "BROADSHEET_LINK_KEY": self.places.secret("links"),
            "BROADSHEET_SESSION_KEY": self.places.secret("session"),
            "BROADSHEET_INBOX_URL": self.inbox_url,
        }

    def _start_broker(self) -> None:
        if self._amqp_url:
            return
        installation = rabbitmq.install(self._say)
        self.broker = rabbitmq.PrivateBroker(
            self.places, self.ports, installation, self.record.note_process
        )
        self.broker.start()
        self._amqp_url = self.broker.url

    def _start_database(self) -> None:
        # Imported where it is used: `broadsheet status` needs no generator of demo data.
        from deploy.demo import ensure_demo_source

        if not self._admin_url:
            self.database = PrivatePostgres(
                self.places, self.ports.get("postgres"), self.record.note_process
            )
            self.database.start()
            self._admin_url = self.database.url
        ensure_database(self._admin_url)
        self.places.blobs.mkdir(parents=True, exist_ok=True)
        self.migrate()
        ensure_demo_source(
            self._admin_url, self.places.secret("studio"), self.places.secret("studio_writer")
        )
