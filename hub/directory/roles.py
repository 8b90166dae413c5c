"""Which roles nobody has beside another one (docs/adr/71): who judges, and who lets people in. Pure.

Invariants: an auditor is nothing else, so nobody who works reads flags; an administrator is nothing else, so nobody who
lets people in sees evidence; whatever a directory says, its person acts by that one role alone. What somebody did
before they became an auditor is theirs to read: whom the keys make one is the keepers' to judge.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hub.kit.errors import HubError
from milton_protocol.messages.city.directory import Role

if TYPE_CHECKING:
    from milton_protocol.messages.city.directory import Directory, Person

CONFLICT = 409
ALONE = (Role.AUDITOR, Role.ADMINISTRATOR)  # the first of a person's is the one that is left: an auditor has no act


def apart(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    """Return the roles that a person acts by who is said to have ``roles``."""
    return next(((each,) for each in ALONE if each in roles), roles)


def acting(person: Person) -> Person:
    """Return a person of the directory with the roles that they act by."""
    roles = apart(person.roles)
    return person if roles == person.roles else replace(person, roles=roles)


def check_apart(old: Directory, new: Directory) -> None:
    """Raise ``roles_apart`` (409) where ``new`` gives somebody roles that nobody has together, and ``old`` did not."""
    for person in new.people:
        before = old.person(person.person_id)
        if acting(person) != person and (before is None or before.roles != person.roles):
            rule = "roles_apart"
            alone = apart(person.roles)[0].value
            sentence = f"{person.name} can't be {alone} and something else: give one role to each of two people."
            raise HubError(rule, CONFLICT, sentence)
