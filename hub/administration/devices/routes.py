"""Routes of the administrators' page of devices."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import get, post, stream

DEVICES = get("/devices", Action.DEVICE_LIST)
DEVICES_EVENTS = stream("/lists/devices/events", Action.DEVICE_LIST)
REVOKE = post("/devices/{device_id:[0-9a-f]{32}}/revoke", Action.DEVICE_REVOKE, fresh="device.revoke")
# By the beginning of its credential's id, which may be longer than any address.
REMOVE_PASSKEY = post(
    "/passkeys/{passkey_id:[A-Za-z0-9_-]{16,100}}/remove", Action.DEVICE_REMOVE, fresh="device.remove"
)
