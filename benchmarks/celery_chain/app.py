"""The Celery application, for `celery -A benchmarks.celery_chain.app`."""

from __future__ import annotations

import os

from celery import Celery

app = Celery(
    "chain", broker=os.environ["CHAIN_AMQP_URL"], include=["benchmarks.celery_chain.tasks"]
)
app.conf.update(
    # Nothing is lost when a worker dies, or when the broker does.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    broker_transport_options={"confirm_publish": True},
    # Messages are persistent and the queue durable by default. That a report is done is a row
    # in a table, so results need not travel.
    task_ignore_result=True,
    task_default_queue="chain",
    task_serializer="json",
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)
