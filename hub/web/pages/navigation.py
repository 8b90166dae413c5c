"""Where the pages lead: the entries of the main navigation, and the sub-pages of administration.

An entry is shown to whom the access table allows its action; one without an action is everybody's. A slice adds its
pages here, and its route's entry (``routes.py``) keeps out whom the navigation does not show them to.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.kit.access import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One entry; ``keys`` open it from every page (``frontend/officer/src/keys.ts``), none: only its link does."""

    path: str
    name: str
    action: Action | None
    keys: str = ""


MAIN: tuple[Place, ...] = (
    Place(path="/cases", name="Cases", action=Action.CASE_LIST, keys="g c"),
    Place(path="/requests", name="Requests", action=Action.REQUEST_LIST, keys="g r"),
    Place(path="/requests/new", name="New request", action=Action.REQUEST_DRAFT, keys="n"),
    Place(path="/search", name="Search", action=Action.SEARCH, keys="g s"),
    Place(path="/cosign", name="To approve", action=Action.REQUEST_COSIGN, keys="g a"),
    Place(path="/administration", name="Administration", action=Action.POLICY_READ, keys="g m"),
    Place(path="/oversight", name="Oversight", action=Action.FLAG_READ, keys="g o"),
    Place(path="/account", name="My keys", action=None, keys="g k"),
)
# The tabs of administration, in their order.
ADMINISTRATION: tuple[Place, ...] = (
    Place(path="/administration", name="To approve", action=Action.POLICY_READ),
    Place(path="/administration/policy", name="Policy", action=Action.POLICY_READ),
    Place(path="/administration/offenses", name="Offenses", action=Action.POLICY_READ),
    Place(path="/administration/retention", name="Retention", action=Action.POLICY_READ),
    Place(path="/administration/jurisdiction", name="Jurisdiction", action=Action.POLICY_READ),
    Place(path="/people", name="People", action=Action.PEOPLE_READ),
    Place(path="/devices", name="Devices", action=Action.DEVICE_LIST),
)


def is_within(place: Place, path: str) -> bool:
    """Say whether a page lies below an entry of the main navigation, or is a tab of it, and is no entry itself."""
    if any(path == each.path for each in MAIN):
        return False
    tabs = ADMINISTRATION if place.path == ADMINISTRATION[0].path else (place,)
    return any(f"{path}/".startswith(f"{each.path}/") for each in tabs)
