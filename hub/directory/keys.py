"""Whose opening keys footage may be sealed to, by the directory in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from milton_protocol.errors import ProtocolError
from milton_protocol.messages.city.directory import RecipientRole, Role
from milton_protocol.messages.city.revocation import RevocationKind
from milton_protocol.sealing.keys import parse_recipient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.directory.trust import Trusted
    from milton_protocol.messages.city.directory import Directory, Person, Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningKey:
    """A person's key, neither of which was revoked."""

    recipient_id: str
    person: Person
    role: RecipientRole
    age_recipient: str


def check_usable(directory: Directory) -> None:
    """Raise ProtocolError ``age_key_malformed`` where nothing can be sealed to one of its keys: homes refuse such."""
    for each in directory.recipients:
        try:
            parse_recipient(each.age_recipient)
        except ProtocolError as error:
            raise ProtocolError(error.rule, f"recipient {each.recipient_id}, {error.detail}") from error


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


def may_open(trusted: Trusted, recipient: Recipient) -> bool:
    """Say whether footage may be sealed to a key: neither it nor its person was revoked, and they have its role still.

    A key of no one person (the recovery key, the evidence unit's) is good until it is revoked.
    """
    if trusted.is_revoked(RevocationKind.RECIPIENT, recipient.recipient_id):
        return False
    if recipient.person_id is None:
        return True
    person = trusted.person(recipient.person_id)
    return person is not None and Role(recipient.role.value) in person.roles  # who lost the role keeps the key


def custodians_keys(trusted: Trusted) -> frozenset[str]:
    """Return the age recipients of today's custodians: people's, and the evidence unit's own."""
    return frozenset(
        each.age_recipient
        for each in trusted.directory.recipients
        if each.role is RecipientRole.CUSTODIAN and may_open(trusted, each)
    )
