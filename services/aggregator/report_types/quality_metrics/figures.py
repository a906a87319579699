"""What a quality report is made from: counts of checks and attempts, by bucket, kind and change.

A check counts at the instant it was made. An attempt counts when it finished, with a result or
without; one that was cancelled never began and does not count. A repeat is an attempt that the
source numbers 2 or more, because an earlier one failed or its check did not pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from services.aggregator.scope.scope import Scope
from services.aggregator.statistics.intervals import Share

Findings = Mapping[str | None, int]
"""Checks by what they found; None counts those that found nothing, and so passed."""


def checks_in(findings: Findings) -> int:
    """All of them."""
    return sum(findings.values())


def passed_in(findings: Findings) -> Share:
    """Those that found nothing, of all."""
    return Share(findings.get(None, 0), checks_in(findings))


def found_in(findings: Findings, failure: str) -> Share:
    """Those that found this, of all."""
    return Share(findings.get(failure, 0), checks_in(findings))


def together(several: Iterable[Findings]) -> dict[str | None, int]:
    """Added up."""
    total: dict[str | None, int] = {}
    for findings in several:
        for failure, count in findings.items():
            total[failure] = total.get(failure, 0) + count
    return total


@dataclass(frozen=True)
class Attempts:
    """Attempts that finished."""

    first: int = 0
    repeats: int = 0

    def __add__(self, other: Attempts) -> Attempts:
        return Attempts(self.first + other.first, self.repeats + other.repeats)


@dataclass(frozen=True)
class Kind:
    """What a checked job was for: its scene's project, type and tier."""

    project: str
    scene_type: str
    resolution_tier: str


@dataclass(frozen=True)
class Checked:
    """The checks of one kind; counts."""

    passed: int = 0
    checks: int = 0
    first_passed: int = 0
    """Of the checks of first attempts."""
    first_checks: int = 0

    def __add__(self, other: Checked) -> Checked:
        return Checked(
            self.passed + other.passed,
            self.checks + other.checks,
            self.first_passed + other.first_passed,
            self.first_checks + other.first_checks,
        )

    @property
    def share(self) -> Share:
        """Those that passed."""
        return Share(self.passed, self.checks)


@dataclass(frozen=True)
class Change:
    """A workflow change with the checks just before and just after it."""

    changed_at: datetime
    title: str
    before_from: datetime
    """The checks before are those from here up to the change."""
    after_until: datetime
    """The checks after are those from the change up to here."""
    before: Findings
    after: Findings


@dataclass(frozen=True)
class Figures:
    """What the source said, and all that the document is made from."""

    scope: Scope
    findings: Mapping[str, Findings]
    """By bucket key; a bucket without checks may be missing."""
    findings_before: Findings
    kinds: Mapping[Kind, Checked]
    kinds_before: Mapping[Kind, Checked]
    attempts: Mapping[str, Attempts]
    """By bucket key; a bucket without attempts may be missing."""
    attempts_before: Attempts
    changes: Sequence[Change]
    """In order of time: those in the period, and those near enough to bear upon it."""
    changes_left_out: int = 0
    """Earlier ones that there were too many of."""
    failed: int = 0
    """Attempts of the period that ended without a result, so that there was nothing to check."""
    cancelled: int = 0
    """Jobs of the report that were cancelled in the period before they began."""
    first_check: datetime | None = None
    """When the first check of the whole source was made, whatever its project."""
    compared_at: datetime | None = None
    """See `Rollups`."""

    @cached_property
    def total(self) -> dict[str | None, int]:
        """What the checks of the period found."""
        return together(self.findings.values())

    @cached_property
    def passed(self) -> Share:
        """Of the checks of the period."""
        return passed_in(self.total)

    @cached_property
    def passed_before(self) -> Share:
        """Of the checks of the period before."""
        return passed_in(self.findings_before)

    @cached_property
    def failures(self) -> list[str]:
        """What was found in either period, the commonest first."""
        names = {name for name in (*self.total, *self.findings_before) if name is not None}
        return sorted(
            names, key=lambda n: (-self.total.get(n, 0), -self.findings_before.get(n, 0), n)
        )

    @cached_property
    def total_attempts(self) -> Attempts:
        """Of the period."""
        return sum(self.attempts.values(), Attempts())

    @cached_property
    def first(self) -> Share:
        """Passed, of the checks of first attempts."""
        return _first(self.kinds.values())

    @cached_property
    def first_before(self) -> Share:
        """The same of the period before."""
        return _first(self.kinds_before.values())

    def by(self, field: str) -> dict[str, tuple[Checked, Checked]]:
        """The period and the one before by a field of `Kind`: the most checks first."""
        now = _grouped(self.kinds.items(), field)
        before = _grouped(self.kinds_before.items(), field)
        names = sorted({*now, *before}, key=lambda name: (-now.get(name, Checked()).checks, name))
        return {name: (now.get(name, Checked()), before.get(name, Checked())) for name in names}

    def bucket_of(self, at: datetime) -> str | None:
        """The key of the bucket in which an instant lies; None outside the period."""
        day = at.astimezone(ZoneInfo(self.scope.period.timezone)).date()
        holds = (b.key for b in self.scope.buckets if b.first_day <= day <= b.last_day)
        return next(holds, None)


def _first(kinds: Iterable[Checked]) -> Share:
    total = sum(kinds, Checked())
    return Share(total.first_passed, total.first_checks)


def _grouped(kinds: Iterable[tuple[Kind, Checked]], field: str) -> dict[str, Checked]:
    found: dict[str, Checked] = {}
    for kind, checked in kinds:
        name = getattr(kind, field)
        found[name] = found.get(name, Checked()) + checked
    return found
