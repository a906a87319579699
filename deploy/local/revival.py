"""Broker and database, which services only wait for: started again until they run."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from deploy.local.errors import StackError
from deploy.local.supervised import restart_delay


class Part(Protocol):
    """What can be started, stopped, and die."""

    def start(self) -> None:
        """Return once it answers; raises `StackError` or `OSError`."""
        ...

    def stop(self) -> None: ...

    def died(self) -> bool:
        """Whether it ended without being told to."""
        ...


class Revival:
    """Starts one part again when it died: at once, then after growing delays."""

    def __init__(
        self,
        name: str,
        part: Part,
        say: Callable[[str, str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._part = part
        self._say = say
        self._clock = clock
        self._is_down = False
        self._failures = 0
        self._next_try = 0.0

    def look(self) -> None:
        """Call it every second or so."""
        if not self._is_down:
            if not self._part.died():
                return
            self._say(self._name, "died; starting it again")
            self._is_down, self._failures, self._next_try = True, 0, 0.0
            self._part.stop()
        if self._clock() >= self._next_try:
            self._try()

    def _try(self) -> None:
        try:
            self._part.start()
        except (StackError, OSError) as error:
            self._failures += 1
            delay = restart_delay(self._failures)
            self._next_try = self._clock() + delay
            self._say(self._name, f"{error}\ntrying again in {delay:g} s")
        else:
            self._is_down = False
            self._say(self._name, "runs again")
