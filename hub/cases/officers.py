"""Which officer somebody means by a badge or a name. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.errors import HubError
from milton_protocol.messages.directory import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.directory.trust import Trusted
    from milton_protocol.messages.directory import Person

CONFLICT = 409


def officers_of(trusted: Trusted) -> Sequence[Person]:
    """Return the officers of the directory whom nobody took back, by name."""
    there = (each for each in trusted.directory.people if trusted.person(each.person_id) is not None)
    return sorted(
        (each for each in there if Role.OFFICER in each.roles), key=lambda each: (_same(each.name), each.badge)
    )


def meant(officers: Sequence[Person], words: str) -> Person:
    """Return the officer with this badge, else the one of this name, however its letters and spaces are typed.

    Raises ``no_officer`` (409) where nobody has it, ``officer_ambiguous`` (409) where several have the name.
    """
    wanted = _same(words)
    found = [each for each in officers if _same(each.badge) == wanted]
    found = found or [each for each in officers if _same(each.name) == wanted]
    if not found:
        rule = "no_officer"
        raise HubError(rule, CONFLICT, "The directory has no officer with this badge or name.")
    if len(found) > 1:
        rule = "officer_ambiguous"
        badges = ", ".join(each.badge for each in found)
        raise HubError(rule, CONFLICT, f"Several officers have it: type one of the badges {badges}.")
    return found[0]


def _same(text: str) -> str:
    return " ".join(text.split()).casefold()
