"""What every registered report type keeps, one suite over all of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import vl_convert
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from deploy.local.infrastructure import LocalInfrastructure
from services.aggregator.report_types import ReportRequest, ReportType, register, report_types
from services.aggregator.sources import Source, SourceSession
from shared.document import Cell, Direction, Kind, ReportDocument, Verdict
from shared.languages import written_in
from shared.narrowing import PERIOD
from shared.periods import MAX_DAYS, Period
from tests.studio import studio, studio_source

UNTIL = date(2026, 11, 20)
GENERATED_AT = datetime(2026, 11, 20, 8, tzinfo=UTC)
PERIODS = {
    "usual": (date(2026, 10, 1), date(2026, 10, 31)),
    "one_day": (date(2026, 10, 7), date(2026, 10, 7)),
    "longest": (date(2020, 1, 1), date(2020, 1, 1) + timedelta(days=MAX_DAYS - 1)),
    "before_the_data": (date(2001, 1, 1), date(2001, 1, 31)),
    "in_the_future": (date(2190, 1, 1), date(2190, 12, 31)),
}

every_type = pytest.mark.parametrize("name", sorted(report_types))
every_period = pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS)


@pytest.fixture(scope="module")
def database(infra: LocalInfrastructure) -> Iterator[str]:
    with studio(infra, scale=0.02, seed=3, until=UNTIL) as url:
        yield url


@pytest.fixture
async def source(infra: LocalInfrastructure, database: str) -> AsyncIterator[Source]:
    opened = studio_source(infra, database)
    yield opened
    await opened.close()


def request_for(name: str, days: tuple[date, date]) -> ReportRequest:
    return ReportRequest(
        period=Period(first_day=days[0], last_day=days[1], timezone="Europe/Berlin"),
        parameters=report_types[name].parameters(),
        tenant="Lighthouse Studio",
        generated_at=GENERATED_AT,
    )


@every_type
def test_it_says_what_it_is(name: str) -> None:
    report_type: ReportType = report_types[name]
    assert report_type.name == name
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name)
    assert report_type.title
    assert report_type.description.endswith(".")
    assert report_type.source
    assert report_type.formats
    assert len(set(report_type.formats)) == len(report_type.formats)


@every_type
def test_its_parameters_have_a_schema_that_people_can_fill_in(name: str) -> None:
    parameters = report_types[name].parameters
    schema = parameters.model_json_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert schema["additionalProperties"] is False
    for field in schema["properties"].values():
        assert field["title"]
        assert field["description"].endswith(".")
        if field.get("type") == "array":
            assert field["maxItems"]
    # Every parameter may be left out; what the class takes as default, its schema takes too.
    assert not list(validator.iter_errors({}))
    assert not list(validator.iter_errors(parameters().model_dump(mode="json")))
    assert list(validator.iter_errors({"no_such_parameter": 1}))
    with pytest.raises(ValidationError):
        parameters.model_validate({"no_such_parameter": 1})


@every_period
@every_type
async def test_it_makes_a_whole_document(
    name: str, period: tuple[date, date], source: Source
) -> None:
    request = request_for(name, period)
    async with source.snapshot() as session:
        document = await report_types[name].build(session, request)
    assert document.type == name
    assert document.period == request.period
    assert document.previous_period == request.period.previous
    assert (document.as_of, document.generated_at) == (session.as_of, GENERATED_AT)
    assert document.tenant == request.tenant
    assert report_types[name].parameters.model_validate(document.parameters) == request.parameters
    assert ReportDocument.model_validate_json(document.model_dump_json()) == document
    assert {kpi.name for kpi in document.kpis} <= set(report_types[name].kpis)
    check_words(document)
    check_kpis(document)
    check_cells(document)
    check_charts(document)
    check_narrowing(document)


def check_words(document: ReportDocument) -> None:
    """Sentences, each said once; no figure but real ones."""
    assert document.summary
    sentences = [*document.summary, *document.notes]
    assert len(set(sentences)) == len(sentences)
    for sentence in sentences:
        assert re.fullmatch(r"[A-Z0-9].*[.]", sentence)
        assert not re.search(
            r"\bNaN\b|Infinity|\bNone\b|  |(?<![\d.,])1 [a-z]+s (was|were)\b", sentence
        )


def check_kpis(document: ReportDocument) -> None:
    assert document.kpis
    assert len({kpi.name for kpi in document.kpis}) == len(document.kpis)
    for kpi in document.kpis:
        for figure in (kpi.value, kpi.previous):
            assert figure is None or figure.is_finite()
        if kpi.value is None or kpi.previous is None:
            assert kpi.direction is Direction.UNKNOWN
        if kpi.direction in (Direction.UNKNOWN, Direction.FLAT):
            assert kpi.verdict is Verdict.NEUTRAL
        if not kpi.previous:
            # 0.00 may be a rounded figure, but no percentage is ever of zero itself.
            assert kpi.change_percent is None or kpi.places


def check_cells(document: ReportDocument) -> None:
    assert document.tables
    for table in document.tables:
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
        for row in table.rows:
            for cell, column in zip(row, table.columns, strict=True):
                assert cell is None or fits(cell, column.kind)
        # The first cell of a total is its label, whatever the column holds.
        for cell, column in [*zip(table.total or (), table.columns, strict=False)][1:]:
            assert cell is None or fits(cell, column.kind)


def fits(cell: Cell, kind: Kind) -> bool:
    match kind:
        case Kind.BOOLEAN:
            return isinstance(cell, bool)
        case Kind.INTEGER:
            return isinstance(cell, int) and not isinstance(cell, bool)
    assert isinstance(cell, str)
    match kind:
        case Kind.DECIMAL | Kind.PERCENT:
            return Decimal(cell).is_finite()
        case Kind.DATE:
            return date.fromisoformat(cell).isoformat() == cell
        case Kind.INSTANT:
            return datetime.fromisoformat(cell).tzinfo is not None
    return True


def check_charts(document: ReportDocument) -> None:
    """Vega-Lite takes it; it says its axes, holds its data and leaves its size to the format."""
    for chart in (chart for section in document.sections for chart in section.charts):
        specification = chart.specification
        assert chart.alternative_text.endswith(".")
        assert specification["$schema"].endswith("/vega-lite/v5.json")
        assert not {"width", "height"} & specification.keys()
        for layer in specification.get("layer", [specification]):
            assert layer["data"]["values"]
        drawn = specification.get("layer", [specification])[0]
        for axis in ("x", "y"):
            assert drawn["encoding"][axis]["title"]
        json.dumps(specification, allow_nan=False)
        svg = vl_convert.vegalite_to_svg(specification, vl_version="5.21", allowed_base_urls=[])
        assert svg.count("<path") > 3


def check_narrowing(document: ReportDocument) -> None:
    """What it says that its parts are of, a request can say: parameters, days of the period."""
    lists = lists_of_names(document.type)
    for table in document.tables:
        for column in table.columns:
            assert column.narrows in (None, PERIOD, *lists, "statuses")
    drawn = [chart for section in document.sections for chart in section.charts]
    parts = [
        part for chart in drawn for values in chart.narrows.values() for part in values.values()
    ]
    for chart in drawn:
        layers = chart.specification.get("layer", [chart.specification])
        fields = {name for layer in layers for row in layer["data"]["values"] for name in row}
        assert chart.narrows.keys() <= fields
    for part in (*parts, *(kpi.narrows for kpi in document.kpis if kpi.narrows is not None)):
        opened = report_types[part.report_type or document.type]
        asked = {name: list(names) for name, names in part.parameters.items()}
        schema = opened.parameters.model_json_schema()
        assert not list(Draft202012Validator(schema).iter_errors(asked))
        if part.first_day and part.last_day:
            period = document.period
            assert period.first_day <= part.first_day <= part.last_day <= period.last_day


def lists_of_names(name: str) -> set[str]:
    """The parameters of a report type that list names which only the source knows."""
    properties = report_types[name].parameters.model_json_schema()["properties"]
    return {
        parameter
        for parameter, schema in properties.items()
        if schema.get("type") == "array"
        and schema["items"].get("type") == "string"
        and "enum" not in schema["items"]
    }


@every_type
def test_every_filter_by_names_can_be_looked_up(name: str) -> None:
    assert report_types[name].known_names.keys() == lists_of_names(name)


@every_type
async def test_a_row_opened_by_itself_has_the_figures_that_it_had(
    name: str, source: Source
) -> None:
    """The first row of each table that names what it is of, the middle one of each over time."""
    request = request_for(name, PERIODS["usual"])
    async with source.snapshot() as session:
        whole = await report_types[name].build(session, request)
        for table in whole.tables:
            narrows = table.columns[0].narrows
            if narrows in (None, PERIOD) or not table.rows:
                continue
            label = table.rows[0][0]
            narrowed = report_types[name].parameters.model_validate({narrows: [label]})
            part = await report_types[name].build(session, replace(request, parameters=narrowed))
            (same,) = (each for each in part.tables if each.name == table.name)
            (row,) = (row for row in same.rows if row[0] == label)
            assert row[1] == table.rows[0][1]
        for table in whole.tables:
            first = [column.name for column in table.columns].index
            if table.columns[0].narrows != PERIOD or table.total is None:
                continue
            row = table.rows[len(table.rows) // 2]
            day = date.fromisoformat(str(row[first("bucket")]))
            days = request.period.model_copy(update={"first_day": day, "last_day": day})
            part = await report_types[name].build(session, replace(request, period=days))
            (same,) = (each for each in part.tables if each.name == table.name)
            assert same.total is not None
            assert same.total[1] == row[1]


async def test_a_figure_opens_the_list_that_it_was_counted_from(source: Source) -> None:
    request = request_for("gpu_utilization", PERIODS["usual"])
    async with source.snapshot() as session:
        whole = await report_types["gpu_utilization"].build(session, request)
        figures = {kpi.name: kpi for kpi in whole.kpis}
        assert figures["failed_gpu_hours"].value
        for name in ("gpu_hours", "failed_gpu_hours"):
            part = figures[name].narrows
            assert part is not None
            assert part.report_type == "generation_jobs"
            asked = report_types["generation_jobs"].parameters.model_validate(part.parameters)
            listed = await report_types["generation_jobs"].build(
                session, replace(request, parameters=asked)
            )
            (hours,) = (kpi for kpi in listed.kpis if kpi.name == "gpu_hours")
            assert hours.value == figures[name].value


@every_period
@every_type
async def test_in_another_language_the_figures_are_the_same_and_no_english_is_left(
    name: str, period: tuple[date, date], source: Source
) -> None:
    request = request_for(name, period)
    build = report_types[name].build
    async with source.snapshot() as session:
        english = await build(session, request)
        names = await named_in(session)
        for language in report_types[name].languages[1:]:
            with written_in(language):
                other = await build(session, request)
            assert (english.language, other.language) == ("en", language)
            assert figures_of(other) == figures_of(english)
            for text in texts_of(other):
                for known in names:
                    text = text.replace(known, "")
                left = {found[0] for found in _ENGLISH.finditer(text)}
                assert left <= _ITS_OWN_TOO.get(language, set()), text
            check_cells(other)
            check_charts(other)


_ENGLISH = re.compile(
    r"\b(the|of|and|were|with|than|which|this|that|from|to|by|not|are|is|has|have|had|each|all|"
    r"before|after|period|days?|weeks?|months?|hours?|characters?|projects?|jobs? (that|were|was)|"
    r"share|change|delivered|reviews? (were|was)|median of|types?|team)\b"
)


_ITS_OWN_TOO = {"fr": {"type", "types", "change", "week"}}
"""Words of other languages that are spelled as those."""


async def named_in(session: SourceSession) -> list[str]:
    """What people gave names to, the longest first: it is the same in every language."""
    rows = await session.fetch(
        "SELECT name FROM projects UNION SELECT name FROM workers "
        "UNION SELECT name FROM characters UNION SELECT title FROM workflow_changes"
    )
    return sorted((row["name"] for row in rows), key=len, reverse=True)


def figures_of(document: ReportDocument) -> object:
    """What a report says in figures alone."""
    kpis = [(kpi.name, kpi.value, kpi.previous, kpi.verdict) for kpi in document.kpis]
    cells = [
        [row[index] for index, column in enumerate(table.columns) if column.kind is not Kind.TEXT]
        for table in document.tables
        for row in table.rows
    ]
    shape = [(len(section.charts), len(section.tables)) for section in document.sections]
    return kpis, cells, shape, len(document.summary), len(document.notes)


def texts_of(document: ReportDocument) -> Iterator[str]:
    """All that people read in it but the cells that name things."""
    yield from (document.title, *document.summary, *document.notes)
    for kpi in document.kpis:
        yield from (kpi.title, kpi.unit or "")
    for section in document.sections:
        yield from (section.title, *section.text)
        for chart in section.charts:
            yield from (chart.title, chart.alternative_text)
            encoding = chart.specification.get("layer", [chart.specification])[0]["encoding"]
            yield from (encoding[axis]["title"] for axis in ("x", "y"))
    for table in document.tables:
        yield table.title
        for column in table.columns:
            yield from (column.title, column.unit or "")
        yield str((table.total or ("",))[0])


@every_type
async def test_nothing_is_judged_by_a_period_that_the_data_do_not_cover(
    name: str, source: Source
) -> None:
    """The data of the demo studio begin 400 days before `UNTIL`, within the period before."""
    first_day = UNTIL - timedelta(days=380)
    request = request_for(name, (first_day, first_day + timedelta(days=30)))
    async with source.snapshot() as session:
        document = await report_types[name].build(session, request)
    assert document.kpis[0].value
    assert all(kpi.verdict is Verdict.NEUTRAL for kpi in document.kpis)
    assert not any(compared_cells(document))
    told = " ".join(document.summary)
    assert not re.search(r"(more|fewer|longer|shorter|less) than (in|the|on) |movement", told)
    assert any("before that" in note for note in document.notes)


@every_type
async def test_tables_compare_with_a_period_that_the_data_cover(name: str, source: Source) -> None:
    async with source.snapshot() as session:
        document = await report_types[name].build(session, request_for(name, PERIODS["usual"]))
    compared = [cell for cell in compared_cells(document) if cell is not None]
    assert bool(compared) is (name != "generation_jobs")


@every_type
async def test_every_key_figure_has_the_period_before_beside_it(name: str, source: Source) -> None:
    async with source.snapshot() as session:
        document = await report_types[name].build(session, request_for(name, PERIODS["usual"]))
    for kpi in document.kpis:
        assert kpi.value is not None
        assert kpi.previous is not None, kpi.name
        moved = kpi.value != kpi.previous
        assert (kpi.direction in (Direction.UP, Direction.DOWN)) or not moved, kpi.name
        told = kpi.change_points if kpi.unit == "%" else kpi.change_percent
        assert told is not None or not kpi.previous, kpi.name


def compared_cells(document: ReportDocument) -> Iterator[Cell]:
    """What the tables say of the period before."""
    for table in document.tables:
        for row in [*table.rows, *([table.total] if table.total else [])]:
            yield from (
                cell for cell, column in zip(row, table.columns, strict=True) if column.compares
            )


@every_type
async def test_the_same_snapshot_gives_the_same_document(name: str, source: Source) -> None:
    request = request_for(name, PERIODS["usual"])
    async with source.snapshot() as session:
        first = await report_types[name].build(session, request)
        second = await report_types[name].build(session, request)
    assert first.model_dump_json() == second.model_dump_json()


def test_a_second_type_of_a_name_is_refused() -> None:
    existing = type(next(iter(report_types.values())))
    with pytest.raises(ValueError, match="two report types are called"):
        register(existing)


def test_report_types_know_neither_broker_nor_store() -> None:
    """Plug-ins stay plug-ins: importing them brings no FastStream and no SQLAlchemy."""
    program = (
        "import sys, services.aggregator.report_types\n"
        "print([m for m in ('faststream', 'sqlalchemy', 'aio_pika') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
