"""A hub that has been in use for ten years: 100,000 requests in 20,000 cases, and a case with 2,000 clips.

All of it is written straight into the hub's SQLite file, with the very rows that its own acts write.
"""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert

from hub.cases.model import CaseFile, CaseMember
from hub.index.model import Kind, SearchItem, SearchWord
from hub.index.words import request_words, words_of
from hub.policy.offenses import OFFENSES
from hub.requests.model import RequestRow
from hub.requests.states import State
from hub.shares.record.model import SharePartRow, ShareRow, ShareState
from milton_protocol.messages.requests.request import request_id
from tests.simulators.sealed_share import seal_share

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from milton_protocol.messages.requests.request import Request
    from tests.simulators.agency import Agency

REQUESTS, PER_CASE, CLIPS = 100_000, 5, 2_000
OWN_CASES = 60  # of the officer who searches; the others are other officers'
AT_ONCE = 2_000

_WORDS = (
    "car window broken night street backpack bicycle shed garage ladder white black light dark truck sedan door "
    "camera parcel porch dog walker hood mask glove tool crowbar laptop purse wallet phone radio wheel tire mirror "
    "fence gate yard pool school church park trail bridge corner house neighbor driveway mailbox scooter trailer"
)
WORDS = tuple(_WORDS.split())


def reason(chance: random.Random, number: int) -> str:
    """Return a reason; some words stand in nearly each, one in one alone."""
    rare = f" Reference item{number:06d}." if number % 10 == 0 else ""
    return f"Several cars opened: {' '.join(chance.sample(WORDS, 9))}.{rare}"


@dataclass(kw_only=True)
class Rows:
    """What is written at once."""

    number: int
    files: list[dict[str, object]] = field(default_factory=list)
    members: list[dict[str, object]] = field(default_factory=list)
    requests: list[dict[str, object]] = field(default_factory=list)
    items: list[dict[str, object]] = field(default_factory=list)
    words: list[dict[str, object]] = field(default_factory=list)

    def found_by(self, kind: Kind, id_: str, case_number: str, words: Sequence[str]) -> None:
        """Let a thing be found."""
        self.number += 1
        self.items.append({"number": self.number, "kind": kind, "id": id_, "case_number": case_number})
        self.words += [{"word": word, "number": self.number} for word in dict.fromkeys(words)]


async def write(agency: Agency, rows: Rows) -> None:
    """Write what has gathered."""
    models = (
        (CaseFile, rows.files),
        (CaseMember, rows.members),
        (RequestRow, rows.requests),
        (SearchItem, rows.items),
        (SearchWord, rows.words),
    )
    async with agency.hub.database.session("bench") as session:
        for model, values in models:
            if values:
                await session.execute(insert(model), values)
            values.clear()


def case_number_of(case: int) -> str:
    """Return the number of the so-many-eth case."""
    return f"{10 + case // 1_000}-{100_000 + case}"


async def fill(agency: Agency, like: Request, texts: sqlite3.Connection) -> None:
    """Write the requests and cases of 51 officers, oldest first, and the words of each request into ``texts``."""
    chance, began = random.Random(6), datetime.now(UTC) - timedelta(days=3_650)  # noqa: S311 - the same each time
    offences = list(OFFENSES.values())
    rows = Rows(number=10_000)
    for number in range(REQUESTS):
        case, position = divmod(number, PER_CASE)
        case_number = case_number_of(case)
        is_own = case % (REQUESTS // PER_CASE // OWN_CASES) == 0
        officer_id = "officer" if is_own else f"officer-{case % 50}"
        at = (began + timedelta(minutes=50 * number)).replace(microsecond=0)
        offence = offences[case % len(offences)]
        asked = replace(
            like,
            salt=secrets.token_bytes(32),
            case_number=case_number,
            offence_code=offence.code,
            offence_name=offence.name,
            reason=reason(chance, number),
            created_at=at,
            from_=at - timedelta(hours=3),
            until=at - timedelta(hours=2),
            expires_at=at + timedelta(days=3),
        )
        payload = asked.to_bytes()
        identifier = request_id(payload)
        if position == 0:
            case_id = secrets.token_hex(16)
            rows.files.append({"case_number": case_number, "case_id": case_id, "opened_at": at})
            member = {"case_number": case_number, "person_id": officer_id, "added_by": officer_id, "at": at}
            rows.members.append(member)
            rows.found_by(Kind.CASE, case_id, case_number, words_of(case_number, offence.name))
        rows.requests.append(
            {
                "draft_id": secrets.token_hex(16),
                "input_sha256": "0" * 64,
                "request_id": identifier,
                "payload": payload,
                "state": State.EXPIRED,
                "officer_id": officer_id,
                "case_number": case_number,
                "offence_code": offence.code,
                "exceeded": "",
                "created_at": at,
                "expires_at": asked.expires_at,
                "published_at": at,
            }
        )
        words = request_words(asked)
        rows.found_by(Kind.REQUEST, identifier, case_number, [*words, identifier[:16]])
        texts.execute("INSERT INTO text (rowid, words) VALUES (?, ?)", (number, " ".join(words)))
        if len(rows.requests) == AT_ONCE:
            await write(agency, rows)
    await write(agency, rows)


async def fill_case(agency: Agency, to: str, like: Request) -> None:
    """Let 2,000 shares have arrived for one request."""
    sealed = seal_share(like, to)
    now, shares, parts = agency.clock(), [], []
    rows = Rows(number=500_000)
    for number in range(CLIPS):
        share_id = secrets.token_hex(16)
        at = now - timedelta(seconds=CLIPS - number)
        opened = at if number % 3 == 0 else None
        shares.append(
            {
                "share_id": share_id,
                "request_id": to,
                "payload": sealed.share.to_bytes(),
                "envelope": sealed.share.to_bytes(),
                "state": ShareState.RECEIVED,
                "created_at": at,
                "received_at": at,
                "opened_at": opened,
            }
        )
        part = {"share_id": share_id, "body_sha256": "0" * 64, "size_bytes": 10**7}
        parts += [part | {"name": name} for name in ("clip", "manifest")]
        rows.found_by(Kind.SHARE, share_id, like.case_number, [*request_words(like), share_id])
    async with agency.hub.database.session("bench") as session:
        await session.execute(insert(ShareRow), shares)
        await session.execute(insert(SharePartRow), parts)
    await write(agency, rows)
