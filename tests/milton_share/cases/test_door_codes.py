"""Door codes: a request by code opens where its code was typed, before or after it came, and nowhere else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.milton_share.cases.door_codes import WAITING_MAX, WAITS, settled, with_typed
from custom_components.milton_share.cases.door_codes_table import DoorCode
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.shared.milton_protocol.door_code import code_sha256, new_door_code
from custom_components.milton_share.shared.milton_protocol.messages.requests.request import Audience, AudienceKind
from custom_components.milton_share.shared.milton_protocol.verification import VerifiedRequest
from custom_components.milton_share.storage.paths import database_path
from tests.milton_share.laws.test_law_1_same_from_outside import at_rest

if TYPE_CHECKING:
    from tests.milton_share.conftest import Home

NOW = datetime(2026, 11, 10, 7, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CODE, OTHER = new_door_code(bytes(range(10))), new_door_code(bytes(range(10, 20)))


def by_code(code: str) -> Audience:
    """Return the audience of a request by this code."""
    return Audience(kind=AudienceKind.CODE, code_sha256=code_sha256(code))


async def enter(home: Home, code: str) -> str | None:
    """Type a code, as an approver does; return the id of the request that it opened."""
    return (await home.panel.decisions.enter_code(home.owner.session, code)).request_id


async def came(home: Home, code: str, **changes: Any) -> str:  # noqa: ANN401
    """Receive a request by this code that verifies."""
    request_id = await home.receive(audience=by_code(code), **changes)
    await home.until(lambda: home.request(request_id).refused is None)  # type: ignore[union-attr]
    return request_id


def waiting(digest: str, until: datetime) -> DoorCode:
    """Return a code whose request has not come."""
    return DoorCode(code_sha256=digest, keep_until=until, request_id=None)


def test_a_code_waits_as_long_as_any_request_is_open() -> None:
    """Typed again it waits from then on; at its moment it is gone."""
    first = with_typed((), "a", NOW)
    assert first == (waiting("a", NOW + WAITS),)
    later = NOW + timedelta(days=1)
    assert with_typed(first, "a", later) == (waiting("a", later + WAITS),)
    assert settled(first, (), NOW + WAITS - SECOND) == first
    assert settled(first, (), NOW + WAITS) == ()


def test_of_many_slips_the_oldest_goes_and_never_what_opened_a_request() -> None:
    """The one that was typed last is there."""
    opened = DoorCode(code_sha256="opened", keep_until=NOW + SECOND, request_id="1")
    codes: tuple[DoorCode, ...] = (opened,)
    for number in range(WAITING_MAX + 1):
        codes = with_typed(codes, f"{number}", NOW + number * SECOND)
    assert [code.code_sha256 for code in codes] == ["opened", *(f"{number}" for number in range(1, WAITING_MAX + 1))]
    assert with_typed(codes, "opened", NOW) == codes


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("typed", [CODE, CODE.lower(), CODE.removeprefix("MD-").replace("-", " ")])
async def test_the_code_opens_its_request_and_no_other(home: Home, typed: str) -> None:
    """Its recordings are held then, and a file can be added; the other request stays as it was."""
    await home.place_camera()
    asked = await came(home, CODE)
    other = await came(home, OTHER, reason="Another dwelling was entered the same night.")
    with pytest.raises(MiltonShareError, match="not_for_this_home"):
        await home.panel.files.check(home.owner.session, asked)
    assert await enter(home, typed) == asked
    await home.until(lambda: home.case(asked).state == "held")
    await home.panel.files.check(home.owner.session, asked)
    await home.round()
    shown = {request.request_id: (request.code_typed, len(request.cases)) for request in home.state().requests}
    assert shown == {asked: (True, 1), other: (False, 0)}


@pytest.mark.usefixtures("recorded")
async def test_a_code_that_was_typed_first_opens_its_request_when_it_comes(home: Home) -> None:
    """Also after a restart of Home Assistant."""
    await home.place_camera()
    assert await enter(home, CODE) is None
    await home.restart()
    asked = await came(home, CODE)
    await home.until(lambda: home.case(asked).state == "held")
    assert await enter(home, CODE) == asked
    await home.restart()
    await home.until(lambda: home.request(asked) is not None)
    assert home.request(asked).code_typed  # type: ignore[union-attr]


async def test_a_wrong_code_opens_nothing(home: Home) -> None:
    """One that can't be a code is refused; one that could be waits, and says until when."""
    await home.place_camera()
    asked = await came(home, CODE)
    for text in ("", "MS-AAAA-BBBB-CCCC", f"{CODE}0", CODE.replace("M", "\u041c")):
        with pytest.raises(MiltonShareError, match="door_code_form"):
            await enter(home, text)
    kept = await home.panel.decisions.enter_code(home.owner.session, OTHER)
    await home.round()
    assert (kept.request_id, kept.keep_until > home.scheduler.now()) == (None, True)
    request = home.request(asked)
    assert request is not None
    assert (request.code_typed, request.cases) == (False, ())


async def test_a_second_request_with_the_same_hash_stays_shut(home: Home) -> None:
    """A code stays with the request that it opened, whatever the city publishes under its hash later."""
    await home.place_camera()
    asked = await came(home, CODE)
    assert await enter(home, CODE) == asked
    again = await came(home, CODE, reason="Another dwelling was entered the same night.")
    await home.round()
    assert await enter(home, CODE) == asked
    request = home.request(again)
    assert request is not None
    assert (request.code_typed, request.cases) == (False, ())


async def test_of_two_requests_with_one_hash_the_older_opens(home: Home) -> None:
    """Whichever came here first; and the code is forgotten when that one closes."""
    asked = await came(home, CODE)
    await home.round()
    assessment = home.services.judgment.assessment
    assert assessment is not None
    verified = assessment.verified()[asked]
    assert isinstance(verified, VerifiedRequest)
    created = verified.request.created_at
    older = replace(verified, request_id="0" * 64, request=replace(verified.request, created_at=created - SECOND))
    codes = (waiting(code_sha256(CODE), created + WAITS),)
    for order in ((verified, older), (older, verified)):
        (code,) = settled(codes, order, created)
        assert (code.request_id, code.keep_until) == (older.request_id, older.request.expires_at)
        assert settled((code,), order, older.request.expires_at) == ()


async def test_nothing_of_a_typed_code_leaves_the_home(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No call to the hub, no line in the log, no state or event; and the code itself is nowhere on the disk."""
    await home.place_camera()
    asked = await came(home, CODE)
    await home.round()
    states: list[str] = []
    home.hass.bus.async_listen("state_changed", lambda event: states.append(str(event.data)))
    calls = await at_rest(home, monkeypatch)
    caplog.clear()
    assert await enter(home, OTHER) is None
    assert await enter(home, CODE) == asked
    await home.round()
    assert len(home.hub.calls) == calls
    secrets = [part for code in (CODE, OTHER) for part in (code, code[3:].replace("-", ""), code_sha256(code))]
    said = [caplog.text, *states]
    assert [secret for secret in secrets if any(secret in text for text in said)] == []
    path = database_path(home.hass)
    files = [each for each in await asyncio.to_thread(lambda: list(path.parent.iterdir())) if each.is_file()]
    assert path in files
    kept = await asyncio.gather(*(asyncio.to_thread(each.read_bytes) for each in files))
    typed = [secret.encode() for secret in secrets if len(secret) < 64]
    assert [secret for secret in typed if any(secret in data for data in kept)] == []
