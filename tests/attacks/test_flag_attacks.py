"""What is tried against an owner's flag: sealed to more or fewer than it says, stripped on its way, moved, replayed."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.shares.record.model import ShareRow
from milton_protocol import dsse
from milton_protocol.messages.city.directory import RecipientRole
from milton_protocol.messages.requests.request import custodians_of, recipients_hash
from milton_protocol.messages.shares.consent import Consent, ConsentKind
from milton_protocol.messages.shares.share import PartName, Share
from tests.hub.shares.desks import DONE, Custody, received
from tests.hub.shares.passing.outside import say
from tests.simulators.hub_bench import running_hub
from tests.simulators.sealed_share import seal_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from milton_protocol.messages.requests.request import RequestRecipient
    from tests.simulators.hub_bench import HubBench
    from tests.simulators.sealed_share import SealedShare

UNKNOWN_SHARE = (404, "share_unknown")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[HubBench]:
    """Run a hub with one published request and one enrolled home."""
    async with running_hub(tmp_path) as started:
        yield started


async def announced(bench: HubBench, sealed: SealedShare, share: Share | None = None) -> tuple[int, str]:
    """Announce a share, or what became of it, signed by its key; return the status, and the rule of a refusal."""
    envelope = dsse.sign(Share.PAYLOAD_TYPE, (share or sealed.share).to_bytes(), [sealed.one_time_key])
    status, _, answer = await bench.home.ask("POST", "/v1/shares", data=envelope)
    return status, json.loads(answer).get("error", "done")


def sealed_to(
    bench: HubBench, recipients: Sequence[RequestRecipient], named: Sequence[RequestRecipient]
) -> SealedShare:
    """Seal a share to some recipients, and name the hash of others."""
    sealed = seal_share(replace(bench.request, recipients=tuple(recipients)), bench.request_id)
    return replace(sealed, share=replace(sealed.share, recipients_sha256=recipients_hash(named)))


def only(bench: HubBench, *roles: RecipientRole) -> tuple[RequestRecipient, ...]:
    """Return the request's recipients of these roles."""
    return tuple(each for each in bench.request.recipients if each.role in roles)


async def test_a_share_is_sealed_to_all_or_to_the_custodians_and_to_nobody_between(bench: HubBench) -> None:
    """Flagged and sealed to the officer as well, unflagged and sealed to fewer, to the officer alone: none is taken."""
    every, custodians = bench.request.recipients, custodians_of(bench.request.recipients)
    officer, custodian, recovery = (only(bench, role) for role in RecipientRole)
    assert {each.role for each in custodians} == {RecipientRole.CUSTODIAN, RecipientRole.RECOVERY}
    shares = (
        sealed_to(bench, every, custodians),
        sealed_to(bench, custodians, every),
        sealed_to(bench, custodian, custodian),
        sealed_to(bench, recovery, recovery),
        sealed_to(bench, officer, officer),
        sealed_to(bench, (*officer, *recovery), (*officer, *recovery)),
        sealed_to(bench, (*officer, *custodian), (*officer, *custodian)),
        sealed_to(bench, custodians[::-1], custodians[::-1]),
        sealed_to(bench, (*custodians, custodians[0]), custodians),
    )
    for sealed in shares:
        assert await announced(bench, sealed) == (400, "recipients_differ")
    assert await announced(bench, sealed_to(bench, custodians, custodians)) == (201, "done")
    assert await announced(bench, sealed_to(bench, every, every)) == (201, "done")


async def test_one_part_for_the_custodians_and_one_for_all_is_no_flagged_share(bench: HubBench) -> None:
    """A clip for custodians alone beside a manifest that the officer opens, and the other way round."""
    flagged, plain = bench.share(flagged=True), bench.share()
    for name in (PartName.CLIP, PartName.MANIFEST):
        parts = tuple(
            plain_part if plain_part.name is name else part
            for part, plain_part in zip(flagged.share.parts, plain.share.parts, strict=True)
        )
        assert await announced(bench, flagged, replace(flagged.share, parts=parts)) == (400, "recipients_differ")


async def test_a_flag_that_is_stripped_on_its_way_is_not_taken(bench: HubBench) -> None:
    """Not by another key, not by a second announcement before, between or after the bytes: the first one stands."""
    flagged = bench.share(clip=b"clip" * 1_000, flagged=True)
    stripped = replace(flagged.share, recipients_sha256=recipients_hash(bench.request.recipients))
    forged = dsse.sign(Share.PAYLOAD_TYPE, stripped.to_bytes(), [bench.share().one_time_key])
    status, _, answer = await bench.home.ask("POST", "/v1/shares", data=forged)
    assert (status, json.loads(answer)["error"]) == (400, "signature_missing")
    assert await announced(bench, flagged, stripped) == (400, "recipients_differ")
    assert await announced(bench, flagged) == (201, "done")
    resealed = seal_share(bench.request, bench.request_id, one_time_key=flagged.one_time_key)
    assert await announced(bench, resealed) == (409, "share_differs")
    await bench.home.send(flagged)
    assert await announced(bench, resealed) == (409, "share_differs")
    custody = Custody(bench=bench, share=flagged)
    assert await custody.open() == UNKNOWN_SHARE
    assert await custody.open("custodian") == DONE


async def test_a_flag_is_of_the_share_whose_key_signed_it(bench: HubBench) -> None:
    """Another share's key, another share's flag, another request, an agreement in a flag's place: nothing happens."""
    custody, other = await received(bench), await received(bench)
    sealed, key = custody.share, other.share.one_time_key
    about = {"share_id": sealed.share.share_id, "request_id": bench.request_id}
    moved = Consent(**about, at=bench.clock().replace(microsecond=0), kind=ConsentKind.CUSTODIANS_ONLY)
    for envelope, answer in (
        (sealed.flag(key=key), UNKNOWN_SHARE),
        (dsse.sign(Consent.PAYLOAD_TYPE, moved.to_bytes(), [key]), UNKNOWN_SHARE),
        (sealed.flag(request_id="0" * 64), UNKNOWN_SHARE),
        (dsse.sign(Share.PAYLOAD_TYPE, moved.to_bytes(), [sealed.one_time_key]), UNKNOWN_SHARE),
        (sealed.flag() + b" ", (400, "not_canonical")),
    ):
        assert await say(custody, envelope) == answer
    assert await say(custody, sealed.consent()) == DONE  # agrees to something else, and flags nothing
    assert [await each.open() for each in (custody, other)] == [DONE, DONE]
    assert await say(other, other.share.flag()) == DONE
    assert [await each.open() for each in (custody, other)] == [DONE, UNKNOWN_SHARE]


async def test_a_flag_that_is_replayed_flags_nothing_again(bench: HubBench) -> None:
    """Whoever kept it, and however many at once: after a custodian took it off, it stays off."""
    custody = await received(bench)
    flag = custody.share.flag()
    assert await asyncio.gather(*(say(custody, flag) for _ in range(4))) == [DONE] * 4
    assert await custody.open() == UNKNOWN_SHARE
    assert await custody.act("custodian", "unflag") == DONE
    assert await asyncio.gather(*(say(custody, flag) for _ in range(4))) == [DONE] * 4
    assert await custody.open() == DONE
    assert len((await custody.told())["consents"]) == 1


async def test_an_officer_takes_no_owners_flag_off(bench: HubBench) -> None:
    """Not by asking, not with a wrapped header, not by a supervisor's hand."""
    custody = Custody(bench=bench, share=bench.share(clip=b"clip" * 1_000, flagged=True))
    await bench.home.send(custody.share)
    for who in ("officer", "supervisor"):
        assert await custody.act(who, "unflag") == (403, "not_allowed")
        assert await custody.act(who, "readers/officer-key", headers=[]) == (403, "not_allowed")
    async with bench.hub.database.reading() as session:
        (row,) = (await session.scalars(select(ShareRow))).all()
    assert (row.flagged_by, row.sensitive_since is not None) == ("the owner", True)
    assert hashlib.sha256(row.envelope).digest() == hashlib.sha256(custody.share.envelope).digest()
