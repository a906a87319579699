"""How fast Broadsheet is, on this machine: `make bench`. What the figures say: docs/performance.md.

Everything is measured from outside, on a private broker and a private database: requests over
HTTP from a process of their own, CPU and memory of the processes as the kernel counts them.
Beside it, in the same run and on the same broker and database, the same work is done by a plain
Celery chain.
"""
