"""What the command that makes a tenant takes, and what it refuses."""

from __future__ import annotations

import pytest

from shared.store.new_tenant import NewTenant, Studio, asked


def test_little_has_to_be_said() -> None:
    assert asked(["acme", "Acme Pictures", "--admin", "grace"]) == NewTenant(
        slug="acme", name="Acme Pictures", admin="grace"
    )


def test_everything_can_be_said() -> None:
    assert asked(
        [
            *("acme", "Ácme", "--admin", "grace", "--admin-email", "grace@example.com"),
            *("--timezone", "Europe/Berlin", "--without-usage-summary"),
            *("--studio", "BROADSHEET_SOURCE_ACME_STUDIO_URL", "--search-path", "acme"),
        ]
    ) == NewTenant(
        slug="acme",
        name="Ácme",
        admin="grace",
        admin_email="grace@example.com",
        timezone="Europe/Berlin",
        studio=Studio("BROADSHEET_SOURCE_ACME_STUDIO_URL", "acme"),
        usage_summary=False,
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Acme!", "Acme"), "slug: small letters, digits and hyphens"),
        (("acme", "Acme\nPictures"), "is not a name"),
        (("acme", ""), "is not a name"),
        (("acme", "Acme", "--timezone", "Mars/X"), "unknown timezone 'Mars/X'"),
        (("acme", "Acme", "--timezone", "../../etc/passwd"), "unknown timezone"),
        (("acme", "Acme", "--admin-email", "a@example.com,b@example.com"), "one e-mail address"),
        (("acme", "Acme", "--studio", "postgresql://me@db/x"), "environment variable"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_and_named(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        asked([*arguments, "--admin", "grace"])
    assert refused.value.code == 2
    assert said in capsys.readouterr().err
