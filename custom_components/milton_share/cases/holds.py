"""Holds the requested footage at home for its owner, and tracks what couldn't be held.

Law 1: nothing here reaches the network, and nothing here shows in an entity or a notification.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cameras.matching import Footage, copied_of, footage_of
from ..const import HOLD_AFTER_EXPIRY, LOGGER
from ..sources.errors import SourceError
from .state import ConsentCase, ConsentError, Hold, Match, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..shared.milton_protocol.verification import VerifiedRequest
    from ..sources.model import Coverage, FootageSource
    from .repository import CaseRepository


class Holds:
    """Holds the available footage of the requested time, case by case."""

    def __init__(self, *, book: CaseRepository, source: FootageSource, on_change: Callable[[], None]) -> None:
        """Start without footage; the first round asks the source."""
        self._book = book
        self._source = source
        self._on_change = on_change
        self._footage: dict[str, Footage] = {}
        self._copied: dict[str, float] = {}  # by case, while some is still copied
        self._unkept: dict[str, str] = {}  # by case, the rule by which not all there is could be kept
        self._let_go: set[str] = set()  # cases whose recordings go for good

    def footage(self, case_id: str) -> Footage | None:
        """Return the available footage of the requested time, or None."""
        return self._footage.get(case_id)

    def copied(self, case_id: str) -> float | None:
        """Return how much of the requested time is copied, 0 to 1, while more may come; otherwise None."""
        return self._copied.get(case_id)

    def trouble(self, case_id: str) -> str | None:
        """Return the rule by which not all of the requested time could be held, or None."""
        return self._unkept.get(case_id)

    def forget_footage(self, case_id: str) -> None:
        """Show no footage of a case until the source is asked again."""
        self._footage.pop(case_id, None)
        self._copied.pop(case_id, None)

    def forget_trouble(self, case_id: str) -> None:
        """Clear the trouble of a case that is decided or over."""
        self._unkept.pop(case_id, None)

    async def keep(self, case: ConsentCase, verified: VerifiedRequest) -> None:
        """Hold what is available; later calls add what was recorded or closed meanwhile.

        Of a drill nothing is held: a test card is sent, of whatever part of the time is chosen.
        """
        request = verified.request
        try:
            if case.state is State.RECEIVED:
                coverage = await self._source.coverage(case.camera_id, request.from_, request.until)
                if not coverage.spans:
                    return
                await self._book.advance(case.case_id, Match())
            held = None if request.drill else await self.hold(case, verified)
        except SourceError as error:
            self._note_unkept(case.case_id, error.rule)
            return
        self._note_unkept(case.case_id, held.trouble if held else None)
        self._note_copied(case.case_id, copied_of(held, request.from_, request.until) if held else None)
        if self._book.case(case.case_id).state is State.MATCHED:
            await self._book.advance(case.case_id, Hold())
        footage = (
            footage_of(held, request.from_, request.until)
            if held
            else Footage(from_=request.from_, until=request.until, gaps=())
        )
        if footage is not None and footage != self._footage.get(case.case_id):
            self._footage[case.case_id] = footage
            self._on_change()

    def _note_copied(self, case_id: str, share: float | None) -> None:
        """Note the copying's progress for the owner."""
        if share == self._copied.get(case_id):
            return
        if share is None:
            del self._copied[case_id]
        else:
            self._copied[case_id] = share
        self._on_change()

    def _note_unkept(self, case_id: str, rule: str | None) -> None:
        """Note for the owner what couldn't be held; log it once."""
        before = self._unkept.get(case_id)
        if rule == before:
            return
        if rule is None:
            del self._unkept[case_id]
        else:
            self._unkept[case_id] = rule
            LOGGER.warning("Recordings could not be kept: %s", rule)
        self._on_change()

    async def hold(self, case: ConsentCase, verified: VerifiedRequest) -> Coverage:
        """Hold what was recorded of the requested time, until 72 hours after the request expires; raises SourceError.

        Raises ConsentError where it was let go meanwhile: that is not held again.
        """
        request = verified.request
        deadline = request.expires_at + HOLD_AFTER_EXPIRY
        try:
            held = await self._source.hold(case.case_id, case.camera_id, request.from_, request.until, deadline)
        except SourceError:
            await self._require_wanted(case.case_id)
            raise
        await self._require_wanted(case.case_id)
        return held

    async def _require_wanted(self, case_id: str) -> None:
        """Release what was held for a case that was released meanwhile; raises ConsentError."""
        if case_id in self._let_go:
            await self._source.release(case_id)
            rule = "already_decided"
            raise ConsentError(rule)

    async def let_go(self, case_id: str) -> None:
        """Release what is held for a case that is over, and what is about to be held."""
        self._let_go.add(case_id)
        await self._source.release(case_id)
