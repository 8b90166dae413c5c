"""Numbers that begin anew: a camera's time stamps have 32 bits and its packets' numbers 16, and a server may restart.

What is recorded has the same times wherever they begin: each file is compared with that of a stream that begins with 1.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.sources.recorder import Recorder
from custom_components.milton_share.sources.recorder.filming import film
from custom_components.milton_share.sources.recorder.filming.film import BEGIN_S
from custom_components.milton_share.sources.recorder.run import Closed, parse_line
from custom_components.milton_share.sources.recorder.times.boxes import NTP_EPOCH_S, read_contents
from custom_components.milton_share.sources.recorder.times.mute import Mute
from tests.simulators.interleaved import report, rtp
from tests.simulators.publishing import Tape, is_report, later, stamp_of
from tests.simulators.scripted_camera import SDP, scripted

from .conftest import LIMITS, at, segments, set_clock, until
from .test_published import FPS, SECONDS, job, read, tape_of

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.sources.recorder.times.boxes import Contents

VIDEO, SOUND = 0, 2
RATES_HZ = {VIDEO: 90_000, SOUND: 48_000}
NTP = 0xE000_0000 << 32
REPORTS_S = (0.0, 0.5, 1.5, 2.5)
WRAPS_S = {"at once": 0.1, "between reports": 1.0, "right at one": 1.5, "just before one": 1.49, "at the end": 2.9}
DAY_S = 86_400
KEY = bytes.fromhex("65888400")


def plain(sound: str = "opus", video: str = "h264") -> Tape:
    """Make a stream whose stamps begin at 1, with reports of ours at known moments."""
    tape = tape_of(video, sound)
    first = {channel: min_stamp(tape, channel) for channel in (VIDEO, SOUND)}
    packets: list[tuple[int, bytes]] = []
    counts = dict.fromkeys(first, 0)
    due = {channel: list(REPORTS_S) for channel in first}
    for channel, one in tape.packets:
        if is_report(one) or channel not in first:
            continue
        ticks = stamp_of(one) - first[channel] & 0xFFFFFFFF
        while due[channel] and ticks >= due[channel][0] * RATES_HZ[channel]:
            at_s = due[channel].pop(0)
            ssrc = int.from_bytes(one[8:12])
            said = report(ssrc, ntp=NTP + round(at_s * (1 << 32)), at=1 + round(at_s * RATES_HZ[channel]))
            packets.append((channel + 1, said))
        counts[channel] += 1
        packets.append((channel, numbered(later(one, 1 - first[channel]), counts[channel])))
    return Tape(description=tape.description, packets=tuple(packets))


def min_stamp(tape: Tape, channel: int) -> int:
    """Return the first stamp of a track."""
    return next((stamp_of(one) for each, one in tape.packets if each == channel and not is_report(one)), 0)


def wrapping(tape: Tape, at_s: dict[int, float]) -> Tape:
    """Let the stamps of tracks begin anew at moments, and the numbers of their packets too."""

    def bend(_: int, channel: int, one: bytes) -> bytes:
        track = channel & ~1
        ticks = -1 - round(at_s[track] * RATES_HZ[track])
        return later(one, ticks) if is_report(one) else numbered(later(one, ticks), number_of(one) - 20)

    return tape.bent(bend)


def number_of(packet: bytes) -> int:
    """Return a packet's number."""
    return int.from_bytes(packet[2:4])


def numbered(packet: bytes, number: int) -> bytes:
    """Give a packet another number."""
    return packet[:2] + (number & 0xFFFF).to_bytes(2) + packet[4:]


def recorded(tape: Tape, folder: Path) -> list[Contents]:
    """Record it; return what the files say of themselves."""
    folder.mkdir()
    with scripted(tape.script()) as url:
        film.film(job(url, folder))
    found = []
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            found.append(read_contents(file, path.stat().st_size))
    return found


@pytest.mark.parametrize(("at", "sound"), [*((at, "opus") for at in WRAPS_S), ("between reports", "none")])
def test_stamps_that_begin_anew_at_their_end_change_no_time(
    at: str, sound: str, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    """Of pictures and of sound at once, of which each has its own rate; nor does the camera's word on when it was."""
    tape = plain(sound)
    bent = wrapping(tape, dict.fromkeys(RATES_HZ, WRAPS_S[at]))
    assert max(stamp_of(one) for _, one in bent.packets) > 0xFFFF0000
    assert read(bent, tmp_path) == read(tape, tmp_path)
    before, after = recorded(tape, tmp_path / "before"), recorded(bent, tmp_path / "after")
    assert len(after) >= SECONDS - 1
    assert after == before
    assert capfd.readouterr().out.splitlines()[-1] == "1!"


@pytest.mark.parametrize(
    "video",
    [
        pytest.param("h264, reordered", marks=pytest.mark.long),
        pytest.param("hevc", marks=pytest.mark.long),
        "hevc, reordered",
    ],
)
def test_each_picture_was_when_the_camera_s_reports_say(
    video: str, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    """Whatever it is coded in, and across the end of its stamps."""
    sound = "opus" if video == "hevc" else "none"
    found = recorded(wrapping(plain(sound, video), dict.fromkeys(RATES_HZ, 1.0)), tmp_path / "found")
    assert len(found) == SECONDS
    for second, one in enumerate(found):
        said = [fragment.reference for fragment in one.fragments if fragment.reference is not None]
        assert len(said) >= 2
        since_s = [each.epoch_s + NTP_EPOCH_S - (NTP >> 32) - (each.media_s - one.start_s) for each in said]
        assert since_s == pytest.approx([second] * len(since_s), abs=0.001)
    assert capfd.readouterr().out.splitlines()[-1] == "1!"


def test_pictures_and_sound_may_begin_anew_apart(tmp_path: Path) -> None:
    """Each as its own numbers have it; of two reports one before and one after."""
    tape = plain()
    for apart in ({VIDEO: 0.7, SOUND: 2.1}, {VIDEO: 1.5, SOUND: 1.49}):
        assert read(wrapping(tape, apart), tmp_path) == read(tape, tmp_path)


def test_a_stream_of_days_goes_on_where_its_stamps_begin_anew(tmp_path: Path) -> None:
    """They do each 13 hours. A picture an hour, for three days, with the camera's reports."""
    hours = 72
    packets = []
    for hour in range(hours):
        at = 0x7FFF_0000 + hour * 3600 * RATES_HZ[VIDEO]
        packets.append((VIDEO, rtp(hour, KEY + bytes(40), at=at, marker=True)))
        packets.append((VIDEO + 1, report(ntp=NTP + (hour * 3600 << 32), at=at)))
    found = read(Tape(description=SDP, packets=tuple(packets)), tmp_path)["video"]
    assert len(found) == hours
    known = [(number, pts * base / 3600) for number, (_, pts, _, base, _) in enumerate(found) if pts is not None]
    assert len(known) >= hours - 2
    assert [hour - number for number, hour in known] == [known[0][1] - known[0][0]] * len(known)


def half(tape: Tape) -> int:
    """Return where a key picture begins in the middle."""
    ticks = RATES_HZ[VIDEO] * (SECONDS // 2)
    return next(
        number
        for number, (channel, one) in enumerate(tape.packets)
        if channel == VIDEO and not is_report(one) and stamp_of(one) >= ticks
    )


def test_a_server_that_numbers_its_packets_anew_loses_one_picture(tmp_path: Path) -> None:
    """As one does that has lost its own camera for a moment: another source, other numbers, and time goes on.

    libav drops the first packet whose number is far from the last one (RFC 3550 appendix A.1; docs/adr/0097).
    """
    tape = plain("none")
    middle = half(tape)

    def bend(number: int, _: int, one: bytes) -> bytes:
        if number < middle or is_report(one):
            return one
        return numbered(one, number_of(one) + 30_000)[:8] + b"anew" + one[12:]

    found, whole = (read(one, tmp_path)["video"] for one in (tape.bent(bend), tape))
    apart = next(number for number, (one, other) in enumerate(zip(found, whole, strict=False)) if one != other)
    assert found[apart][1:] == whole[apart][1:]  # with what is left of the next one, which began with that packet
    assert found[apart + 1 :] == whole[apart + 2 :]


@pytest.mark.parametrize(("by_s", "sound"), [(-7 * 3600, "opus"), (-60, "none"), (120, "opus"), (9 * 3600, "none")])
def test_a_server_that_restarts_its_time_stamps_ends_the_run_and_no_time_is_wrong(
    sound: str, by_s: int, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    """What came before is as it was; the next run has a beginning of its own."""
    tape = plain(sound)
    middle = half(tape)

    def bend(number: int, channel: int, one: bytes) -> bytes:
        return one if number < middle else later(one, by_s * RATES_HZ[channel & ~1])

    whole, found = recorded(tape, tmp_path / "whole"), recorded(tape.bent(bend), tmp_path / "found")
    assert capfd.readouterr().out.splitlines()[-1] == "1!its time stamps began anew"
    assert found[:-1] == whole[: len(found) - 1]
    *_, last = found
    assert last.start_s == whole[len(found) - 1].start_s
    assert last.end_s - last.start_s <= 1.0 + 2 / FPS
    assert not last.gaps
    pictures = [fragment for one in found for fragment in one.fragments]
    assert pictures


def test_a_clock_that_is_put_back_ends_the_run(tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    """Reports move the stamps of two tracks: the rest of the run would be wrong by as much."""

    def bend(_: int, channel: int, one: bytes) -> bytes:
        is_late = is_report(one) and stamp_of(one) > RATES_HZ[channel & ~1]
        return one[:8] + (int.from_bytes(one[8:16]) - (5 << 32)).to_bytes(8) + one[16:] if is_late else one

    found = recorded(plain().bent(bend), tmp_path / "found")
    assert capfd.readouterr().out.splitlines()[-1] == "1!its time stamps began anew"
    assert sum(one.end_s - one.start_s for one in found) == pytest.approx(REPORTS_S[2], abs=2 / FPS)


def disagreeing() -> Tape:
    """Make a stream of pictures by the camera's clock and of sound since it was switched on."""

    def bend(_: int, channel: int, one: bytes) -> bytes:
        wrong = is_report(one) and channel == SOUND + 1 and stamp_of(one) > RATES_HZ[SOUND] // 4
        return one[:8] + (NTP - (DAY_S << 32)).to_bytes(8) + one[16:] if wrong else one

    return plain().bent(bend)


def test_a_camera_whose_reports_disagree_is_told_of_and_recorded_without_its_sound(
    tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    """Libav would put them hours apart; of pictures alone it takes no report for their stamps."""
    said, heard = [], []
    with scripted(disagreeing().script()) as url:
        for with_sound in (True, False):
            folder = tmp_path / str(with_sound)
            folder.mkdir()
            film.film(job(url, folder, with_sound=with_sound))
            said.append([line for line in capfd.readouterr().out.splitlines() if line[1] in "#!"])
            with av.open(str(next(folder.iterdir()))) as container:
                heard.append(len(container.streams.audio))
    assert said == [["1#", "1!its time stamps began anew"], ["1!"]]
    assert heard == [1, 0]


def test_pictures_alone_whose_stamps_begin_anew_are_no_camera_s_whose_reports_disagree(
    tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    """There is no sound to be left out."""
    tape = plain("none")
    middle = half(tape)
    recorded(tape.bent(lambda number, _, one: one if number < middle else later(one, 120 * 90_000)), tmp_path / "found")
    assert [line for line in capfd.readouterr().out.splitlines() if line[1] in "#!"] == ["1!its time stamps began anew"]


async def test_a_camera_whose_reports_disagree_is_recorded_without_its_sound_for_a_day_and_it_is_said(
    tmp_path: Path,
) -> None:
    """After the second time, until which its sound was tried; another camera's sound is recorded."""
    recorder = Recorder(tmp_path, replace(LIMITS, segment_s=1.0), home_clock=set_clock())
    await recorder.start()
    began = datetime.now(UTC)
    with scripted(disagreeing().script()) as url, scripted(plain().script()) as other:
        await recorder.set_cameras({"porch": at(url), "gate": at(other)})

        async def is_left_out() -> bool:
            return recorder.sound_left_out("porch") is not None

        await until(is_left_out)
        left_out = recorder.sound_left_out("porch")
        known = await segments(recorder, "porch", began)

        async def is_recorded_again() -> bool:
            return await segments(recorder, "porch", began) > known

        await until(is_recorded_again)
        assert recorder.sound_left_out("gate") is None
        await recorder.set_cameras({})
    coverage = await recorder.coverage("porch", began, datetime.now(UTC))
    await recorder.stop()
    assert left_out is not None
    assert began <= left_out.since <= datetime.now(UTC)
    assert left_out.until - left_out.since == timedelta(days=1)
    with av.open(str(coverage.segments[-1].path)) as container:
        assert not container.streams.audio


def runs(mute: Mute, *ends: tuple[float, float, bool]) -> Mute:
    """Let runs with sound end: when they began, when they ended, whether out of step."""
    for began_s, ended_s, out_of_step in ends:
        mute.ended(began_s, ended_s, out_of_step=out_of_step)
    return mute


def test_sound_is_left_out_after_two_runs_in_a_row_that_it_ended_and_for_a_day() -> None:
    """Not after one, as of a server that began anew; nor where a run between them went well."""
    assert not runs(Mute(), (0.0, 5.0, True)).is_on(6.0)
    assert not runs(Mute(), (0.0, 5.0, True), (6.0, 90.0, False), (91.0, 95.0, True)).is_on(96.0)
    mute = runs(Mute(), (0.0, 5.0, True), (6.0, 7.0, False), (8.0, 12.0, True))
    assert mute.is_on(12.0)
    assert mute.is_on(12.0 + DAY_S - 1)
    assert not mute.is_on(12.0 + DAY_S)
    assert mute.left_out(12.0 + DAY_S) is None


def test_sound_that_is_tried_again_is_left_out_again_after_once_and_since_when_it_was_first() -> None:
    """Or, where it went well, as if nothing had been."""
    mute = runs(Mute(), (0.0, 5.0, True), (6.0, 9.0, True))
    first = mute.left_out(9.0)
    assert first is not None
    runs(mute, (9.0 + DAY_S, 14.0 + DAY_S, True))
    second = mute.left_out(20.0 + DAY_S)
    assert second is not None
    assert (second.since, second.until >= first.until) == (first.since, True)
    runs(mute, (20.0 + 2 * DAY_S, 90.0 + 2 * DAY_S, False), (100.0 + 2 * DAY_S, 101.0 + 2 * DAY_S, True))
    assert mute.left_out(102.0 + 2 * DAY_S) is None


@pytest.mark.parametrize("sound", ["opus", "none"])
def test_a_camera_that_begins_in_the_middle_of_a_group_has_all_files_at_their_place(
    sound: str, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    """What comes before the first key picture is not kept: then the run begins, and each file where the last ended."""
    tape = plain(sound)

    def bend(_: int, channel: int, one: bytes) -> bytes | None:
        early = channel == VIDEO and stamp_of(one) < RATES_HZ[VIDEO] * 0.35
        return None if early or is_report(one) else one

    contents = recorded(tape.bent(bend), tmp_path / "found")
    lines = capfd.readouterr().out.splitlines()
    closed = [said for _, said in (parse_line(line.encode()) for line in lines) if isinstance(said, Closed)]
    assert len(closed) == len(contents) == SECONDS - 1
    assert [one.end_s - one.start_s for one in closed] == pytest.approx([1.0, 1.0], abs=0.001)
    assert closed[0].start_s == 0.0
    assert [one.start_s for one in contents] == pytest.approx([BEGIN_S] * len(contents), abs=0.001)
