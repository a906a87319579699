"""Which hosts and addresses may be reached, as far as it can be told without asking anybody."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.egress import EgressRules, is_public, plain_url

STRICT = EgressRules.of("", "22,443")

PRIVATE = (
    *("0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.255.255.254"),
    *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.0.10", "192.0.2.1"),
    *("192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
    *("239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16", "100.100.100.200"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1"),
    *("64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::", "2001::1"),
    *("2001:db8::1", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1"),
    *("ff0e::1", "100::1", "5f00::1", "2606:4700:4700::1111%eth0"),
)
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_no_single_host_of_the_internet_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))
    assert STRICT.refusal(address, 443, encrypted=True) is not None


@pytest.mark.parametrize("address", PUBLIC)
def test_hosts_of_the_internet_are_not(address: str) -> None:
    assert is_public(ip_address(address))
    assert STRICT.refusal(address, 443, encrypted=True) is None


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_within_another_form_is_never_public(number: int) -> None:
    for prefix in ("::ffff:0:0", "64:ff9b::", "::"):
        assert not is_public(IPv6Address(int(IPv6Address(prefix)) + number))
    assert not is_public(IPv6Address((0x2002 << 112) | (number << 80)))


WRITTEN_STRANGELY = (
    *("http://2130706433/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/"),
    *("https://127.1/", "https://127.0.0.1./", "https://[::ffff:127.0.0.1]/", "https://[::]/"),
    *("https://localhost/", "https://LOCALHOST/", "https://foo.localhost/", "https://printer/"),
    *("https://metadata.google.internal/", "https://user@studio.example/"),
    *("https://studio.example@127.0.0.1/", "https://studio.example:x@10.0.0.1/"),
    *("https://studio.example\\@127.0.0.1/", "https://studio.example#@127.0.0.1/"),
    *("https://studio.example/\t", "https://studio.exa\nmple/", " https://studio.example/"),
    *("https://studio.example:0/", "https://studio.example:99999/", "https:///path"),
    *("https://studio.example:6379/", "https:studio.example", "//studio.example/"),
    *("https://\uff11\uff12\uff17.0.0.1/", "https://b\u00fccher.example/"),
    *("https://-a.example/", "https://a..example/", "https://[studio.example]/"),
    *(
        "https://[v1.studio.example]/",
        "https://localhost.localdomain/",
        "https://127\u30020\u30020\u30021/",
    ),
    *("https://0300.0250.0.1/", "https://127.0.0.1%00.example/", "https://exa%6dple.example/"),
    *("https://[::ffff:0:127.0.0.1]/", "https://studio.example;@10.0.0.1/"),
    *("https://studio.example:+443/", "https://studio.example:4_43/", "https://0/"),
    *("https://[fe80::1%25eth0]/", "https://studio.example:443:443/"),
    *("file:///etc/passwd", "gopher://studio.example/", "ftp://studio.example/"),
    *("http://studio.example/", "javascript:alert(1)", ""),
)


@pytest.mark.parametrize("url", WRITTEN_STRANGELY)
def test_an_address_that_parsers_read_differently_is_refused(url: str) -> None:
    assert STRICT.url_refusal(url) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.studio.example/a/b?c=d",
        "https://hooks.studio.example:443/",
        "https://xn--bcher-kva.example/",
        "https://8.8.8.8/",
        "https://[2606:4700:4700::1111]/",
    ],
)
def test_a_plain_https_address_is_fine(url: str) -> None:
    assert STRICT.url_refusal(url) is None


@given(st.text(max_size=40))
def test_nothing_makes_the_check_stumble(text: str) -> None:
    for url in (text, f"https://{text}/", f"https://studio.example/{text}"):
        refused = STRICT.url_refusal(url)
        if refused is None:
            assert plain_url(url, "https").hostname


def test_what_the_operator_allows_is_exempt_from_everything_but_spelling() -> None:
    rules = EgressRules.of("minio.studio.example:9000, 10.1.0.0/16, localhost, [::1]:8080", "443")
    assert rules.url_refusal("http://minio.studio.example:9000/reports") is None
    assert rules.url_refusal("http://minio.studio.example:9001/reports") is not None
    assert rules.refusal("10.1.2.3", 5432, encrypted=False) is None
    assert rules.refusal("10.2.2.3", 443, encrypted=True) is not None
    assert rules.refusal("localhost", 1, encrypted=False) is None
    assert rules.refusal("::1", 8080, encrypted=False) is None
    assert rules.refusal("::1", 8081, encrypted=False) is not None
    assert rules.url_refusal("http://user@minio.studio.example:9000/") is not None


@pytest.mark.parametrize("allow", ["http://minio/", "10.0.0.0/33", "host:port", "a@b"])
def test_an_allow_list_that_cannot_be_read_is_refused_at_the_start(allow: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        EgressRules.of(allow, "443")
