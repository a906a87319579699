"""The command `broadsheet`. Each command's module is imported only when it is asked for."""

from __future__ import annotations

import importlib

import click

from deploy.local.errors import StackError

# A command's name, the module and attribute that hold it, and its line in the list: importing
# every module to read its help would make each call as slow as the slowest import.
_COMMANDS = {
    "up": ("cli.stack:up", "start the whole stack on this machine"),
    "down": ("cli.stack:down", "stop it"),
    "status": ("cli.stack:status", "what runs, and where"),
    "doctor": ("cli.doctor:doctor", "what is missing on this machine, and how to mend it"),
    "token": ("cli.token:token", "a token for the local stack's API"),
    "report": ("cli.report:report", "ask for a report and download it"),
    "render": ("cli.render:render", "add formats to a completed report"),
    "deliveries": ("cli.deliveries:deliveries", "what was sent to whom, and what to do about it"),
    "bounces": ("cli.bounces:bounces", "note the mails that came back, from a mailbox file"),
    "slices": ("cli.slices:slices", "who got which part of a burst's report"),
    "tail": ("cli.tail:tail", "what happens, live"),
    "dead-letters": (
        "cli.dead_letters:dead_letters",
        "messages that no consumer could take: replay, discard",
    ),
    "definition": ("cli.definition:definition", "reports saved under a name"),
    "schedule": ("cli.schedule:schedule", "when definitions run, and for whom"),
    "signal": ("cli.signal:signal", "say that data are there, which schedules wait for"),
    "destination": (
        "cli.destination:destination",
        "where reports may go that is no mailbox: save, test",
    ),
    "why": ("cli.why:why", "why somebody did or did not get a scheduled report"),
    "export": ("cli.exchange:export", "definitions and schedules as a YAML file"),
    "import": ("cli.exchange:import_file", "have definitions and schedules be as a file says"),
    "demo-data": ("cli.demo_data:demo_data", "fill the demo studio's database"),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except StackError as error:
            raise click.ClickException(str(error)) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Broadsheet turns data into reports and gets them to people."""


if __name__ == "__main__":
    main()
