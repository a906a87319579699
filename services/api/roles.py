"""Which role may do what. The one table that guards, tests and documentation share."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a member may do; each role may do all that those before it may."""

    VIEWER = "viewer"
    """Reads reports and downloads files."""
    AUTHOR = "author"
    """Also asks for reports and for further formats of any; cancels, retries and deletes their
    own."""
    ADMIN = "admin"
    """Also does that with everybody's, and looks after members and settings."""

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
    SEE_MEMBERS = "see members"
    CHANGE_MEMBERS = "change members"
    SEE_SETTINGS = "see the tenant's settings"
    CHANGE_SETTINGS = "change the tenant's settings"
    SEE_AUDIT = "see the audit log"


LOWEST_ROLE: dict[Action, Role] = {
    Action.SEE_REPORT_TYPES: Role.VIEWER,
    Action.SEE_REPORTS: Role.VIEWER,
    Action.DOWNLOAD: Role.VIEWER,
    Action.REQUEST_REPORT: Role.AUTHOR,
    Action.CANCEL_REPORT: Role.AUTHOR,
    Action.RETRY_REPORT: Role.AUTHOR,
    Action.ADD_FORMAT: Role.AUTHOR,
    Action.DELETE_REPORT: Role.AUTHOR,
    Action.SEE_MEMBERS: Role.ADMIN,
    Action.CHANGE_MEMBERS: Role.ADMIN,
    Action.SEE_SETTINGS: Role.ADMIN,
    Action.CHANGE_SETTINGS: Role.ADMIN,
    Action.SEE_AUDIT: Role.ADMIN,
}

ONLY_OWN_BELOW_ADMIN = frozenset({Action.CANCEL_REPORT, Action.RETRY_REPORT, Action.DELETE_REPORT})
"""What authors may do to reports they asked for, and admins to any."""


def as_table() -> str:
    """Role by action as a Markdown table, for the documentation."""
    lines = [("action", *Role), ("---",) * (1 + len(Role))]
    lines += [(action, *(_cell(role, action) for role in Role)) for action in LOWEST_ROLE]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(role: Role, action: Action) -> str:
    if not role.includes(LOWEST_ROLE[action]):
        return "–"
    return "own" if action in ONLY_OWN_BELOW_ADMIN and role is not Role.ADMIN else "yes"
