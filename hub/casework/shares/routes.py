"""Routes of the pages of shares."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import get, stream

PAGE = get("/shares/{share_id:[0-9a-f]{32}}", Action.SHARE_LIST)
TOGETHER = get("/shares/together", Action.SHARE_WATCH)
CUSTODY_PAGE = get("/shares/{share_id:[0-9a-f]{32}}/custody", Action.SHARE_LIST)
LEAVERS = get("/leavers", Action.SHARE_REWRAP)
LEAVERS_EVENTS = stream("/lists/leavers/events", Action.SHARE_REWRAP)
