"""Every catalogue has every message in each of its languages, about the same things."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, visitor
from fluent.syntax import ast as ftl

from shared.languages import LANGUAGES, written_in
from shared.messages import Messages

CHECKOUT = Path(__file__).parents[2]
CATALOGUES = sorted(
    path.parent for path in CHECKOUT.glob("s*/**/texts/en.ftl") if "node_modules" not in path.parts
)
SHARED = CHECKOUT / "shared"
every_catalogue = pytest.mark.parametrize(
    "folder", CATALOGUES, ids=lambda folder: str(folder.parent.relative_to(CHECKOUT))
)


class _Variables(visitor.Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()
        self.references: set[str] = set()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:
        self.names.add(node.id.name)

    def visit_MessageReference(self, node: ftl.MessageReference) -> None:
        self.references.add(node.id.name)


def messages(file: Path) -> dict[str, _Variables]:
    found = {}
    for entry in FluentParser().parse(file.read_text("utf-8")).body:
        assert not isinstance(entry, ftl.Junk), f"{file}: {entry.content!r}"
        if isinstance(entry, ftl.Message):
            assert entry.id.name not in found, f"{file} has {entry.id.name} twice"
            found[entry.id.name] = variables = _Variables()
            variables.visit(entry)
    return found


def catalogue_of(module: Path) -> dict[str, str]:
    """By what they are called in that module: the folders of the catalogues that it speaks with."""
    found = {}
    for name, value in vars(import_module(dotted(module))).items():
        if isinstance(value, Messages):
            found[name] = str(value.file("en").parent)
    return found


def dotted(module: Path) -> str:
    return ".".join(module.relative_to(CHECKOUT).with_suffix("").parts)


def said() -> Iterator[tuple[Path, str]]:
    """Each message that code or a template says by its name: whose it is, and the name."""
    for module in [*CHECKOUT.glob("services/**/*.py"), *SHARED.glob("*.py")]:
        text = module.read_text("utf-8")
        if "say(" not in text and "words(" not in text:
            continue
        speakers = catalogue_of(module)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for folder in speakers.values():
                    yield Path(folder), node.value
                    # Of columns that are called as their names are.
                    yield Path(folder), f"column-{node.value}"
    for template in CHECKOUT.glob("services/renderer/templates/*"):
        for name in re.findall(r'(?:words|timed)\("([^"]+)"', template.read_text("utf-8")):
            yield CHECKOUT / "services/renderer/texts", name


@every_catalogue
def test_no_message_that_is_said_is_missing_in_a_language(folder: Path) -> None:
    english = messages(folder / "en.ftl")
    needed = {name for speaker, name in said() if speaker == folder} & set(english)
    assert needed
    for language in LANGUAGES:
        assert needed <= set(messages(folder / f"{language}.ftl"))


@every_catalogue
def test_no_message_refers_to_one_that_is_not_there(folder: Path) -> None:
    for language in LANGUAGES:
        of_others = (CHECKOUT / "services/aggregator/wording/texts", CHECKOUT / "shared/texts")
        there = {
            name for each in (folder, *of_others) for name in messages(each / f"{language}.ftl")
        }
        for name, parts in messages(folder / f"{language}.ftl").items():
            assert parts.references <= there, f"{name} in {language}"


def test_every_message_is_said_somewhere() -> None:
    used = {name for _, name in said()}
    for folder in CATALOGUES:
        for language in LANGUAGES:
            found = messages(folder / f"{language}.ftl")
            used |= {name for parts in found.values() for name in parts.references}
    for folder in CATALOGUES:
        for name in messages(folder / "en.ftl"):
            # Names that are made of a fixed part and of what is told: `code-crowd`.
            made = name.startswith(("code-", "remark-", "most-by-", "list-"))
            assert name in used or made, f"{folder}: nobody says {name}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_that_lacks_something_is_an_error_and_no_gap(language: str) -> None:
    from shared.localized import say

    with written_in(language):
        with pytest.raises(ValueError, match="more"):
            say("more")
        with pytest.raises(LookupError):
            say("no-such-message")
