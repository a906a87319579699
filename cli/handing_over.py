"""`transfer`, as `broadsheet definition` and `broadsheet schedule` have it."""

from __future__ import annotations

import click
import httpx

from cli.asking import asked, asks_the_api, id_of


def transfer_command(kind: str) -> click.Command:
    """The command for a `kind` of thing, `definition` or `schedule`."""

    @click.command(name="transfer", help=f"Hand {kind}s over to somebody else.")
    @click.argument("names", nargs=-1, metavar="[NAME…]")
    @click.option("--owner", metavar="SUB", help="In place of names: all of that one's.")
    @click.option("--to", required=True, metavar="SUB", help="Who owns them from now on.")
    @asks_the_api
    def transfer(client: httpx.Client, names: tuple[str, ...], owner: str | None, to: str) -> None:
        if bool(names) == bool(owner):
            raise click.UsageError("say which: either NAME… or --owner SUB")
        if owner:
            _all_of(client, kind, owner, to)
        for name in names:
            path = f"/{kind}s/{id_of(client, kind, name)}/transfer"
            asked(client, "POST", path, json={"to": to})
            click.echo(f"{name!r} is {to}'s now")

    return transfer


def _all_of(client: httpx.Client, kind: str, owner: str, to: str) -> None:
    found = asked(client, "POST", f"/{kind}s/transfer", json={"owner": owner, "to": to})
    click.echo(f"{len(found['changed'])} {kind}s of {owner}'s are {to}'s now")
    for entry in found["unchanged"]:
        click.echo(f"{entry['id']} stays as it was: {entry['reason']}", err=True)
