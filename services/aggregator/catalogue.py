"""Publishes the report types this aggregator knows, for the api to validate against."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.aggregator.report_types import ReportType
from shared.store import tables


async def publish_report_types(
    connection: AsyncConnection, report_types: Mapping[str, ReportType]
) -> None:
    """Write each type's row anew; types of other versions' aggregators stay."""
    for name, report_type in sorted(report_types.items()):
        values = {
            "title": report_type.title,
            "description": report_type.description,
            "source": report_type.source,
            "formats": list(report_type.formats),
            "languages": list(report_type.languages),
            "parameters_schema": report_type.parameters.model_json_schema(),
            "kpis": list(report_type.kpis),
        }
        await connection.execute(
            insert(tables.report_types)
            .values(name=name, **values)
            .on_conflict_do_update(
                index_elements=["name"], set_={**values, "published_at": func.now()}
            )
        )
