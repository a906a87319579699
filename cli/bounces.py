"""`broadsheet bounces`: mails that came back, from a mailbox file."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from pathlib import Path

import click
import httpx

from cli.asking import asks_the_api
from cli.calling import answer

HEAD_BYTES = 200_000
"""Of each message: a notification may bring back the whole mail, but says all before it."""
_NONE_OF_OURS = (404, 422)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@asks_the_api
def bounces(client: httpx.Client, file: Path) -> None:
    """Note the mails that came back: notifications in FILE, a mailbox (mbox) or one message.

    The deliveries become `bounced`, and addresses without a mailbox get no further mail. Other
    messages are passed over; reading a file twice changes nothing.
    """
    noted = passed_over = 0
    for message in _messages(file):
        response = client.post(
            "/bounces", content=message, headers={"Content-Type": "message/rfc822"}
        )
        if response.status_code in _NONE_OF_OURS:
            passed_over += 1
            continue
        found = answer(response).json()
        noted += 1
        gone = ", and its address gets no further mail" if found["suppressed"] else ""
        click.echo(f"{found['delivery']}: {found['status']}{gone}")
    click.echo(f"{noted} came back; {passed_over} other messages were passed over")


def _messages(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        # RFC 4155: each message of a mailbox begins with such a line.
        if opened.read(5) != b"From ":
            opened.seek(0)
            yield opened.read(HEAD_BYTES)
            return
    box = mailbox.mbox(file, create=False)
    try:
        for key in box.iterkeys():
            with box.get_file(key) as message:
                yield message.read(HEAD_BYTES)
    finally:
        box.close()
