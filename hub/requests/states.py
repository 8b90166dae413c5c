"""The durable states of a request and the only ways between them; a published request is never edited.

``approved``: the second person has signed and the officer has not. ``signed``: every signature that it needs is there;
nothing has left the hub yet. ``logged``: its leaf is in the public log, from here a publication is always completed.
``turned_down``: a supervisor said no before anybody approved it; only the hub's own people read why.
``cosigned``: it has its log proof with the cosignatures that the city asks for.
``revoked``: something that it rests on was revoked after it was published; nobody withdrew it.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from hub.kit.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFLICT = 409


class State(StrEnum):
    """Where a request is."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    SIGNED = "signed"
    LOGGED = "logged"
    COSIGNED = "cosigned"
    PUBLISHED = "published"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    RESOLVED = "resolved"
    TURNED_DOWN = "turned_down"
    REVOKED = "revoked"


_ENDED = frozenset({State.EXPIRED, State.WITHDRAWN})
NEXT: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.DRAFTED: frozenset({State.APPROVED, State.SIGNED, State.TURNED_DOWN}) | _ENDED,
        State.APPROVED: frozenset({State.SIGNED}) | _ENDED,
        State.SIGNED: frozenset({State.LOGGED}) | _ENDED,
        State.LOGGED: frozenset({State.COSIGNED}) | _ENDED,
        State.COSIGNED: frozenset({State.PUBLISHED}) | _ENDED,
        State.PUBLISHED: frozenset({State.RESOLVED, State.REVOKED}) | _ENDED,
        State.EXPIRED: frozenset(),
        State.WITHDRAWN: frozenset(),
        State.RESOLVED: frozenset(),
        State.TURNED_DOWN: frozenset(),
        State.REVOKED: frozenset(),
    }
)
WAITING_FOR_SIGNATURES = (State.DRAFTED, State.APPROVED)
BEING_PUBLISHED = (State.LOGGED, State.COSIGNED)
OPEN = (State.DRAFTED, State.APPROVED, State.SIGNED, *BEING_PUBLISHED, State.PUBLISHED)


def moved(current: State, target: State) -> State:
    """Return ``target``; raise ``wrong_state`` (409) when no way leads there."""
    if target not in NEXT[current]:
        rule = "wrong_state"
        raise HubError(rule, CONFLICT, f"The request is {current.value}; it can't be {target.value}.")
    return target
