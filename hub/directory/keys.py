"""Whose opening keys footage may be sealed to, by the directory in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from milton_protocol.messages.revocation import RevocationKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.directory.trust import Trusted
    from milton_protocol.messages.directory import Person, RecipientRole


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningKey:
    """A person's key, neither of which was revoked."""

    recipient_id: str
    person: Person
    role: RecipientRole
    age_recipient: str


def opening_keys(trusted: Trusted) -> Mapping[str, OpeningKey]:
    """Return people's keys by their ids, sorted; the recovery key is nobody's."""
    found: dict[str, OpeningKey] = {}
    for each in sorted(trusted.directory.recipients, key=lambda recipient: recipient.recipient_id):
        person = None if each.person_id is None else trusted.person(each.person_id)
        if person is not None and not trusted.is_revoked(RevocationKind.RECIPIENT, each.recipient_id):
            found[each.recipient_id] = OpeningKey(
                recipient_id=each.recipient_id, person=person, role=each.role, age_recipient=each.age_recipient
            )
    return found
