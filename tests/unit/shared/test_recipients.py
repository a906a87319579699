"""Who gets what a schedule sends: addresses as they stand, members in place of roles."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.recipients import addressed, names_roles

STUDIO = {
    "admin": ["ada@example.com", "Grace@example.com"],
    "author": ["bob@example.com"],
}


def to(address: str) -> dict[str, str]:
    return {"channel": "email", "to": address}


def everybody(role: str) -> dict[str, str]:
    return {"channel": "email", "role": role}


def test_a_role_is_everybody_who_has_it_now() -> None:
    found = addressed([everybody("admin")], STUDIO)
    assert found.deliver_to == [to("ada@example.com"), to("Grace@example.com")]
    assert found.missing is None


def test_whoever_is_named_and_has_the_role_gets_one_mail() -> None:
    found = addressed([everybody("admin"), to("grace@EXAMPLE.com"), everybody("author")], STUDIO)
    assert found.deliver_to == [
        to("grace@EXAMPLE.com"),
        to("ada@example.com"),
        to("bob@example.com"),
    ]


def test_members_who_share_a_mailbox_get_one_mail() -> None:
    shared = {"admin": ["team@example.com", "Team@example.com"], "viewer": ["TEAM@example.com"]}
    found = addressed([everybody("admin"), everybody("viewer")], shared)
    assert found.deliver_to == [to("team@example.com")]


def test_a_role_that_nobody_has_is_told_where_nobody_else_is_left() -> None:
    alone = addressed([everybody("viewer"), everybody("admin")], {"author": ["bob@example.com"]})
    assert alone.deliver_to == []
    assert alone.missing == "sent to nobody: no active viewer or admin has an address"
    assert addressed([everybody("viewer"), to("bob@example.com")], STUDIO).missing is None


def test_a_schedule_without_recipients_is_meant_to_have_none() -> None:
    found = addressed([], STUDIO)
    assert (found.deliver_to, found.missing) == ([], None)


@pytest.mark.parametrize(
    "entry",
    [
        {"channel": "email", "role": "boss"},
        {"channel": "pigeon", "role": "admin"},
        {"channel": "email", "role": "admin", "to": "ada@example.com"},
        {"role": "admin"},
        "admin",
        None,
    ],
    ids=str,
)
def test_what_is_no_recipient_is_left_for_the_scheduler_to_refuse(entry: Any) -> None:
    assert not names_roles([entry])
    assert addressed([entry, everybody("author")], STUDIO).deliver_to == [
        entry,
        to("bob@example.com"),
    ]


mailboxes = st.sampled_from(["a@x.org", "A@x.org", "b@x.org", "c@x.org", "d@x.org"])
roles = st.sampled_from(["viewer", "author", "admin"])


@given(
    st.lists(mailboxes.map(to), unique_by=lambda entry: entry["to"].casefold()),
    st.lists(roles.map(everybody)),
    st.dictionaries(roles, st.lists(mailboxes)),
)
def test_nobody_gets_two_mails_and_nobody_is_left_out(
    named: list[dict[str, str]], groups: list[dict[str, str]], members: dict[str, list[str]]
) -> None:
    found = addressed([*named, *groups], members)
    mailed = [entry["to"].casefold() for entry in found.deliver_to]
    meant = {entry["to"].casefold() for entry in named} | {
        address.casefold() for entry in groups for address in members.get(entry["role"], ())
    }
    assert len(set(mailed)) == len(mailed)
    assert set(mailed) == meant
    assert (found.missing is not None) == bool(groups and not meant)
