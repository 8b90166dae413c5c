"""Look up in the registry for a case.

Invariants: only for a case of one's own that is open, in an area that an officer alone could ask for; the trail has the
look-up before the registry is asked, whatever becomes of it; what is found is told once and kept nowhere; each owner
who is found is told badge and case, by the registry, as it tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.audit.trail import record
from hub.cases import joining, repository
from hub.casework.closings import closings
from hub.kit.access import FORBIDDEN, Action, require
from hub.kit.buckets import Buckets
from hub.kit.errors import HubError
from hub.kit.limits import LOOK_UPS
from hub.policy.repository import current
from hub.requests.draft.rules import outline_broken
from milton_protocol.geometry import area_m2, middle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.cases.model import CaseFile
    from hub.casework.look_ups.streets import Streets
    from hub.db.engine import Database
    from hub.directory.service import DirectoryService
    from hub.kit.access import Actor
    from hub.requests.residents import Registry, SeenEntry
    from milton_protocol.geometry import Area

NOT_FOUND, BAD_REQUEST, CONFLICT = 404, 400, 409
E7 = 10_000_000


class LookUps:
    """The look-ups of one agency; ``registry`` is None in a city that has none."""

    def __init__(
        self,
        registry: Registry | None,
        streets: Streets,
        *,
        database: Database,
        directory: DirectoryService,
        clock: Callable[[], datetime],
    ) -> None:
        """Keep what a look-up asks and writes to."""
        self._registry = registry
        self._streets = streets
        self._database = database
        self._directory = directory
        self._clock = clock
        self._done = Buckets()

    async def find_case(self, session: AsyncSession, actor: Actor, case_id: str) -> CaseFile:
        """Return the case to look up for.

        Raises ``case_unknown`` (404), ``case_of_others`` (403) for one that ``actor`` only reads, ``case_closed``
        (409), ``registry_none`` (404) in a city without a registry.
        """
        require(actor, Action.REGISTRY_LOOK_UP)
        if self._registry is None:
            rule = "registry_none"
            raise HubError(rule, NOT_FOUND, "This city has no camera registry.")
        case = await repository.find(session, actor, case_id)
        if not await joining.is_in(session, actor, case.case_number):
            rule = "case_of_others"
            raise HubError(rule, FORBIDDEN, "Only officers of a case look up cameras for it.")
        if (await closings(session, case)).closed is not None:
            rule = "case_closed"
            raise HubError(rule, CONFLICT, "This case is closed. Nothing is looked up for it.")
        return case

    async def look_up(self, actor: Actor, case_id: str, area: Area) -> Sequence[SeenEntry]:
        """Return the cameras in ``area`` whose owners let the police see their street or their place.

        Raises as :meth:`find_case`, the first rule that the area breaks (400), ``too_many_look_ups`` (429).
        """
        async with self._database.session("registry.looked_up") as session:
            case = await self.find_case(session, actor, case_id)
            at = self._clock()
            await self._check_area(session, area, at)
            self._done.count(LOOK_UPS, actor.person_id or "", at)
            await record(
                session, at=at, actor=actor, action="registry.looked_up", subject=case.case_id, detail=_words(area)
            )
        if self._registry is None:
            return ()
        streets = self._streets.touching(area)
        return await self._registry.look_up(
            area, badge=actor.badge, case_number=case.case_number, at=at, streets=streets
        )

    async def _check_area(self, session: AsyncSession, area: Area, at: datetime) -> None:
        city = (await self._directory.in_force(session, at)).city_record.jurisdiction
        policy = (await current(session)).policy
        for broken in outline_broken(area, policy.area_ordinary_m2, city):
            raise HubError(broken.rule, BAD_REQUEST, broken.message)


def _words(area: Area) -> str:
    """Return where an area is and how large, for the trail: its middle to a hundred meters."""
    at = middle(area)
    return f"{at.lat_e7 / E7:.3f}, {at.lon_e7 / E7:.3f}, {round(area_m2(area))} m2"
