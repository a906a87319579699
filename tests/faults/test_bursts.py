"""Each service killed in the middle of a burst: everybody gets their part once."""

from __future__ import annotations

import asyncio

import pytest

from shared.states import DeliveryStatus, SliceStatus
from tests.faults.mortal_fleet import MortalFleet
from tests.faults.mortal_service import Moment
from tests.pipeline import Pipeline
from tests.post_office import PostOffice

PARTS = 3
RECIPIENTS = 7


@pytest.mark.parametrize(
    ("service", "moment", "mark"),
    [
        ("aggregator", "before commit", "report.aggregated.v1"),
        pytest.param("aggregator", "after commit", "report.aggregated.v1", marks=pytest.mark.long),
        pytest.param("renderer", "before commit", "slice", marks=pytest.mark.long),
        ("renderer", "after commit", "slice"),
        pytest.param("renderer", "before commit", "report.rendered.v1", marks=pytest.mark.long),
        pytest.param("mailer", "before commit", "delivery.due.v1", marks=pytest.mark.long),
        pytest.param("mailer", "after commit", "delivery.due.v1", marks=pytest.mark.long),
        ("mailer", "after commit", "report.delivered.v1"),
    ],
)
async def test_a_service_killed_in_the_middle_of_a_burst_doubles_nothing(
    service: str,
    moment: Moment,
    mark: str,
    fleet: MortalFleet,
    pipeline: Pipeline,
    post: PostOffice,
) -> None:
    doomed = fleet.doom(service, moment, mark)
    addresses = [f"{number}@{pipeline.tenant.slug}.example.com" for number in range(RECIPIENTS)]
    run_id = await pipeline.request(
        burst={
            "rows": [
                {"to": address, "values": {"projects": [f"Part {number % PARTS}"]}}
                for number, address in enumerate(addresses)
            ]
        },
        formats=("csv", "json"),
    )
    await asyncio.to_thread(doomed.wait_for_end)
    fleet.spare(service)
    fleet.start(service, wait=False)

    await pipeline.until_settled(run_id)

    slices = await pipeline.slices(run_id)
    assert [row["status"] for row in slices] == [SliceStatus.RENDERED] * PARTS
    deliveries = await pipeline.deliveries(run_id)
    stand = {row["recipient"]: row["status"] for row in deliveries}
    assert sorted(stand) == sorted(addresses)
    # A mailer that dies, or loses its lease on a busy machine, while mails are on the wire cannot
    # tell, and says so in place of sending one twice.
    cut_off = {address for address in addresses if stand[address] == DeliveryStatus.UNCERTAIN}
    for number, address in enumerate(addresses):
        mails = post.mails_to(address)
        assert len(mails) == 1 or (not mails and address in cut_off)
        for mail in mails:
            names = [part.get_filename() for part in mail.iter_attachments()]
            assert len(names) == 2
            assert all(f"Part-{number % PARTS}" in str(name) for name in names), names
    assert set(stand.values()) <= {DeliveryStatus.SENT, DeliveryStatus.UNCERTAIN}
    files = await pipeline.every_artifact(run_id)
    assert len(files) == 2 + PARTS * 3, "two of the whole; two and a mail of each part"
    assert len({row["blob_key"] for row in files}) == len(files)
    assert (await pipeline.announced(run_id))["report.rendered.v1"] == 1
    assert (await pipeline.announced(run_id))["report.delivered.v1"] == RECIPIENTS - len(cut_off)
