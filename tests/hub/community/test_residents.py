"""Joining by a letter's code, the printed key, and erasing an account."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import func, select

from hub.community.guard import COOKIE, SECURE_COOKIE, clear_cookie, set_cookie
from hub.community.invitations.model import LetterCode
from hub.community.invitations.service import ANSWERED_AGAIN, VALID
from hub.community.residents.model import Account
from hub.community.sessions import LASTS, SESSIONS_MAX, ResidentSession
from milton_protocol.messages.homes.erasure import open_erasure

if TYPE_CHECKING:
    from hub.community.base import CommunityBase
    from tests.simulators.community import CommunityBench


async def rows(bench: CommunityBench, model: type[CommunityBase]) -> int:
    """Return how many rows a table has."""
    async with bench.community.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def test_a_code_opens_one_account_and_its_repeat_gets_the_same_answer(bench: CommunityBench) -> None:
    """A lost answer is no lost letter; nobody else uses it, and after the sign-out its row is gone."""
    resident, code = await bench.resident(), await bench.letter()
    other = {"code": code.lower().replace("-", " "), **resident.joining, "account_id": secrets.token_hex(16)}
    other["key_sha256"] = secrets.token_hex(32)
    for _ in range(2):
        assert await bench.ask("POST", "/api/join", other) == (200, {})
    thief = {**other, "account_id": secrets.token_hex(16)}
    assert (await bench.ask("POST", "/api/join", thief))[1]["error"] == "code_unknown"
    assert (await bench.ask("POST", "/api/join", {**other, "key_sha256": "0" * 64}))[1]["error"] == "account_taken"
    assert await rows(bench, Account) == 2
    _, _, resident.token = await bench.call("POST", "/api/join", other)
    assert await resident.ask("DELETE", "/api/session") == (200, {})
    assert await rows(bench, LetterCode) == 1
    assert (await bench.ask("POST", "/api/join", other))[1]["error"] == "code_unknown"


async def test_a_letter_opens_no_account_that_is_there(bench: CommunityBench) -> None:
    """Neither by its id nor by its key."""
    resident = await bench.resident()
    for change in ({}, {"account_id": secrets.token_hex(16)}, {"key_sha256": secrets.token_hex(32)}):
        body = {"code": await bench.letter(), **resident.joining, **change}
        assert (await bench.ask("POST", "/api/join", body))[1]["error"] == "account_taken"


async def test_a_letter_expires_and_what_is_used_is_forgotten(bench: CommunityBench) -> None:
    """A day after its use nothing joins a letter to an account."""
    await bench.resident()
    code = await bench.letter()
    bench.clock.ahead += ANSWERED_AGAIN
    await bench.community.jobs.run_now("community old")
    assert await rows(bench, LetterCode) == 1
    bench.clock.ahead += VALID
    body = {"code": code, "account_id": "0" * 32, "key_sha256": "0" * 64, "language": "es"}
    assert (await bench.ask("POST", "/api/join", body))[0] == 404
    await bench.community.jobs.run_now("community old")
    assert await rows(bench, LetterCode) == await rows(bench, ResidentSession) == 0


async def test_the_printed_key_signs_in_until_the_session_ends(bench: CommunityBench) -> None:
    """Another key doesn't; a session ends after its time, and the oldest one where there are too many."""
    resident = await bench.resident()
    first = resident.token
    for wrong in ("0" * 26, "U" * 26, "0"):
        assert (await bench.ask("POST", "/api/session", {"key": wrong}))[1]["error"] == "key_unknown"
    for _ in range(SESSIONS_MAX):
        bench.clock.ahead += timedelta(seconds=1)
        status, answer, resident.token = await bench.call("POST", "/api/session", {"key": resident.key})
        assert (status, answer) == (200, {"account_id": resident.account_id})
    assert await rows(bench, ResidentSession) == SESSIONS_MAX
    assert (await bench.ask("DELETE", "/api/session", Cookie=f"{COOKIE}={first}"))[0] == 401
    bench.clock.ahead += LASTS
    assert (await resident.ask("DELETE", "/api/session"))[1]["error"] == "not_signed_in"


async def test_an_erased_account_leaves_no_row_and_the_hubs_signed_word(bench: CommunityBench) -> None:
    """Its key opens nothing from then on."""
    resident = await bench.resident()
    status, answer = await resident.ask("DELETE", "/api/account")
    assert status == 200
    keys, agency_id = bench.community.keys, bench.community.settings.agency_id
    public = keys.hub_key.public_key().public_bytes_raw()
    erasure = open_erasure(base64.b64decode(answer["erasure"]), public, agency_id, resident.account_id)
    assert abs(erasure.at - bench.clock()) < timedelta(minutes=1)
    assert [await rows(bench, each) for each in (Account, LetterCode, ResidentSession)] == [0, 0, 0]
    assert (await resident.ask("DELETE", "/api/account"))[0] == 401
    assert (await bench.ask("POST", "/api/session", {"key": resident.key}))[0] == 404


async def test_only_the_houses_own_pages_change_anything(bench: CommunityBench) -> None:
    """And whoever isn't signed in is led to the sign-in page; a flood of changes is refused."""
    resident = await bench.resident()
    assert (await resident.ask("DELETE", "/api/account", Origin="http://evil.example"))[1]["error"] == "wrong_origin"
    async with bench.session.get(f"{bench.url}/nowhere", headers={"Accept": "text/html"}, allow_redirects=False) as led:
        assert (led.status, led.headers["Location"]) == (303, "/sign-in")
    answers = {(await resident.ask("PUT", "/nowhere"))[1]["error"] for _ in range(70)}
    assert answers == {"not_found", "too_fast"}


def test_over_https_no_other_name_plants_a_session() -> None:
    """The cookie's name begins with ``__Host-``."""
    response = web.Response()
    set_cookie(response, "token", 60, secure=True)
    cookie = response.cookies[SECURE_COOKIE].OutputString()
    assert {"HttpOnly", "SameSite=Strict", "Secure", "Path=/"} <= set(cookie.split("; "))
    clear_cookie(response, secure=True)
    assert response.cookies[SECURE_COOKIE].value == ""
