"""What a delivery's destination says, and what is told there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mailer import SERVICE
from services.mailer.channels import About, Channel, DestinationSettings, File
from shared.blobs import BlobStore
from shared.errors import PermanentError
from shared.events import ArtifactReference, ReportRendered
from shared.runs import Run
from shared.secret_box import CannotOpen, SecretBox
from shared.share_links import Links, NewLink, make
from shared.store import tables
from shared.store.engine import Store
from shared.validation_words import all_in_words


@dataclass(frozen=True)
class Addressed:
    """What a channel with destinations needs beside the message."""

    destination: DestinationSettings
    about: About
    files: tuple[File, ...]


class Destinations:
    """Reads them from the store, and opens their secrets."""

    def __init__(self, store: Store, blobs: BlobStore, box: SecretBox, links: Links) -> None:
        self._store = store
        self._blobs = blobs
        self._box = box
        self._links = links

    async def addressed(
        self,
        channel: Channel,
        name: str,
        delivery_id: UUID,
        run: Run,
        artifacts: Sequence[Mapping[str, Any]],
    ) -> Addressed:
        """For a delivery of those files; PermanentError where nothing can be sent there."""
        files = [artifact for artifact in artifacts if not artifact["internal"]]
        async with self._store.tenant(run.tenant_id) as connection:
            row = await _named(connection, channel.name, name)
            # Before links are made: to a disabled destination none is.
            settings = self.settings(channel, row)
            about = await _about(connection, run, files)
            linked = []
            for artifact in files:
                links = await self._made(connection, channel, delivery_id, artifact)
                linked.append(
                    self._file(artifact)
                    if links is None
                    else replace(
                        self._file(artifact),
                        link=self._links.file_url(links),
                        page=self._links.page_url(links),
                    )
                )
        return Addressed(settings, about, tuple(linked))

    def _file(self, artifact: Mapping[str, Any]) -> File:
        return File(
            format=artifact["format"],
            filename=artifact["file_name"],
            media_type=artifact["media_type"],
            size=artifact["size"],
            sha256=artifact["sha256"],
            opened=partial(self._blobs.local_file, artifact["blob_key"]),
        )

    async def _made(
        self,
        connection: AsyncConnection,
        channel: Channel,
        delivery_id: UUID,
        artifact: Mapping[str, Any],
    ) -> UUID | None:
        """The id of the file's link, the same at every attempt; None where none is sent."""
        if channel.links_for is None:
            return None
        self._links.ensure_reachable()
        link = NewLink(
            tenant_id=artifact["tenant_id"],
            artifact_id=artifact["id"],
            run_id=artifact["run_id"],
            lifetime=channel.links_for,
            created_by=SERVICE,
            purpose=f"delivery/{delivery_id}",
        )
        made: UUID = (await make(connection, link))["id"]
        return made

    def settings(self, channel: Channel, row: RowMapping) -> DestinationSettings:
        """As the channel's own class takes them; PermanentError says what does not fit."""
        if row["disabled_because"] is not None:
            raise PermanentError(
                "destination_disabled",
                f"the destination {row['name']} is disabled: {row['disabled_because']}",
            )
        assert channel.destination is not None
        try:
            secrets = self._box.open(row["secrets"], row["id"]) if row["secrets"] else {}
            return channel.destination.model_validate(row["settings"] | secrets)
        except CannotOpen as error:
            detail = f"the secrets of the destination {row['name']} cannot be read: {error}"
        except ValidationError as error:
            detail = f"the destination {row['name']} does not fit: {all_in_words(error)}"
        raise PermanentError("destination_invalid", detail)


async def disable(connection: AsyncConnection, channel: str, name: str, because: str) -> None:
    """Nothing is sent there from now on, until somebody changes it."""
    table = tables.destinations
    await connection.execute(
        update(table)
        .where(table.c.channel == channel, table.c.name == name)
        .values(
            disabled_because=because,
            disabled_at=func.now(),
            updated_at=func.now(),
            # So that whoever is changing it sees this first.
            version=table.c.version + 1,
        )
    )


async def _named(connection: AsyncConnection, channel: str, name: str) -> RowMapping:
    table = tables.destinations
    query = select(table).where(table.c.channel == channel, table.c.name == name)
    row: RowMapping | None = (await connection.execute(query)).mappings().first()
    if row is None:
        raise PermanentError("no_destination", f"there is no {channel} destination {name} any more")
    return row


async def _about(
    connection: AsyncConnection, run: Run, files: Sequence[Mapping[str, Any]]
) -> About:
    runs, definitions, tenants = tables.runs, tables.definitions, tables.tenants
    found = (
        await connection.execute(
            select(tenants.c.slug, definitions.c.name)
            .select_from(
                runs.join(tenants, tenants.c.id == runs.c.tenant_id).outerjoin(
                    definitions, definitions.c.id == runs.c.definition_id
                )
            )
            .where(runs.c.id == run.id)
        )
    ).one()
    return About(
        tenant=found.slug,
        definition=found.name or run.report_type,
        report_type=run.report_type,
        run_id=run.id,
        slice_id=next((artifact["slice_id"] for artifact in files), None),
        event=_rendered(run, files).model_dump(mode="json"),
    )


def _rendered(run: Run, files: Sequence[Mapping[str, Any]]) -> ReportRendered:
    assert run.as_of is not None
    return ReportRendered(
        **run.about(),
        as_of=run.as_of,
        snapshot_sha256=run.snapshot_sha256 or "",
        artifacts=tuple(reference(run.id, artifact) for artifact in files),
    )


def reference(run_id: UUID, artifact: Mapping[str, Any]) -> ArtifactReference:
    """The claim check for a row of `artifacts`."""
    of = f"&slice={artifact['slice_id']}" if artifact["slice_id"] else ""
    return ArtifactReference(
        path=f"/api/v1/reports/{run_id}/download?format={artifact['format']}{of}",
        **{name: artifact[name] for name in ("format", "media_type", "size", "sha256", "rows")},
    )
