"""What a request rests on, and whether that was revoked (docs/protocol.md section 3): one answer for homes and the hub.

Invariants: a revocation holds from its time on, whatever the request says of its own age; a person's covers each part
that they have in a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .base64_text import b64
from .messages.city.revocation import RevocationKind
from .messages.requests.assertion import AssertionRole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from .messages.city.directory import Directory
    from .messages.city.revocation import Revoked
    from .messages.requests.assertion import Assertion
    from .messages.requests.request import Request


class Part(StrEnum):
    """What a request rests on."""

    OFFICER = "officer"
    APPROVER = "approver"
    OFFICER_KEY = "officer_key"
    APPROVER_KEY = "approver_key"
    HOLDER = "holder"
    RECIPIENT = "recipient"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedPart:
    """A part of a request, and the revocation that took it."""

    part: Part
    revoked: Revoked


_PERSON = {AssertionRole.OFFICER: Part.OFFICER, AssertionRole.APPROVER: Part.APPROVER}
_KEY = {AssertionRole.OFFICER: Part.OFFICER_KEY, AssertionRole.APPROVER: Part.APPROVER_KEY}


def revoked_part(
    request: Request,
    assertions: Sequence[Assertion],
    directories: Sequence[Directory],
    revocations: Iterable[Revoked],
    now: datetime,
) -> RevokedPart | None:
    """Return the first part of a request that is revoked by ``now``, or None.

    ``directories`` say who holds a recipient; the first that has it is believed.
    """
    holding = {(each.kind, each.id): each for each in revocations if each.revoked_at <= now}
    found = ((part, holding.get((kind, id_))) for part, kind, id_ in _parts(request, assertions, directories))
    return next((RevokedPart(part=part, revoked=revoked) for part, revoked in found if revoked is not None), None)


def _parts(
    request: Request, assertions: Sequence[Assertion], directories: Sequence[Directory]
) -> Iterator[tuple[Part, RevocationKind, str]]:
    yield Part.OFFICER, RevocationKind.PERSON, request.officer.person_id
    for each in assertions:
        yield _PERSON[each.role], RevocationKind.PERSON, each.person_id
        yield _KEY[each.role], RevocationKind.CREDENTIAL, b64(each.credential_id)
    for wanted in request.recipients:
        yield Part.RECIPIENT, RevocationKind.RECIPIENT, wanted.recipient_id
        known = (directory.recipient(wanted.recipient_id) for directory in directories)
        holder = next((each.person_id for each in known if each is not None), None)
        if holder is not None:
            yield Part.HOLDER, RevocationKind.PERSON, holder
