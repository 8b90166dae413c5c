"""Cases: whose they are, and their requests as officers look at them."""

from __future__ import annotations

from hub.access import Action
from tests.attacks.doors.listed import Listed

CASE = "/api/cases/{case_id}"
LISTED = Listed(
    officers={
        ("GET", "/requests"): Action.REQUEST_LIST,
        ("GET", "/requests/{id}"): Action.REQUEST_LIST,
        ("GET", "/requests/{id}/events"): Action.REQUEST_LIST,
        ("POST", f"{CASE}/members"): Action.CASE_MEMBERS,
        ("POST", f"{CASE}/members/end"): Action.CASE_MEMBERS,
    },
    bodies={
        ("POST", f"{CASE}/members"): lambda _town, _role: {"person_id": "officer"},
        ("POST", f"{CASE}/members/end"): lambda _town, _role: {"person_id": "nobody"},
    },
)
