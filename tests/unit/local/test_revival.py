"""Broker and database come back whatever their first tries say."""

from __future__ import annotations

from deploy.local.errors import StackError
from deploy.local.revival import Revival


class Flaky:
    """Fails to start so often, and then runs until it is killed."""

    def __init__(self, failures: list[Exception]) -> None:
        self.failures = failures
        self.runs = True
        self.stops = 0

    def start(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.runs = True

    def stop(self) -> None:
        self.stops += 1

    def died(self) -> bool:
        return not self.runs


def test_it_is_tried_again_after_growing_delays_until_it_runs() -> None:
    now = 1000.0
    said: list[str] = []
    part = Flaky([StackError("still in use"), OSError("disk full"), StackError("still in use")])
    watch = Revival(
        "postgres", part, lambda name, line: said.append(f"{name}: {line}"), lambda: now
    )
    watch.look()
    assert said == []

    part.runs = False
    tries: list[float] = []
    for _ in range(200):
        left = len(part.failures)
        watch.look()
        if len(part.failures) < left or (part.runs and not tries[3:]):
            tries.append(round(now - 1000, 1))
        now += 0.1
    assert tries == [0.0, 0.2, 0.6, 1.4]
    assert said[0] == "postgres: died; starting it again"
    assert said[1] == "postgres: still in use\ntrying again in 0.2 s"
    assert said[2] == "postgres: disk full\ntrying again in 0.4 s"
    assert said[-1] == "postgres: runs again"
    assert part.stops == 1

    part.runs = False
    watch.look()
    assert part.runs, "the next death finds it at once again"
