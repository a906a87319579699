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

_environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


@lru_cache(maxsize=256)
def _template(text: str) -> Template:
    try:
        tree = _environment.parse(text)
    except TemplateError as error:
        raise ValueError(f"this template cannot be read: {error}") from None
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
    return _environment.from_string(text)


def check(text: str) -> str:
    """The template, unless it is none: ValueError says why."""
    harmless(text, "the subject")
    _template(text)
    return text


def rendered(text: str, facts: Mapping[str, Any]) -> str:
    """The subject that it makes of the facts, on one line.

    ValueError where a fact that it names is missing, or the outcome is nothing one may send.
    """
    try:
        subject = _template(text).render(facts)
    except TemplateError as error:
        raise ValueError(f"the subject cannot be made: {error}") from None
    line = " ".join(subject.split())
    if not line:
        raise ValueError("the subject would be empty")
    return harmless(line if len(line) <= LONGEST else line[: LONGEST - 1] + "…", "the subject")
