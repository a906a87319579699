"""Asks for reports: `python -m benchmarks.celery_chain.producer FORMAT HOW_MANY TODAY`.

Prints as JSON when it `began` (Unix seconds) and the `cpu_seconds` that asking took: of
Broadsheet the api's are counted, too.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date
from uuid import uuid4

from celery import chain

from benchmarks.celery_chain.tasks import aggregate, render, store
from benchmarks.wanted import REPORT_TYPE, period


def _main(format_name: str, how_many: int, today: date) -> None:
    began, before = time.time(), resource.getrusage(resource.RUSAGE_SELF)
    for number in range(how_many):
        first, last = period(number, today)
        run_id = str(uuid4())
        chain(
            aggregate.s(run_id, REPORT_TYPE, first.isoformat(), last.isoformat()),
            render.s(run_id, format_name),
            store.s(run_id),
        ).apply_async()
    after = resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    json.dump({"began": began, "cpu_seconds": used}, sys.stdout)


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]), date.fromisoformat(sys.argv[3]))
