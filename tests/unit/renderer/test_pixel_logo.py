"""A workbook shows the organisation's logo, whether it is of pixels or drawn."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from PIL import Image

from services.renderer.formats import formats
from services.renderer.isolation.pool import RenderPool
from services.renderer.making import FileMaker
from shared.blobs import FolderBlobs
from shared.delivery_options import DeliveryOptions
from shared.format_options import FormatOptions
from shared.house_style import HouseStyle, Logo, Picture
from shared.runs import Run
from shared.states import Lane, RunStatus
from tests.documents import document

DRAWN = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 50 20">
<rect x="0" y="0" width="25" height="20" fill="#7A3E9D"/>
<path d="M25 0 L50 0 L50 20 Z" fill="#0B6E4F"/></svg>"""
KEY = "snapshots/document.json"


def run_of(snapshot: bytes) -> Run:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    return Run(
        id=UUID(int=1),
        tenant_id=UUID(int=2),
        report_type="delivery_summary",
        source="studio",
        first_day=date(2026, 10, 1),
        last_day=date(2026, 10, 31),
        timezone="UTC",
        parameters={},
        language="en",
        formats=("xlsx",),
        format_options=FormatOptions(),
        delivery_options=DeliveryOptions(),
        lane=Lane.INTERACTIVE,
        status=RunStatus.RENDERING,
        generation=0,
        attempt=1,
        created_at=now,
        started_at=now,
        as_of=now,
        snapshot_key=KEY,
        snapshot_sha256=hashlib.sha256(snapshot).hexdigest(),
        snapshot_rows=None,
        snapshot_available_rows=None,
        snapshot_of=None,
        schedule_id=None,
        condition=None,
        banner=None,
        supersedes=None,
        work_key=None,
        freshness_seconds=0,
    )


async def test_a_drawn_logo_stands_in_the_workbook_as_a_sharp_picture(tmp_path: Path) -> None:
    logo = Logo(media_type=Picture.SVG, data=base64.b64encode(DRAWN).decode())
    snapshot = document(house_style=HouseStyle(logo=logo)).model_dump_json().encode()
    blobs = FolderBlobs(tmp_path)
    await blobs.put_new(KEY, snapshot)
    pool = RenderPool(1, cpu_limit_s=60, memory_limit_bytes=1 << 30, recycle_after=9)
    try:
        (made,) = await FileMaker(blobs, formats, pool).make(run_of(snapshot), ["xlsx"])
    finally:
        await pool.close()

    with zipfile.ZipFile(io.BytesIO(await blobs.get(made.key))) as workbook:
        pictures = [name for name in workbook.namelist() if name.startswith("xl/media/")]
        assert pictures == ["xl/media/image1.png"]
        shown = Image.open(io.BytesIO(workbook.read(pictures[0]))).convert("RGBA")
    assert shown.size == (240, 96)  # 120 by 48 on the sheet
    assert shown.getpixel((30, 50)) == (0x7A, 0x3E, 0x9D, 255)
    assert shown.getpixel((225, 10)) == (0x0B, 0x6E, 0x4F, 255)
    assert shown.getpixel((130, 90)) == (0, 0, 0, 0)  # the sheet shows through
