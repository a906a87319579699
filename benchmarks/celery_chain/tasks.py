"""The three tasks, and what a worker process keeps between them."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Coroutine
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import uvloop

from benchmarks.celery_chain.app import app
from services.aggregator.report_types import ReportRequest, report_types
from services.aggregator.sources import Limits, Source, source_kinds
from services.renderer.formats import formats
from shared.document import ReportDocument
from shared.periods import Period

T = TypeVar("T")


@app.task(name="aggregate")
def aggregate(run_id: str, report_type: str, first_day: str, last_day: str) -> str:
    """Query the source and write the document; where it lies."""
    kind = report_types[report_type]
    request = ReportRequest(
        period=Period(
            first_day=date.fromisoformat(first_day),
            last_day=date.fromisoformat(last_day),
            timezone="UTC",
        ),
        parameters=kind.parameters(),
        tenant="Demo",
        generated_at=datetime.now(UTC),
    )

    async def build() -> ReportDocument:
        async with _source().snapshot() as session:
            return await kind.build(session, request)

    document = _await(build())
    return _write(run_id, "document.json", document.model_dump_json().encode())


@app.task(name="render")
def render(document_path: str, run_id: str, format_name: str) -> dict[str, Any]:
    """Render the document in this very process; what was written."""
    document = ReportDocument.model_validate_json(Path(document_path).read_bytes())
    format_ = formats[format_name]
    rendered = format_.render(document)
    return {
        "path": _write(run_id, f"{format_name}.{format_.extension}", rendered.content),
        "sha256": hashlib.sha256(rendered.content).hexdigest(),
        "size": len(rendered.content),
        "rows": rendered.rows,
    }


@app.task(name="store")
def store(artifact: dict[str, Any], run_id: str) -> None:
    """Note that the report is there."""
    _await(
        _store().execute(
            "INSERT INTO chain_reports (run_id, path, sha256, size, rows) "
            "VALUES ($1, $2, $3, $4, $5)",
            run_id,
            *(artifact[name] for name in ("path", "sha256", "size", "rows")),
        )
    )


def _write(run_id: str, name: str, content: bytes) -> str:
    """Whole or not at all, but not flushed to the disk: Broadsheet does both."""
    folder = Path(os.environ["CHAIN_FOLDER"]) / run_id
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{name}"
    draft.write_bytes(content)
    return str(draft.rename(folder / name))


def _await(work: Coroutine[Any, Any, T]) -> T:
    return _loop().run_until_complete(work)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """This worker process' loop, kept as its connections are."""
    return uvloop.new_event_loop()


@cache
def _source() -> Source:
    return source_kinds["postgres"](
        os.environ["CHAIN_SOURCE_URL"],
        {"search_path": "studio"},
        Limits(statement_seconds=60, max_rows=1_000_000, pool_size=1),
    )


@cache
def _store() -> Any:
    return _loop().run_until_complete(asyncpg.connect(os.environ["CHAIN_DATABASE_URL"]))
