"""`broadsheet token`: a bearer token for the local stack's API, or for one whose secret one has."""

from __future__ import annotations

import click
import httpx

from deploy.local.places import Places, default_state_dir
from deploy.local.stack import stack_status
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
@click.option(
    "--key",
    envvar="BROADSHEET_JWT_KEY",
    default=None,
    help="The API's secret (HS256).  [default: the local stack's]",
)
def token(tenant: str, role: str, sub: str | None, ttl: float, key: str | None) -> None:
    """Print a JWT signed with the API's secret; it says nothing to any other API."""
    if sub is None:
        sub = DEMO_ADMIN if (tenant, role) == (DEMO_TENANT, "admin") else f"cli-{role}"
    local = key is None
    key = key or signing_key(Places(default_state_dir()))
    made = make_token(key, tenant=tenant, role=role, sub=sub, ttl_seconds=ttl)
    click.echo(made)
    if local and (refusal := _refusal(made)) is not None:
        click.echo(f"the running stack does not take it: {refusal}", err=True)


def _refusal(made: str) -> str | None:
    """Why the stack that runs here refuses the token; None when it does not, or none runs."""
    state = stack_status()
    if state is None:
        return None
    headers = {"Authorization": f"Bearer {made}"}
    try:
        answer = httpx.get(
            f"{state['api_url']}/api/v1/report-types", headers=headers, timeout=3, trust_env=False
        )
    except httpx.HTTPError:
        return None
    return str(answer.json()["detail"]) if answer.status_code in (401, 403) else None
