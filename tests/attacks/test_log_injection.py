"""What clients write into a log: nobody forges a line, rings a bell or turns text round, with the hub's own handler."""

from __future__ import annotations

import io
import logging
import secrets
from typing import TYPE_CHECKING

import pytest

from hub.kit.logs import MESSAGE_MAX_CHARS, log_handler, visible
from milton_protocol import canonical
from tests.simulators.agency import enrol_body, running_agency
from tests.simulators.hub_doors import Line, serving_doors
from tests.simulators.log_witness import INJECTED, Manner, serving
from tests.simulators.officer_device import Device
from tests.simulators.witnessed import witnessed_agency

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.simulators.agency import Agency

FORGED = "2026-11-25 12:00:00,000 ERROR hub forged"
HOSTILE = (
    f"\n{FORGED}",
    f"\r\n{FORGED}",
    f"\x1b[2J\x1b]0;{FORGED}\x07",
    f"\u202e{FORGED}",
    f"\u2028{FORGED}",
    f"\x85{FORGED}",
)


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Listen to everything, at its most talkative, with the handler that a served hub has."""
    stream = io.StringIO()
    handler, root = log_handler(stream), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
async def agency(tmp_path: Path) -> AsyncIterator[Agency]:
    """Run a hub."""
    async with running_agency(tmp_path) as started:
        yield started


def is_clean(text: str) -> bool:
    """Say whether each line is the hub's and no character but line ends is unseen."""
    lines = text.split("\n")
    return not [line for line in lines if line.startswith(FORGED)] and visible("".join(lines)) == "".join(lines)


def records(text: str) -> list[str]:
    """Return the lines that are no traceback's."""
    return [line for line in text.split("\n") if line and not line.startswith("| ")]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_one_record_is_one_line_whatever_is_in_it(written: io.StringIO, hostile: str) -> None:
    """In the message, in an argument, in the logger's name, in an exception's text and in a stack."""
    log = logging.getLogger(f"hub.test{hostile}")
    log.warning("said: %s", hostile)
    log.warning(hostile)
    try:
        int(hostile)
    except ValueError as error:
        error.add_note(hostile)
        log.exception("failed %s", hostile, stack_info=True)
    assert is_clean(written.getvalue()), written.getvalue()
    assert len(records(written.getvalue())) == 3
    assert "\\" in written.getvalue()


def test_a_long_message_is_cut(written: io.StringIO) -> None:
    """A client can't fill the disk by one line."""
    logging.getLogger("hub.test").warning("x" * 10 * MESSAGE_MAX_CHARS)
    assert len(written.getvalue()) <= MESSAGE_MAX_CHARS + 1


def test_text_of_every_language_stays_readable() -> None:
    """Only what is not seen is escaped."""
    assert visible("Straße, Größe, São Paulo, 東京, עברית 🚓") == "Straße, Größe, São Paulo, 東京, עברית 🚓"
    assert visible("a\u202eb\x1bc\nd") == "a\\u202eb\\x1bc\\nd"


async def test_what_clients_send_makes_no_line(agency: Agency, written: io.StringIO) -> None:
    """Every place that a client writes: path, query, header, cookie, JSON, a device's name, a share's id."""
    officer = await agency.desk("officer")
    device = Device.new(agency)
    await device.open_invitation("officer")
    async with serving_doors(agency.hub) as doors:
        for hostile in (each.encode() for each in HOSTILE):
            for url in doors.all():
                for lines in (
                    (b"GET /" + hostile.replace(b" ", b"%20") + b" HTTP/1.1", b"Host: localhost"),
                    (b"GET /v1/feed?after=" + hostile + b" HTTP/1.1", b"Host: localhost"),
                    (b"GET /v1/feed HTTP/1.1", b"Host: " + hostile),
                    (b"GET /requests HTTP/1.1", b"Host: localhost", b"Cookie: milton_session=" + hostile),
                    (b"POST /v1/shares HTTP/1.1", b"Host: localhost", b"Authorization: Bearer " + hostile),
                    (hostile + b" / HTTP/1.1", b"Host: localhost"),
                ):
                    async with await Line.open(url) as line:
                        await line.say(*lines, b"Connection: close")
                        await line.rest()
    for hostile in HOSTILE:
        for body in (enrol_body(hostile[:40], secrets.token_hex(16)), enrol_body("x", hostile)):
            async with agency.session.post(f"{agency.homes_url}/v1/enrol", data=canonical.encode(body)) as answer:
                assert answer.status in {400, 404}
        for name in ("case_number", "contact", "reason", "draft_id", "offence_code"):
            status, _ = await officer.ask("POST", "/api/requests", agency.draft(**{name: hostile * 2}))
            assert status in {200, 400}
        assert (await device.register(device=hostile))[0] in {200, 400, 404}
    assert is_clean(written.getvalue())


async def test_what_is_no_request_is_no_event(agency: Agency, written: io.StringIO) -> None:
    """A stranger who sends rubbish fills no log, at the level that the hub is served with; a bug still does."""
    async with serving_doors(agency.hub) as doors:
        for url in doors.all():
            for rubbish in (b"\x16\x03\x01\x02\x00", b"GET", b"GET / HTTP/9.9", b"\xff\xfe", b"GET / HTTP/1.1\r\nX y"):
                async with await Line.open(url) as line:
                    await line.say(rubbish)
                    assert b"Traceback" not in await line.rest()
    logging.getLogger("aiohttp.server").error("Error handling request", exc_info=ValueError("a bug"))
    told = [line for line in records(written.getvalue()) if " DEBUG " not in line]
    assert ["a bug" in line or "Error handling request" in line for line in told] == [True], told


async def test_nothing_that_a_witness_says_is_in_the_hubs_log(tmp_path: Path, written: io.StringIO) -> None:
    """What is logged of it is the hub's own words and the name that the operator wrote."""
    async with serving("liar.example") as liar, witnessed_agency(tmp_path, liar) as agency:
        liar.manner = Manner.INJECTS
        for number, lie in enumerate(
            (Manner.CONFLICT_GARBLED, Manner.HTML, Manner.CONFLICT_WITHOUT_SIZE), start=10_000
        ):
            await agency.published(case_number=f"26-{number}")
            liar.manner = lie
    text = written.getvalue()
    assert text.count("The witness liar.example answers what no witness answers\n") == 1
    assert is_clean(text)
    assert [word for word in (*INJECTED.split()[2:], "guest network", "<html>") if word in text] == []
