"""Catalogues of what is said to people, in Project Fluent's syntax (https://projectfluent.org).

A folder has one file for each language: `en.ftl`, `de.ftl`. A message is a whole sentence, or a
phrase that every language puts into a sentence in the same way; which plural, which alternative and
which order a language needs is said in its file, and the code gives the figures alone.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax.ast import Resource

from shared.languages import current


class Messages:
    """The messages of one folder, called by their names; those of others are at hand for them."""

    def __init__(self, folder: Path, *others: Messages) -> None:
        """`others` have messages that those of this folder may refer to. Reads nothing yet."""
        self._folder = folder
        self._others = others
        self._bundles: dict[str, FluentBundle] = {}
        self._resources: dict[str, Resource] = {}

    def __call__(self, name: str, /, **about: str | int) -> str:
        """The message of that name in the current language, on one line.

        `about`: what it is about. Integers choose plurals, and are written as the language writes
        them; texts stand as they are. LookupError where there is no such message in the language,
        ValueError where something is missing that it names.
        """
        bundle = self._bundle(current())
        pattern = bundle.get_message(name).value
        if pattern is None:
            raise LookupError(f"the message {name!r} has no text")
        text, errors = bundle.format_pattern(pattern, about)
        if errors:
            raise ValueError(f"the message {name!r} cannot be said: {errors[0]}")
        # A long sentence is broken into lines in its file alone.
        return in_every_font(str(text)).replace("\n", " ")

    def __contains__(self, name: str) -> bool:
        return self._bundle(current()).has_message(name)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Those that have a file, English first."""
        tags = {path.stem for path in self._folder.glob("*.ftl")}
        return tuple(sorted(tags, key=lambda tag: (tag != "en", tag)))

    def file(self, language: str) -> Path:
        """Where its messages in a language are."""
        return self._folder / f"{language}.ftl"

    def load(self) -> None:
        """Read all languages now: whoever is locked in later can open no file."""
        for language in self.languages:
            self._bundle(language)

    def _bundle(self, language: str) -> FluentBundle:
        bundle = self._bundles.get(language)
        if bundle is None:
            bundle = FluentBundle([language], use_isolating=False)
            for messages in (self, *self._others):
                bundle.add_resource(messages._resource(language))
            self._bundles[language] = bundle
        return bundle

    def _resource(self, language: str) -> Resource:
        """The file, parsed once for all that refer to it."""
        if language not in self._resources:
            text = self.file(language).read_text("utf-8")
            self._resources[language] = FluentResource(text)
        return self._resources[language]


def in_every_font(text: str) -> str:
    """With no-break spaces of usual width: few fonts have the narrow one, which the CLDR sets
    between the thousands of a French number."""
    return text.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")


def select(condition: Any) -> str:
    """A condition as a message can choose by it: "yes" or "no"."""
    return "yes" if condition else "no"
