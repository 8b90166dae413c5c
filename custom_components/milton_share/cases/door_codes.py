"""The door codes that were typed at this home, and the one request that each opens (docs/protocol.md section 4).

Invariants: a code opens one request, and stays with it; only its hash is kept, and no longer than a request lives;
nothing here reaches the network, and nothing here shows in an entity or a notification (law 1).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from ..errors import MiltonShareError
from ..shared.milton_protocol.door_code import code_sha256, read_door_code
from ..shared.milton_protocol.limits import EXPIRY_MAX
from ..shared.milton_protocol.messages.requests.request import AudienceKind
from ..storage.durable_steps import Step
from . import door_codes_table
from .door_codes_table import DoorCode

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from ..shared.milton_protocol.verification import VerifiedRequest
    from ..storage.database import HomeDatabase

WAITS: Final = EXPIRY_MAX  # a sheet is handed out while its request is open, and none is open for longer
WAITING_MAX: Final = 20  # a household gets a sheet or two in that time; the rest are slips, and the oldest of them goes


type Codes = tuple[DoorCode, ...]


def with_typed(codes: Codes, digest: str, now: datetime) -> Codes:
    """Return the codes with one that was typed now; what it opened before stays."""
    if any(code.code_sha256 == digest and code.request_id is not None for code in codes):
        return codes
    opened = [code for code in codes if code.request_id is not None]
    waiting = [code for code in codes if code.request_id is None and code.code_sha256 != digest]
    waiting.append(DoorCode(code_sha256=digest, keep_until=now + WAITS, request_id=None))
    return (*opened, *sorted(waiting, key=lambda code: code.keep_until)[-WAITING_MAX:])


def settled(codes: Codes, verified: Collection[VerifiedRequest], now: datetime) -> Codes:
    """Return the codes that are not over; one that waits opens its request, the oldest where several have its hash."""
    asking: dict[str | None, VerifiedRequest] = {}
    for one in sorted(verified, key=lambda one: (one.request.created_at, one.request_id)):
        asking.setdefault(one.request.audience.code_sha256, one)
    return tuple(_opened(code, asking) for code in codes if code.keep_until > now)


def _opened(code: DoorCode, asking: Mapping[str | None, VerifiedRequest]) -> DoorCode:
    found = asking.get(code.code_sha256)
    if code.request_id is not None or found is None:
        return code
    return replace(code, request_id=found.request_id, keep_until=found.request.expires_at)


class DoorCodes:
    """The only writer of typed codes."""

    def __init__(self, database: HomeDatabase) -> None:
        """Do nothing yet; `load` reads."""
        self._database = database
        self._codes: Codes = ()
        self._lock = asyncio.Lock()  # what is kept follows from what was kept before

    async def load(self) -> None:
        """Read what was kept."""
        self._codes = await self._database.read(door_codes_table.all_codes)

    def ask(self, verified: VerifiedRequest) -> bool:
        """Whether a request asks this home: its whole area is asked, or its code was typed here."""
        return verified.request.audience.kind is AudienceKind.AREA or self.opened(verified.request_id)

    def opened(self, request_id: str) -> bool:
        """Whether the code of a request was typed here."""
        return any(code.request_id == request_id for code in self._codes)

    async def enter(self, text: str, verified: Collection[VerifiedRequest], now: datetime) -> DoorCode:
        """Keep a typed code, and return what became of it. Raises MiltonShareError `door_code_form`."""
        code = read_door_code(text)
        if code is None:
            rule = "door_code_form"
            raise MiltonShareError(rule)
        digest = code_sha256(code)
        async with self._lock:
            kept = settled(self._codes, (), now)  # one that is over waits again
            await self._keep(settled(with_typed(kept, digest, now), verified, now))
            return next(one for one in self._codes if one.code_sha256 == digest)

    async def settle(self, verified: Collection[VerifiedRequest], now: datetime) -> None:
        """Open what codes waited for, and forget those that are over."""
        async with self._lock:
            await self._keep(settled(self._codes, verified, now))

    async def _keep(self, codes: Codes) -> None:
        if codes != self._codes:
            await self._database.run(Step.DOOR_CODES_KEPT, partial(door_codes_table.save, codes=codes))
            self._codes = codes
