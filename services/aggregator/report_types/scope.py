"""Which of the names that a filter lists the source knows, and what is said of the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.aggregator.report_types.selection import SceneSelection
from services.aggregator.report_types.wording import listed
from services.aggregator.sources import SourceSession

# A name is looked for, not the list of all names read: a studio has few, but many scenes.
_KNOWN = """
SELECT 'projects' AS filter, a.name FROM unnest($1::text[]) AS a (name)
 WHERE EXISTS (SELECT FROM projects p WHERE p.name = a.name)
UNION ALL
SELECT 'scene_types', a.name FROM unnest($2::text[]) AS a (name)
 WHERE EXISTS (SELECT FROM scenes s WHERE s.scene_type = a.name)
UNION ALL
SELECT 'resolution_tiers', a.name FROM unnest($3::text[]) AS a (name)
 WHERE EXISTS (SELECT FROM scenes s WHERE s.resolution_tier = a.name)
"""

_NOUNS = {"projects": "project", "scene_types": "scene type", "resolution_tiers": "resolution tier"}


@dataclass(frozen=True)
class Scope:
    """The filters of one report, as the source knows them; each in the order asked for."""

    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By filter (`projects`, `scene_types`, `resolution_tiers`), those that exist."""
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Those that do not; a filter without any is left out, here and above."""

    @property
    def narrowed(self) -> bool:
        """Whether anything was asked for by name."""
        return bool(self.known or self.unknown)

    @property
    def covers_nothing(self) -> bool:
        """Whether a filter names only what does not exist."""
        return any(name not in self.known for name in self.unknown)

    @property
    def missing(self) -> str:
        """For instance "the source has no project named A or B and no scene type named C"."""
        parts = []
        for name, noun in _NOUNS.items():
            if names := self.unknown.get(name):
                plural = noun if len(names) == 1 else f"{noun}s"
                parts.append(f"no {plural} named {listed(names)}")
        return f"the source has {', '.join(parts[:-1])}{' and ' * (len(parts) > 1)}{parts[-1]}"

    @property
    def words(self) -> str:
        """For instance "project A; scene types B and C"."""
        parts = []
        for name, noun in _NOUNS.items():
            if names := self.known.get(name):
                plural = noun if len(names) == 1 else f"{noun}s"
                parts.append(f"{plural} {listed(names, at_most=10)}")
        return "; ".join(parts)


async def scope_of(source: SourceSession, wanted: SceneSelection) -> Scope:
    """One short query, and none where nothing was asked for by name."""
    asked = {name: getattr(wanted, name) for name in _NOUNS}
    if not any(asked.values()):
        return Scope()
    rows = await source.fetch(_KNOWN, *asked.values())
    found = {(row["filter"], row["name"]) for row in rows}
    known: dict[str, tuple[str, ...]] = {}
    unknown: dict[str, tuple[str, ...]] = {}
    for filter_name, names in asked.items():
        if there := tuple(name for name in names if (filter_name, name) in found):
            known[filter_name] = there
        if missing := tuple(name for name in names if (filter_name, name) not in found):
            unknown[filter_name] = missing
    return Scope(known, unknown)
