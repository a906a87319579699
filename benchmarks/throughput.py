"""Reports per minute, and what one costs: Broadsheet and the chain, by turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from benchmarks.broadsheet import Broadsheet
from benchmarks.celery_chain.workers import Chain
from benchmarks.figures import megabytes, table
from benchmarks.usage import Groups, PeakMemory, cpu_seconds, difference, machine_cpu_seconds
from deploy.local.stack import SERVICES

CLIENTS = 8
_WARM_UP = 40
_SERVERS = ("postgres", "rabbitmq")


@dataclass
class Work:
    """What one side made of one format, all turns together."""

    side: str
    format: str
    reports: int = 0
    seconds: float = 0.0
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    """By process group; `postgres` and `rabbitmq` are apart from the side's own."""
    elsewhere_cores: float = 0.0
    """Cores kept busy by anything else on the machine, clients included, at the last turn."""
    peak_bytes: dict[str, int] = field(default_factory=dict)
    peak_together_bytes: int = 0

    @property
    def per_minute(self) -> float:
        """Reports per minute."""
        return self.reports / self.seconds * 60

    @property
    def own_cpu(self) -> float:
        """CPU seconds per report of the side's own processes."""
        return self._cpu(lambda name: name not in _SERVERS)

    @property
    def all_cpu(self) -> float:
        """CPU seconds per report, database and broker included."""
        return self._cpu(lambda name: True)

    def cpu_of(self, name: str) -> float:
        """CPU seconds per report of one group."""
        return self.cpu_seconds[name] / self.reports

    def _cpu(self, counts: Callable[[str], bool]) -> float:
        return sum(used for name, used in self.cpu_seconds.items() if counts(name)) / self.reports


def measure(
    broadsheet: Broadsheet, chain: Chain, reports: int, turns: int, formats: tuple[str, ...]
) -> list[Work]:
    """`turns` times `reports` of each format by each side."""
    found = []
    for format_name in formats:
        sides: list[tuple[Work, Callable[[Work, int], None], Callable[[], Groups]]] = [
            (Work("Broadsheet", format_name), partial(_make, broadsheet), broadsheet.services),
            (
                Work("Celery chain", format_name),
                partial(_make_by_chain, broadsheet, chain),
                chain.processes,
            ),
        ]
        for work, make, _ in sides:
            make(Work(work.side, format_name), _WARM_UP)
        for _turn in range(turns):
            for work, make, processes in sides:
                with PeakMemory(processes) as peak:
                    make(work, reports)
                work.peak_bytes = {
                    name: max(size, work.peak_bytes.get(name, 0))
                    for name, size in peak.bytes.items()
                }
                work.peak_together_bytes = max(work.peak_together_bytes, peak.together)
        found += [work for work, _, _ in sides]
    return found


def _make(broadsheet: Broadsheet, work: Work, reports: int) -> None:
    began = datetime.now(UTC)
    with _counted(work, {**broadsheet.services(), **broadsheet.servers()}):
        broadsheet.ask("hurrying", work.format, reports, CLIENTS)
        broadsheet.settle()
    made = broadsheet.made_since(began)
    work.reports += made.runs
    work.seconds += made.seconds


def _make_by_chain(broadsheet: Broadsheet, chain: Chain, work: Work, reports: int) -> None:
    with _counted(work, {**chain.processes(), **broadsheet.servers()}):
        made = chain.make(work.format, reports)
    _add(work, {"asking": made.asking_cpu_seconds})
    work.reports += reports
    work.seconds += made.seconds


@contextmanager
def _counted(work: Work, groups: Groups) -> Iterator[None]:
    """Add what the groups use to the work's, and note how busy the machine was otherwise."""
    began, machine, used = time.perf_counter(), machine_cpu_seconds(), cpu_seconds(groups)
    yield
    spent = difference(used, cpu_seconds(groups))
    elsewhere = machine_cpu_seconds() - machine - sum(spent.values())
    work.elsewhere_cores = elsewhere / (time.perf_counter() - began)
    _add(work, spent)


def _add(work: Work, spent: Mapping[str, float]) -> None:
    for name, seconds in spent.items():
        work.cpu_seconds[name] = work.cpu_seconds.get(name, 0.0) + seconds


def ratios(found: list[Work]) -> dict[str, dict[str, float]]:
    """Broadsheet's figure over the chain's, by format."""
    return {
        ours.format: {
            "own_cpu": ours.own_cpu / theirs.own_cpu,
            "all_cpu": ours.all_cpu / theirs.all_cpu,
            "throughput": ours.per_minute / theirs.per_minute,
        }
        for ours, theirs in zip(found[::2], found[1::2], strict=True)
    }


def report(found: list[Work]) -> str:
    """For people."""
    rows = [
        [
            work.format,
            work.side,
            f"{work.per_minute:,.0f}",
            _cpu_text(work.own_cpu),
            _cpu_text(work.cpu_of("postgres")),
            _cpu_text(work.cpu_of("rabbitmq")),
            _cpu_text(work.all_cpu),
            megabytes(work.peak_together_bytes),
            f"{work.elsewhere_cores:.2f}",
        ]
        for work in found
    ]
    header = ["format", "by", "per minute", "CPU each", "Postgres", "RabbitMQ", "CPU in all"]
    header += ["memory at the peak", "cores busy elsewhere"]
    made = table(f"Throughput, {found[0].reports:,} reports each", header, rows)
    ratio_rows = [
        [format_name, f"{of['throughput']:.2f}", f"{of['own_cpu']:.2f}", f"{of['all_cpu']:.2f}"]
        for format_name, of in ratios(found).items()
    ]
    header = ["format", "throughput", "CPU of the processes", "CPU with Postgres and RabbitMQ"]
    compared = table("Broadsheet as a multiple of the chain", header, ratio_rows)
    cost_rows = [
        [work.format, *(_cpu_text(work.cpu_of(name)) for name in SERVICES)] for work in found[::2]
    ]
    costs = table("CPU per report by service", ["format", *SERVICES], cost_rows)
    return f"{made}\n{compared}\n{costs}"


def _cpu_text(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
