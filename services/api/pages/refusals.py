"""Refusals as whoever follows a link can read them: a page for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import Request, Response

from services.api.pages import page
from services.api.problems import Problem, problem_response

_TITLES = {404: "There is no such link", 410: "This link no longer works", 429: "Please wait"}


def is_person(request: Request) -> bool:
    """Whether a browser asks."""
    return "text/html" in request.headers.get("accept", "")


def refused(
    request: Request,
    problem: Problem,
    *,
    titles: Mapping[int, str] = _TITLES,
    framed_by: Sequence[str] = (),
) -> Response:
    """The problem, as the one who asks can read it.

    `titles`: of a page of it, by its status; `framed_by`: where that page may stand.
    """
    if not is_person(request):
        return problem_response(request, problem)
    title = titles.get(problem.status, "This link cannot be opened")
    words = f"{problem.detail[0].upper()}{problem.detail[1:]}."
    return page(
        "said.html",
        problem.status,
        problem.headers,
        framed_by=framed_by,
        title=title,
        words=words,
    )
