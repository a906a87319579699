"""Subjects of mails as templates: Jinja2, with nothing in it but names, tests and a few filters.

Whoever saves a definition writes them, so what could run away with time or memory (loops, sums,
calls) is refused before it is ever evaluated; the sandbox stands behind that.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from shared.header_text import harmless

LONGEST = 250
"""Characters of a subject; mail programmes show about 70."""
NAMES = (
    *("subject", "title", "period", "first_day", "last_day"),
    *("organisation", "report_type", "kpis"),
)
"""What a template may name."""
_FILTERS = frozenset({"lower", "upper", "title", "capitalize", "trim", "truncate", "default"})
_NODES = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const),
    *(nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.If, nodes.CondExpr),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Keyword),
)

_UNREADABLE = (TemplateError, SyntaxError, RecursionError, MemoryError)
"""What parsing a text raises; the last two where brackets are nested too deeply."""
_UNDOABLE = (
    *(TemplateError, ArithmeticError, AssertionError, AttributeError, LookupError, NameError),
    *(RecursionError, TypeError, ValueError),
)
"""What evaluating one raises: filters pass on whatever a wrong argument leads to."""


class _Any(dict[str, str]):
    """Figures of every name."""

    def __missing__(self, name: str) -> str:
        return "45"


_EXAMPLE: Mapping[str, Any] = {
    "subject": "Delivery summary, October 2026",
    "title": "Delivery summary",
    "period": "October 2026",
    "first_day": "2026-10-01",
    "last_day": "2026-10-31",
    "organisation": "Example Studio",
    "report_type": "delivery_summary",
    "kpis": _Any(),
}

_environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


@lru_cache(maxsize=256)
def _template(text: str) -> Template:
    try:
        tree = _environment.parse(text)
        _ensure_simple(tree)
        return _environment.from_string(text)
    except _UNREADABLE as error:
        raise ValueError(f"this template cannot be read: {error}") from None


def _ensure_simple(tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _NODES):
            what = type(node).__name__.lower()
            raise ValueError(f"a subject takes names, conditions and filters alone, and no {what}")
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            raise ValueError(
                f"there is no filter {node.name!r} here: use one of {', '.join(sorted(_FILTERS))}"
            )
        if isinstance(node, nodes.Name) and node.name not in NAMES:
            raise ValueError(f"there is no {node.name!r} here: use one of {', '.join(NAMES)}")


def check(text: str) -> str:
    """The template, unless it is none, or makes nothing of a usual report: ValueError says why."""
    harmless(text, "the subject")
    _evaluated(text, _EXAMPLE)
    return text


def rendered(text: str, facts: Mapping[str, Any]) -> str:
    """The subject that it makes of the facts, on one line.

    ValueError where a fact that it names is missing, or the outcome is nothing one may send.
    """
    line = " ".join(_evaluated(text, facts).split())
    if not line:
        raise ValueError("the subject would be empty")
    return harmless(line if len(line) <= LONGEST else line[: LONGEST - 1] + "…", "the subject")


def _evaluated(text: str, facts: Mapping[str, Any]) -> str:
    template = _template(text)
    try:
        return template.render(facts)
    except _UNDOABLE as error:
        raise ValueError(f"the subject cannot be made: {error}") from None
