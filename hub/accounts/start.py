"""Where a person's day begins: the first page that their roles open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.access import Action

if TYPE_CHECKING:
    from hub.access import Actor

REQUESTS = "/requests"
KEYS = "/account"  # everybody's; an administrator has no other page yet


def start_page(actor: Actor) -> str:
    """Return its path."""
    return REQUESTS if actor.may(Action.REQUEST_LIST) else KEYS
