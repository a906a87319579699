"""Plainly made-up names of projects, characters, people and machines."""

from __future__ import annotations

from random import Random

PROJECTS = (
    "Lanterns of Osk",
    "The Paper Admiral",
    "Nébuleuse Hôtel",
    "Ångström Street",
    "Saltmarsh Choir",
    "Brass Menagerie",
    "Moth & Meridian",
    "A Winter for Foxes",
    "Glasshouse Run",
    "The Tin Cartographer",
    "Señor Quince",
    "Understudy Moon",
)

_FIRST = (
    *("Abra", "Bolo", "Cressa", "Dunmore", "Elfrun", "Fenna", "Gorsk", "Hesper", "Ilvo", "Junipa"),
    *("Korrin", "Løvi", "Mirabel", "Nox", "Ottoline", "Pim", "Quill", "Rufa", "Sorrel", "Tobb"),
    *("Umbra", "Vesper", "Wilmot", "Xandry", "Yarrow", "Zéphine"),
)
_LAST = (
    *("Appleknock", "Bramblewick", "Cloudsley", "Dusk", "Emberly", "Fiddlestone", "Grimsby-Loo"),
    *("Hollowbrook", "Inkpen", "Jackdaw", "Kettleblack", "Lamplight", "Mossgrave", "Nettlefold"),
    *("Oddfellow", "Pennywhistle", "Quagmire", "Rustwater", "Starling", "Thistledown", "Underhill"),
    *("Vinegar", "Wobbleton", "Yesterday", "Zuckermoss"),
)

REVIEWERS = {
    "North Room": ("Ada Fernwhistle", "Bruno Taperlight", "Cleo Sandglass", "Dmitar Vole"),
    "Story Room": ("Edda Quickstep", "Farid Moonbeam", "Greta Ploughshare"),
    "Night Desk": ("Hanno Latelamp", "Iris Cobblestone", "Jorun Halfmoon"),
}
"""Reviewers by team. The last one of the Story Room is there for a single week."""

SHORT_TERM_REVIEWER = "Greta Ploughshare"


def project_name(index: int) -> str:
    """The name of the project with that index, from 0."""
    season, which = divmod(index, len(PROJECTS))
    return PROJECTS[which] + (f" {season + 1}" if season else "")


def character_name(random: Random) -> str:
    """A name that other characters may have, too."""
    return f"{random.choice(_FIRST)} {random.choice(_LAST)}"


def user_name(index: int) -> str:
    """The name of the person with that index, from 0; no two have the same."""
    first = _FIRST[index % len(_FIRST)].lower()
    return f"{first}.{_LAST[index // len(_FIRST) % len(_LAST)].lower()}{index:03}"


def worker_name(index: int) -> str:
    """The name of the machine with that index, from 0."""
    return f"rack{index // 8 + 1:02}-gpu{index % 8 + 1}"
