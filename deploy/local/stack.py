"""The whole stack on one machine: infrastructure, inbox and the five services, supervised."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

from deploy import page
from deploy.local.errors import StackError
from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.places import Places, default_state_dir
from deploy.local.record import read_record, supervisor_of
from deploy.local.revival import Revival
from deploy.local.supervised import Command, Health, Supervised, service_words
from deploy.local.tokens import make_token, signing_key

SERVICES = ("api", "scheduler", "aggregator", "renderer", "mailer")
"""In the order in which they are listed; they start all at once."""

_INBOX = "inbox"

_HOPELESS_RESTARTS = 3
"""A service that died so often without ever being ready will not be: its reason is in its log."""


class LocalStack:
    """Everything, in one state folder; as a context manager it is ready inside the block.

    `environment` is added to every service's own. `commands` replaces what a service runs,
    and `only` leaves services out: both are for tests.
    """

    def __init__(
        self,
        state_dir: Path | None = None,
        *,
        say: Callable[[str, str], None] = lambda name, line: None,
        environment: Mapping[str, str] | None = None,
        commands: Mapping[str, Sequence[str]] | None = None,
        only: Sequence[str] = SERVICES,
    ) -> None:
        self._say = say
        self._environment = dict(environment or {})
        self._commands = dict(commands or {})
        self._guard = threading.Lock()
        self.infrastructure = LocalInfrastructure(
            state_dir, say=lambda line: say("infrastructure", line)
        )
        self.services: dict[str, Supervised] = {}
        """The services by name: each has `pid`, `health`, `restarts`, `stop()`, `start()`."""
        self._only = tuple(only)
        self._inbox: Supervised | None = None
        self._revivals: list[Revival] = []
        self._page: dict[str, str] = {}

    @property
    def places(self) -> Places:
        """Its folders and files."""
        return self.infrastructure.places

    @property
    def api_url(self) -> str:
        """Where the api listens."""
        return self.infrastructure.api_url

    @property
    def inbox_url(self) -> str:
        """Where mails can be looked at."""
        return self.infrastructure.inbox_url

    def token(self, **claims: Any) -> str:
        """A bearer token, by default of the demo tenant's admin; see `make_token`."""
        return make_token(signing_key(self.places), **claims)

    def start(self, ready_seconds: float = 60.0) -> None:
        """Start everything and wait until every service is ready.

        Raises `StackError` with the reason when it is not so in time; nothing runs then.
        """
        began = time.monotonic()
        # Beside broker and database, which take longer to start than an unchanged page to find.
        with ThreadPoolExecutor(1) as threads:
            building = threads.submit(self._build_page)
            self.infrastructure.start()
        try:
            self._page = building.result()
            self._say("infrastructure", f"ready after {time.monotonic() - began:.1f} s")
            broker, database = self.infrastructure.broker, self.infrastructure.database
            self._revivals = [
                Revival(name, part, self._say)
                for name, part in (("rabbitmq", broker), ("postgres", database))
                if part is not None
            ]
            self._note_addresses()
            for supervised in self._supervise():
                supervised.start()
            self._wait_ready(ready_seconds)
            self.infrastructure.record.note(phase="ready")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the services all at once, then the broker, then the database."""
        running = [*self.services.values()] + ([self._inbox] if self._inbox else [])
        if running:
            with ThreadPoolExecutor(len(running)) as threads:
                list(threads.map(lambda supervised: supervised.stop(), running))
        self._say("infrastructure", "stopping broker and database")
        self.infrastructure.stop()

    def watch(self) -> None:
        """Once: start broker or database again if it died. Call it every second or so."""
        for revival in self._revivals:
            revival.look()

    def __enter__(self) -> LocalStack:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _supervise(self) -> list[Supervised]:
        infrastructure = self.infrastructure
        inbox = Command(
            _INBOX,
            self._commands.get(_INBOX)
            or [
                *("nice", "-n", "5", sys.executable, "-m", "deploy.local.inbox"),
                *("--smtp-port", str(infrastructure.smtp_port)),
                *("--http-port", str(infrastructure.inbox_port)),
                *("--directory", str(self.places.inbox)),
            ],
            infrastructure.env_for(_INBOX),
            infrastructure.inbox_port,
            ready_path="/",
        )
        self.places.inbox.mkdir(parents=True, exist_ok=True)
        self._inbox = self._supervised(inbox)
        for name in self._only:
            environment = infrastructure.env_for(name) | self._page | self._environment
            words = self._commands.get(name) or service_words(name)
            port = infrastructure.http_port(name)
            self.services[name] = self._supervised(Command(name, words, environment, port))
        return [self._inbox, *self.services.values()]

    def _build_page(self) -> dict[str, str]:
        """What the api has to know of its page; `StackError` when it cannot be built."""
        if "api" not in self._only or "api" in self._commands:
            return {}
        try:
            folder = page.build(lambda line: self._say("page", line))
        except page.PageError as error:
            raise StackError(str(error)) from None
        # The stack answers on this machine alone, so whoever asks may look at the demo.
        return {"BROADSHEET_PAGE_DIR": str(folder), "BROADSHEET_DEMO_SIGN_IN": "true"}

    def _supervised(self, command: Command) -> Supervised:
        return Supervised(command, self.places.log(command.name), self._on_change)

    def _wait_ready(self, ready_seconds: float) -> None:
        deadline = time.monotonic() + ready_seconds
        everything = [*self.services.values()] + ([self._inbox] if self._inbox else [])
        while late := [one for one in everything if one.health is not Health.READY]:
            hopeless = [
                one for one in late if one.misconfigured or one.restarts >= _HOPELESS_RESTARTS
            ]
            if hopeless or time.monotonic() > deadline:
                reasons = "\n".join(one.explain() for one in hopeless or late)
                raise StackError(f"not every service became ready:\n{reasons}")
            time.sleep(0.05)

    def _on_change(self, supervised: Supervised, line: str) -> None:
        record = self.infrastructure.record
        try:
            with self._guard:
                record.note_process(supervised.name, supervised.pid)
                record.note(services=self._service_states())
        except OSError as error:
            # A full disk must not end the thread that watches over the service.
            self._say(supervised.name, f"not noted in the record: {error}")
        self._say(supervised.name, line)

    def _service_states(self) -> dict[str, dict[str, Any]]:
        return {
            name: {"pid": service.pid, "health": service.health, "restarts": service.restarts}
            for name, service in self.services.items()
        }

    def _note_addresses(self) -> None:
        infrastructure = self.infrastructure
        infrastructure.record.note(
            api_url=infrastructure.api_url,
            amqp_url=infrastructure.amqp_url,
            database_url=infrastructure.admin_database_url,
            source_url=infrastructure.source_url,
            smtp={"host": "127.0.0.1", "port": infrastructure.smtp_port},
            inbox_url=self.inbox_url,
        )


def stack_status(state_dir: Path | None = None) -> dict[str, Any] | None:
    """What runs in a state folder, with a fresh token; None when nothing does.

    `{"api_url", "token", "amqp_url", "database_url", "smtp": {"host", "port"}, "inbox_url",
    "services": {name: {"pid", "health", "restarts"}}}`; the database's URL is an
    administrator's, the token is for the demo tenant's admin.
    """
    places = Places(state_dir or default_state_dir())
    record = read_record(places)
    if record is None or supervisor_of(record) is None or "api_url" not in record:
        return None
    keys = ("api_url", "token", "amqp_url", "database_url", "smtp", "inbox_url", "services")
    record["token"] = make_token(signing_key(places))
    return {key: record.get(key, {}) for key in keys}
