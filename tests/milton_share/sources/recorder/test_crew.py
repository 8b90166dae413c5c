"""Processes that record: what becomes of the others when one makes its process end, or says what it never should."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.recorder import RecorderError, RecorderRule
from custom_components.milton_share.sources.recorder.crew import ENDED, PROGRAM, Crew
from custom_components.milton_share.sources.recorder.filming.processes import ENDED as CAMERA_ENDED
from custom_components.milton_share.sources.recorder.job import recording_job
from custom_components.milton_share.sources.recorder.run import (
    Begun,
    Closed,
    Ended,
    OutOfStep,
    Reported,
    Run,
    Waited,
    parse_line,
)
from tests.simulators.interleaved import SOUND, VIDEO, framed, key_picture, report, rtp
from tests.simulators.scripted_camera import SDP, Script, scripted

from .conftest import doorbell, until

if TYPE_CHECKING:
    import socket
    import threading
    from pathlib import Path

    from custom_components.milton_share.sources.recorder.job import Job

    from .conftest import Doorbell

URL = "rtsp://olivia:hunter2secret@camera.example/stream"
RATE_HZ = 90_000


def job(folder: Path, url: str = URL, name: str = "1760000000000") -> Job:
    """Make a job of short segments."""
    return recording_job(url, folder / f"{name}-%06d.mp4", 1.0, 1.0)


def crew(tmp_path: Path, script: str) -> Crew:
    """Make a crew whose processes run this script of Python in place of the recorder's."""
    path = tmp_path / "film.py"
    path.write_text(f"import os, sys, time\n{script}\n")
    return Crew((sys.executable, "-I", str(path)))


async def heard(one: Run, patience_s: float = 20.0) -> list[Closed]:
    """Hear a run until its end."""
    async with asyncio.timeout(60):
        return [closed async for closed in one.closed(patience_s)]


async def test_what_a_process_says_reaches_the_run_that_it_says_it_of(tmp_path: Path) -> None:
    """Of runs that nobody knows, it is passed over."""
    script = """
first, second = sys.stdin.readline(), sys.stdin.readline()
os.write(1, b"1=41\\n2=42\\n")
os.write(1, b"1|a.mp4,0.0,2.0\\n9|z.mp4,0.0,2.0\\n2$0.75\\n2|b.mp4,0.5,1.5\\n9!nobody\\n2!gone away\\n1!\\n")
sys.stdin.read()
"""
    both = crew(tmp_path, script)
    one, other = await both.begin(job(tmp_path)), await both.begin(job(tmp_path))
    assert await heard(one) == [Closed(name="a.mp4", start_s=0.0, end_s=2.0)]
    assert (one.pid, other.pid) == (41, 42)
    assert await heard(other) == [Closed(name="b.mp4", start_s=0.5, end_s=1.5, waited_s=0.75)]
    assert (one.last_words, other.last_words, one.is_over) == ("", "gone away", True)
    await both.stop()


async def test_where_the_process_ends_that_starts_the_others_all_begin_again_in_another(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Told by its last words, without an address; and by no more than their number in the log."""
    script = f"print('can not open {URL}', file=sys.stderr, flush=True)\nsys.stdin.readline(), sys.stdin.readline()"
    two = crew(tmp_path, script)
    runs = [await two.begin(job(tmp_path)) for _ in range(2)]
    assert [await heard(one) for one in runs] == [[], []]
    assert all("can not open" in one.last_words for one in runs)
    again = await two.begin(job(tmp_path))
    assert not again.is_over
    await two.stop()
    assert "hunter2secret" not in caplog.text + "".join(one.last_words for one in runs)


async def test_a_process_that_says_nothing_at_its_end_is_told_of_too(tmp_path: Path) -> None:
    """A run always ends in words."""
    silent = crew(tmp_path, "sys.stdin.readline()")
    one = await silent.begin(job(tmp_path))
    assert await heard(one) == []
    assert one.last_words == ENDED


async def test_a_run_that_does_not_stop_when_asked_is_ended_with_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop takes a bounded time, whatever the process is at that starts the others."""
    monkeypatch.setattr("custom_components.milton_share.sources.recorder.run.STUCK_S", 0.1)
    stuck = crew(tmp_path, "time.sleep(600)")
    one = await stuck.begin(job(tmp_path))
    async with asyncio.timeout(60):
        await one.stop()
    assert one.is_over
    await one.stop()
    assert await heard(one) == []


async def test_a_run_that_closes_nothing_for_too_long_is_stopped(tmp_path: Path) -> None:
    """By its own words where it obeys: the others go on."""
    script = "for line in sys.stdin:\n    '\"url\"' in line or os.write(1, b'1!\\n')"
    lazy = crew(tmp_path, script)
    one, other = await lazy.begin(job(tmp_path)), await lazy.begin(job(tmp_path))
    assert await heard(one, 0.2) == []
    assert one.last_words == "no segment was closed in time"
    assert not other.is_over
    await lazy.stop()
    assert await heard(other) == []


async def test_a_complaint_without_end_stops_nobody(tmp_path: Path) -> None:
    """More than a pipe's buffer in one line: it is read on, and what follows is still heard."""
    script = """
sys.stdin.readline()
print("x" * 300_000, file=sys.stderr, flush=True)
print("the last words", file=sys.stderr, flush=True)
os.write(1, b"1|a.mp4,0.0,2.0\\n")
"""
    loud = crew(tmp_path, script)
    one = await loud.begin(job(tmp_path))
    assert len(await heard(one)) == 1
    assert one.last_words.endswith("the last words")


@pytest.mark.parametrize("line", ["a.mp4", "1|a.mp4,now,later", "1|a.mp4,1.0", "x|a.mp4,0,1", "x!words", "1@now"])
async def test_a_process_that_says_what_it_never_should_is_ended(tmp_path: Path, line: str) -> None:
    """No segment is entered by a guess."""
    wrong = crew(tmp_path, f"sys.stdin.readline(); print({line!r}, flush=True); time.sleep(600)")
    one = await wrong.begin(job(tmp_path))
    assert await heard(one) == []
    assert one.last_words == "segment_list_broken"


def test_a_line_is_read_with_the_run_that_it_is_of() -> None:
    """And refused by its rule otherwise."""
    assert parse_line(b"7|a.mp4,0.5,1\n") == (7, Closed(name="a.mp4", start_s=0.5, end_s=1.0))
    assert parse_line(b"7!it said | and , and !\n") == (7, Ended(words="it said | and , and !"))
    assert parse_line(b"7=4711\n") == (7, Begun(pid=4711))
    assert parse_line(b"7@2.5\n") == (7, Reported(at_s=2.5))
    assert parse_line(b"7#\n") == (7, OutOfStep())
    assert parse_line(b"7$0.25\n") == (7, Waited(by_s=0.25))
    with pytest.raises(RecorderError) as refused:
        parse_line(b"\n")
    assert refused.value.rule is RecorderRule.SEGMENT_LIST_BROKEN


async def test_each_camera_has_a_process_that_ends_with_its_run(bell: Doorbell, tmp_path: Path) -> None:
    """The real one: what each closed is its own, one can be stopped, and one whose camera isn't there says so."""
    real = Crew()
    one = await real.begin(job(tmp_path, bell.urls[0], "1760000000001"))
    other = await real.begin(job(tmp_path, bell.urls[0], "1760000000002"))
    none = await real.begin(job(tmp_path, "rtsp://127.0.0.1:1/nothing", "1760000000003"))
    assert await heard(none) == []
    assert "refused" in none.last_words
    async with asyncio.timeout(60):
        first = [await anext(aiter(each.closed(30))) for each in (one, other)]
    assert [closed.name for closed in first] == ["1760000000001-000000.mp4", "1760000000002-000000.mp4"]
    await one.stop()
    assert not other.is_over
    await other.stop()
    names = await asyncio.to_thread(os.listdir, tmp_path)
    assert {name.partition("-")[0] for name in names} == {"1760000000001", "1760000000002"}

    assert one.pid != other.pid
    await until(lambda: is_gone(one))
    await until(lambda: is_gone(other))
    await real.stop()


async def is_gone(run: Run) -> bool:
    """Whether a run's process ended."""
    assert run.pid is not None
    try:
        os.kill(run.pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_a_camera_that_makes_libav_crash_stops_no_other(bell: Doorbell, tmp_path: Path) -> None:
    """Its run ends, and can begin again."""
    real = Crew()
    one, other = await real.begin(job(tmp_path, bell.urls[0])), await real.begin(job(tmp_path, bell.urls[0], "17"))
    async with asyncio.timeout(60):
        assert [await anext(aiter(each.closed(30))) for each in (one, other)]
    assert one.pid is not None
    os.kill(one.pid, signal.SIGSEGV)
    await heard(one)
    assert one.last_words == CAMERA_ENDED
    again = await real.begin(job(tmp_path, bell.urls[0], "18"))
    async with asyncio.timeout(60):
        assert await anext(aiter(again.closed(30)))
    assert not other.is_over
    for each in (again, other):
        await each.stop()
        assert each.last_words == ""
    await real.stop()


async def test_a_process_that_hangs_is_killed_and_stops_no_other(bell: Doorbell, tmp_path: Path) -> None:
    """As by a dead network file system."""
    real = Crew()
    one, other = await real.begin(job(tmp_path, bell.urls[0])), await real.begin(job(tmp_path, bell.urls[0], "17"))
    async with asyncio.timeout(60):
        assert [await anext(aiter(each.closed(30))) for each in (one, other)]
    assert one.pid is not None
    os.kill(one.pid, signal.SIGSTOP)
    await one.stop()
    assert one.last_words == CAMERA_ENDED
    assert not other.is_over
    await other.stop()
    assert other.last_words == ""
    await real.stop()


async def test_a_camera_without_a_key_picture_is_stopped_and_stops_no_other(bell: Doorbell, tmp_path: Path) -> None:
    """Its run obeys: it was ended with its process, and so with all other cameras' runs."""
    with doorbell("--gop", "1000", "--mid-group") as other:
        await stopped_beside(bell, other.urls[0], tmp_path)


@pytest.mark.parametrize(
    "sent",
    [framed(VIDEO, rtp(0, b"\x1f" + bytes(40))), pytest.param(framed(VIDEO + 1, report()), marks=pytest.mark.long)],
    ids=["what is no picture", "reports"],
)
async def test_a_camera_of_whose_packets_libav_makes_nothing_is_stopped_and_stops_no_other(
    sent: bytes, bell: Doorbell, tmp_path: Path
) -> None:
    """As one whose encoder went wrong: it sends on, and nobody waits for a packet that never comes."""

    def plays(sock: socket.socket, over: threading.Event) -> None:
        for number in range(60):
            sock.sendall(key_picture(number * 9, at=number * 6000))
            over.wait(0.02)
        while not over.wait(0.05):
            sock.sendall(sent)

    with scripted(Script(plays=plays)) as url:
        closed = await stopped_beside(bell, url, tmp_path)
    assert closed[-1].waited_s > 3.0, "its pictures would be of when it was stopped"


@pytest.mark.parametrize(
    "other", [pytest.param("application vnd.onvif.metadata/90000", marks=pytest.mark.long), "audio G726-32/8000"]
)
async def test_a_camera_that_goes_on_with_what_is_not_recorded_is_stopped_and_stops_no_other(
    other: str, bell: Doorbell, tmp_path: Path
) -> None:
    """All streams are asked for by libav's own reader: of packets that it was not asked for nobody would hear."""
    kind, coding = other.split(" ")
    media = f"m={kind} 0 RTP/AVP 98\r\na=rtpmap:98 {coding}\r\na=control:trackID=1\r\n"
    head = f"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: {len(SDP) + len(media)}\r\n\r\n"

    def plays(sock: socket.socket, over: threading.Event) -> None:
        for number in range(600):
            came = key_picture(number * 9, at=number * 6000) if number < 60 else b""
            sock.sendall(came + framed(SOUND, rtp(number, bytes(40), at=number * 9000, kind=98, marker=True)))
            if over.wait(0.05):
                return

    with scripted(Script(answers={"DESCRIBE": head.encode() + SDP + media.encode()}, plays=plays)) as url:
        await stopped_beside(bell, url, tmp_path)


@pytest.mark.parametrize(
    "ending",
    [
        "its stamps leap",
        pytest.param("its line ends", marks=pytest.mark.long),
        pytest.param("it sends nothing", marks=pytest.mark.long),
    ],
)
async def test_a_last_picture_is_of_when_it_came_however_long_libav_held_it(ending: str, tmp_path: Path) -> None:
    """It gives one when the next begins, or at the end: a file was stated as much later as its camera paused."""

    def plays(sock: socket.socket, over: threading.Event) -> None:
        for number in range(60):
            sock.sendall(key_picture(number * 9, at=number * 6000))
            over.wait(0.02)
        for _ in range(0 if ending == "it sends nothing" else 10):
            sock.sendall(framed(VIDEO + 1, report()))
            over.wait(0.5)
        for number in range(60, 64 if ending == "its stamps leap" else 60):
            sock.sendall(key_picture(number * 9, at=number * 6000 + 70 * RATE_HZ))
        if ending != "its line ends":
            over.wait(60)

    real = Crew()
    with scripted(Script(plays=plays)) as url:
        patient = recording_job(url, tmp_path / "1760000000000-%06d.mp4", 1.0, 3.0)
        one = await real.begin(patient)
        closed = await heard(one, 30.0)
    await real.stop()
    assert one.last_words != "no segment was closed in time"
    assert 3.5 < closed[-1].waited_s < 10.0


@pytest.mark.parametrize(("pictures", "is_doubted"), [(15, True), pytest.param(75, False, marks=pytest.mark.long)])
async def test_pictures_that_libav_had_before_it_was_open_are_doubted(
    pictures: int, *, is_doubted: bool, tmp_path: Path
) -> None:
    """It gives all at once, when it knows enough or the line ends: their file was stated as much later."""

    def plays(sock: socket.socket, over: threading.Event) -> None:
        for number in range(pictures):
            sock.sendall(key_picture(number * 9, at=number * 6000))
            over.wait(0.05)
        over.wait(3.0)

    real = Crew()
    with scripted(Script(plays=plays)) as url:
        patient = recording_job(url, tmp_path / "1760000000000-%06d.mp4", 1.0, 5.0)
        one = await real.begin(patient)
        closed = await heard(one)
    await real.stop()
    assert closed
    assert sum(late.by_s for late in one.heard(0.0).late) > 3.0 if is_doubted else not one.heard(0.0).late


async def stopped_beside(bell: Doorbell, url: str, folder: Path) -> list[Closed]:
    """Record the doorbell, and beside it a camera until no segment of it was closed for some seconds."""
    real = Crew()
    one = await real.begin(job(folder, bell.urls[0]))
    none = await real.begin(job(folder, url, "1760000000001"))
    closed = await heard(none, 5.0)
    assert none.last_words == "no segment was closed in time"
    assert not one.is_over
    await one.stop()
    assert one.last_words == ""
    await real.stop()
    return closed


def test_nothing_that_reads_a_camera_is_loaded_where_home_assistant_runs() -> None:
    """What a camera sends reaches the process that records, and no other."""
    words = "import sys, custom_components.milton_share.sources.recorder; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert [name.rpartition(".")[2] for name in loaded.split() if ".filming" in name] == ["filming"]


def test_a_process_whose_parent_is_gone_records_nothing() -> None:
    """Home Assistant may die between starting it and its asking to die with it."""
    process = subprocess.run([*PROGRAM, str(os.getppid())], stdin=subprocess.DEVNULL, timeout=60, check=False)
    assert process.returncode == 1


def test_a_process_without_commands_ends() -> None:
    """Its parent closed the pipe."""
    process = subprocess.run([*PROGRAM, str(os.getpid())], input=b'{"run": 7}\n', timeout=60, check=False)
    assert process.returncode == 0
