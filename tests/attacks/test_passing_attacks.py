"""What is tried to see a share that was not passed on, or not to oneself: other officers, links, consents, headers."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from hub.audit.model import AuditRow
from hub.shares.passing.model import LinkRow, ViewRow
from hub.shares.record.custody import HeaderRow
from milton_protocol.base64_text import b64, read_b64
from milton_protocol.errors import ProtocolError
from milton_protocol.sealing.age import Identity, open_body, open_header, rewrap
from tests.hub.shares.desks import DONE, REASON, Custody, accepted, ask, received
from tests.hub.shares.passing.outside import ASKED, RUTH, UNKNOWN, Link, body, make, passed_on, say, standings, view
from tests.hub.shares.readers import custodians_key, headers_for, is_in_the_case, let_open
from tests.simulators.hub_bench import running_hub
from tests.simulators.joining import joins, joins_with_key, leaves

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.hub_bench import HubBench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[HubBench]:
    """Run a hub."""
    async with running_hub(tmp_path) as started:
        yield started


async def test_nobody_is_let_in_whom_the_directory_does_not_have(bench: HubBench) -> None:
    """A made-up key, the recovery key, somebody who left; by an officer; of a share that is not there."""
    custody = await received(bench)
    key = await joins_with_key(bench.settings.folder.parent, "second", "officer")
    await is_in_the_case(bench.hub.database, "second")
    for who in ("officer", "supervisor"):
        assert await let_open(custody, "second-key", key.recipient, who=who) == (403, "not_allowed")
    headers = headers_for(custody, key.recipient)
    nobody = f"/api/shares/{secrets.token_hex(16)}/readers/second-key"
    assert await ask(bench, "custodian", nobody, **headers) == (404, "share_unknown")
    await leaves(bench.settings.folder.parent, "second")
    for recipient_id in ("second-key", "mallory-key", "recovery", "x" * 64):
        answer = await let_open(custody, recipient_id, key.recipient)
        assert answer == (404, "recipient_unknown"), recipient_id
    async with bench.hub.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(HeaderRow)) == 0
        acts = set(await session.scalars(select(AuditRow.action)))
    assert "share.rewrapped" not in acts


async def test_a_header_of_another_share_and_an_altered_body_open_nothing(bench: HubBench) -> None:
    """The hub can't tell a header's file key; who opens it can, at the first chunk."""
    custody, other = await received(bench), await received(bench)
    key = await joins_with_key(bench.settings.folder.parent, "second", "officer")
    await is_in_the_case(bench.hub.database, "second")
    theirs = headers_for(other, key.recipient)
    assert await custody.act("custodian", "readers/second-key", **theirs) == DONE
    told = (await custody.told("second"))["added_headers"]
    clip = custody.share.bodies["clip"]
    wrong = next(read_b64(each["header"], "header") for each in told if each["part"] == "clip")
    with pytest.raises(ProtocolError, match="sealed_body_wrong"):
        list(open_body(open_header(wrong, key), [clip]))
    assert await let_open(custody, "second-key", key.recipient) == DONE
    told = (await custody.told("second"))["added_headers"]
    right = next(read_b64(each["header"], "header") for each in told if each["part"] == "clip")
    assert b"".join(open_body(open_header(right, key), [clip])) == b"clip" * 1_000
    altered = clip[:-1] + bytes([clip[-1] ^ 1])
    with pytest.raises(ProtocolError, match="sealed_body_wrong"):
        list(open_body(open_header(right, key), [altered]))


@pytest.mark.parametrize("odd", ["several", "altered", "longer", "short"])
async def test_a_header_is_of_one_form(bench: HubBench, odd: str) -> None:
    """Two stanzas, another order of bytes, something behind it, less than one."""
    custody = await received(bench)
    key = await joins_with_key(bench.settings.folder.parent, "second", "custodian")
    good = rewrap(custody.share.share.parts[0].header, custodians_key(bench), [key.recipient])
    two = rewrap(custody.share.share.parts[0].header, custodians_key(bench), [key.recipient, key.recipient])
    bent = {
        "several": two,
        "altered": good.replace(b"X25519", b"X25518"),
        "longer": good + b"\n",
        "short": good[:-1],
    }[odd]
    headers = [{"part": part.name.value, "header": b64(bent)} for part in custody.share.share.parts]
    status, rule = await custody.act("custodian", "readers/second-key", headers=headers)
    assert (status, rule) in {(400, "sealed_header_malformed"), (400, "out_of_bounds")}


async def test_links_that_are_guessed_made_up_or_ended_are_answered_alike_and_write_nothing(bench: HubBench) -> None:
    """Whoever asks learns nothing of what there is; nothing is receipted and nothing counted."""
    custody, link = await passed_on(bench)
    seen = secrets.token_hex(16)
    assert (await view(bench, link, seen))[0] == 200
    assert await custody.act("custodian", "passing/1/end") == DONE
    events = await custody.events()
    tries = [link.id, secrets.token_hex(16), "0" * 32, custody.share.share.share_id, link.sha256[:32]]
    answers = []
    for each in tries:
        async with bench.session.post(
            f"{bench.homes_url}/v1/passed", json={"link": each, "view": secrets.token_hex(16)}
        ) as answer:
            answers.append((answer.status, await answer.text()))
    assert len(set(answers)) == 1
    assert answers[0][0] == 404
    for each in (seen, secrets.token_hex(16), link.id):
        assert (await body(bench, each))[0] == 404
    for odd in (
        {},
        {"link": link.id},
        {"link": link.id.upper(), "view": "0" * 32},
        {"link": link.sha256, "view": seen},
    ):
        async with bench.session.post(f"{bench.homes_url}/v1/passed", json=odd) as answer:
            assert answer.status == 400, odd
    assert await custody.events() == events


async def test_a_view_opens_no_other_link(bench: HubBench) -> None:
    """Its id is of the link that it began with, and of no other share."""
    (_, first), (other, second) = await passed_on(bench), await passed_on(bench)
    seen = secrets.token_hex(16)
    assert (await view(bench, first, seen))[0] == 200
    assert await view(bench, second, seen) == UNKNOWN
    assert (await body(bench, seen))[1] != other.share.bodies["clip"]
    async with bench.hub.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(ViewRow)) == 1


async def test_a_consent_is_of_its_own_share_person_and_end(bench: HubBench) -> None:
    """Another share's, another key's, for somebody else, for longer: none lets this one be passed on."""
    custody, other = await accepted(bench), await accepted(bench)
    for each in (custody, other):
        assert await each.act("custodian", "passing", **ASKED) == DONE
    agreed = other.share.consent(RUTH)
    assert await say(other, agreed) == DONE
    forged = custody.share.consent(RUTH, key=Ed25519PrivateKey.generate())
    assert await say(custody, forged) == (404, "share_unknown")
    longer = replace(RUTH, until=RUTH.until + timedelta(hours=1))
    somebody = replace(RUTH, name="Cole Barrow")
    for to in (longer, somebody):
        assert await say(custody, custody.share.consent(to)) == DONE
    assert (await standings(custody), await standings(other)) == (["asked"], ["agreed"])
    link = Link()
    assert await make(other, link) == DONE
    assert await say(other, other.share.consent(somebody, later_s=1, refuses=True)) == DONE
    assert (await view(bench, link, secrets.token_hex(16)))[0] == 200
    assert await make(custody, Link()) == (409, "not_agreed")


async def test_an_owner_is_not_asked_about_nobody(bench: HubBench) -> None:
    """Whom blanks name is whoever the custodian likes."""
    custody = await accepted(bench)
    for blank, rule in (({"name": " "}, "forbidden_character"), ({"organisation": "..."}, "out_of_bounds")):
        assert await custody.act("custodian", "passing", **{**ASKED, **blank}) == (400, rule)
    assert await standings(custody) == []


async def test_nobody_but_a_custodian_asks_makes_or_ends_and_of_no_other_share(bench: HubBench) -> None:
    """By any id and number; somebody outside posts nothing at all."""
    custody, _ = await passed_on(bench)
    foreign = Custody(bench=bench, share=await bench.foreign_share())
    for who in ("officer", "supervisor"):
        for what, sent in (("passing", ASKED), ("passing/1/end", {})):
            assert await custody.act(who, what, **sent) == (403, "not_allowed")
        assert await make(custody, Link(), who=who) == (403, "not_allowed")
    assert await foreign.act("custodian", "passing/1/end") == (404, "passing_unknown")
    assert await make(foreign, Link()) == (409, "not_accepted")
    nobody = f"/api/shares/{secrets.token_hex(16)}/passing"
    assert await ask(bench, "custodian", nobody, **ASKED) == (404, "share_unknown")
    assert await ask(bench, "custodian", f"{nobody}/1/end") == (404, "share_unknown")
    for path in (f"{custody.path}/passing", f"{custody.path}/passing/1/end", f"{custody.path}/passing/1/link"):
        async with bench.session.post(bench.homes_url + path, json=ASKED) as answer:
            assert answer.status in {401, 404}
        async with bench.session.post(bench.officers_url + path, json=ASKED) as answer:
            assert answer.status in {401, 403}
    async with bench.session.put(f"{bench.homes_url}/v1/passed", json={}) as answer:
        assert answer.status in {401, 405}


async def test_one_link_is_of_one_question(bench: HubBench) -> None:
    """The same digest again, of another share, is none; so two shares never answer to one link."""
    (custody, link), other = await passed_on(bench), await accepted(bench)
    assert await other.act("custodian", "passing", **ASKED) == DONE
    assert await say(other, other.share.consent(RUTH)) == DONE
    assert await make(other, link) == (409, "too_many_links")
    async with bench.hub.database.reading() as session:
        (row,) = (await session.scalars(select(LinkRow))).all()
    assert row.share_id == custody.share.share.share_id
    assert link.id not in repr(row.link_sha256)
    assert Identity.generate().secret_text()[:15].encode() not in row.headers


async def test_who_is_put_out_looks_through_no_link_that_they_made(bench: HubBench) -> None:
    """They may have kept it, and what they see by it would be told to the owner as somebody else's look."""
    custody, link = await passed_on(bench)
    seen = secrets.token_hex(16)
    assert (await view(bench, link, seen))[0] == 200
    await joins(bench.settings.folder.parent, "first", "administrator")
    assert (await put_out(bench, "custodian"))[0] == 200
    assert await view(bench, link, secrets.token_hex(16)) == UNKNOWN
    assert (await body(bench, seen))[0] == 404
    assert (await custody.events())[-1] == "revoked"


async def test_what_who_is_put_out_asked_to_be_deleted_waits_for_nobody(bench: HubBench) -> None:
    """It may be a thief of their passkey who asked, in their name; what another asked for waits on."""
    for person_id, role in (("second", "custodian"), ("third", "custodian"), ("first", "administrator")):
        await joins(bench.settings.folder.parent, person_id, role)
    theirs, others = await accepted(bench), await accepted(bench)
    assert await theirs.act("custodian", "deletions", reason=REASON) == DONE
    assert await others.act("third", "deletions", reason=REASON) == DONE
    assert (await put_out(bench, "custodian"))[0] == 200
    assert await theirs.act("second", "deletions/1/confirm") == (409, "deletion_taken_back")
    assert await others.act("second", "deletions/1/confirm") == DONE
    assert (await theirs.told("second"))["state"] == "accepted"


async def put_out(bench: HubBench, person_id: str) -> tuple[int, str]:
    """Let an administrator put somebody out."""
    return await ask(bench, "first", f"/people/{person_id}/revoke")
