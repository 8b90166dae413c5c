"""Revocations that travel alone: what a directory key signed stays for good, apart from all that is not verified.

- One row for each signature of a directory key, with no other signature in it: nobody else can make one revocation
  into many.
- Kept ones are judged again when the directory keys change. One that no longer verifies is left aside, and makes
  way only where a bound is reached (docs/protocol.md section 3).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from ..shared.milton_protocol.dsse import signer_ids, split
from ..shared.milton_protocol.errors import ProtocolError, Rule
from ..shared.milton_protocol.limits import REVOCATIONS_MAX
from ..shared.milton_protocol.messages.city.revocation import Revocation
from ..shared.milton_protocol.trust import check_revocation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..shared.milton_protocol.messages.city.record import CityRecord
    from ..shared.milton_protocol.messages.city.revocation import Revoked

KEPT_MAX = REVOCATIONS_MAX  # what a directory can hold; past it the oldest stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Verified revocations: envelopes with one signature each by their digest, and what holds of them now."""

    envelopes: Mapping[str, bytes] = field(default_factory=dict)
    holding: Mapping[str, Revoked] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of revocations that came: verified, or perhaps signed by keys of a record that isn't here yet."""

    proven: Mapping[str, tuple[bytes, Revoked]]
    unknown: tuple[str, ...]  # their digests


def signers(record: CityRecord) -> tuple[str, ...]:
    """Return all of a city record that a revocation is judged by."""
    return (record.agency_id, *(key.public_key.hex() for key in record.directory_keys))


def judge(came: Mapping[str, bytes], record: CityRecord | None) -> Judged:
    """Judge revocations by the digests that their topics name; without a record only their form. Pure, may be slow."""
    proven: dict[str, tuple[bytes, Revoked]] = {}
    unknown: list[str] = []
    for digest, envelope in came.items():
        if hashlib.sha256(envelope).hexdigest() != digest:
            continue
        try:
            proven.update(_prove(envelope, record))
        except ProtocolError as error:
            if error.rule == Rule.SIGNATURE_MISSING:
                unknown.append(digest)
    return Judged(proven=proven, unknown=tuple(unknown))


def _prove(envelope: bytes, record: CityRecord | None) -> dict[str, tuple[bytes, Revoked]]:
    if record is None:
        signer_ids(envelope, Revocation.PAYLOAD_TYPE)
        raise ProtocolError(Rule.SIGNATURE_MISSING, "no city record yet")
    revoked = check_revocation(envelope, record).revoked
    keys = [key.public_key for key in record.directory_keys]
    parts = split(envelope, Revocation.PAYLOAD_TYPE, keys)
    return {hashlib.sha256(part).hexdigest(): (part, revoked) for part in parts}


def holding(envelopes: Mapping[str, bytes], record: CityRecord) -> dict[str, Revoked]:
    """Return what holds of kept revocations under a record. Pure, may be slow."""
    held: dict[str, Revoked] = {}
    for digest, envelope in envelopes.items():
        try:
            held[digest] = check_revocation(envelope, record).revoked
        except ProtocolError:  # its key is one of the past
            continue
    return held


def keep(kept: Kept, proven: Mapping[str, tuple[bytes, Revoked]]) -> tuple[Kept, bool]:
    """Return what is kept with proven revocations, and whether all had room; what no longer holds makes way. Pure."""
    new = {digest: one for digest, one in proven.items() if digest not in kept.envelopes}
    if not new:
        return kept, True
    aside = (digest for digest in kept.envelopes if digest not in kept.holding)
    gone = frozenset(islice(aside, max(0, len(kept.envelopes) + len(new) - KEPT_MAX)))
    added = dict(islice(new.items(), KEPT_MAX - len(kept.envelopes) + len(gone)))
    envelopes = {digest: envelope for digest, envelope in kept.envelopes.items() if digest not in gone}
    now = Kept(
        envelopes=envelopes | {digest: envelope for digest, (envelope, _) in added.items()},
        holding=dict(kept.holding) | {digest: revoked for digest, (_, revoked) in added.items()},
    )
    return now, len(added) == len(new)
