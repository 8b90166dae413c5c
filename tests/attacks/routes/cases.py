"""Cases: whose they are, and their requests as officers look at them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from hub.kit.access import Action
from tests.attacks.routes.listed import Listed

if TYPE_CHECKING:
    from hub.kit.access import Role
    from tests.simulators.answered import Answered

CASE = "/api/cases/{case_id}"
SHARE = "/api/shares/{share_id}"


def note(_town: Answered, _role: Role) -> dict[str, object]:
    """Return a note."""
    return {"note_id": secrets.token_hex(16), "text": "Seen before, on the other street."}


LISTED = Listed(
    officers={
        ("GET", "/requests"): Action.REQUEST_LIST,
        ("GET", "/lists/requests/events"): Action.REQUEST_LIST,
        ("GET", "/requests/{id}"): Action.REQUEST_LIST,
        ("GET", "/requests/{id}/events"): Action.REQUEST_LIST,
        ("GET", "/cases"): Action.CASE_LIST,
        ("GET", "/lists/cases/events"): Action.CASE_LIST,
        ("GET", "/cases/{case_id}"): Action.CASE_LIST,
        ("GET", "/cases/{case_id}/events"): Action.CASE_LIST,
        ("GET", "/cases/{case_id}/look-up"): Action.REGISTRY_LOOK_UP,
        ("POST", f"{CASE}/look-ups"): Action.REGISTRY_LOOK_UP,
        ("GET", f"{CASE}/shares"): Action.SHARE_LIST,
        ("GET", f"{CASE}/changes"): Action.CASE_LIST,
        ("POST", f"{CASE}/notes"): Action.CASE_NOTE,
        ("POST", f"{CASE}/tags"): Action.CASE_TAG,
        ("POST", f"{CASE}/tags/end"): Action.CASE_TAG,
        ("POST", f"{SHARE}/question"): Action.SHARE_ASK,
        ("POST", f"{SHARE}/answer"): Action.SHARE_ANSWER,
        ("POST", f"{CASE}/members"): Action.CASE_MEMBERS,
        ("POST", f"{CASE}/members/end"): Action.CASE_MEMBERS,
    },
    bodies={
        ("POST", f"{CASE}/notes"): lambda town, role: {"share_id": None, **note(town, role)},
        ("POST", f"{CASE}/look-ups"): lambda town, _role: {"area": town.agency.draft()["area"]},
        ("POST", f"{CASE}/tags"): lambda _town, _role: {"tag": "night"},
        ("POST", f"{CASE}/tags/end"): lambda _town, _role: {"tag": "night"},
        ("POST", f"{SHARE}/question"): note,
        ("POST", f"{SHARE}/answer"): note,
        ("POST", f"{CASE}/members"): lambda _town, _role: {"officer": "4117"},
        ("POST", f"{CASE}/members/end"): lambda _town, _role: {"person_id": "nobody"},
    },
    queries={("GET", f"{CASE}/changes"): lambda _town: "?after=0"},
)
