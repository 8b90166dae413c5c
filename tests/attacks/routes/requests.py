"""Requests: pages and API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kit.access import Action, Role
from tests.attacks.routes.listed import Listed

if TYPE_CHECKING:
    from tests.simulators.answered import Answered

ONE = "/api/requests/{id}"


def signature(town: Answered, role: Role) -> object:
    """Return a supervisor's own, or for everybody else the officer's."""
    signer, part = ("supervisor", "approver") if role is Role.SUPERVISOR else ("officer", "officer")
    return dict(town.agency.passkeys[signer].assertion(town.request_id, part).value())


LISTED = Listed(
    officers={
        ("GET", "/requests/new"): Action.REQUEST_DRAFT,
        ("GET", "/cosign"): Action.REQUEST_COSIGN,
        ("GET", "/cosign/events"): Action.REQUEST_COSIGN,
        ("GET", "/api/requests/waiting"): Action.REQUEST_COSIGN,
        ("GET", "/requests/{id}/signable"): Action.REQUEST_LIST,
        ("GET", "/requests/{id}/door-sheet"): Action.REQUEST_DOOR_SHEET,
        ("GET", "/api/registry/cells"): Action.REQUEST_DRAFT,
        ("POST", "/api/drafts"): Action.REQUEST_DRAFT,
        ("POST", "/api/drafts/discard"): Action.REQUEST_DRAFT,
        ("POST", "/api/requests/verdict"): Action.REQUEST_DRAFT,
        ("POST", "/api/requests"): Action.REQUEST_DRAFT,
        ("GET", "/api/requests"): Action.REQUEST_LIST,
        ("GET", ONE): Action.REQUEST_LIST,
        ("POST", f"{ONE}/assertions"): Action.REQUEST_ASSERT,
        ("POST", f"{ONE}/publish"): Action.REQUEST_PUBLISH,
        ("POST", f"{ONE}/turn-down"): Action.REQUEST_TURN_DOWN,
        ("POST", f"{ONE}/withdraw"): Action.REQUEST_WITHDRAW,
        ("POST", f"{ONE}/resolve"): Action.REQUEST_RESOLVE,
    },
    bodies={
        ("POST", "/api/drafts"): lambda town, _role: town.agency.draft(),
        ("POST", "/api/drafts/discard"): lambda _town, _role: {"draft_id": "0" * 32},
        ("POST", "/api/requests/verdict"): lambda town, _role: town.agency.draft(),
        ("POST", "/api/requests"): lambda town, _role: town.agency.draft(),
        ("POST", f"{ONE}/assertions"): signature,
        ("POST", f"{ONE}/turn-down"): lambda _town, _role: {"reason": "One street is enough for this."},
    },
    last=(("POST", f"{ONE}/resolve"), ("POST", f"{ONE}/withdraw")),
)
