"""Which names a filter can be set to: what the source has now, not what some report showed.

A query for each parameter that lists names, with one column, `name`. They read what the reports
themselves read (`scope/filters.py`), so a studio that shows its data by views needs no others.
"""

from __future__ import annotations

from collections.abc import Mapping

_LATEST_EVENTS = 200_000
"""Of events there may be any number; what has not occurred among so many can still be typed."""


def _kinds_of(*relations: str) -> dict[str, str]:
    """By the parameters of `SceneSelection`; scene types and tiers of any of those relations."""
    # A scene type that no character was ordered for may still be one of the studio's.
    return {
        "projects": "SELECT name FROM projects",
        **{
            f"{column}s": " UNION ".join(
                f"SELECT {column} AS name FROM {relation}"  # noqa: S608  # names of this code
                for relation in relations
            )
            for column in ("scene_type", "resolution_tier")
        },
    }


def _occurred(column: str) -> str:
    return (
        f"SELECT {column} AS name FROM (SELECT {column} FROM usage_events "  # noqa: S608  # as above
        f"ORDER BY occurred_at DESC LIMIT {_LATEST_EVENTS}) latest"
    )


NAMES_OF_SCENES: Mapping[str, str] = _kinds_of("characters", "scenes")
NAMES_OF_CHARACTERS: Mapping[str, str] = _kinds_of("characters")
NAMES_OF_JOBS: Mapping[str, str] = {
    **_kinds_of("scenes"),
    "workers": "SELECT name FROM workers",
}
NAMES_OF_EVENTS: Mapping[str, str] = {
    "event_types": _occurred("event_type"),
    "devices": _occurred("device"),
}
