"""What is told outside of the chain of command: which flags there are, and how far the trail goes.

Invariants: no plate, no address, no reason, no case number and no person's name is in it (an id says what the city
made it of); it is signed by the hub's key, so that whoever carries it changes nothing; it names the trail's last row
with its digest, so that a trail that is shortened or written anew later differs from what somebody else holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from milton_protocol import canonical
from milton_protocol.dsse import sign
from milton_protocol.times import format_time

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from hub.audit.trail import Head
    from hub.auditors.model import FlagRow

TYPE = "milton/oversight-notice"
PAYLOAD_TYPE = "application/vnd.milton.oversight-notice.v1+json"
FLAGS_MAX = 50  # of one notice


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightNotice:
    """One notice: ``envelope`` (DSSE) is for programs, ``text`` says the same to a person."""

    envelope: bytes
    text: str
    flags: int


def notice_of(
    flags: Sequence[FlagRow], head: Head, *, agency_id: str, at: datetime, hub_key: Ed25519PrivateKey
) -> OversightNotice:
    """Return the notice of ``flags``; none is a notice too: it says that the hub is there, and where its trail ends."""
    payload = canonical.encode(
        {
            "type": TYPE,
            "version": 1,
            "agency_id": agency_id,
            "made_at": format_time(at),
            "flags": [
                {
                    "number": flag.number,
                    "at": format_time(flag.at),
                    "kind": flag.kind,
                    "person_id": flag.person_id,
                    "count": flag.count,
                    "evidence": flag.evidence,
                }
                for flag in flags
            ],
            "trail": {"rows": head.number, "sha256": head.digest},
        }
    )
    return OversightNotice(envelope=sign(PAYLOAD_TYPE, payload, [hub_key]), text=_text(flags, head), flags=len(flags))


def _text(flags: Sequence[FlagRow], head: Head) -> str:
    lines = [
        f"Flag {flag.number}, {format_time(flag.at)}: {flag.kind.replace('_', ' ')}, {flag.person_id}, "
        f"{flag.count} x, {flag.evidence}"
        for flag in flags
    ]
    return "\n".join(
        [
            *(lines or ["No new flags."]),
            "",
            f"The audit trail has {head.number} rows; the last one's digest is {head.digest}.",
            "A flag is no verdict: it says where to look.",
            "People stand here by their ids in the directory; the hub's pages for auditors say who that is.",
            "",
        ]
    )
