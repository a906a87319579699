"""Addresses of share links: whose signature counts, and for how long."""

from __future__ import annotations

import secrets
from uuid import UUID, uuid4

import pytest

from shared.dedup_keys import link_id
from shared.errors import PermanentError
from shared.share_links import Links

OLD, NEW = (secrets.token_urlsafe(48) for _ in range(2))
LINK = UUID("0190f0e2-7b1c-7000-8000-000000000001")


def test_a_link_has_the_same_address_every_time() -> None:
    links = Links([NEW], "https://reports.example.com/")
    assert links.page_url(LINK) == links.page_url(LINK)
    assert links.page_url(LINK).startswith("https://reports.example.com/s/")
    assert links.file_url(LINK) == links.page_url(LINK) + "/file"
    assert links.link_of(links.token(LINK)) == LINK


def test_links_of_before_work_while_keys_are_exchanged_and_not_after() -> None:
    before = Links([OLD], "").token(LINK)
    assert Links([NEW, OLD], "").link_of(before) == LINK
    assert Links([NEW, OLD], "").token(LINK) == Links([NEW], "").token(LINK)
    assert Links([NEW], "").link_of(before) is None


def test_no_address_can_be_made_without_the_key() -> None:
    links = Links([NEW], "")
    token = links.token(LINK)
    for position in range(len(token)):
        for other in "A.-é":
            if token[position] != other:
                bent = token[:position] + other + token[position + 1 :]
                assert links.link_of(bent) in (None, LINK)
                assert links.link_of(bent) is None or position == len(token) - 1, (
                    "the last character has bits that say nothing"
                )


def test_a_ticket_is_of_one_link_and_no_token_is_a_ticket() -> None:
    links = Links([NEW], "")
    assert links.is_ticket(links.ticket(LINK), LINK)
    assert not links.is_ticket(links.ticket(uuid4()), LINK)
    assert not links.is_ticket(links.token(LINK), LINK)
    assert links.link_of(links.ticket(LINK)) is None
    assert not links.is_ticket("", LINK)


def test_one_purpose_has_one_link_for_each_file() -> None:
    file, other = uuid4(), uuid4()
    assert link_id(file, "delivery/1") == link_id(file, "delivery/1")
    assert len({link_id(f, p) for f in (file, other) for p in ("delivery/1", "delivery/2")}) == 4


def test_no_link_is_sent_that_nobody_could_follow() -> None:
    Links([NEW], "https://reports.example.com").ensure_reachable()
    with pytest.raises(PermanentError, match="BROADSHEET_PUBLIC_URL"):
        Links([NEW], "").ensure_reachable()
