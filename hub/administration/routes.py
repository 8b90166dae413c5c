"""The administrators' pages."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import get, stream

WAITING = get("/administration", Action.POLICY_READ)
POLICY = get("/administration/policy", Action.POLICY_READ)
OFFENSES = get("/administration/offenses", Action.POLICY_READ)
RETENTION = get("/administration/retention", Action.POLICY_READ)
POLICY_EVENTS = stream("/lists/policy/events", Action.POLICY_READ)
JURISDICTION = get("/administration/jurisdiction", Action.POLICY_READ)
