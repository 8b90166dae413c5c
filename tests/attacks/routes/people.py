"""People and devices, for administrators."""

from __future__ import annotations

from hub.kit.access import Action
from tests.attacks.routes.listed import Listed

LISTED = Listed(
    officers={
        ("GET", "/people"): Action.PEOPLE_READ,
        ("GET", "/lists/people/events"): Action.PEOPLE_READ,
        ("GET", "/people/{person_id}"): Action.PEOPLE_READ,
        ("POST", "/people/{person_id}/invite"): Action.PERSON_INVITE,
        ("POST", "/people/{person_id}/invitations/{invitation_id}/confirm"): Action.PERSON_CONFIRM,
        ("POST", "/people/{person_id}/invitations/{invitation_id}/end"): Action.PERSON_INVITE,
        ("POST", "/people/{person_id}/end-sessions"): Action.PERSON_END_SESSIONS,
        ("POST", "/people/{person_id}/recover"): Action.PERSON_RECOVER,
        ("POST", "/people/{person_id}/revoke"): Action.PERSON_REVOKE,
        ("GET", "/devices"): Action.DEVICE_LIST,
        ("GET", "/lists/devices/events"): Action.DEVICE_LIST,
        ("POST", "/devices/{device_id}/revoke"): Action.DEVICE_REVOKE,
        ("POST", "/passkeys/{passkey_id}/remove"): Action.DEVICE_REMOVE,
    },
)
