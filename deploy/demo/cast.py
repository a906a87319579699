"""Projects, characters, their scenes, and the reviews that a character passes through."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random
from typing import NamedTuple

from deploy.demo import names
from deploy.demo.boundaries import boundary_instants
from deploy.demo.kinds import PROFILE_SHARES, PROFILES, TIERS
from deploy.demo.rows import Annotation, Character, Project, Review, Scene
from deploy.demo.season import growth, in_office_hours, orders, pace
from deploy.demo.story import LATE_PROJECT, SLOW_TEAM, Story
from deploy.demo.window import DAY, HOUR, WARM_UP_DAYS, Window, instant, milliseconds

_CHARACTERS_PER_DAY = 3.9
_PROJECT_WEIGHTS = (0.26, 0.2, 0.17, 0.24, 0.1, 0.08)
_SCENES_WITHOUT_CHARACTER = 8
_APPROVED = 0.72
_MOST_ROUNDS = 5


class Round(NamedTuple):
    """One review as it will happen, whether or not inside the window; milliseconds."""

    requested: int
    decided: int
    approved: bool
    reviewer: str
    team: str
    segments: int


class Plan(NamedTuple):
    """A character's whole course; milliseconds. The end of the window may cut it short."""

    onboarded: int
    delivered: int
    project: int
    name: str
    profile: int
    rounds: tuple[Round, ...]


class Casting(NamedTuple):
    """What the render farm needs to know of a character (or of a project's own scenes).

    Its scenes have the ids `first_scene` and following, `scenes` of them; jobs for it are asked
    for on the days [first_day, end_day).
    """

    project: int
    character: int | None
    first_scene: int
    scenes: int
    first_day: int
    end_day: int


def projects(window: Window) -> list[Project]:
    """Six of them; more, with the fourth root, above scale 1."""
    random, story = window.random("projects"), Story(window)
    rows = []
    for index in range(max(6, round(6 * window.scale**0.25))):
        started = window.start - int((170 + random.random() * 200) * DAY)
        started = in_office_hours(random, started)
        if index == LATE_PROJECT:
            started = in_office_hours(random, story.late_start)
        rows.append(Project(index + 1, names.project_name(index), instant(started)))
    return rows


class Cast:
    """The characters of a window and what belongs to them.

    Iterate `rows()` once; afterwards `castings`, `own_scenes` (of each project, by index) and
    `profiles` (of each scene, by id, from 1; an index into `PROFILES`) are filled for the
    render farm.
    """

    def __init__(self, window: Window) -> None:
        self.castings: list[Casting] = []
        self.own_scenes: list[Casting] = []
        self.profiles: list[int] = [-1]
        self._window = window
        self._story = Story(window)
        self._projects = projects(window)
        self._review_ids = count(1)
        self._annotation_ids = count(1)

    def rows(self) -> Iterator[Character | Scene | Review | Annotation]:
        """Characters in the order of their onboarding, each followed by what belongs to it."""
        yield from self._scenes_without_character()
        for plan in self._plans():
            if plan.delivered < self._window.start:
                continue  # delivered and gone to the archive before the data begin
            character = len(self.castings) + 1
            random = self._window.random("character", character)
            yield from self._character_rows(random, character, plan)

    def _plans(self) -> Iterator[Plan]:
        window = self._window
        special: dict[int, list[Plan]] = {}
        for at in boundary_instants(window):
            plan = self._boundary_plan(at)
            special.setdefault(plan.onboarded // DAY, []).append(plan)
        for day in range(window.start_day - WARM_UP_DAYS, window.end_day):
            random = window.random("plans", day)
            expected = _CHARACTERS_PER_DAY * window.scale * growth(window, day) * orders(day)
            plans = [self._plan(random, day) for _ in range(int(expected + random.random()))]
            yield from sorted(plans + special.get(day, []))

    def _plan(self, random: Random, day: int) -> Plan:
        project = self._any_project(random, day)
        profile = random.choices(range(len(PROFILES)), PROFILE_SHARES)[0]
        onboarded = day * DAY + int((7.5 + random.random() * 10) * HOUR)
        factor = PROFILES[profile].scene_type.turnaround * PROFILES[profile].tier.turnaround
        work = random.lognormvariate(2.45, 0.42) * factor * pace(day)
        at = self._soonest(random, project, onboarded + int(work * DAY))
        rounds: list[Round] = []
        while not rounds or not rounds[-1].approved:
            last_chance = len(rounds) + 1 == _MOST_ROUNDS
            rounds.append(self._round(random, project, at, certain=last_chance))
            at = rounds[-1].decided + int(random.lognormvariate(0.7, 0.5) * DAY)
            at = self._soonest(random, project, at)
        delivered = rounds[-1].decided + int((0.3 + random.random() * 5) * HOUR)
        delivered = self._soonest(random, project, delivered)
        name = names.character_name(random)
        return Plan(onboarded, delivered, project, name, profile, tuple(rounds))

    def _boundary_plan(self, at: int) -> Plan:
        """A character delivered exactly at that instant, in a project without a pause."""
        random = self._window.random("boundary", at)
        project = 0 if random.random() < 0.6 else 4
        profile = random.choices(range(len(PROFILES)), PROFILE_SHARES)[0]
        decided = at - 2 * HOUR
        review = Round(decided - 5 * HOUR, decided, True, "Ada Fernwhistle", "North Room", 12)
        name = names.character_name(random)
        return Plan(at - 21 * DAY, at, project, name, profile, (review,))

    def _any_project(self, random: Random, day: int) -> int:
        weights = [_PROJECT_WEIGHTS[index % 6] for index in range(len(self._projects))]
        if instant(day * DAY) <= self._projects[LATE_PROJECT].started_at:
            weights[LATE_PROJECT] = 0.0
        return random.choices(range(len(weights)), weights)[0]

    def _soonest(self, random: Random, project: int, at: int) -> int:
        """When what is due at `at` is done: in office hours, and not during a pause."""
        at = in_office_hours(random, at)
        pause = self._story.pauses.get(project)
        return at if pause is None else in_office_hours(random, pause.delay(at))

    def _round(self, random: Random, project: int, requested: int, *, certain: bool) -> Round:
        team = random.choices(tuple(names.REVIEWERS), (0.42, 0.33, 0.25))[0]
        present = self._reviewers(team, requested)
        hours = random.lognormvariate(3.2 if team == SLOW_TEAM else 1.7, 0.7)
        decided = self._soonest(random, project, requested + int(hours * HOUR))
        approved = certain or random.random() < _APPROVED
        segments = 4 + int(random.random() ** 2 * 36)
        return Round(requested, decided, approved, random.choice(present), team, segments)

    def _reviewers(self, team: str, at: int) -> list[str]:
        helped = self._window.end - 20 * DAY <= at < self._window.end - 13 * DAY
        members = names.REVIEWERS[team]
        return [name for name in members if helped or name != names.SHORT_TERM_REVIEWER]

    def _character_rows(
        self, random: Random, character: int, plan: Plan
    ) -> Iterator[Character | Scene | Review | Annotation]:
        end = self._window.end
        scene_type, tier = PROFILES[plan.profile]
        yield Character(
            character,
            plan.project + 1,
            plan.name,
            scene_type.name,
            tier.name,
            instant(plan.onboarded),
            instant(plan.delivered) if plan.delivered < end else None,
        )
        yield from self._scenes_of(random, character, plan)
        for review in plan.rounds:
            if review.requested < end:
                yield from self._review_rows(random, character, review)

    def _scenes_of(self, random: Random, character: int, plan: Plan) -> Iterator[Scene]:
        first = len(self.profiles)
        number = 2 + int(random.random() * 6)
        # Jobs are asked for from the next day on, when every scene is there.
        rest_of_day = DAY - plan.onboarded % DAY
        for index in range(number):
            profile = plan.profile
            if index and random.random() < 0.3:  # some scenes show it in another way
                other = random.choices(range(len(PROFILES)), PROFILE_SHARES)[0]
                profile = other - other % len(TIERS) + plan.profile % len(TIERS)
            created = plan.onboarded + int(random.random() * min(6 * HOUR, rest_of_day))
            yield self._scene(plan.project, character, profile, created)
        first_day, end_day = plan.onboarded // DAY + 1, plan.rounds[-1].requested // DAY
        self.castings.append(
            Casting(plan.project, character, first, number, first_day, max(first_day, end_day))
        )

    def _scenes_without_character(self) -> Iterator[Scene]:
        random = self._window.random("scenes")
        for project in self._projects:
            begin = max(self._window.start, milliseconds(project.started_at))
            first = len(self.profiles)
            for _ in range(_SCENES_WITHOUT_CHARACTER):
                profile = 9 + random.choice((0, 1, 2))  # establishing
                yield self._scene(project.id - 1, None, profile, begin)
            self.own_scenes.append(
                Casting(
                    project.id - 1,
                    None,
                    first,
                    _SCENES_WITHOUT_CHARACTER,
                    begin // DAY + 1,
                    self._window.end_day,
                )
            )

    def _scene(self, project: int, character: int | None, profile: int, created: int) -> Scene:
        self.profiles.append(profile)
        scene_type, tier = PROFILES[profile]
        scene_id = len(self.profiles) - 1
        return Scene(scene_id, project + 1, character, scene_type.name, tier.name, instant(created))

    def _review_rows(
        self, random: Random, character: int, review: Round
    ) -> Iterator[Review | Annotation]:
        end = self._window.end
        decided = review.decided < end
        review_id = next(self._review_ids)
        yield Review(
            review_id,
            character,
            instant(review.requested),
            instant(review.decided) if decided else None,
            ("approved" if review.approved else "rejected") if decided else None,
            review.reviewer,
            review.team,
            review.segments,
        )
        density = {"North Room": 0.45, "Story Room": 0.8, SLOW_TEAM: 0.6}[review.team]
        density *= 0.6 if review.approved else 1.9
        notes = int(review.segments * density * (0.5 + random.random()) + random.random())
        # Notes are left while somebody looks, which is the last hours before the decision.
        looking = min(review.decided - review.requested, 3 * HOUR)
        moments = (review.decided - int(random.random() * looking) for _ in range(notes))
        for moment in sorted(moments):
            if moment < end:
                yield Annotation(next(self._annotation_ids), review_id, instant(moment))
