"""Widgets as the api answers them: the figures of the latest report of a type over everything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, RowMapping, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.catalogue import Catalogue
from services.api.representations import PeriodView
from services.api.snapshots import document_of
from services.api.widgets import WIDGETS, Figures, WidgetName, figures_of
from shared.blobs import BlobStore
from shared.document import Kpi, ReportDocument
from shared.states import Occasion, RunStatus
from shared.store import tables

_REMEMBERED = 500
"""Reports whose figures are kept, so that their documents are read once."""
_PASSING = sorted(occasion for occasion in Occasion if occasion.is_passing)
_NARROWING: ColumnElement[str] = literal_column(
    """'strict $.* ? (@.type() == "array" && @.size() > 0)'::jsonpath"""
)
"""Parameters that are lists of names: with any, a report covers a part alone."""


class WidgetView(BaseModel):
    """A key figure with its trend, of the latest completed report of a type."""

    widget: WidgetName
    title: str = Field(description="The report type's.")
    report: UUID | None = Field(description="Whose figures these are; null: there is none.")
    period: PeriodView | None
    as_of: datetime | None = Field(description="The instant whose data it shows.")
    kpi: Kpi | None = Field(description="null: that report has no such figure.")
    trend: list[float] = Field(description="One value per bucket of the period, to be drawn.")
    is_gauge: bool = Field(description="Whether the figure is a part of a whole, in percent.")


class Widgets:
    """Reads them; figures of a snapshot never change, so each document is read once."""

    def __init__(self, blobs: BlobStore, catalogue: Catalogue) -> None:
        self._blobs = blobs
        self._catalogue = catalogue
        self._known: dict[tuple[WidgetName, str], Figures | None] = {}

    async def view(self, name: WidgetName, run: RowMapping | None) -> WidgetView:
        """The widget over that run (`latest_runs`). Problem 503 while the storage is away."""
        offered = (await self._catalogue.types()).get(name)
        figures = None if run is None else await self._figures(name, run)
        return WidgetView(
            widget=name,
            title=offered.title if offered else name.replace("_", " ").capitalize(),
            report=run and run["id"],
            period=run
            and PeriodView(
                first_day=run["first_day"], last_day=run["last_day"], timezone=run["timezone"]
            ),
            as_of=run and run["as_of"],
            kpi=figures and figures.kpi,
            trend=list(figures.trend) if figures else [],
            is_gauge=WIDGETS[name].is_gauge,
        )

    async def _figures(self, name: WidgetName, run: RowMapping) -> Figures | None:
        key = (name, run["snapshot_sha256"])
        if key not in self._known:
            document = ReportDocument.model_validate_json(await document_of(run, self._blobs))
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = figures_of(WIDGETS[name], document)
        return self._known[key]


async def latest_runs(
    connection: AsyncConnection, names: Iterable[WidgetName]
) -> dict[WidgetName, RowMapping]:
    """The tenant's latest completed report of each of these types that is over everything, and
    whose document is kept. One that was narrowed down would pass for the whole."""
    found = {}
    runs = tables.runs
    for name in names:
        query = (
            select(runs)
            .where(
                runs.c.report_type == name,
                runs.c.status == RunStatus.COMPLETED,
                runs.c.occasion.not_in(_PASSING),
                runs.c.deleted_at.is_(None),
                runs.c.files_expired_at.is_(None),
                runs.c.snapshot_key.is_not(None),
                ~func.jsonb_path_exists(runs.c.parameters, _NARROWING),
            )
            .order_by(runs.c.completed_at.desc(), runs.c.id.desc())
            .limit(1)
        )
        row = (await connection.execute(query)).mappings().first()
        if row is not None:
            found[name] = row
    return found
