"""The public log as anybody reads it, checked by the RFC's own functions over all leaves."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from typing import TYPE_CHECKING

import pytest

from hub.publiclog.service import PublicLog
from milton_protocol.errors import ProtocolError
from milton_protocol.translog import merkle
from milton_protocol.translog.checkpoint import open_checkpoint
from milton_protocol.translog.note import SignedNote
from milton_protocol.translog.verifier_key import SignatureType, VerifierKey
from milton_protocol.translog.witness import WitnessPolicy, verify_logged
from tests.simulators.city import ed25519, public

if TYPE_CHECKING:
    from datetime import datetime

    from hub.db.engine import Database
    from tests.simulators.agency import Agency

from tests.simulators.city import NOW

ORIGIN = "log.example/milton"
KEY = VerifierKey(name=ORIGIN, signature_type=SignatureType.ED25519, public_key=public(ed25519("log")))
NO_WITNESS = WitnessPolicy(quorum=0, witnesses=())


def leaf(number: int) -> bytes:
    """Return some leaf."""
    return f"leaf {number}".encode()


async def fill(database: Database, log: PublicLog, count: int, at: datetime = NOW) -> None:
    """Append leaves."""
    async with database.session("test") as session:
        for number in range(count):
            assert await log.append(session, leaf(number), kind="request", at=at) == number


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 300])
async def test_every_leaf_is_proven_under_the_checkpoint(database: Database, count: int) -> None:
    """And the root is that of the whole tree."""
    log = PublicLog(ORIGIN, ed25519("log"))
    await fill(database, log, count)
    async with database.session("test") as session:
        note = await log.checkpoint(session, NOW)
        proofs = [await log.proof(session, index, note) for index in range(count)]
    root = merkle.root([merkle.leaf_hash(leaf(number)) for number in range(count)])
    assert open_checkpoint(SignedNote.parse(note), KEY).root == root
    for index, proof in enumerate(proofs):
        assert verify_logged(proof, leaf(index), KEY, NO_WITNESS, NOW).index == index
        with pytest.raises(ProtocolError):
            verify_logged(proof, b"another", KEY, NO_WITNESS, NOW)


async def test_a_size_is_signed_once(database: Database) -> None:
    """The same note again, and another only when the log has grown."""
    log = PublicLog(ORIGIN, ed25519("log"))
    await fill(database, log, 2)
    async with database.session("test") as session:
        first = await log.checkpoint(session, NOW)
        assert await log.checkpoint(session, NOW) == first
        await log.append(session, leaf(2), kind="request", at=NOW)
        assert await log.checkpoint(session, NOW) != first


async def test_a_rolled_back_act_leaves_no_leaf(database: Database) -> None:
    """Leaf and act are one transaction; the index is given out again."""
    log = PublicLog(ORIGIN, ed25519("log"))
    await fill(database, log, 1)

    async def fail() -> None:
        async with database.session("test") as session:
            await log.append(session, b"never", kind="request", at=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with database.session("test") as session:
        assert await log.size(session) == 1
        assert await log.append(session, leaf(1), kind="request", at=NOW) == 1


async def test_writers_at_once_append_without_a_gap(database: Database) -> None:
    """Forty tasks, forty indices."""
    log = PublicLog(ORIGIN, ed25519("log"))

    async def append(number: int) -> int:
        async with database.session("test") as session:
            return await log.append(session, leaf(number), kind="request", at=NOW)

    assert sorted(await asyncio.gather(*(append(number) for number in range(40)))) == list(range(40))


async def test_anybody_reads_checkpoint_tiles_and_consistency(agency: Agency) -> None:
    """Without a token, and what they read hangs together."""
    await agency.published()
    _, old_note = await agency.get("/v1/log/checkpoint")
    for number in range(2):
        await agency.published(case_number=f"26-20000{number}")
    _, new_note = await agency.get("/v1/log/checkpoint")
    record = (await _trusted(agency)).city_record
    key = VerifierKey(name=record.log.origin, signature_type=SignatureType.ED25519, public_key=record.log.public_key)
    old, new = (open_checkpoint(SignedNote.parse(note.decode()), key) for note in (old_note, new_note))
    assert (old.size, new.size) == (1, 3)
    _, proof = await agency.get("/v1/log/consistency?from=1&to=3")
    hashes = [b64decode(each) for each in json.loads(proof)["hashes"]]
    merkle.verify_consistency(old.size, old.root, new.size, new.root, hashes)
    status, tile = await agency.get("/v1/log/tile/0/000.p/3")
    assert status == 200
    assert merkle.root([tile[start : start + 32] for start in (0, 32, 64)]) == new.root
    _, entries = await agency.get("/v1/log/tile/entries/000.p/3")
    size = int.from_bytes(entries[:2], "big")
    assert merkle.leaf_hash(entries[2 : 2 + size]) == tile[:32]
    assert json.loads(entries[2 : 2 + size])["kind"] == "request"


async def test_what_the_log_does_not_have_is_not_found(agency: Agency) -> None:
    """Sizes and tiles beyond its end, and paths that are none."""
    for path, status in (
        ("/v1/log/consistency?from=0&to=9", 404),
        ("/v1/log/consistency?from=2&to=1", 404),
        ("/v1/log/consistency?from=x&to=1", 400),
        ("/v1/log/tile/0/000", 404),
        ("/v1/log/tile/0/../000", 404),
        ("/v1/log/tile/9/000", 404),
    ):
        assert (await agency.get(path))[0] in {status, 401}, path


async def _trusted(agency: Agency):  # noqa: ANN202 - the service's own type
    async with agency.hub.database.reading() as session:
        return await agency.directory.current(session)
