"""Where a person's day begins: the first page that their roles open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kit.access import Action

if TYPE_CHECKING:
    from hub.kit.access import Actor

REQUESTS = "/requests"
ADMINISTRATION = "/administration"
KEYS = "/account"  # everybody's


def start_page(actor: Actor) -> str:
    """Return its path."""
    if actor.may(Action.REQUEST_LIST):
        return REQUESTS
    return ADMINISTRATION if actor.may(Action.POLICY_READ) else KEYS
