"""Asks one camera for its time until it is known well: it answers in whole seconds, so it matters when it is asked.

Each answer says that the camera was in that second at some moment between the question and the answer. The next
question is put when, by what is known, its second is about to turn: each answer then halves what is unknown.

Invariants: only an address in the home's network is asked; redirects aren't followed; answers are bounded in size and
time; nothing is sent that tells anything, least of all a login.
"""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus
from http.cookies import CookieError
from typing import TYPE_CHECKING, Final

import aiohttp

from ..bounds import Bounds, ClockAnswer, agreed, met
from ..recorder_clients.connection.nearby import require_nearby
from ..recorder_clients.errors import CopyError
from .message import ANSWER_MAX_BYTES, QUESTION, NoTimeError, read_time

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PATH: Final = "/onvif/device_service"  # Core Specification, section 5.1.1
ANSWER_S: Final = 5.0
LOOKS: Final = 8
GOOD_S: Final = 0.03  # less isn't worth another question: a camera may stamp its pictures no better
SECOND_S: Final = 1.0
HEADERS: Final = {"Content-Type": "application/soap+xml; charset=utf-8", "Accept-Encoding": "identity"}


async def ask_clock(session: aiohttp.ClientSession, host: str, port: int) -> ClockAnswer | None:
    """Return what must be added to a camera's clock to have this home's; None where it tells no time."""
    try:
        await require_nearby(host, port)
        return await narrowed(lambda: _ask(session, host, port))
    except (aiohttp.ClientError, CookieError, TimeoutError, OSError, CopyError, NoTimeError):
        return None


async def narrowed(ask: Callable[[], Awaitable[Bounds]]) -> ClockAnswer:
    """Ask again and again, each time when it tells most."""
    seen = [await ask()]
    for _ in range(LOOKS - 1):
        known = agreed(seen)
        if known is None or known.high_s - known.low_s <= GOOD_S:
            break
        await asyncio.sleep(wait_s(known, time.time()))
        answer = await ask()
        if met(known, answer) is None:  # it was put meanwhile: what it said before was another clock
            seen.clear()
        seen.append(answer)
    bounds = agreed(seen)
    if bounds is None:
        raise NoTimeError
    return ClockAnswer(bounds=bounds, at_s=time.time())


def wait_s(known: Bounds, now_s: float) -> float:
    """Return how long to wait until the camera's second turns, in the middle of when it may. Pure."""
    return (known.middle_s - now_s) % SECOND_S


async def _ask(session: aiohttp.ClientSession, host: str, port: int) -> Bounds:
    url = f"http://[{host}]:{port}{PATH}" if ":" in host else f"http://{host}:{port}{PATH}"
    async with asyncio.timeout(ANSWER_S):
        asked_s = time.time()
        async with session.post(url, data=QUESTION, headers=HEADERS, allow_redirects=False) as answer:
            if answer.status != HTTPStatus.OK:
                raise NoTimeError
            body = bytearray()
            async for chunk in answer.content.iter_chunked(ANSWER_MAX_BYTES):
                body += chunk
                if len(body) > ANSWER_MAX_BYTES:
                    raise NoTimeError
            answered_s = time.time()
    said_s = read_time(bytes(body))
    return Bounds(low_s=asked_s - said_s - SECOND_S, high_s=answered_s - said_s)
