"""`--language`: what a report is written in."""

from __future__ import annotations

import click

language_option = click.option(
    "--language", metavar="TAG", help="What it is written in, such as de.  [default: en]"
)
