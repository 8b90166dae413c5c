"""A proposed change of the directory: what a page or an administrator asks the two directory keys to sign.

A proposal is a JSON file; it has no power until ``milton-hub directory sign`` shows it in words and both keys sign::

    {"type": "milton/directory-proposal", "version": 1, "changes": [
      {"change": "add_person", "person_id": "...", "name": "...", "badge": "...", "roles": ["officer"]},
      {"change": "remove_person", "person_id": "..."},
      {"change": "add_credential", "person_id": "...", "credential": {a credential of protocol section 3}},
      {"change": "add_recipient", "recipient_id": "...", "person_id": "..." or null, "role": "officer",
       "age_recipient": "age1..."},
      {"change": "revoke", "kind": "credential", "id": "...", "reason": "..."}
    ]}

Adding what is there already, equal, changes nothing, so a proposal may be signed twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from hub.directory.words import credential_words, recipient_words
from milton_protocol.errors import ProtocolError, Rule
from milton_protocol.fields import Fields
from milton_protocol.limits import (
    BADGE_MAX_CHARS,
    NAME_MAX_CHARS,
    REVOCATION_REASON_MAX_CHARS,
    REVOKED_ID_MAX_CHARS,
    ROLES_MAX,
)
from milton_protocol.messages.city.directory import (
    Directory,
    Person,
    Recipient,
    RecipientRole,
    Role,
    SigningCredential,
    credential_value,
    read_credential,
)
from milton_protocol.messages.city.revocation import RevocationKind, Revoked
from milton_protocol.values import read_choice

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from milton_protocol.canonical import JsonValue

TYPE = "milton/directory-proposal"
CHANGES_MAX = 500


class ChangeKind(StrEnum):
    """What a change can be."""

    ADD_PERSON = "add_person"
    REMOVE_PERSON = "remove_person"
    ADD_CREDENTIAL = "add_credential"
    ADD_RECIPIENT = "add_recipient"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: its sentence for the two people who sign, and what it does to a directory."""

    words: str
    apply: Callable[[Directory, datetime], Directory]
    removes: str | None = None  # the person who leaves; one who is not there is refused when it is drafted


def read_proposal(value: JsonValue) -> tuple[Change, ...]:
    """Read a proposal; raise ProtocolError with the rule's name."""
    fields = Fields.of(value)
    fields.header(TYPE)
    changes = fields.objects("changes", 1, CHANGES_MAX, _read_change)
    fields.done()
    return changes


def _read_change(fields: Fields) -> Change:
    kind = fields.choice("change", ChangeKind)
    readers = {
        ChangeKind.ADD_PERSON: _add_person,
        ChangeKind.REMOVE_PERSON: _remove_person,
        ChangeKind.ADD_CREDENTIAL: _add_credential,
        ChangeKind.ADD_RECIPIENT: _add_recipient,
        ChangeKind.REVOKE: _revoke,
    }
    return readers[kind](fields)


def _add_person(fields: Fields) -> Change:
    roles = tuple(read_choice(role, "roles", Role) for role in fields.items("roles", 0, ROLES_MAX))
    person = Person(
        person_id=fields.id("person_id"),
        name=fields.text("name", NAME_MAX_CHARS),
        badge=fields.code_or_none("badge", BADGE_MAX_CHARS),
        roles=tuple(sorted(set(roles))),
        credentials=(),
    )

    def apply(directory: Directory, _at: datetime) -> Directory:
        known = directory.person(person.person_id)
        kept = () if known is None else known.credentials
        others = tuple(each for each in directory.people if each.person_id != person.person_id)
        return replace(directory, people=(*others, replace(person, credentials=kept)))

    roles_words = ", ".join(person.roles) or "no role"
    return Change(words=f"{person.name} (badge {person.badge}, {person.person_id}) is: {roles_words}.", apply=apply)


def _remove_person(fields: Fields) -> Change:
    person_id = fields.id("person_id")

    def apply(directory: Directory, _at: datetime) -> Directory:
        return replace(
            directory,
            people=tuple(each for each in directory.people if each.person_id != person_id),
            recipients=tuple(each for each in directory.recipients if each.person_id != person_id),
        )

    return Change(words=f"{person_id} leaves, with all credentials and keys.", apply=apply, removes=person_id)


def _add_credential(fields: Fields) -> Change:
    person_id = fields.id("person_id")
    inner = fields.child("credential")
    credential = read_credential(inner)
    inner.done()

    def apply(directory: Directory, _at: datetime) -> Directory:
        person = directory.person(person_id)
        if person is None:
            raise ProtocolError(Rule.OFFICER_UNKNOWN, person_id)
        others = tuple(each for each in person.credentials if each.credential_id != credential.credential_id)
        changed = replace(person, credentials=(*others, credential))
        people = tuple(changed if each.person_id == person_id else each for each in directory.people)
        return replace(directory, people=people)

    return Change(words=f"{person_id} signs with one more key: {credential_words(credential)}.", apply=apply)


def _add_recipient(fields: Fields) -> Change:
    recipient = Recipient(
        recipient_id=fields.id("recipient_id"),
        person_id=fields.optional("person_id", fields.id),
        role=fields.choice("role", RecipientRole),
        age_recipient=_public_key(fields),
    )

    def apply(directory: Directory, _at: datetime) -> Directory:
        others = tuple(each for each in directory.recipients if each.recipient_id != recipient.recipient_id)
        return replace(directory, recipients=(*others, recipient))

    return Change(words=f"{recipient_words(recipient)}.", apply=apply)


def _public_key(fields: Fields) -> str:
    try:
        return fields.age_recipient("age_recipient")
    except ProtocolError as error:
        words = f"{error.detail} is no public key; write one there: age1 and 58 characters, lower case"
        raise ProtocolError(error.rule, words) from error


def _revoke(fields: Fields) -> Change:
    kind = fields.choice("kind", RevocationKind)
    subject = fields.text("id", REVOKED_ID_MAX_CHARS)
    reason = fields.text("reason", REVOCATION_REASON_MAX_CHARS)

    def apply(directory: Directory, at: datetime) -> Directory:
        if any(each.kind is kind and each.id == subject for each in directory.revocations):
            return directory
        revoked = Revoked(kind=kind, id=subject, revoked_at=at, reason=reason)
        return replace(directory, revocations=(*directory.revocations, revoked))

    return Change(words=f"The {kind.value} {subject} is revoked: {reason}", apply=apply)


def credential_proposal(person_id: str, credential: SigningCredential) -> dict[str, JsonValue]:
    """Return the proposal that a signing page exports for one person's new credential."""
    change: dict[str, JsonValue] = {
        "change": ChangeKind.ADD_CREDENTIAL.value,
        "person_id": person_id,
        "credential": credential_value(credential),
    }
    return {"type": TYPE, "version": 1, "changes": [change]}
