"""`broadsheet token`: a bearer token for the local stack's API."""

from __future__ import annotations

import click

from deploy.local.places import Places, default_state_dir
from deploy.local.tokens import DEMO_ADMIN, DEMO_TENANT, make_token, signing_key


@click.command()
@click.option("--tenant", default=DEMO_TENANT, show_default=True, help="The tenant's slug.")
@click.option(
    "--role",
    type=click.Choice(["viewer", "author", "admin"]),
    default="admin",
    show_default=True,
)
@click.option("--sub", default=None, help=f"Who it is.  [default: {DEMO_ADMIN} or cli-ROLE]")
@click.option(
    "--ttl",
    type=click.FloatRange(min=1),
    default=86_400,
    show_default=True,
    help="Seconds until it expires.",
)
def token(tenant: str, role: str, sub: str | None, ttl: float) -> None:
    """Print a JWT signed with the local stack's key; it says nothing to any other API."""
    if sub is None:
        sub = DEMO_ADMIN if (tenant, role) == (DEMO_TENANT, "admin") else f"cli-{role}"
    key = signing_key(Places(default_state_dir()))
    click.echo(make_token(key, tenant=tenant, role=role, sub=sub, ttl_seconds=ttl))
