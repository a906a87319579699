"""`broadsheet demo-data`: fill the demo studio."""

from __future__ import annotations

import time
from datetime import datetime

import click


@click.command("demo-data")
@click.option(
    "--scale",
    type=click.FloatRange(0.001, 200),
    default=1.0,
    show_default=True,
    help="1 is about 100,000 generation jobs over 400 days.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, other rows.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="The last day; today when left out.",
)
@click.option(
    "--database-url",
    envvar="BROADSHEET_ADMIN_DATABASE_URL",
    default=None,
    help="The database, as an administrator; the running local stack's if left out.",
)
def demo_data(scale: float, seed: int, until: datetime | None, database_url: str | None) -> None:
    """Replace the demo studio's rows. The same scale, seed and last day give the same rows."""
    from deploy.demo.load import load

    started = time.monotonic()
    counts = load(
        database_url or _running_database(),
        scale=scale,
        seed=seed,
        until=until.date() if until else None,
        say=click.echo,
    )
    for table, rows in sorted(counts.items()):
        click.echo(f"{table:18}{rows:>12,}")
    click.echo(f"loaded in {time.monotonic() - started:.1f} s")


def _running_database() -> str:
    from deploy.local.infrastructure import running_admin_database_url

    return running_admin_database_url()
