"""Every refusal is a 4xx problem+json that names the field."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.running_api import RunningApi, body
from tests.tenants import Tenant

REPORTS = "/api/v1/reports"
JSON = {"Content-Type": "application/json"}


def period(first: Any = "2026-10-01", last: Any = "2026-10-31", **other: Any) -> dict[str, Any]:
    return {"period": {"from": first, "to": last, **other}}


def without(field: str) -> dict[str, Any]:
    return {name: value for name, value in body().items() if name != field}


def mail_to(*addresses: Any) -> dict[str, Any]:
    return {"deliver_to": [{"channel": "email", "to": address} for address in addresses]}


def assert_refused(answer: httpx.Response, status: int, *fields: str) -> None:
    """A problem of that status, of the type that goes with it, naming exactly these fields."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    kinds = {
        400: "bad-request",
        401: "unauthorized",
        413: "too-large",
        415: "unsupported-media-type",
        422: "invalid",
    }
    assert problem["type"] == f"/problems/{kinds[status]}"
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"] == REPORTS
    assert tuple(error["field"] for error in problem.get("errors", ())) == fields
    assert all(error["detail"] for error in problem.get("errors", ()))
    assert len(answer.content) < 10_000


WRONG_FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "a type left out": (without("type"), "/type"),
    "formats left out": (without("formats"), "/formats"),
    "a period left out": (without("period"), "/period"),
    "a type nobody offers": (body(type="weather"), "/type"),
    "a type that is a number": (body(type=7), "/type"),
    "a type longer than any name": (body(type="x" * 64), "/type"),
    "a format nobody makes": (body(formats=["docx"]), "/formats/0"),
    "an internal format": (body(formats=["mail"]), "/formats/0"),
    "a format asked for twice": (body(formats=["csv", "csv"]), "/formats/1"),
    "no format": (body(formats=[]), "/formats"),
    "more formats than there can be": (body(formats=["csv"] * 11), "/formats"),
    "a format that is a number": (body(formats=[1]), "/formats/0"),
    "an endless format": (body(formats=["x" * 10_000]), "/formats/0"),
    "an unknown parameter": (body(parameters={"colour": "red"}), "/parameters/colour"),
    "a parameter's odd name": (body(parameters={"a/b~c": 1}), "/parameters/a~1b~0c"),
    "a parameter of a wrong type": (body(parameters={"projects": "all"}), "/parameters/projects"),
    "a parameter outside its values": (body(parameters={"grain": "hour"}), "/parameters/grain"),
    "a wrong item of a parameter": (body(parameters={"projects": [""]}), "/parameters/projects/0"),
    "parameters that are a list": (body(parameters=[]), "/parameters"),
    "a period that is a text": (body(period="october"), "/period"),
    "a period with neither days nor preset": (body(period={}), "/period"),
    "a period without its end": (body(period={"from": "2026-10-01"}), "/period"),
    "both days and a preset": (body(**period(preset="today")), "/period"),
    "an unknown preset": (body(period={"preset": "last_decade"}), "/period/preset"),
    "a reversed period": (body(**period("2026-10-31", "2026-10-01")), "/period"),
    "400 years": (body(**period("1970-01-01", "2199-12-31")), "/period"),
    "400 years before anybody counted": (body(**period("1626-10-01")), "/period/from"),
    "a day as a number": (body(**period(20261001)), "/period/from"),
    "a day as a Unix time": (body(**period(1790812800.5)), "/period/from"),
    "a day with a time": (body(**period("2026-10-01T00:00:00")), "/period/from"),
    "a day with a time and a zone": (body(**period("2026-10-01T00:00:00+02:00")), "/period/from"),
    "day zero": (body(**period("0000-00-00")), "/period/from"),
    "the last day there is": (body(**period(last="9999-12-31")), "/period/to"),
    "a day of the year ten thousand": (body(**period(last="10000-01-01")), "/period/to"),
    "a day that does not exist": (body(**period("2026-02-30")), "/period/from"),
    "an ISO week date": (body(**period("2026-W40-4")), "/period/from"),
    "a day of other digits": (body(**period("\uff12\uff10\uff12\uff16-10-01")), "/period/from"),
    "a day that is null": (body(**period(None)), "/period"),
    "a zone that is a path": (body(timezone="../../etc/passwd"), "/timezone"),
    "a zone that is an absolute path": (body(timezone="/etc/localtime"), "/timezone"),
    "a zone nobody lives in": (body(timezone="Mars/X"), "/timezone"),
    "a zone in lower case": (body(timezone="europe/berlin"), "/timezone"),
    "the machine's own zone": (body(timezone="localtime"), "/timezone"),
    "a zone with leap seconds": (body(timezone="right/Europe/Berlin"), "/timezone"),
    "a folder of zones": (body(timezone="Europe"), "/timezone"),
    "an endless zone": (body(timezone="Europe/" + "x" * 50_000), "/timezone"),
    "an empty zone": (body(timezone=""), "/timezone"),
    "an unknown option": (body(format_options={"bom": True}), "/format_options/bom"),
    "an option that is no switch": (
        body(format_options={"csv_byte_order_mark": "yes"}),
        "/format_options/csv_byte_order_mark",
    ),
    "an unknown field": (body(colour="red"), "/colour"),
    "an unknown field of the period": (body(**period(until="2026-10-31")), "/period/until"),
    "an unknown field of a recipient": (
        body(deliver_to=[{"channel": "email", "to": "a@example.com", "cc": "b@example.com"}]),
        "/deliver_to/0/cc",
    ),
    "a channel nobody serves": (
        body(deliver_to=[{"channel": "pigeon", "to": "a@example.com"}]),
        "/deliver_to/0/channel",
    ),
    "two addresses in one": (body(**mail_to("a@example.com,b@example.com")), "/deliver_to/0/to"),
    "two addresses, apart": (body(**mail_to("a@example.com b@example.com")), "/deliver_to/0/to"),
    "a name before the address": (body(**mail_to("Ada <ada@example.com>")), "/deliver_to/0/to"),
    "an encoded word": (body(**mail_to("=?utf-8?q?ada?=@example.com")), "/deliver_to/0/to"),
    "an address without a domain": (body(**mail_to("ada")), "/deliver_to/0/to"),
    "an address at a number": (body(**mail_to("ada@[127.0.0.1]")), "/deliver_to/0/to"),
    "a quoted mailbox": (body(**mail_to('"a b"@example.com')), "/deliver_to/0/to"),
    "an endless address": (body(**mail_to("a" * 300 + "@example.com")), "/deliver_to/0/to"),
    "a recipient named twice": (
        body(**mail_to("ada@example.com", "ada@EXAMPLE.com")),
        "/deliver_to/1/to",
    ),
    "a recipient named twice in another case": (
        body(**mail_to("ada@example.com", "Ada@example.com")),
        "/deliver_to/1/to",
    ),
    "too many recipients": (
        body(**mail_to(*(f"p{number}@example.com" for number in range(101)))),
        "/deliver_to",
    ),
    "a line break in an address": (
        body(**mail_to("ada@example.com\r\nBcc: eve@example.com")),
        "/deliver_to/0/to",
    ),
    "a line break after an address": (body(**mail_to("ada@example.com\n")), "/deliver_to/0/to"),
    "NUL in a zone": (body(timezone="Europe/\0Berlin"), "/timezone"),
    "NUL in a type": (body(type="delivery\0summary"), "/type"),
    "a control character in a parameter": (
        body(parameters={"projects": ["a\x1bb"]}),
        "/parameters/projects/0",
    ),
    "a lone surrogate": (body(parameters={"projects": ["\ud800"]}), "/parameters/projects/0"),
    "a lone surrogate in a name": (body(parameters={"\ud800": 1}), "/parameters"),
    "NUL in a name": (body(**{"a\0b": 1}), ""),
    "a list": ([body()], ""),  # type: ignore[dict-item]
    "null": (None, ""),  # type: ignore[dict-item]
}


@pytest.mark.parametrize(("asked", "field"), WRONG_FIELDS.values(), ids=WRONG_FIELDS)
async def test_a_wrong_field_is_refused_by_its_name(
    asked: dict[str, Any], field: str, ada: httpx.AsyncClient
) -> None:
    answer = await ada.post(REPORTS, content=json.dumps(asked), headers=JSON)

    assert_refused(answer, 422, field)


def _raw(**parts: str) -> bytes:
    """A good body with one field's JSON text replaced."""
    texts = {name: json.dumps(value) for name, value in body().items()} | parts
    return ("{" + ",".join(f'"{name}":{text}' for name, text in texts.items()) + "}").encode()


WRONG_JSON: dict[str, tuple[bytes, str]] = {
    "NaN": (_raw(parameters='{"limit":NaN}'), "/parameters/limit"),
    "Infinity": (_raw(parameters='{"limits":[1,-Infinity]}'), "/parameters/limits/1"),
    "a number beyond a double": (_raw(parameters='{"limit":1e400}'), "/parameters/limit"),
    "a number of 4000 digits": (
        _raw(parameters='{"limit":' + "9" * 4000 + "}"),
        "/parameters/limit",
    ),
    "a number of 100000 digits": (_raw(type="1" * 100_000), "/type"),
    "a key that stands twice": (_raw()[:-1] + b',"type":"delivery_summary"}', "/type"),
    "a key that stands twice within": (
        _raw(period='{"from":"2026-10-01","to":"2026-10-31","to":"2026-10-30"}'),
        "/period/to",
    ),
    "a key that stands twice in parameters": (
        _raw(parameters='{"a":{"b":1,"b":1}}'),
        "/parameters/a/b",
    ),
    "a key that stands twice, spelled otherwise": (
        _raw(parameters='{"grain":"day","\\u0067rain":"day"}'),
        "/parameters/grain",
    ),
    "a body nested a thousand deep": (b"[" * 1_000 + b"]" * 1_000, ""),
    "a body nested a hundred thousand deep": (b'{"a":' * 30_000 + b"1" + b"}" * 30_000, ""),
    "parameters nested deep": (_raw(parameters='{"a":' * 25 + "1" + "}" * 25), ""),
    "bytes that are not UTF-8": (_raw(type='"\xe9"').decode().encode("latin-1"), ""),
    "UTF-16": (json.dumps(body()).encode("utf-16"), ""),
    "half a body": (_raw()[:-5], ""),
    "two bodies": (_raw() * 2, ""),
    "a trailing comma": (_raw()[:-1] + b",}", ""),
    "nothing": (b"", ""),
    "a form": (b"type=delivery_summary", ""),
}


@pytest.mark.parametrize(("content", "field"), WRONG_JSON.values(), ids=WRONG_JSON)
async def test_json_that_parsers_disagree_about_is_refused(
    content: bytes, field: str, ada: httpx.AsyncClient
) -> None:
    assert_refused(await ada.post(REPORTS, content=content, headers=JSON), 422, field)


async def test_everything_that_is_wrong_is_named_at_once(ada: httpx.AsyncClient) -> None:
    asked = body(period={"from": "x", "to": "y"}, timezone="Mars/X", colour="red")

    answer = await ada.post(REPORTS, json=asked)

    assert_refused(answer, 422, "/timezone", "/period/from", "/period/to", "/colour")


async def test_a_flood_of_errors_is_answered_with_a_few(ada: httpx.AsyncClient) -> None:
    for asked in (
        body(**{f"field{number}": 1 for number in range(5_000)}),
        body(parameters={f"field{number}": 1 for number in range(5_000)}),
        body(parameters={"projects": [1] * 50_000}),
    ):
        answer = await ada.post(REPORTS, json=asked)

        assert answer.status_code == 422
        assert 1 <= len(answer.json()["errors"]) <= 20


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        "application/jsonp",
        "application/problem+json",
        "nonsense",
    ],
)
async def test_a_body_that_is_not_called_json_is_refused(
    content_type: str | None, ada: httpx.AsyncClient
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}

    answer = await ada.post(REPORTS, content=json.dumps(body()).encode(), headers=headers)

    assert_refused(answer, 415, "Content-Type")


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", 'application/json; charset="UTF-8"'],
)
async def test_json_may_be_called_so_in_any_spelling(
    content_type: str, ada: httpx.AsyncClient
) -> None:
    headers = {"Content-Type": content_type}

    answer = await ada.post(REPORTS, content=json.dumps(body()).encode(), headers=headers)

    assert answer.status_code == 202


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256, "tab\tbed"])
async def test_an_idempotency_key_is_visible_ascii(key: str, ada: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}

    answer = await ada.post(REPORTS, json=body(), headers=headers)  # type: ignore[arg-type]

    assert_refused(answer, 422, "Idempotency-Key")


async def test_a_body_over_the_limit_is_refused_before_it_is_read(
    api: RunningApi, studio: Tenant
) -> None:
    read: list[bytes] = []

    async def long_body() -> Any:
        for _ in range(1_000):
            read.append(b"x" * 65_536)
            yield read[-1]

    async with api.client(studio) as client:
        announced = await client.post(
            REPORTS, content=long_body(), headers={**JSON, "Content-Length": str(65_536_000)}
        )
        assert read == []
        chunked = await client.post(REPORTS, content=long_body(), headers=JSON)

    assert_refused(announced, 413, "")
    assert_refused(chunked, 413, "")
    # 256 KiB are four of these, and the fifth tells.
    assert len(read) <= 6


async def test_a_body_just_within_the_limit_is_read(api: RunningApi, studio: Tenant) -> None:
    content = json.dumps(body()).encode()
    padded = content + b" " * (api.settings.max_body_bytes - len(content))

    async with api.client(studio) as client:
        fits = await client.post(REPORTS, content=padded, headers=JSON)
        too_long = await client.post(REPORTS, content=padded + b" ", headers=JSON)

    assert fits.status_code == 202
    assert_refused(too_long, 413, "")


async def test_nobody_is_told_what_is_wrong_before_they_have_said_who_they_are(
    api: RunningApi,
) -> None:
    async with api.client() as client:
        for content, headers in ((b"{", JSON), (b"x", {}), (json.dumps(body()).encode(), JSON)):
            assert_refused(
                await client.post(REPORTS, content=content, headers=headers), 401, "Authorization"
            )


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Idempotency-Key", ("one", "two")),
        ("Content-Type", ("application/json", "application/json")),
        ("Authorization", ("", "Bearer other")),
    ],
)
async def test_of_two_headers_none_is_chosen(
    name: str, values: tuple[str, str], ada: httpx.AsyncClient
) -> None:
    good = {"Content-Type": "application/json", "Authorization": ada.headers["authorization"]}
    others = [(other, value) for other, value in good.items() if other != name]
    twice = [(name, value or good[name]) for value in values]
    async with httpx.AsyncClient(transport=ada._transport, base_url=ada.base_url) as client:
        answer = await client.post(
            REPORTS, content=json.dumps(body()).encode(), headers=[*others, *twice]
        )

    assert_refused(answer, 400, name)


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip"])
async def test_an_encoded_body_is_refused(coding: str, ada: httpx.AsyncClient) -> None:
    headers = {**JSON, "Content-Encoding": coding}

    answer = await ada.post(REPORTS, content=json.dumps(body()).encode(), headers=headers)

    assert_refused(answer, 415, "Content-Encoding")


async def test_what_is_repeated_of_a_request_is_short(ada: httpx.AsyncClient) -> None:
    endless = "x" * 100_000
    for asked in (
        body(parameters={"projects": endless}),
        body(parameters={"projects": [{"name": endless}]}),
        body(parameters={"grain": endless}),
        body(parameters={endless: 1}),
        body(**{endless: 1}),
    ):
        answer = await ada.post(REPORTS, json=asked)

        assert answer.status_code == 422
        assert "x" * 81 not in answer.text


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (body(formats=[]), "give at least 1"),
        (body(period="october"), "give an object with named fields"),
        (body(parameters={"projects": "all"}), "give a list"),
        (body(parameters={"grain": "hour"}), "use one of auto, day, week, month"),
        (body(type=7), "give a text"),
    ],
)
async def test_a_refusal_is_in_words_for_people(
    asked: dict[str, Any], words: str, ada: httpx.AsyncClient
) -> None:
    (error,) = (await ada.post(REPORTS, json=asked)).json()["errors"]

    assert error["detail"] == words


async def test_a_body_that_stops_half_way_is_answered(
    api: RunningApi, served: str, ada: httpx.AsyncClient
) -> None:
    port = int(served.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"POST {REPORTS} HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n"
        f"Authorization: {ada.headers['authorization']}\r\nContent-Length: 100\r\n\r\n{{".encode()
    )

    # To its end: the connection is closed, whatever may still come of the body.
    answer = await asyncio.wait_for(reader.read(), api.settings.body_seconds + 10)

    writer.close()
    assert answer.startswith(b"HTTP/1.1 408")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["type"] == "/problems/timeout"


def _queries() -> Iterator[tuple[str, str]]:
    yield "statsu=failed", "statsu"
    yield "status=failed&%00=1", "\x00"
    yield "status=lost", "status"
    yield "status=completed&status=failed", "status"
    yield "limit=1&limit=2", "limit"
    yield "type=%00", "type"
    yield "type=" + "x" * 64, "type"
    yield "type=Delivery%20Summary", "type"
    for limit in ("0", "-1", "201", "ten", "1e2", "9" * 5_000, "%00", "1.5", ""):
        yield f"limit={limit}", "limit"
    for cursor in (
        "x",
        "%00",
        "é",
        "AAAA",
        "A" * 32 + "=",
        "f" + "_" * 31,
        "f" * 201,
        "eyJhIjoxfQ",
    ):
        yield f"cursor={cursor}", "cursor"


@pytest.mark.parametrize(("query", "field"), list(_queries()))
async def test_a_wrong_query_parameter_is_refused_by_its_name(
    query: str, field: str, ada: httpx.AsyncClient
) -> None:
    assert_refused(await ada.get(f"{REPORTS}?{query}"), 422, field)


@pytest.mark.parametrize("path", ["/api/v1/members/%00", "/api/v1/members/" + "x" * 201])
async def test_a_wrong_sub_is_refused(path: str, ada: httpx.AsyncClient) -> None:
    for answer in (await ada.put(path, json={"role": "viewer"}), await ada.delete(path)):
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["sub"]


@pytest.mark.parametrize("framing", ["Content-Length: 99999999", "Transfer-Encoding: chunked"])
async def test_a_body_over_the_limit_is_refused_on_the_wire(
    framing: str, served: str, ada: httpx.AsyncClient
) -> None:
    port = int(served.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"POST {REPORTS} HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n"
        f"Authorization: {ada.headers['authorization']}\r\n{framing}\r\n\r\n".encode()
    )
    # Chunks of 64 KiB until the limit of 256 KiB is passed; of an announced body nothing at all.
    if "chunked" in framing:
        for _ in range(5):
            writer.write(b"10000\r\n" + b" " * 65_536 + b"\r\n")

    answer = await asyncio.wait_for(reader.read(), 10)

    writer.close()
    head, _, content = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in head
    assert json.loads(content)["type"] == "/problems/too-large"
