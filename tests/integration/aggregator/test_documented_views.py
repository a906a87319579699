"""Report types read what docs/sources/studio.md says, so that a studio can make views of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from pydantic import BaseModel, ValidationError

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.postgres import url_as
from services.aggregator.look_up import LookUp, LookUpParameters
from services.aggregator.report_types import Documented, ReportRequest, report_types
from services.aggregator.sources import source_kinds
from shared.document import ReportDocument
from shared.errors import PermanentError
from shared.periods import Period
from tests.studio import LIMITS, studio

PAGE = Path(__file__).parents[3] / "docs/sources/studio.md"
OCTOBER = Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31), timezone="Europe/Berlin")

Relations = Mapping[str, tuple[str, ...]]


def documented() -> dict[str, dict[str, tuple[str, ...]]]:
    """Columns by report type and relation."""
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    chapter = PAGE.read_text().partition("\n## What each report type reads\n")[2]
    for line in chapter.partition("\n## ")[0].splitlines():
        if match := re.fullmatch(r"\| `(\w+)` \| `(\w+)` \| (`.+`) \|", line):
            name, relation, columns = match.groups()
            found[name][relation] = tuple(re.findall(r"`(\w+)`", columns))
    return found


DOCUMENTED = documented()
every_type = pytest.mark.parametrize("name", sorted(report_types))


@pytest.fixture(scope="module")
def database(infra: LocalInfrastructure) -> Iterator[str]:
    with studio(infra, scale=0.02, seed=3, until=date(2026, 11, 20)) as url:
        yield url


class Views:
    """A studio of which nothing but some columns can be seen."""

    def __init__(self, admin_url: str, password: str) -> None:
        self._admin_url = admin_url
        self._reader_url = url_as(admin_url, "studio_reader", password)

    @asynccontextmanager
    async def schema(self, relations: Relations) -> AsyncIterator[str]:
        """A schema with a view of those columns for each relation."""
        name = f"views_{uuid4().hex[:8]}"
        connection = await asyncpg.connect(self._admin_url)
        await connection.execute(f"CREATE SCHEMA {name}")
        for relation, columns in relations.items():
            await connection.execute(
                f"CREATE VIEW {name}.{relation} AS "  # names of our own document
                f"SELECT {', '.join(columns)} FROM studio.{relation}"
            )
        await connection.execute(
            f"GRANT USAGE ON SCHEMA {name} TO studio_reader;"
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {name} TO studio_reader"
        )
        yield name
        await connection.execute(f"DROP SCHEMA {name} CASCADE")
        await connection.close()

    async def report(self, name: str, schema: str, parameters: BaseModel) -> ReportDocument:
        """The report, read in that schema alone."""
        return await self.document(report_types[name], schema, parameters)

    async def document(
        self, made_by: Documented, schema: str, parameters: BaseModel
    ) -> ReportDocument:
        """What that makes of what it reads there."""
        source = source_kinds["postgres"](self._reader_url, {"search_path": schema}, LIMITS)
        request = ReportRequest(
            period=OCTOBER,
            parameters=parameters,
            tenant="Lighthouse Studio",
            generated_at=datetime(2026, 11, 20, 8, tzinfo=UTC),
        )
        try:
            async with source.snapshot() as session:
                return await made_by.build(session, request)
        finally:
            await source.close()


@pytest.fixture
def views(infra: LocalInfrastructure, database: str) -> Views:
    return Views(database, infra.places.secret("studio"))


def with_everything(name: str) -> BaseModel:
    """Parameters that make the report type read all that it ever reads."""
    parameters = report_types[name].parameters
    asked: dict[str, Any] = {}
    for field, info in parameters.model_fields.items():
        for value in (True, ("nobody knows this",)):
            if type(value) is not type(info.default):
                continue
            try:
                parameters.model_validate({field: value})
            except ValidationError:
                continue  # a list of things that are known beforehand
            asked[field] = value
    return parameters.model_validate(asked)


def _said(document: ReportDocument) -> list[str]:
    """What it says, but for the moment at which it was read."""
    parts = (*document.summary, *document.kpis, *document.sections)
    return [repr(part).replace(document.as_of.isoformat(), "now") for part in parts]


@every_type
async def test_it_reads_no_more_than_is_documented(name: str, views: Views) -> None:
    assert name in DOCUMENTED, f"say in {PAGE.name} what {name} reads"
    async with views.schema(DOCUMENTED[name]) as schema:
        for parameters in (report_types[name].parameters(), with_everything(name)):
            seen = await views.report(name, schema, parameters)
            whole = await views.report(name, "studio", parameters)
            assert _said(seen) == _said(whole)
    assert seen.parameters == whole.parameters


@every_type
async def test_it_reads_no_less_than_is_documented(name: str, views: Views) -> None:
    for relation, columns in DOCUMENTED[name].items():
        for column in columns:
            rest = tuple(one for one in columns if one != column)
            # A relation without any column is one that is missing.
            relations = (
                {**DOCUMENTED[name], relation: rest}
                if rest
                else {one: kept for one, kept in DOCUMENTED[name].items() if one != relation}
            )
            async with views.schema(relations) as schema:
                with pytest.raises(PermanentError, match=f"{column}|{relation}"):
                    for parameters in (report_types[name].parameters(), with_everything(name)):
                        await views.report(name, schema, parameters)


@every_type
async def test_what_its_filters_can_be_set_to_is_read_from_there_too(
    name: str, views: Views, database: str
) -> None:
    """Compared with the columns themselves, each put together in Python."""
    async with views.schema(DOCUMENTED[name]) as schema:
        looked = await views.document(LookUp(report_types), schema, LookUpParameters(of=name))
    found = {table.name: [row[0] for row in table.rows] for table in looked.tables}
    assert found.keys() == report_types[name].known_names.keys()
    connection = await asyncpg.connect(database)
    for filtered, names in found.items():
        rows = [
            row
            for relation, column in COLUMNS_OF[filtered]
            if relation in DOCUMENTED[name]
            for row in await connection.fetch(f"SELECT {column} FROM studio.{relation}")
        ]
        assert set(names) == {row[0] for row in rows}
        assert len(names) == len(set(names)) > 1
    await connection.close()


COLUMNS_OF = {
    "projects": [("projects", "name")],
    "scene_types": [("characters", "scene_type"), ("scenes", "scene_type")],
    "resolution_tiers": [("characters", "resolution_tier"), ("scenes", "resolution_tier")],
    "workers": [("workers", "name")],
    "event_types": [("usage_events", "event_type")],
    "devices": [("usage_events", "device")],
}


def test_what_is_documented_is_a_report_type() -> None:
    assert DOCUMENTED.keys() <= report_types.keys()
