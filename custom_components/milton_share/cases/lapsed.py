"""What stays after a request expired: its held recordings, only for the owner, until their hold ends.

- Law 1: what is left is shown to approvers and nobody else. That it is wiped, or kept, is told nobody.
- Wiping is each source's own durable step: what a kill cut off is still held, is shown again, and ends by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cameras.matching import footage_of
from ..city.verdicts import outlives_lapse
from ..errors import MiltonShareError
from ..sources.errors import HOLD_UNKNOWN, SourceError
from .state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..cameras.matching import Footage
    from ..city.verdicts import Verdict
    from ..shared.milton_protocol.messages.requests.request import Request
    from ..sources.model import Coverage, FootageSource
    from .repository import CaseRepository
    from .state import ConsentCase


class LapsedHolds:
    """The recordings of requests that nobody answered."""

    def __init__(self, book: CaseRepository, source: FootageSource, on_change: Callable[[], None]) -> None:
        """Prepare; `look` finds what is left, also from an earlier run."""
        self._book, self._source, self._on_change = book, source, on_change
        self._left: dict[str, Coverage] = {}  # by case
        self._gone: set[str] = set()  # cases of which nothing is left; that never changes

    def footage(self, case_id: str, request: Request) -> Footage | None:
        """Return the footage still held for an undecided case's expired request, or None."""
        left = self._left.get(case_id)
        return footage_of(left, request.from_, request.until) if left else None

    async def look(self, verdicts: Mapping[str, Verdict]) -> None:
        """Find what is left now; ``verdicts`` rest on trusted documents."""
        known = self._book.cases.keys()
        self._gone &= known
        self._left = {case_id: left for case_id, left in self._left.items() if case_id in known}
        for case in tuple(self._book.cases.values()):
            if _is_lapsed(case) and case.case_id not in self._gone and outlives_lapse(verdicts.get(case.request_id)):
                await self._look_at(case.case_id)

    async def wipe(self, request_id: str) -> None:
        """Wipe what is held for a request. Raises MiltonShareError `nothing_held`, OSError, sqlite3.Error."""
        left = [case.case_id for case in self._book.of_request(request_id) if case.case_id in self._left]
        if not left:
            rule = "nothing_held"
            raise MiltonShareError(rule)
        for case_id in left:
            await self._source.release(case_id)
            self._is_gone(case_id)

    async def _look_at(self, case_id: str) -> None:
        try:
            found = await self._source.held(case_id)
        except SourceError as error:
            if error.rule == HOLD_UNKNOWN:
                self._is_gone(case_id)
            return  # which of them has it isn't known now
        if found.segments and found != self._left.get(case_id) and case_id not in self._gone:
            self._left[case_id] = found
            self._on_change()

    def _is_gone(self, case_id: str) -> None:
        self._gone.add(case_id)
        if self._left.pop(case_id, None) is not None:
            self._on_change()


def _is_lapsed(case: ConsentCase) -> bool:
    """Whether nobody decided; a share that was approved but came too late ends separately."""
    return case.state is State.LAPSED and case.share_id is None
