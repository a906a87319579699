"""Subjects that people write as templates: what they may say, and what is refused."""

from __future__ import annotations

import base64

import pytest

from shared.subject_templates import LONGEST, check, rendered

FACTS = {
    "title": "Delivery summary",
    "period": "October 2026",
    "organisation": "Test Studio",
    "kpis": {"delivered": "45"},
}


@pytest.mark.parametrize(
    ("template", "subject"),
    [
        ("{{ title }}, {{ period }}", "Delivery summary, October 2026"),
        ("{{ organisation | upper }}: {{ kpis.delivered }}", "TEST STUDIO: 45"),
        ("{% if kpis.delivered == '45' %}As planned{% else %}Look{% endif %}", "As planned"),
        ("  two\n lines  ", "two lines"),
    ],
)
def test_a_template_names_what_the_report_says(template: str, subject: str) -> None:
    assert rendered(template.replace("\n", " "), FACTS) == subject


@pytest.mark.parametrize(
    "template",
    [
        "{{ title",
        "{{ password }}",
        "{% for a in range(9) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
        "{{ 'x' * 1000000000 }}",
        "{{ title.__class__.__mro__ }}{{ cycler }}",
        "{{ title.format(title) }}",
        "{{ title | pprint }}",
        "{% include 'secrets' %}",
        "{{ title }}\r\nBcc: x@y.z",
        "=?utf-8?q?hi=0d=0aBcc:_x@y.z?=",
        "{{" + "(" * 140 + "1" + ")" * 140 + "}}",
        "{{" + "[" * 140 + "]" * 140 + "}}",
    ],
)
def test_what_could_run_away_or_break_out_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        check(template)


@pytest.mark.parametrize(
    "template",
    [
        "{{ title > 1 }}",
        "{{ title in 5 }}",
        "{{ title | truncate('ten') }}",
        "{{ title | truncate(1) }}",
        "{{ title | upper(1) }}",
        "{{ 1e999 | truncate }}",
        "{{ period.begin }}",
        "{{ ''.__class__ }}",
    ],
)
def test_what_no_report_could_make_a_subject_of_is_refused_when_saved_and_when_sent(
    template: str,
) -> None:
    for use in (check, lambda text: rendered(text, FACTS)):
        with pytest.raises(ValueError, match="the subject cannot be made"):
            use(template)


@pytest.mark.parametrize(
    "title",
    [
        "=?utf-8?q?hi=0d=0aBcc:_x@y.z?=",
        f"=?utf-8?b?{base64.b64encode(b'a' + bytes([13, 10]) + b'Bcc: x').decode()}?=",
    ],
)
def test_a_title_that_would_become_two_fields_is_refused(title: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        rendered("{{ title }}", FACTS | {"title": title})


def test_a_subject_that_is_empty_or_lacks_a_fact_is_refused_and_a_long_one_cut() -> None:
    with pytest.raises(ValueError, match="empty"):
        rendered("{{ title }}", {"title": " "})
    with pytest.raises(ValueError, match="cannot be made"):
        rendered("{{ kpis.no_such }}", FACTS)
    assert len(rendered("{{ title }}", {"title": "x" * 9999})) == LONGEST
