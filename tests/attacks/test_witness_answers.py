"""Answers of witnesses that are hardly HTTP, or have no end; and troubles that end when a witness is well again."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.witnesses.asking import AskedCheckpoint, ask
from hub.witnesses.line import ASK_MAX_S, Line
from hub.witnesses.settings import Witness
from hub.witnesses.troubles import NotCosignedError, Trouble
from milton_protocol.translog.checkpoint import Checkpoint
from tests.simulators.agency import found_agency, serving_agency
from tests.simulators.city import ed25519
from tests.simulators.hub_bench import MovableClock
from tests.simulators.log_witness import LogWitness, Manner, serving
from tests.simulators.witnessed import name_witnesses

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from tests.simulators.agency import Agency

CONFLICT = b"HTTP/1.1 409 C\r\nContent-Length: 1\r\nContent-Type: "
ANSWERS = {
    "a type of content in no encoding": CONFLICT + b"\xff\xfe;=;;x*=utf-16''%00\r\n\r\n5",
    "a parameter with a number that is none": CONFLICT + "text/plain; x*\u00b2=b\r\n\r\n5".encode(),
    "a parameter with a number of 5,000 digits": CONFLICT + b"text/plain; x*" + b"9" * 5_000 + b"=b\r\n\r\n5",
    "no type": CONFLICT + b"\r\n\r\n5",
    "a negative length": b"HTTP/1.1 200 O\r\nContent-Length: -1\r\n\r\n5",
    "a length that no integer has": b"HTTP/1.1 200 O\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n5",
    "two lengths": b"HTTP/1.1 200 O\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n5",
    "chunks that are none": b"HTTP/1.1 200 O\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
    "another protocol": b"HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nabc",
    "a thousand times to go on": b"HTTP/1.1 100 C\r\n\r\n" * 1_000 + b"HTTP/1.1 204 N\r\n\r\n",
    "nothing, with a body": b"HTTP/1.1 204 N\r\nContent-Length: 3\r\n\r\nabc",
    "a part": b"HTTP/1.1 206 P\r\nContent-Length: 3\r\nContent-Range: bytes 0-2/9\r\n\r\nabc",
    "not modified": b"HTTP/1.1 304 N\r\n\r\n",
    "a status that is none": b"HTTP/1.1 000 P\r\nContent-Length: 0\r\n\r\n",
    "a redirect to no address": b"HTTP/1.1 302 F\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n",
    "a cookie": b"HTTP/1.1 200 O\r\nSet-Cookie: \xff=\x01; expires=zz\r\nContent-Length: 0\r\n\r\n",
    "a long head": b"HTTP/1.1 200 O\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
    "ten thousand heads": b"HTTP/1.1 200 O\r\n" + b"X: a\r\n" * 10_000 + b"\r\n",
    "nul": b"HTTP/1.1 200 O\r\nX: a\x00b\r\n\r\n",
    "packed by its word": b"HTTP/1.1 200 O\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    "an answer too many": b"HTTP/1.1 200 O\r\nContent-Length: 1\r\n\r\n5HTTP/1.1 200 O\r\nContent-Length: 0\r\n\r\n",
}
ENDLESS = {
    "heads": (b"HTTP/1.1 200 O\r\n", b"X: " + b"a" * 4_000 + b"\r\n", Trouble.FOREIGN),
    "trailers": (b"HTTP/1.1 200 O\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: aaaa\r\n" * 999, Trouble.FOREIGN),
    "chunks": (b"HTTP/1.1 200 O\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 999, Trouble.FOREIGN),
    "to go on": (b"", b"HTTP/1.1 100 C\r\n\r\n", Trouble.SLOW),
}


@asynccontextmanager
async def saying(data: bytes, for_ever: bytes = b"") -> AsyncIterator[LogWitness]:
    """Serve bytes, then the others for ever, whatever is asked; a hundredth of a second lies between two of these."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(data)
            while for_ever:
                writer.write(for_ever)
                await writer.drain()
                await asyncio.sleep(0.01)
        writer.close()

    async with await asyncio.start_server(say, "127.0.0.1", 0) as server:
        yield LogWitness(name="liar.example", url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")


async def outcome(line: Line, liar: LogWitness) -> Trouble:
    """Ask as the hub does."""

    async def prove(_old_size: int) -> Sequence[bytes]:
        return ()

    note = Checkpoint(origin="log.example", size=3, root=bytes(32)).sign(ed25519("log"))
    asked = AskedCheckpoint(note=note, size=3, prove=prove)
    with pytest.raises(NotCosignedError) as refused:
        await ask(line, Witness(key=liar.key, url=liar.url), asked, 0, MovableClock()())
    return refused.value.trouble


@pytest.mark.parametrize("data", ANSWERS.values(), ids=ANSWERS.keys())
async def test_what_is_hardly_http_is_a_trouble_and_nothing_worse(data: bytes) -> None:
    """Anything else that were raised would end every publication, and not the call alone."""
    line = Line()
    async with saying(data) as liar, line.running():
        assert await outcome(line, liar) in {Trouble.FOREIGN, Trouble.AWAY, Trouble.FALSE}


@pytest.mark.parametrize(("data", "for_ever", "trouble"), ENDLESS.values(), ids=ENDLESS.keys())
async def test_what_has_no_end_is_ended(data: bytes, for_ever: bytes, trouble: Trouble) -> None:
    """By its bounds, or its time; heads and trailers are not gathered."""
    line, began = Line(), time.monotonic()
    async with saying(data, for_ever) as liar, line.running():
        assert await outcome(line, liar) is trouble
    assert time.monotonic() - began < ASK_MAX_S + 2


async def degraded(agency: Agency) -> list[str]:
    """Return what the hub says of itself to a watcher."""
    found: list[str] = json.loads((await agency.get("/health"))[1])["degraded"]
    return found


async def later(agency: Agency, witness: LogWitness, by: timedelta) -> None:
    """Let time pass for both, and the hub look."""
    agency.clock.ahead = witness.ahead = by
    await agency.hub.jobs.run_now("witnesses")


async def test_a_denial_of_what_it_had_cosigned_is_asked_about_again(tmp_path: Path) -> None:
    """Nothing is published meanwhile, so the log does not grow: without that the denial would stay for ever."""
    settings, passkeys = await asyncio.to_thread(found_agency, tmp_path)
    async with serving() as witness:
        settings = name_witnesses(settings, witness)
        async with serving_agency(settings, passkeys, MovableClock()) as agency:
            await agency.published()
        witness.manner = Manner.CLAIMS_FORK  # its disk, say
        async with serving_agency(settings, passkeys, MovableClock()) as agency:
            await agency.hub.jobs.run_now("witnesses")
            assert await degraded(agency) == ["log_denied"]
            witness.manner = Manner.BEHAVES
            await later(agency, witness, timedelta(minutes=6))
            assert await degraded(agency) == []
            await agency.published(case_number="26-10002")


async def test_a_trouble_at_a_start_with_what_it_had_cosigned_goes_when_it_is_well(tmp_path: Path) -> None:
    """Nobody is told for days of a witness that was away for a second."""
    settings, passkeys = await asyncio.to_thread(found_agency, tmp_path)
    async with serving() as witness:
        settings = name_witnesses(settings, witness)
        async with serving_agency(settings, passkeys, MovableClock()) as agency:
            await agency.published()
        witness.manner = Manner.AWAY
        async with serving_agency(settings, passkeys, MovableClock()) as agency:
            await agency.hub.jobs.run_now("witnesses")
            witness.manner = Manner.BEHAVES
            await later(agency, witness, timedelta(minutes=6))
            await later(agency, witness, timedelta(minutes=90))
            assert await degraded(agency) == []
            asked = len(witness.asked)
            await later(agency, witness, timedelta(minutes=120))
            assert len(witness.asked) == asked
