"""The queries that the officers' GETs read, by the entry of the route; what is not named here is not read.

A field may be left out unless it is in :data:`NEEDED`; one that is empty is as one that is left out.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from hub.administration import routes as administration
from hub.administration.devices import routes as devices
from hub.administration.people import routes as people
from hub.auditors import routes as auditors
from hub.auditors.trail import routes as audit
from hub.auditors.trail.search import NUMBER_MAX_CHARS, TEXT_MAX_CHARS
from hub.casework import routes as cases
from hub.casework.narrow import LAST_DAYS, MARKS, YES, Stage
from hub.casework.pages import NUMBER_CHARS as POSITION_CHARS
from hub.casework.search import routes as search
from hub.casework.search.model import QUERY_MAX_CHARS
from hub.casework.search.pages import NUMBER_CHARS as ROW_CHARS
from hub.casework.shares import routes as share_pages
from hub.index.model import Kind
from hub.openapi.schemas import ANYTHING, matching, up_to
from hub.publiclog.api import SIZE_MAX_CHARS
from hub.requests import routes as requests
from hub.shares import routes as custody
from hub.web.pages.lists import SEEN
from milton_protocol.limits import OFFENCE_CODE_MAX_CHARS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.openapi.schemas import Schema
    from hub.web.routing import Route

CURSOR = {"after": matching("([0-9]{1,17}-[0-9a-f]{32,64})?", "where the page before ended")}
_DAY = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
_MOMENT = f"{_DAY}T[0-9]{{1,2}}:[0-9]{{1,2}}:[0-9]{{1,2}}Z"
DAY = matching(rf"\s*({_DAY}|{_MOMENT})?\s*", "a day of the agency's, or a UTC time")
BEFORE = {"before": matching(rf"\s*([0-9]{{1,{NUMBER_MAX_CHARS}}})?\s*", "the number that the page before ended with")}
SEARCHED = {name: up_to(TEXT_MAX_CHARS) for name in ("person", "action", "subject")}
TRAIL = {**SEARCHED, "from": DAY, "until": DAY, **BEFORE}
_YES: Schema = {"type": "string", "enum": ["", YES]}
NARROW: Mapping[str, Schema] = {
    "only": {"type": "string", "enum": ["", *(each.value for each in Stage)]},
    "offence": up_to(OFFENCE_CODE_MAX_CHARS),
    **dict.fromkeys(("from", "until"), matching("([0-9]{4}-[0-9]{2}-[0-9]{2})?", "a day of the agency's")),
    "last": {"type": "string", "enum": ["", *LAST_DAYS]},
    **dict.fromkeys(MARKS, _YES),
}
FIND = {"find": ANYTHING}
SHOWN = {SEEN: ANYTHING}  # what stands for what the page of a stream shows

QUERIES: Mapping[Route, Mapping[str, Schema]] = MappingProxyType(
    {
        **dict.fromkeys((audit.PAGE, audit.DENIALS_PAGE, audit.SEARCH, audit.DENIALS), TRAIL),
        # The flags are asked for as the trail is, and go by the page alone.
        **{each: {**TRAIL, "from": up_to(TEXT_MAX_CHARS), "until": up_to(TEXT_MAX_CHARS)} for each in auditors.ASKED},
        cases.REQUESTS: {**NARROW, **CURSOR},
        cases.REQUESTS_EVENTS: {**NARROW, **CURSOR, **SHOWN},
        cases.CASES: {"asked": ANYTHING, "left": ANYTHING, **NARROW, **CURSOR},
        cases.CASES_EVENTS: {"asked": ANYTHING, "left": ANYTHING, **NARROW, **CURSOR, **SHOWN},
        cases.SHARES: {"request": ANYTHING, **CURSOR},
        cases.CHANGES: {"after": matching(f"[0-9]{{1,{POSITION_CHARS}}}", "the `at` of an answer before")},
        custody.LIST: {"request": ANYTHING},
        custody.PROOFS: {"known": matching(f"[0-9]{{1,{SIZE_MAX_CHARS}}}", "the log's size that the browser knows")},
        share_pages.TOGETHER: {"case": ANYTHING},
        devices.DEVICES: FIND,
        people.PEOPLE: FIND,
        requests.NEW_PAGE: {"draft": ANYTHING},
        requests.COSIGN_PAGE: CURSOR,
        requests.COSIGN_EVENTS: {**CURSOR, **SHOWN},
        **dict.fromkeys(
            (
                administration.POLICY_EVENTS,
                share_pages.LEAVERS_EVENTS,
                devices.DEVICES_EVENTS,
                people.PEOPLE_EVENTS,
            ),
            SHOWN,
        ),
        requests.LIST: CURSOR,
        search.PAGE: {
            "q": up_to(QUERY_MAX_CHARS),
            "in": {"type": "string", "enum": ["", *(each.value for each in Kind)]},
            **NARROW,
            "before": matching(f"([0-9]{{1,{ROW_CHARS}}})?", "the number that an earlier page ended with"),
        },
    }
)
NEEDED = frozenset({(cases.CHANGES, "after")})
