"""One request and its share: an officer and an owner who go on from wherever things stand, whoever was killed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.e2e.journey import draft, stamp
from tests.e2e.owner import PIN
from tests.e2e.processes import StepError

from .blows import Blower, Stage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .blows import Blow
    from .town import RealTown

LOOK_S = 0.1
GIVE_UP_S = 240.0
# What a peer sees of a process that was killed, or that is starting.
LOST = (aiohttp.ClientError, aiohttp.WSMessageTypeError, OSError, TimeoutError)
STARTING = ("unknown_command", "not_enrolled", ": 502 ", ": 503 ")
# A home says no by these until what it asks of the hub comes: the live statement that names the request, and the proof
# that the public log only grew, for which it asks again after a minute.
UNTIL_IT_COMES = ("not_live", "log_not_checked")
NOT_SHOWN = "clip_not_shown"
KILLED_CHILD = "cut_failed"
BACK_S = 110 * 60  # how far back a request asks: all that was filmed before anybody was killed
CLIP_S = (4.0, 8.0)


class TakenBack(StrEnum):
    """When an owner takes the share back."""

    NEVER = "never"
    RECEIPTED = "once it is receipted"
    AT_ONCE = "right after the approval"

    @property
    def is_wanted(self) -> bool:
        """Whether it is taken back at all."""
        return self is not TakenBack.NEVER


@dataclass(kw_only=True)
class Journey:
    """What one journey has come to; ``said_yes`` are the digests of clips that the owner approved, heard or not."""

    town: RealTown
    number: int
    taken_back: TakenBack
    blow: Blow | None
    request_id: str = ""
    share_id: str = ""
    case_id: str = ""
    clip_bytes: int = 0
    asked_back: bool = False
    said_yes: set[str] = field(default_factory=set)

    async def walk(self) -> bool:
        """Ask, look, share, take back where that is wanted; say whether its blow was struck."""
        blower = Blower(self.town, self.blow, lambda: self.clip_bytes)
        try:
            async with asyncio.timeout(GIVE_UP_S):
                blower.reach(Stage.ASKED)
                await self._ask()
                while not await self._next(blower):  # noqa: ASYNC110 - a home has no event for a test
                    await asyncio.sleep(LOOK_S)
        except TimeoutError as error:
            error.add_note(f"round {self.number}: {self.blow}, {self.taken_back}; at home: {await self.case()}")
            raise
        finally:
            struck = blower.struck()
        return struck

    async def _ask(self) -> None:
        """Publish one request, once: the same draft again and again until the hub says that it is published."""
        now = datetime.now(UTC).replace(microsecond=0)
        asked = {
            **draft(now),
            "case_number": f"26-{self.number + 20_000:05}",
            "from": (now - timedelta(seconds=BACK_S)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        self.request_id = await _insist(lambda: self.town.officer.ask(asked))

    async def case(self) -> dict[str, Any] | None:
        """Return the only case of the request as the owner sees it; None while there is none."""
        state = await _insist(self.town.owner.state)
        shown = [each for each in state["requests"] if each["request_id"] == self.request_id]
        assert len(shown) <= 1, "a request is shown twice"
        for request in shown:
            if request["refused"] in UNTIL_IT_COMES:
                return None
            assert request["refused"] is None, request["refused"]
            assert len(request["cases"]) <= 1, "a camera has two cases of a request"
            return {**request, **request["cases"][0]} if request["cases"] else None
        return None

    async def _next(self, blower: Blower) -> bool:
        """Do what the owner does next, if it is on the owner; say whether the journey is over."""
        case = await self.case()
        if case is None:
            return False
        assert self.case_id in {"", case["case_id"]}, "a case was made anew"
        self.case_id, share = case["case_id"], case["share"]
        if self.share_id:
            assert share is not None, "an approval was lost"
            assert share["share_id"] == self.share_id, "an approval was lost"
        match case["state"]:
            case "held" if case["footage_from"] is not None:
                blower.reach(Stage.CUT)
                await self._look(case)
            case "reviewing":
                for stage in (Stage.APPROVED, Stage.SENT, Stage.UPLOADED, Stage.RECEIPT):
                    blower.reach(stage)
                await self._approve(case)
            case "approved" | "sealed" | "uploaded" if self.taken_back is TakenBack.AT_ONCE:
                await self._take_back(case, blower)
            case "receipted" if self.taken_back is not TakenBack.NEVER:
                await self._take_back(case, blower)
            case "receipted" | "withdrawn":
                self.share_id = share["share_id"]
                return True
            case "lapsed" | "declined":
                message = f"a case is {case['state']}"
                raise AssertionError(message)
        return False

    async def _look(self, case: dict[str, Any]) -> None:
        """Have some seconds cut of what was filmed before anybody was killed."""
        (first, last), chance = self.town.filmed, self.town.chance
        length_s = chance.uniform(*CLIP_S)
        begin = first + timedelta(seconds=chance.uniform(0, (last - first).total_seconds() - length_s))
        ends = {"from": stamp(begin), "until": stamp(begin + timedelta(seconds=length_s))}
        await self._command("look", KILLED_CHILD, case_id=case["case_id"], **ends, audio=True)

    async def _approve(self, case: dict[str, Any]) -> None:
        clip = case["clip"]
        shown = clip["preview_sha256"] or clip["clip_sha256"]
        await _insist(lambda: self.town.owner.preview(case["case_id"], shown))
        self.said_yes.add(clip["clip_sha256"])
        self.clip_bytes = clip["size_bytes"]
        answer = await self._command(
            "approve",
            NOT_SHOWN,  # killed since it was played
            case_id=case["case_id"],
            clip_sha256=clip["clip_sha256"],
            recipients_sha256=case["recipients_sha256"],
            pin=PIN,
            named=False,
            keep_sources=True,
        )
        if answer is not None:
            self.share_id = answer["share_id"]

    async def _take_back(self, case: dict[str, Any], blower: Blower) -> None:
        blower.reach(Stage.WITHDRAWN)
        if case["share"]["withdraw_wanted"]:
            return
        assert not self.asked_back, "a withdrawal was lost"
        answer = await self._command("withdraw", share_id=case["share"]["share_id"], pin=PIN)
        self.asked_back = answer is not None

    async def _command(self, kind: str, *expected: str, **fields: Any) -> dict[str, Any] | None:  # noqa: ANN401
        """Send one command; None when its answer was lost with who would have given it, or is a rule ``expected``."""
        try:
            return dict(await self.town.owner.command(kind, **fields) or {})
        except LOST:
            return None
        except StepError as error:
            if any(word in str(error) for word in (*STARTING, *UNTIL_IT_COMES, *expected)):
                return None
            raise


async def _insist[T](act: Callable[[], Awaitable[T]]) -> T:
    """Do it again until its answer comes, as somebody does whose page says that there is no connection."""
    while True:
        try:
            return await act()
        except LOST:
            pass
        except StepError as error:
            if not any(word in str(error) for word in STARTING):
                raise
        await asyncio.sleep(LOOK_S)
