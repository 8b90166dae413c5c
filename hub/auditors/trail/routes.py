"""Routes of the trail and of the refusals, for auditors."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import get

PAGE = get("/oversight/trail", Action.AUDIT_READ)
DENIALS_PAGE = get("/oversight/refusals", Action.AUDIT_READ)
SEARCH = get("/api/audit", Action.AUDIT_READ)
DENIALS = get("/api/denials", Action.AUDIT_READ)
