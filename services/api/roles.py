"""Which role may do what. The one table that guards, tests and documentation share."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a member may do; each role may do all that those before it may."""

    VIEWER = "viewer"
    """Reads reports, deliveries, definitions and schedules, and downloads files."""
    AUTHOR = "author"
    """Also asks for reports and for further formats of any; cancels, retries, delivers and deletes
    their own. Saves definitions and schedules, and changes their own."""
    ADMIN = "admin"
    """Also does that with everybody's, and looks after members, destinations and settings."""

    def includes(self, other: Role) -> bool:
        """Whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)

    def capped_by(self, other: Role) -> Role:
        """The lower of the two."""
        return other if self.includes(other) else self


class Action(StrEnum):
    """Everything one can do over the API; each route names one."""

    SEE_REPORT_TYPES = "see report types"
    SEE_REPORTS = "see reports"
    DOWNLOAD = "download files"
    REQUEST_REPORT = "ask for a report"
    CANCEL_REPORT = "cancel a report"
    RETRY_REPORT = "retry a report"
    ADD_FORMAT = "add a format to a report"
    DELETE_REPORT = "delete a report"
    SUPERSEDE_REPORT = "correct a report"
    SHARE_REPORT = "share a report's files by link"
    SEE_LINKS = "see the links to a report's files"
    REVOKE_LINK = "revoke a link"
    DELIVER_REPORT = "deliver a report to further recipients"
    SEE_DELIVERIES = "see deliveries"
    FETCH_DELIVERY = "fetch what was sent"
    RESEND_DELIVERY = "send a delivery again"
    RESOLVE_DELIVERY = "say what became of a delivery"
    REPORT_BOUNCE = "say that a mail came back"
    SEE_SUPPRESSIONS = "see who gets no mail"
    CHANGE_SUPPRESSIONS = "change who gets no mail"
    SEE_DEFINITIONS = "see definitions"
    SAVE_DEFINITION = "save a definition"
    CHANGE_DEFINITION = "change a definition"
    DELETE_DEFINITION = "delete a definition"
    RUN_DEFINITION = "run a definition"
    TRANSFER_DEFINITION = "hand over a definition"
    SEE_SCHEDULES = "see schedules"
    SAVE_SCHEDULE = "save a schedule"
    CHANGE_SCHEDULE = "change a schedule"
    PAUSE_SCHEDULE = "pause or resume a schedule"
    RUN_SCHEDULE = "run a schedule now"
    TRANSFER_SCHEDULE = "hand over a schedule"
    DELETE_SCHEDULE = "delete a schedule"
    IMPORT = "import definitions and schedules"
    GIVE_SIGNAL = "say that data are there"
    SEE_CHANNELS = "see channels and destinations"
    CHANGE_DESTINATIONS = "save, change, test or delete destinations"
    SEE_MEMBERS = "see members"
    CHANGE_MEMBERS = "change members"
    SEE_SETTINGS = "see the tenant's settings"
    CHANGE_SETTINGS = "change the tenant's settings"
    SEE_AUDIT = "see the audit log"
    SEE_DEAD_LETTERS = "see dead letters"
    HANDLE_DEAD_LETTERS = "replay or discard dead letters"
    EMBED_WIDGET = "embed a widget elsewhere"
    SEE_EMBEDS = "see embedded widgets"
    REVOKE_EMBED = "revoke an embedded widget"
    SEE_SERVICES = "see services, queues and housekeeping"


LOWEST_ROLE: dict[Action, Role] = {
    Action.SEE_REPORT_TYPES: Role.VIEWER,
    Action.SEE_REPORTS: Role.VIEWER,
    Action.DOWNLOAD: Role.VIEWER,
    Action.REQUEST_REPORT: Role.AUTHOR,
    Action.CANCEL_REPORT: Role.AUTHOR,
    Action.RETRY_REPORT: Role.AUTHOR,
    Action.ADD_FORMAT: Role.AUTHOR,
    Action.DELETE_REPORT: Role.AUTHOR,
    Action.SUPERSEDE_REPORT: Role.AUTHOR,
    Action.SHARE_REPORT: Role.AUTHOR,
    Action.SEE_LINKS: Role.AUTHOR,
    Action.REVOKE_LINK: Role.AUTHOR,
    Action.DELIVER_REPORT: Role.AUTHOR,
    Action.SEE_DELIVERIES: Role.VIEWER,
    Action.FETCH_DELIVERY: Role.AUTHOR,
    Action.RESEND_DELIVERY: Role.AUTHOR,
    Action.RESOLVE_DELIVERY: Role.AUTHOR,
    Action.REPORT_BOUNCE: Role.ADMIN,
    Action.SEE_SUPPRESSIONS: Role.ADMIN,
    Action.CHANGE_SUPPRESSIONS: Role.ADMIN,
    Action.SEE_DEFINITIONS: Role.VIEWER,
    Action.SAVE_DEFINITION: Role.AUTHOR,
    Action.CHANGE_DEFINITION: Role.AUTHOR,
    Action.DELETE_DEFINITION: Role.AUTHOR,
    Action.RUN_DEFINITION: Role.AUTHOR,
    Action.TRANSFER_DEFINITION: Role.AUTHOR,
    Action.SEE_SCHEDULES: Role.VIEWER,
    Action.SAVE_SCHEDULE: Role.AUTHOR,
    Action.CHANGE_SCHEDULE: Role.AUTHOR,
    Action.PAUSE_SCHEDULE: Role.AUTHOR,
    Action.RUN_SCHEDULE: Role.AUTHOR,
    Action.TRANSFER_SCHEDULE: Role.AUTHOR,
    Action.DELETE_SCHEDULE: Role.AUTHOR,
    Action.IMPORT: Role.AUTHOR,
    Action.GIVE_SIGNAL: Role.AUTHOR,
    Action.SEE_CHANNELS: Role.AUTHOR,
    Action.CHANGE_DESTINATIONS: Role.ADMIN,
    Action.SEE_MEMBERS: Role.ADMIN,
    Action.CHANGE_MEMBERS: Role.ADMIN,
    Action.SEE_SETTINGS: Role.ADMIN,
    Action.CHANGE_SETTINGS: Role.ADMIN,
    Action.SEE_AUDIT: Role.ADMIN,
    Action.SEE_DEAD_LETTERS: Role.ADMIN,
    Action.HANDLE_DEAD_LETTERS: Role.ADMIN,
    Action.EMBED_WIDGET: Role.AUTHOR,
    Action.SEE_EMBEDS: Role.AUTHOR,
    Action.REVOKE_EMBED: Role.AUTHOR,
    Action.SEE_SERVICES: Role.ADMIN,
}

ONLY_OWN_BELOW_ADMIN = frozenset(
    {
        Action.CANCEL_REPORT,
        Action.RETRY_REPORT,
        Action.DELETE_REPORT,
        Action.SUPERSEDE_REPORT,
        Action.REVOKE_LINK,
        Action.REVOKE_EMBED,
        Action.DELIVER_REPORT,
        Action.FETCH_DELIVERY,
        Action.RESEND_DELIVERY,
        Action.RESOLVE_DELIVERY,
        Action.CHANGE_DEFINITION,
        Action.DELETE_DEFINITION,
        Action.TRANSFER_DEFINITION,
        Action.CHANGE_SCHEDULE,
        Action.PAUSE_SCHEDULE,
        Action.RUN_SCHEDULE,
        Action.TRANSFER_SCHEDULE,
        Action.DELETE_SCHEDULE,
    }
)
"""What authors may do to what is theirs (reports they asked for, what they own), admins to any."""


def as_table() -> str:
    """Role by action as a Markdown table, for the documentation."""
    lines = [("action", *Role), ("---",) * (1 + len(Role))]
    lines += [(action, *(_cell(role, action) for role in Role)) for action in LOWEST_ROLE]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(role: Role, action: Action) -> str:
    if not role.includes(LOWEST_ROLE[action]):
        return "–"
    return "own" if action in ONLY_OWN_BELOW_ADMIN and role is not Role.ADMIN else "yes"
