"""What `COPY … TO STDOUT (FORMAT csv)` sends, as Arrow: no Python object per value.

Loading Arrow takes 45 MB: imported when the first large table is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pyarrow as pa
from pyarrow import csv

from shared.errors import PermanentError

BLOCK = 4 << 20
"""Bytes that are parsed at a time, about 40,000 rows of eight columns."""

SESSION = "SET LOCAL datestyle = 'ISO'; SET LOCAL timezone = 'UTC'"
"""What the parser below rests on, whatever the source's own settings."""


class CopyReader:
    """Collects the rows, parses them in blocks, and hands each block over in a thread.

    While one block is parsed and written, the next one arrives.
    """

    def __init__(self, schema: Any, into: Callable[[Any], None]) -> None:
        self._into = into
        self._parts: list[bytes] = []
        self._collected = 0
        self._under_way: asyncio.Future[None] | None = None
        self.failure: Exception | None = None
        """What went wrong with the rows on this side, which is no trouble of the source's."""
        self._read_options = csv.ReadOptions(column_names=schema.names, use_threads=False)
        self._parse_options = csv.ParseOptions(newlines_in_values=True)
        self._convert_options = csv.ConvertOptions(
            column_types=schema,
            # An empty text comes quoted, a missing value as nothing at all.
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        )

    async def feed(self, rows: bytes) -> None:
        """Whole rows: the server sends one per message, and the driver whole messages.

        Source: https://www.postgresql.org/docs/current/protocol-flow.html, "COPY Operations".
        """
        self._parts.append(rows)
        self._collected += len(rows)
        if self._collected >= BLOCK:
            await self._hand_over()

    async def end(self) -> None:
        """Hand over what is left, and wait until all of it is through."""
        await self._hand_over()
        await self.settled()

    async def settled(self) -> None:
        """Until no thread is at work with the rows any more; raises what went wrong in it."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            try:
                await under_way
            except Exception as error:
                self.failure = error
                raise

    async def _hand_over(self) -> None:
        block, self._parts, self._collected = b"".join(self._parts), [], 0
        await self.settled()
        if block:
            loop = asyncio.get_running_loop()
            self._under_way = loop.run_in_executor(None, self._parse, block)

    def _parse(self, block: bytes) -> None:
        # In one piece: a row may be longer than any block size one could set.
        self._read_options.block_size = len(block) + 1
        try:
            rows = csv.read_csv(
                pa.BufferReader(block),
                read_options=self._read_options,
                parse_options=self._parse_options,
                convert_options=self._convert_options,
            )
        except pa.ArrowInvalid as error:
            raise PermanentError(
                "source_value_unfit", f"a value does not fit its column: {error}"
            ) from error
        self._into(rows)
