"""One witness is asked for its cosignature: by the log as it grows, and through whatever it answers."""

from __future__ import annotations

import asyncio
import ssl
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete

from hub.db.counters import Counter
from hub.publiclog.model import LogCheckpoint, LogLeaf, LogNode
from hub.witnesses.line import ASK_MAX_S, Line
from hub.witnesses.troubles import NotCosignedError, Trouble
from milton_protocol.translog.cosignature import cosigned_at
from milton_protocol.translog.note import SignedNote
from milton_protocol.translog.verifier_key import VerifierKey
from tests.simulators.certificates import self_signed
from tests.simulators.city import ed25519
from tests.simulators.log_witness import LogWitness, Manner, serving
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hub.witnesses.conftest import Log


async def trouble_of(log: Log, witness: LogWitness, seen_size: int = 0) -> tuple[Trouble, int]:
    """Return what became of asking."""
    with pytest.raises(NotCosignedError) as refused:
        await log.ask(witness, seen_size)
    return refused.value.trouble, refused.value.size


def old_sizes(witness: LogWitness) -> list[int]:
    """Return from which sizes it was asked."""
    return [int(body.split(b"\n")[0].removeprefix(b"old ")) for body in witness.asked]


async def test_a_log_that_grows_is_cosigned_at_each_size_over_one_connection(log: Log, witness: LogWitness) -> None:
    """From what it has seen last, with a proof; the note with its line is one that readers take."""
    seen = 0
    for grown in (0, 1, 2, 8, 0):
        await log.grow(grown)
        cosignature = await log.ask(witness, seen)
        asked = await log.asked()
        assert (
            cosigned_at(SignedNote.parse(asked.note.format() + cosignature.line), witness.key, cosignature.at)
            == cosignature.at
        )
        seen = asked.size
    assert old_sizes(witness) == [0, 5, 6, 8, 16]
    assert len(witness.connections) == 1


async def test_what_the_hub_does_not_know_the_witness_says(log: Log, witness: LogWitness) -> None:
    """A hub that lost what it knew of a witness begins at nothing, and is told."""
    await log.ask(witness)
    await log.grow(4)
    await log.ask(witness)
    assert old_sizes(witness) == [0, 0, 5]
    await log.grow(4)
    witness.seen.clear()  # the witness lost it
    await log.ask(witness, 9)
    assert old_sizes(witness)[3:] == [9, 0]


@pytest.mark.parametrize(
    ("manner", "trouble"),
    [
        (Manner.AWAY, Trouble.AWAY),
        (Manner.HANGS_UP, Trouble.AWAY),
        (Manner.HTML, Trouble.FOREIGN),
        (Manner.PACKED, Trouble.FOREIGN),
        (Manner.TOO_LONG, Trouble.FOREIGN),
        (Manner.NOT_UTF8, Trouble.FOREIGN),
        (Manner.INJECTS, Trouble.FOREIGN),
        (Manner.TOO_MANY_LINES, Trouble.FOREIGN),
        (Manner.NO_LINES, Trouble.FALSE),
        (Manner.ONLY_STRANGERS, Trouble.FALSE),
        (Manner.WRONG_KEY, Trouble.FALSE),
        (Manner.OTHER_CHECKPOINT, Trouble.FALSE),
        (Manner.TWICE_ONE_FALSE, Trouble.FALSE),
        (Manner.FROM_PAST, Trouble.TIME_OFF),
        (Manner.FROM_FUTURE, Trouble.TIME_OFF),
        (Manner.CONFLICTS_FOR_EVER, Trouble.RESTLESS),
        (Manner.CONFLICT_WITHOUT_SIZE, Trouble.FOREIGN),
        (Manner.CONFLICT_GARBLED, Trouble.FOREIGN),
        (Manner.UNKNOWN, Trouble.LOG_UNKNOWN),
        (Manner.DISTRUSTS, Trouble.KEY_UNTRUSTED),
        (Manner.REFUSES, Trouble.FOREIGN),
    ],
)
async def test_whatever_else_a_witness_answers_is_named(
    log: Log, witness: LogWitness, manner: Manner, trouble: Trouble
) -> None:
    """And it is asked three times at most."""
    witness.manner = manner
    assert (await trouble_of(log, witness))[0] is trouble
    assert len(witness.asked) <= 3


@pytest.mark.parametrize("manner", [Manner.TWICE, Manner.WITH_STRANGERS])
async def test_its_own_line_among_others_is_found(log: Log, witness: LogWitness, manner: Manner) -> None:
    """Once."""
    witness.manner = manner
    asked = await log.asked()
    note = SignedNote.parse(asked.note.format() + (await log.ask(witness)).line)
    assert len(note.signatures) == 2


async def test_a_witness_that_does_not_know_the_log_or_its_key_is_told_apart(log: Log, witness: LogWitness) -> None:
    """The witness's operator mends the one, or the other."""
    witness.logs = {}
    assert await trouble_of(log, witness) == (Trouble.LOG_UNKNOWN, 0)
    witness.trust(VerifierKey.of("log.example/milton", ed25519("an earlier key")))
    assert await trouble_of(log, witness) == (Trouble.KEY_UNTRUSTED, 0)


async def test_a_witness_that_has_seen_more_says_so(log: Log, witness: LogWitness) -> None:
    """As after a restore from a backup: nothing is asked further."""
    witness.manner = Manner.CLAIMS_MORE
    assert await trouble_of(log, witness, 5) == (Trouble.AHEAD, 1_000_000)
    assert len(witness.asked) == 1


@pytest.mark.parametrize("by_409", [True, False])
async def test_another_log_of_the_same_size_is_a_fork(log: Log, witness: LogWitness, *, by_409: bool) -> None:
    """By either status that versions of the specification have for it; also when the hub did not know the size."""
    await log.ask(witness)
    witness.answers_fork_by_409 = by_409
    fork = await another_log(log)
    assert await trouble_of(fork, witness, 5) == (Trouble.FORKED, 5)
    assert await trouble_of(fork, witness, 0) == (Trouble.FORKED, 5)


async def test_another_log_that_is_longer_is_a_fork(log: Log, witness: LogWitness) -> None:
    """What the witness has seen is not in it."""
    await log.ask(witness)
    fork = await another_log(log)
    await fork.grow(3)
    assert await trouble_of(fork, witness, 5) == (Trouble.FORKED, 5)


async def another_log(log: Log) -> Log:
    """Change the first leaf of a log, as only somebody with its key and its database can."""
    async with log.database.session("test") as session:
        for table in (LogCheckpoint, LogLeaf, LogNode, Counter):
            await session.execute(delete(table))
        await log.log.append(session, b"another", kind="request", at=datetime.now(UTC))
    await log.grow(4)
    return log


async def test_an_unproven_beginning_is_no_fork(log: Log, witness: LogWitness) -> None:
    """A witness that has seen nothing has nothing that could differ."""
    witness.manner = Manner.CLAIMS_FORK
    assert await trouble_of(log, witness, 0) == (Trouble.FOREIGN, 0)
    assert await trouble_of(log, witness, 5) == (Trouble.FORKED, 5)


async def test_a_connection_that_was_closed_meanwhile_is_made_anew(log: Log, witness: LogWitness) -> None:
    """Once: an idle connection ends when its other end likes."""
    await log.ask(witness)
    for transport in witness.connections:
        transport.abort()  # type: ignore[attr-defined]
    await log.grow()
    await log.ask(witness, 5)
    assert len(witness.connections) == 2


async def test_a_machine_without_a_witness_and_a_line_that_is_closed_are_away(log: Log) -> None:
    """Neither is an error of the hub's."""
    absent = LogWitness(name="absent", url=f"http://127.0.0.1:{free_port()}")
    assert await trouble_of(log, absent) == (Trouble.AWAY, 0)
    log.line = Line()
    assert await trouble_of(log, absent) == (Trouble.AWAY, 0)


async def test_something_else_that_listens_there_is_no_witness(log: Log) -> None:
    """It speaks first, and no HTTP."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-OpenSSH_10.0\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        other = LogWitness(name="other", url=f"http://127.0.0.1:{port}")
        assert await trouble_of(log, other) == (Trouble.FOREIGN, 0)


async def test_a_call_ends_when_its_time_is_over(log: Log, witness: LogWitness) -> None:
    """A byte now and then does not make it longer."""
    witness.manner = Manner.DRIPS
    began = time.monotonic()
    assert await trouble_of(log, witness) == (Trouble.SLOW, 0)
    assert time.monotonic() - began < ASK_MAX_S + 1


async def test_a_certificate_of_nobodys_is_not_taken(log: Log, tmp_path: Path) -> None:
    """TLS is checked; where its authority is known, the same witness is one."""
    certificate, key = self_signed(tmp_path, "127.0.0.1")
    server_tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_tls.load_cert_chain(certificate, key)
    async with serving(tls=server_tls) as witness:
        witness.trust(VerifierKey.of("log.example/milton", ed25519("log")))
        assert witness.url.startswith("https://")
        assert await trouble_of(log, witness) == (Trouble.CERTIFICATE, 0)
        assert witness.asked == []
        line = Line(tls=ssl.create_default_context(cafile=str(certificate)))
        async with line.running():
            log.line = line
            assert (await log.ask(witness)).line
