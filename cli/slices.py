"""`broadsheet slices …`: the parts of a burst's report, and how they come to the whole."""

from __future__ import annotations

from typing import Any

import click
import httpx

from cli.asking import asked, asks_the_api, json_option, show, show_columns


@click.command()
@click.argument("report")
@click.option("--retry", is_flag=True, help="Make the parts that failed again.")
@json_option
@asks_the_api
def slices(client: httpx.Client, report: str, retry: bool, as_json: bool) -> None:
    """Who got which part of REPORT (its id), and what nobody got.

    With --retry the parts that failed are made again, for those who got nothing: by a report whose
    id it prints.
    """
    if retry:
        again = asked(client, "POST", f"/reports/{report}/retry")
        show(again) if as_json else click.echo(again["id"])
        return
    run = asked(client, "GET", f"/reports/{report}")
    if run["burst"] is None:
        raise click.ClickException("nobody gets a part of this report: it is no burst's")
    if as_json:
        show({"burst": run["burst"], "slices": run["slices"]})
        return
    show_columns(
        ("NO", "VALUES", "STATUS", "COUNTED", "RECIPIENTS", "WHY", "SLICE"),
        (
            (
                one["number"],
                in_words(one["values"]),
                one["status"],
                one["counted"],
                ", ".join(f"{sent['to']} {sent['status']}" for sent in one["deliveries"]),
                one["error"]["message"] if one["error"] else None,
                one["id"],
            )
            for one in run["slices"]
        ),
    )
    for line in told(run["burst"], others_got_theirs=run["remakes"] is not None):
        click.echo(line)
    if run["remade_by"]:
        click.echo(f"made again: what failed, by {run['remade_by']}")
    elif run["status"] == "completed" and run["burst"]["slices"].get("failed"):
        click.echo(f"to make what failed again: broadsheet slices {report} --retry")


def told(burst: dict[str, Any], *, others_got_theirs: bool) -> list[str]:
    """Lines about the burst as a whole; what the others have from before lacks no recipient."""
    sums = burst["sums"]
    if sums is None:
        return [f"{burst['recipients']} recipients; its parts are not made yet"]
    lines = [
        f"{sums['counted']}: {sums['whole']:,} in all = {sums['slices']:,} in the parts "
        f"- {sums['in_several']:,} in several + {sums['in_none']:,} in none"
    ]
    if not others_got_theirs:
        lines += [
            f"without recipient: {in_words(one['values'])}: {one['counted']:,}"
            for one in burst["without_recipient"]
        ]
        if more := burst["without_recipient_more"]:
            lines.append(f"without recipient: {more:,} others")
    lines += [f"without rows: {one['to']}" for one in burst["without_rows"]]
    lines += [
        f"refused: row {one['row']} ({one['to'] or 'nobody'}): {one['reason']}"
        for one in burst["refused_rows"]
    ]
    return lines


def in_words(values: dict[str, Any]) -> str:
    """For instance "projects: The Paper Admiral"."""
    return (
        "; ".join(
            f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
            for name, value in values.items()
        )
        or "the whole"
    )
