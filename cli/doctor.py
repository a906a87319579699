"""`broadsheet doctor`: what is missing on this machine, and how to mend it."""

from __future__ import annotations

import click

from deploy.local.doctor import examine
from deploy.local.places import Places, default_state_dir


@click.command()
def doctor() -> None:
    """Look at what the local stack rests on. Exits 1 when something is to be mended."""
    amiss = 0
    for finding in examine(Places(default_state_dir())):
        click.echo(f"{'!!' if finding.mend else 'ok'}  {finding.what:14} {finding.found}")
        if finding.mend:
            amiss += 1
            click.echo(f"    {'':14} → {finding.mend}")
    if amiss:
        raise click.ClickException(f"{amiss} to mend")
    click.echo("all well; `broadsheet up` starts the stack")
