"""The officer at one more device, without a browser: asks by the calls that pages make, for tests of what comes after.

By hand, on pages, it takes much longer: officers.py does that, for the tests of drafting and signing.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.browser.officers import CONTACT, LARGE, WHY_LARGER
from tests.e2e.officer_calls import OfficerCalls

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from concurrent.futures import ThreadPoolExecutor

    from tests.browser.conftest import City
    from tests.browser.officers import Wanted

E7 = 10_000_000
CIRCLE = re.compile(r"circle (?P<lat>\S+), (?P<lon>\S+) (?P<radius_m>\d+) m")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pages:
    officers_url: str
    signer_url: str


def _point(lat: str, lon: str) -> list[int]:
    return [round(float(lat) * E7), round(float(lon) * E7)]


def _area(points: str) -> dict[str, Any]:
    circle = CIRCLE.fullmatch(points)
    if circle is None:
        return {"kind": "polygon", "points": [_point(*line.split(", ")) for line in points.splitlines()]}
    return {"kind": "circle", "center": _point(circle["lat"], circle["lon"]), "radius_m": int(circle["radius_m"])}


def _draft_of(wanted: Wanted) -> dict[str, Any]:
    """Return what the page sends when its form is filled in with this."""
    until = (datetime.now(UTC) - wanted.ends_ago).replace(second=0, microsecond=0)
    return {
        "draft_id": secrets.token_hex(16),
        "case_number": wanted.case_number,
        "contact": CONTACT,
        "offence_code": wanted.offence,
        "reason": wanted.reason,
        "why_larger": WHY_LARGER if wanted.points == LARGE else "",
        "urgency": "routine",
        "drill": wanted.drill,
        "by_code": wanted.by_code,
        "area": _area(wanted.points),
        "from": f"{until - wanted.length:%Y-%m-%dT%H:%M:%SZ}",
        "until": f"{until:%Y-%m-%dT%H:%M:%SZ}",
        "expires_in_h": 168,
    }


class FurtherDevice:
    """What the officer asks for there is theirs on every page."""

    def __init__(self, city: City, pool: ThreadPoolExecutor) -> None:
        """Register it; ``pool`` has one thread: the browser's driver has this one's event loop."""
        self._pool = pool
        self._runner = asyncio.Runner()
        self._http = self._run(self._session())
        self._calls = OfficerCalls(_Pages(officers_url=city.officers, signer_url=city.signer), self._http)
        self._run(self._calls.register(city.invitation("officer")))
        city.sign_directory()

    def publish(self, wanted: Wanted) -> str:
        """Draft, sign and publish a request within the limits; return its id."""
        return self._run(self._calls.ask(_draft_of(wanted)))

    def sign(self, wanted: Wanted) -> str:
        """Draft and sign a request above the limits, which waits for a second person; return its id."""
        return self._run(self._calls.sign(_draft_of(wanted)))

    def close(self) -> None:
        """End its connections."""
        self._run(self._http.close())
        self._pool.submit(self._runner.close).result()

    async def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    def _run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self._pool.submit(self._runner.run, work).result()
