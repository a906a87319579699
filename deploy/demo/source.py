"""The schema `studio`, its reader and its writer: made when missing, otherwise left as is."""

from __future__ import annotations

import asyncio
from importlib.resources import files

import asyncpg

SCHEMA = "studio"
ROLLUPS_SCHEMA = f"{SCHEMA}_rollups"
READER = "studio_reader"
WRITER = "studio_writer"

_SETTINGS = {
    "statement_timeout": "5min",
    "idle_in_transaction_session_timeout": "10min",
    "search_path": SCHEMA,
    "timezone": "UTC",
}
_ROLE_SETTINGS = {READER: {"default_transaction_read_only": "on", **_SETTINGS}, WRITER: _SETTINGS}

_LOCK = 0x73747564696F  # "studio": one at a time makes or replaces the schema


def ensure_demo_source(
    admin_url: str, reader_password: str, writer_password: str | None = None
) -> None:
    """Like `ensure_demo_source_async`, for callers without an event loop."""
    asyncio.run(ensure_demo_source_async(admin_url, reader_password, writer_password))


async def ensure_demo_source_async(
    admin_url: str, reader_password: str, writer_password: str | None = None
) -> None:
    """Make the schema, empty, if it is missing, the role that may read it and nothing else, and
    the role that may keep roll-ups of it, in a schema of its own.

    Repeatable: rows that are there stay; the roles' passwords become those given. Without one the
    writer cannot log in. `admin_url` is a role that may create schemas and roles.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        async with connection.transaction():
            await exclusively(connection)
            if await connection.fetchval("SELECT to_regnamespace($1) IS NULL", SCHEMA):
                await make_tables(connection, SCHEMA)
                await connection.execute(sql("indexes"))
            await connection.execute(f"SET LOCAL search_path TO {SCHEMA}")
            await connection.execute(sql("grants"))
            await connection.execute(sql("rollups"))
            await connection.execute(sql("changes"))
            for role, password in ((READER, reader_password), (WRITER, writer_password)):
                if password is None:
                    continue
                # Such a statement has no parameters: the server quotes the password.
                literal = await connection.fetchval("SELECT quote_literal($1::text)", password)
                await connection.execute(f"ALTER ROLE {role} LOGIN PASSWORD {literal}")
                for name, value in _ROLE_SETTINGS[role].items():
                    await connection.execute(f"ALTER ROLE {role} SET {name} = '{value}'")
    finally:
        await connection.close()


async def exclusively(connection: asyncpg.Connection) -> None:
    """Wait until nobody else makes or replaces the schema; for the rest of the transaction."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)


async def make_tables(connection: asyncpg.Connection, schema: str) -> None:
    """Make a schema with the tables, without keys, and search it first from now on."""
    await connection.execute(f"CREATE SCHEMA {schema}")
    await connection.execute(f"COMMENT ON SCHEMA {schema} IS 'A made-up production studio'")
    await connection.execute(f"SET LOCAL search_path TO {schema}")
    await connection.execute(sql("schema"))


def sql(name: str) -> str:
    """The statements of one of the files beside this module."""
    return files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
