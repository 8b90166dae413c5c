"""The check looks into the media too: what a player would show or play, and what it would not."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.check.clip import approved_by, check, look_into
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.mp4.boxes import check_boxes
from custom_components.milton_share.clips.plan.make import make_plan
from custom_components.milton_share.clips.read.probe import probe
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from custom_components.milton_share.clips.timeline import ticks_of
from custom_components.milton_share.clips.write.writer import OPTIONS
from tests.clips.jobs import job_of
from tests.clips.recordings import START_MS, Recording, run

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.clips.job import Job

SECRET = "086f3693-b7b3-4f2c-9653-21492feee5b8+the-front-door-code-is-2718"


@pytest.fixture(scope="module")
def made(recorded: dict[str, Recording], tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Make a good clip with sound."""
    job = job_of(recorded["gop 60"], START_MS + 2_500, START_MS + 7_500, tmp_path_factory.mktemp("made") / "clip.mp4")
    make_clip(job, lambda _: None)
    return job


def refused(job: Job, path: Path) -> ClipRefused:
    """Return by what the check refuses a file in the clip's place."""
    plan = make_plan(probe(job), ticks_of(job.until_ms - job.from_ms), audio=job.audio, masked=False)
    with pytest.raises(ClipRefused) as caught:
        check(path, approved_by([plan]), None)
    return caught.value


def altered(job: Job, out: Path, *options: str) -> Path:
    """Let ffmpeg write the clip anew with something changed, and everything else as it was."""
    plain = ("-use_editlist", "0", "-fflags", "+bitexact", "-map_metadata", "-1")
    run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(job.out), "-c", "copy", *options, *plain, str(out)])
    return out


def test_a_message_between_the_pictures_is_found(made: Job, tmp_path: Path) -> None:
    """H.264 lets anything be said in one; no player shows it."""
    told = altered(made, tmp_path / "told.mp4", "-bsf:v", f"h264_metadata=sei_user_data={SECRET}")
    found = refused(made, told)
    assert (found.rule, found.detail) == (CutRule.METADATA, "a message in the video")


def with_more(job: Job, out: Path, *, in_packets: bytes = b"", in_description: bytes = b"") -> Path:
    """Write the clip's pictures anew with more bytes after the units of each, or after the parameter sets."""
    with av.open(str(job.out), format="mp4") as source, av.open(str(out), "w", format="mp4", options=OPTIONS) as target:
        film = source.streams.video[0]
        track = target.add_stream_from_template(film)
        track.codec_context.extradata = bytes(film.codec_context.extradata or b"") + in_description
        track.metadata.clear()
        for packet in source.demux(film):
            if packet.size:
                made = av.Packet(bytes(packet) + in_packets)
                made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
                made.is_keyframe, made.stream = packet.is_keyframe, track
                target.mux(made)
    return out


@pytest.mark.parametrize("more", [b"\0\x2a\x2b", bytes(4), bytes(4) + b"\0"], ids=["too few", "empty", "both"])
def test_bytes_between_the_units_of_pictures_are_found(more: bytes, made: Job, tmp_path: Path) -> None:
    """Fewer than a length takes, or a length of nothing: players pass over them."""
    assert look_into(with_more(made, tmp_path / "plain.mp4"), None).pictures
    with pytest.raises(ClipRefused, match="in no unit"):
        look_into(with_more(made, tmp_path / "more.mp4", in_packets=more), None)


def test_bytes_beside_the_parameter_sets_are_found(made: Job, tmp_path: Path) -> None:
    """What a description has after them players do not read."""
    with pytest.raises(ClipRefused, match="beside the parameter sets"):
        look_into(with_more(made, tmp_path / "more.mp4", in_description=SECRET.encode()), None)


def test_another_coding_than_the_cutters_is_found(made: Job, tmp_path: Path) -> None:
    """What can't be looked into is not let through."""
    other = altered(made, tmp_path / "other.mp4", "-c:v", "mpeg4")
    assert refused(made, other).rule is CutRule.METADATA


def test_two_pictures_of_one_time_are_found(made: Job, tmp_path: Path) -> None:
    """A player shows one of them; the other would be hidden."""
    doubled = altered(made, tmp_path / "doubled.mp4", "-bsf:v", "setts=pts='if(eq(N,20),PREV_OUTPTS,PTS)':dts=DTS")
    assert refused(made, doubled).rule is CutRule.UNAPPROVED_FRAMES


def test_sound_that_was_moved_is_found(made: Job, tmp_path: Path) -> None:
    """The approved packets, all of them, but some heard at another time than they were recorded."""
    moved = altered(made, tmp_path / "moved.mp4", "-bsf:a", "setts=ts='TS+1000*max(0,15-abs(N-35))'")
    assert refused(made, moved).rule is CutRule.UNAPPROVED_AUDIO


@pytest.mark.parametrize("size", [0, 4, 2**31], ids=["to the end", "smaller than its header", "larger than the file"])
def test_a_box_of_a_wrong_size_is_found(made: Job, tmp_path: Path, size: int) -> None:
    """Something could hide behind what a player takes for the end."""
    wrong = tmp_path / "wrong.mp4"
    wrong.write_bytes(made.out.read_bytes() + struct.pack(">I4s", size, b"free"))
    with pytest.raises(ClipRefused) as caught:
        check_boxes(wrong)
    assert caught.value.rule is CutRule.HIDDEN_DATA


def test_a_box_with_a_long_size_is_read_as_such(made: Job, tmp_path: Path) -> None:
    """Its 64-bit size is believed, so what lies in it is looked at."""
    wrong = tmp_path / "long.mp4"
    wrong.write_bytes(made.out.read_bytes() + struct.pack(">I4sQ", 1, b"free", 16 + 8) + b"a secret")
    with pytest.raises(ClipRefused, match="free space with something in it"):
        check_boxes(wrong)
