"""The scheduler: decides what is due, and watches over leases, the outbox and retention."""

SERVICE = "scheduler"
"""Its name in events, timelines and logs."""
