"""The same reports by a plain Celery chain: aggregate → render → store, three tasks, no more.

What it has in common with Broadsheet: the broker, the source and its queries, the report type,
the renderer's formats, the files. What it leaves out: the api, tenants, transactions between the
stages, the outbox and the inbox, leases, isolation of the renderer, the timeline. It is what one
would write in an afternoon, with settings that lose no task.
"""
