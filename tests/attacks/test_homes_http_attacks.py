"""Attacks on what homes talk to: enrollment, the feed, withdrawals, by strangers, homes and web pages."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from hub.enrollment import setup as enrollment_setup
from hub.enrollment.model import WrongCode
from hub.kit.access import OPERATOR
from hub.kit.codes import new_code
from milton_protocol import canonical
from tests.simulators.agency import enrol_body
from tests.simulators.hub_bench import running_hub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tests.simulators.hub_bench import HubBench

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEEP = 20_000
POSTS = ("/v1/enrol", "/v1/withdrawals", "/v1/consents", "/v1/shares")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HubBench]:
    """Run a hub as it is served, for all of these attacks."""
    async with running_hub(tmp_path_factory.mktemp("hub")) as started:
        yield started


@pytest.fixture
async def code(bench: HubBench) -> str:
    """Make a code for one home, in an hour in which nobody has guessed yet."""
    bench.clock.ahead += timedelta(hours=2)
    enrollment = enrollment_setup.build(bench.hub)
    async with bench.hub.database.session("test") as session:
        return await enrollment.new_code(session, OPERATOR, cell="3414,-8430", at=bench.clock())


async def ask(
    bench: HubBench, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Mapping[str, str], bytes]:
    """Ask as anybody can."""
    async with bench.session.request(method, bench.homes_url + path, data=body, headers=headers) as answer:
        return answer.status, answer.headers, await answer.read()


async def try_code(bench: HubBench, code: str, **headers: str) -> tuple[int, str]:
    """Try to enroll with a code; return status and rule."""
    body = canonical.encode(enrol_body(code, secrets.token_hex(16)))
    status, _, answer = await ask(bench, "POST", "/v1/enrol", body, headers)
    return status, json.loads(answer).get("error", "")


async def test_one_code_used_by_many_homes_at_once_enrols_one(bench: HubBench, code: str) -> None:
    """A race has one winner, and the others learn nothing but that it was used."""
    tried = await asyncio.gather(*(try_code(bench, code) for _ in range(8)))
    assert sorted(tried) == [(200, ""), *[(409, "code_used")] * 7]


async def test_wrong_codes_sent_all_at_once_are_counted_like_one_after_the_other(bench: HubBench, code: str) -> None:
    """Ten an hour are written down from one address, whatever it says about itself; the right one is taken anyway."""
    tried = await asyncio.gather(
        *(try_code(bench, new_code(), **{"X-Forwarded-For": f"203.0.113.{number}"}) for number in range(40))
    )
    assert set(tried) == {(404, "code_unknown")}
    async with bench.hub.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(WrongCode)) == 10
    assert (await try_code(bench, code, Forwarded="for=198.51.100.7"))[0] == 200


@pytest.mark.parametrize(
    ("body", "status", "rule"),
    [
        (b"[" * DEEP, 400, "too_deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400, "too_deep"),
        (b'{"type":"milton/enrol","type":"milton/enrol"}', 400, "duplicate_key"),
        (b'{"version":' + b"9" * 5_000 + b"}", 400, "not_an_integer"),
        (b'{"version":1.0}', 400, "not_an_integer"),
        (b'{ "a":1}', 400, "not_canonical"),
        (b'{"a":"\\ud800"}', 400, "not_utf8"),
        (gzip.compress(b"{}"), 400, "not_utf8"),
        (b"", 400, "not_json"),
        (b"\x00" * 70_000, 413, "message_too_long"),
    ],
)
async def test_a_hostile_body_is_refused_by_name_at_every_door(
    bench: HubBench, body: bytes, status: int, rule: str
) -> None:
    """Strangers' and enrolled homes' alike; nothing fails inside."""
    for path in POSTS:
        answered, _, answer = await ask(bench, "POST", path, body, bench.home.headers)
        assert (answered, json.loads(answer)["error"]) == (status, rule), path


async def test_a_body_that_says_it_is_compressed_is_not_unpacked(bench: HubBench) -> None:
    """A kilobyte can't become a gigabyte."""
    bomb = gzip.compress(b" " * 2**24)
    for path in POSTS:
        headers = bench.home.headers | {"Content-Encoding": "gzip"}
        assert (await ask(bench, "POST", path, bomb, headers))[0] in {400, 415}, path


async def test_a_body_without_end_is_cut_off(bench: HubBench) -> None:
    """In chunks, with no length announced."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 65_536

    for path in POSTS:
        assert (await ask(bench, "POST", path, endless(), bench.home.headers))[0] == 413, path


@pytest.mark.parametrize("word", ["withdrawal", "consent"])
async def test_an_owners_word_with_wrong_types_names_no_share(bench: HubBench, word: str) -> None:
    """Envelopes in envelopes, numbers for texts, and a payload that is no JSON."""
    for payload in (b"{}", b"[]", b"\xff", b'{"share_id":1}', b"[" * 1_000):
        envelope = canonical.encode(
            {
                "payload": base64.b64encode(payload).decode(),
                "payloadType": f"application/vnd.milton.{word}.v1+json",
                "signatures": [{"keyid": "0" * 64, "sig": base64.b64encode(bytes(64)).decode()}],
            }
        )
        assert (await ask(bench, "POST", f"/v1/{word}s", envelope))[0] == 400, payload
    for shape in ({"payload": 7}, {"payload": None}, [], "x", {"payload": {"payload": "e30="}}):
        assert (await ask(bench, "POST", f"/v1/{word}s", canonical.encode(shape)))[0] == 400, shape


async def test_a_secret_that_is_answered_is_kept_by_nobody_on_the_way(bench: HubBench, code: str) -> None:
    """The enrolment's answer holds a token and a password."""
    body = canonical.encode(enrol_body(code, secrets.token_hex(16)))
    status, headers, answer = await ask(bench, "POST", "/v1/enrol", body)
    assert (status, headers["Cache-Control"], headers["X-Content-Type-Options"]) == (200, "no-store", "nosniff")
    assert "home_token" in json.loads(answer)
    for path in ("/v1/city", "/v1/feed", "/v1/nothing"):
        _, headers, _ = await ask(bench, "GET", path, headers=bench.home.headers)
        assert headers["Cache-Control"] in {"no-store", "no-cache"}
        assert headers["X-Content-Type-Options"] == "nosniff"


async def test_no_web_page_reads_what_a_home_reads(bench: HubBench) -> None:
    """No CORS header, no cookie that would count, and a rebound name gets nothing."""
    page = {"Origin": "https://evil.example", "Cookie": f"milton_session={bench.home.headers['Authorization'][7:]}"}
    status, headers, answer = await ask(bench, "GET", "/v1/feed", headers=page)
    assert (status, json.loads(answer)["error"]) == (401, "home_unknown")
    assert not [name for name in headers if name.lower().startswith("access-control-")]
    assert (await ask(bench, "OPTIONS", "/v1/feed", headers=page))[0] in {401, 405}
    rebound = bench.home.headers | {"Host": "rebound.evil.example"}
    assert (await ask(bench, "GET", "/v1/feed?after=0", headers=rebound))[0] == 421


@pytest.mark.parametrize(
    "bearer",
    [
        b"Bearer ",
        b"Bearer \xff\xfe",
        b"Basic TOKEN",
        b"Bearer  TOKEN",
        b"Bearer TOKEN,TOKEN",
        b"BearerTOKEN",
    ],
)
async def test_only_the_very_token_opens_the_feed(bench: HubBench, bearer: bytes) -> None:
    """Another scheme, spaces, lists and bytes that are no text."""
    token = bench.home.headers["Authorization"].removeprefix("Bearer ").encode()
    line = b"Authorization: " + bearer.replace(b"TOKEN", token)
    head, _ = await raw(bench.homes_url, b"GET /v1/feed HTTP/1.1", b"Host: localhost", line)
    assert head.split()[1] == b"401"


@pytest.mark.parametrize(
    "cursor", ["-1", "1e3", "٣", "9" * 17, "0x10", "1%00", "%ff", "1&after=0", "", "1.0", "%2b1", "' OR 1=1"]
)
async def test_a_cursor_is_a_plain_number(bench: HubBench, cursor: str) -> None:
    """Nothing else reaches the database; of two the first counts."""
    status, _, answer = await ask(bench, "GET", f"/v1/feed?after={cursor}", headers=bench.home.headers)
    assert status == 400 or (cursor == "1&after=0" and status == 200), answer


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/999",
        "tile/0/x000/x000/000",
        "tile/entries/000.p/999",
        "tile/0/../../city",
        "tile/99999999999999999999/000",
        "tile/0/000%00",
        "tile/%ED%A0%80",
        "tile/0/000.p/0",
        "checkpoint/../../feed",
    ],
)
async def test_the_log_has_no_other_tiles(bench: HubBench, path: str) -> None:
    """Paths that lead out, beyond its end, or that no client makes."""
    head, _ = await raw(bench.homes_url, f"GET /v1/log/{path} HTTP/1.1".encode(), b"Host: localhost")
    assert head.split()[1] in {b"400", b"401", b"404"}


@pytest.mark.parametrize(
    "lines",
    [
        (b"POST /v1/enrol HTTP/1.1", b"Host: localhost", b"Content-Length: 2", b"Transfer-Encoding: chunked"),
        (b"POST /v1/enrol HTTP/1.1", b"Host: localhost", b"Content-Length: 2", b"Content-Length: 3"),
        (b"POST /v1/enrol HTTP/1.1", b"Host: localhost", b"Content-Length: -1"),
        (b"POST /v1/enrol HTTP/1.1", b"Host: localhost", b"Transfer-Encoding: xchunked"),
        (b"POST /v1/enrol HTTP/1.1", b"Host: localhost", b"X" * 9_000 + b": y"),
        (b"POST /v1/enrol HTTP/1.1",),
        (b"GET /v1/city HTTP/1.1\r\n Host: localhost",),
    ],
)
async def test_two_readings_of_one_request_are_none(bench: HubBench, lines: tuple[bytes, ...]) -> None:
    """What a proxy and the hub could read apart (request smuggling) is refused, with nothing of the hub in it."""
    head, body = await raw(bench.homes_url, *lines, body=b"{}")
    assert head.split()[1] == b"400"
    assert b"Traceback" not in body
    assert b".py" not in body


async def raw(url: str, *lines: bytes, body: bytes = b"") -> tuple[bytes, bytes]:
    """Send what no library would, and return head and body."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body)
    head, _, answer = (await asyncio.wait_for(reader.read(), 10)).partition(b"\r\n\r\n")
    writer.close()
    return head, answer
