"""What is told of a destination's settings before anything is sent there."""

from __future__ import annotations

import pytest

from shared.destination_formats import checks
from shared.egress import EgressRules

APPRISE = checks(EgressRules.of("10.1.2.3:8080", "22,443"))["apprise-url"]


@pytest.mark.parametrize(
    "url",
    [
        *("jsons://2130706433/", "jsons://0x7f.1/", "jsons://127.1/", "xmls://printer/"),
        *("jsons://user:password@10.0.0.1/", "forms://metadata.google.internal/", "jsons:///x"),
        *("json://hooks.studio.example/", "jsons://hooks.studio.example:6379/", "form://10.1.2.3/"),
        *("discord://127.0.0.1/token", "gotify://localhost/token", "slack://[::1]/token"),
        *("discord://id/token mailto://user:password@example.com", "discord://id/token\nfile://x"),
        *("tgram://1:token/2, syslog://", "mailtos://user:password@example.com", "discord:id"),
    ],
)
def test_an_address_of_apprise_that_leads_inside_or_is_two_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        APPRISE(url)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
            "tgram://123456789:abc_def/12315544/",
        ),
        *(
            "msteams://studio/a@b/c/d/e/",
            "jsons://user:password@hooks.studio.example/a?b=https://c",
        ),
        *("json://10.1.2.3:8080/", "ntfys://reports", "gotifys://push.studio.example/token"),
    ],
)
def test_addresses_with_tokens_where_others_have_a_host_are_fine(url: str) -> None:
    APPRISE(url)
