"""The keys by which one thing is recognised as the same thing: all built here.

They are derived, not drawn: whoever rebuilds an event, a message or a stored file after a
crash arrives at the same key, and the second one falls on the first one's UNIQUE constraint.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID, uuid5

from shared.periods import Period

_NAMESPACE = UUID("6f2f3c52-97a5-5d0c-8f5a-b1e0ad5ee7c1")


def event_id(subject: UUID, event_type: str, generation: int = 0, resends: int = 0) -> UUID:
    """The id of the event of that type about `subject` (a run or a delivery).

    `generation` counts how often a person had the run started again, `resends` how often one had
    a delivery sent again; within those each type happens once per subject.
    """
    again = f"/{resends}" if resends else ""
    return uuid5(_NAMESPACE, f"{event_type}/{subject}/{generation}{again}")


def starter_id(tenant_id: UUID, name: str) -> UUID:
    """The id of something that a tenant begins with, so that it is given once."""
    return uuid5(_NAMESPACE, f"starter/{tenant_id}/{name}")


def link_id(artifact_id: UUID, purpose: str) -> UUID:
    """The id of the share link of a file for one purpose, such as `delivery/<id>`."""
    return uuid5(_NAMESPACE, f"link/{artifact_id}/{purpose}")


def work_key(
    *,
    tenant_id: UUID,
    report_type: str,
    source: str,
    period: Period,
    parameters: dict[str, Any],
    language: str,
    role: str,
    definition_id: UUID | None,
    definition_version: int | None,
) -> str:
    """By which runs that need one and the same snapshot know each other: 64 hex digits.

    Everything a snapshot depends on, and nothing else: not formats, recipients or whose schedule
    it is. The definition is named on every page. `role` is the security context within the
    tenant; filters on rows belong here as soon as there are any.
    """
    return body_hash(
        {
            "tenant": str(tenant_id),
            "type": report_type,
            "source": source,
            "period": period.model_dump(mode="json"),
            "parameters": parameters,
            "language": language,
            "role": role,
            "definition": [str(definition_id), definition_version] if definition_id else None,
        }
    )


def work_key_after(key: str, leader: UUID) -> str:
    """The key of work that is asked for while `leader` does it, but too late to share its data."""
    return body_hash({"work": key, "after": str(leader)})


def snapshot_key(tenant_id: UUID, run_id: UUID, generation: int) -> str:
    """Where the run's ReportDocument is stored."""
    return f"{run_prefix(tenant_id, run_id)}{generation}/document.json"


def folder_of(key: str) -> str:
    """What the keys of all that lies beside it begin with: a snapshot's table files do."""
    return key[: key.rindex("/") + 1]


def artifact_key(tenant_id: UUID, run_id: UUID, generation: int, file_name: str) -> str:
    """Where one rendered file of the run is stored."""
    return f"{artifacts_prefix(tenant_id, run_id)}{generation}/{file_name}"


def artifacts_prefix(tenant_id: UUID, run_id: UUID) -> str:
    """What the keys of the run's rendered files begin with, its snapshots left out."""
    return f"{run_prefix(tenant_id, run_id)}files/"


def run_prefix(tenant_id: UUID, run_id: UUID) -> str:
    """What the keys of everything stored for the run begin with."""
    return f"{tenant_id}/{run_id}/"


def body_hash(body: dict[str, Any]) -> str:
    """sha256 (hex) of a request's meaning: the same whatever the order of its keys."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
