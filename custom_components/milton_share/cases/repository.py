"""All cases, clips and shares: in memory for reading, and written through before memory changes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ..errors import MiltonShareError, UnknownCaseError
from ..storage.durable_steps import Step
from . import cases_table as cases
from . import shares_table as shares
from .state import ENDED, SENDING, ConsentCase, advance

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from sqlite3 import Connection

    from ..storage.database import HomeDatabase
    from .review import Review
    from .shares_table import StoredShare
    from .state import Event


class CaseBook:
    """The only writer of cases and shares."""

    def __init__(self, database: HomeDatabase, on_change: Callable[[], None]) -> None:
        """Do nothing yet; `load` reads."""
        self._database = database
        self._on_change = on_change
        self._cases: dict[str, ConsentCase] = {}
        self._of_request: dict[str, set[str]] = {}  # the ids of each request's cases: a history has hundreds
        self._reviews: dict[str, Review] = {}
        self._shares: dict[str, StoredShare] = {}
        # A step is judged by the state that the step before left, and memory follows the disk in the disk's order.
        self._lock = asyncio.Lock()

    @property
    def cases(self) -> Mapping[str, ConsentCase]:
        """All cases by id."""
        return self._cases

    @property
    def requests(self) -> Collection[str]:
        """The ids of the requests that have cases."""
        return self._of_request.keys()

    @property
    def reviews(self) -> Mapping[str, Review]:
        """The clip of each case that has one, by case id."""
        return self._reviews

    @property
    def shares(self) -> Mapping[str, StoredShare]:
        """All shares by id."""
        return self._shares

    async def load(self) -> None:
        """Read what was kept."""

        def read(
            connection: Connection,
        ) -> tuple[dict[str, ConsentCase], dict[str, Review], dict[str, StoredShare]]:
            return cases.all_cases(connection), cases.all_reviews(connection), shares.all_shares(connection)

        kept, self._reviews, self._shares = await self._database.read(read)
        self._cases, self._of_request = {}, {}
        for case in kept.values():
            self._put(case)

    def _put(self, case: ConsentCase) -> None:
        self._cases[case.case_id] = case
        self._of_request.setdefault(case.request_id, set()).add(case.case_id)

    def _forget(self, case_id: str) -> None:
        self._reviews.pop(case_id, None)
        case = self._cases.pop(case_id, None)
        if case is None:
            return
        others = self._of_request[case.request_id]
        others.discard(case_id)
        if not others:
            del self._of_request[case.request_id]

    def case(self, case_id: str) -> ConsentCase:
        """Return a case; raise UnknownCaseError."""
        case = self._cases.get(case_id)
        if case is None:
            raise UnknownCaseError
        return case

    def share(self, share_id: str) -> StoredShare:
        """Return a share; raise MiltonShareError `unknown_share`."""
        share = self._shares.get(share_id)
        if share is None:
            rule = "unknown_share"
            raise MiltonShareError(rule)
        return share

    def of_request(self, request_id: str) -> tuple[ConsentCase, ...]:
        """Return the cases of one request, by camera."""
        found = (self._cases[case_id] for case_id in self._of_request.get(request_id, ()))
        return tuple(sorted(found, key=lambda case: case.camera_id))

    def clips_in_use(self) -> dict[str, tuple[str, ...]]:
        """Return the digests of the files that each case still needs."""
        return {
            case_id: review.files
            for case_id, review in self._reviews.items()
            if self._cases[case_id].state not in ENDED
        }

    def shares_on_their_way(self) -> tuple[str, ...]:
        """Return the shares whose sealed bodies are still needed."""
        return tuple(share.share_id for share in self._shares.values() if self._cases[share.case_id].state in SENDING)

    async def open(
        self, case: ConsentCase, step: Step = Step.CASE_OPENED, also: Callable[[Connection], None] | None = None
    ) -> None:
        """Keep a new case; in the same transaction do what belongs to it."""

        def write(connection: Connection) -> None:
            cases.save(connection, case)
            if also is not None:
                also(connection)

        await self._database.run(step, write)
        self._put(case)
        self._on_change()

    def drop_case(self, case_id: str) -> None:
        """Forget a case that the store forgot."""
        self._forget(case_id)
        self._on_change()

    async def advance(self, case_id: str, event: Event, also: Callable[[Connection], None] | None = None) -> None:
        """Move a case on; in the same transaction do what belongs to it. Raises `ConsentError`."""
        async with self._lock:
            case = advance(self.case(case_id), event)

            def write(connection: Connection) -> None:
                cases.save(connection, case)
                if also is not None:
                    also(connection)

            await self._database.run(step_of(event), write)
            self._put(case)
        self._on_change()

    async def keep_review(self, case_id: str, event: Event, review: Review) -> None:
        """Keep a clip to look at, and that it can be looked at."""
        await self.advance(case_id, event, lambda connection: cases.save_review(connection, case_id, review))
        self._reviews[case_id] = review

    async def forget_review(self, case_id: str) -> None:
        """Forget a case's clip; its file is the caller's to wipe first."""
        async with self._lock:
            await self._database.run(
                Step.REVIEW_FORGOTTEN, lambda connection: cases.save_review(connection, case_id, None)
            )
            self._reviews.pop(case_id, None)

    async def keep_share(self, case_id: str, event: Event, share: StoredShare) -> None:
        """Keep an approval: case and share in one transaction, durable when this returns."""
        await self.advance(case_id, event, lambda connection: shares.add(connection, share))
        self._shares[share.share_id] = share

    async def write_share[T](self, step: Step, share_id: str, write: Callable[[Connection], T]) -> T:
        """Change a share's row and read it again."""

        def change(connection: Connection) -> tuple[T, StoredShare]:
            return write(connection), shares.get(connection, share_id)

        async with self._lock:
            result, self._shares[share_id] = await self._database.run(step, change)
        self._on_change()
        return result

    async def refresh_share(self, share_id: str) -> None:
        """Read a share again after a transaction of a case changed it."""
        async with self._lock:
            self._shares[share_id] = await self._database.read(lambda connection: shares.get(connection, share_id))

    def drop(self, request_ids: Collection[str]) -> None:
        """Forget the cases of requests that the store forgot."""
        for case_id in [case_id for request_id in request_ids for case_id in self._of_request.get(request_id, ())]:
            self._forget(case_id)


def step_of(event: Event) -> Step:
    """Return the name of the durable step by which a case takes an event."""
    return Step(f"case.{type(event).__name__.lower()}")
