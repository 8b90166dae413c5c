"""Whose request it is: its officer's, and any supervisor's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kit.access import FORBIDDEN, Action
from hub.kit.errors import HubError

if TYPE_CHECKING:
    from hub.kit.access import Actor
    from hub.requests.model import RequestRow


def is_in_charge(actor: Actor, row: RequestRow) -> bool:
    """Say whether ``actor`` may publish and end this request, as far as their roles let them do that at all."""
    return row.officer_id == actor.person_id or actor.may(Action.REQUEST_COSIGN)


def require_in_charge(actor: Actor, row: RequestRow) -> None:
    """Raise ``not_your_request`` (403) for who is neither its officer nor a supervisor, whatever else they may read."""
    if not is_in_charge(actor, row):
        rule = "not_your_request"
        raise HubError(rule, FORBIDDEN, "This is another officer's request.")
