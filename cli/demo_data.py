"""`broadsheet demo-data`: fill the demo studio's database."""

from __future__ import annotations

from datetime import UTC, date, datetime

import asyncpg
import click

from deploy.demo import load
from deploy.local.stack import stack_status


@click.command()
@click.option(
    "--scale",
    type=click.FloatRange(min=0, max=1000, min_open=True),
    default=1.0,
    show_default=True,
    help="1 is about 100,000 generation jobs.",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Another seed, another studio."
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="The day before which the 400 days of data end.  [default: today, UTC]",
)
@click.option(
    "--database-url",
    envvar="BROADSHEET_ADMIN_DATABASE_URL",
    default=None,
    help="The database's administrator.  [default: that of the running stack]",
)
def demo_data(scale: float, seed: int, until: datetime | None, database_url: str | None) -> None:
    """Replace what the schema `studio` holds with made-up data of a production studio.

    Equal options give equal rows. Reports that run meanwhile see the old data or the new.
    """
    url = database_url or _database_of_the_stack()
    day = _checked(until.date() if until else datetime.now(UTC).date())
    click.echo(f"making 400 days of data up to {day}, scale {scale:g}, seed {seed}")
    try:
        loaded = load(url, scale, seed, day, say=lambda line: click.echo(f"  {line}"))
    except (OSError, asyncpg.PostgresError, ValueError) as error:
        raise click.ClickException(f"the demo data were not loaded: {error}") from error
    for table, rows in loaded.rows.items():
        click.echo(f"{table:18} {rows:>12,}")
    click.echo(f"loaded {sum(loaded.rows.values()):,} rows in {loaded.seconds:.1f} s")


def _checked(until: date) -> date:
    if not 1990 <= until.year <= 2200:
        raise click.BadParameter("choose a day from 1990 to 2200", param_hint="--until")
    return until


def _database_of_the_stack() -> str:
    state = stack_status()
    if state is None:
        raise click.ClickException(
            "no stack runs here: start it with `broadsheet up`, "
            "or name a database with --database-url"
        )
    return str(state["database_url"])
