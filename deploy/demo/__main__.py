"""`python -m deploy.demo`: the demo studio in a database, for compose.

`BROADSHEET_ADMIN_DATABASE_URL` names the database, `BROADSHEET_STUDIO_PASSWORD` and
`BROADSHEET_STUDIO_WRITER_PASSWORD` are those of the read-only role and of the writer of roll-ups.
A database that holds rows already is left as it is.
"""

from __future__ import annotations

import asyncio
import os

import asyncpg

from deploy.demo import ensure_demo_source, load


def main() -> None:
    """Make the tables and the roles, and fill them once."""
    admin_url = os.environ["BROADSHEET_ADMIN_DATABASE_URL"]
    ensure_demo_source(
        admin_url,
        os.environ["BROADSHEET_STUDIO_PASSWORD"],
        os.environ["BROADSHEET_STUDIO_WRITER_PASSWORD"],
    )
    if asyncio.run(_is_empty(admin_url)):
        scale = float(os.environ.get("BROADSHEET_DEMO_SCALE", "1"))
        load(admin_url, scale=scale, seed=1, say=print)


async def _is_empty(admin_url: str) -> bool:
    connection = await asyncpg.connect(admin_url)
    try:
        return not await connection.fetchval("SELECT EXISTS (SELECT FROM studio.projects)")
    finally:
        await connection.close()


if __name__ == "__main__":
    main()
