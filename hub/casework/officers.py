"""Who of the directory is an officer or a custodian, and which officer somebody means. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kit.errors import HubError
from milton_protocol.messages.city.directory import RecipientRole, Role
from milton_protocol.messages.city.revocation import RevocationKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.directory.trust import Trusted
    from milton_protocol.messages.city.directory import Person
    from milton_protocol.messages.requests.request import Request

CONFLICT = 409


def officers_of(trusted: Trusted) -> Sequence[Person]:
    """Return the officers of the directory whom nobody took back, by name."""
    return _people(trusted, Role.OFFICER)


def openers_of(trusted: Trusted, request: Request) -> Sequence[Person]:
    """Return in the same way the custodians whose keys open what answers a request; none where all of them left."""
    asked = [each for each in request.recipients if each.role is RecipientRole.CUSTODIAN]
    known = [
        each
        for each in (trusted.directory.recipient(one.recipient_id) for one in asked)
        if each is not None and not trusted.is_revoked(RevocationKind.RECIPIENT, each.recipient_id)
    ]
    whose = {each.person_id for each in known}
    return [each for each in _people(trusted, Role.CUSTODIAN) if each.person_id in whose]


def _people(trusted: Trusted, role: Role) -> Sequence[Person]:
    there = (trusted.person(each.person_id) for each in trusted.directory.people)
    return sorted(
        (each for each in there if each is not None and role in each.roles),
        key=lambda each: (_same(each.name), each.badge),
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
