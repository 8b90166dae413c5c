"""Routes of look-ups in the camera registry."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import get, post

_CASE = "/cases/{case_id:[0-9a-f]{32}}"
PAGE = get(f"{_CASE}/look-up", Action.REGISTRY_LOOK_UP)
LOOK_UP = post(f"/api{_CASE}/look-ups", Action.REGISTRY_LOOK_UP)
