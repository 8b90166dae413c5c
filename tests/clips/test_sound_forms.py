"""The sound of whatever a home has: encoded where its form is taken, and never in the way of the pictures."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING

import av
import pytest
from av.audio.codeccontext import AudioCodecContext

from custom_components.milton_share.clips.check.clip import look_into
from custom_components.milton_share.clips.job import Range
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.plan.model import Way
from custom_components.milton_share.clips.read.several import PASSES_OVER
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from custom_components.milton_share.clips.write.hearing import decode_sound
from custom_components.milton_share.clips.write.ranges import plan_ranges
from custom_components.milton_share.clips.write.writer import OPTIONS
from tests.clips.exact import check_clip, plays_without_a_word
from tests.clips.jobs import job_of
from tests.clips.kinds import ALAW, KINDS, OPUS, film, h264
from tests.clips.recordings import FPS, START_MS, Part, Recording, loudest, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from custom_components.milton_share.clips.job import Job

SECONDS, RATE_HZ = 4, 48_000
KIND = KINDS["MKV, reordered, Opus"]
UNTAKEN = "wavpack"
# A packet of silence of HE-AAC by Fraunhofer's encoder: one of AAC-LC, and in it how its higher half is made.
WITH_HIGHER_HALF = bytes.fromhex("01402280a356e900ba08000000007006f5910a") + 101 * b"\x5a" + bytes.fromhex("5e")


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Film once, with sound that is not coded."""
    sound = {"acodec": "pcm_s16le", "ac": 2}
    (path,) = film(tmp_path_factory.mktemp("film") / "film.mkv", h264(30), sound, seconds=SECONDS, rate_hz=RATE_HZ)
    return path


def job(filmed: Path, out: Path, *coding: str, audio: bool = True) -> tuple[Recording, Job]:
    """Return the film with its sound in another form, and the job to cut it."""
    path = out.with_name("film.mkv")
    run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(filmed), "-map", "0:v", "-c:v", "copy", *coding, str(path)])
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    return recording, job_of(recording, START_MS + 510, START_MS + 3_490, out, audio=audio)


@pytest.mark.parametrize(
    "coding",
    ["flac", "libvorbis", "adpcm_ima_wav", "adpcm_ms", "alac", "pcm_s24le", "pcm_u8", "flac -ac 8"],
)
def test_sound_of_phones_browsers_and_dash_cams_is_heard_at_its_time(coding: str, filmed: Path, tmp_path: Path) -> None:
    """It is encoded, cut to the sample; of eight channels PyAV counts too many planes, and read past them."""
    recording, asked = job(filmed, tmp_path / "clip.mp4", "-map", "0:a", "-c:a", *coding.split())
    make_clip(asked, lambda _: None)
    assert check_clip(asked.out, recording, asked.from_ms, asked.until_ms, KIND).blocks > 50


def test_of_sound_whose_decoder_can_not_be_opened_nothing_is_heard() -> None:
    """Its header says of no channel; a PyAV may say each time something else of it."""
    context = av.CodecContext.create("adpcm_ima_wav", "r")
    assert isinstance(context, AudioCodecContext)
    assert [decode_sound(context, av.Packet(bytes(64))) for _ in range(3)] == [[], [], []]


def test_the_first_sound_that_can_be_read_is_heard(filmed: Path, tmp_path: Path) -> None:
    """Some cameras write a second track of what else they hear, in a form of their own, before or after it."""
    both = ("-map", "0:a", "-map", "0:a", "-c:a:0", UNTAKEN, "-c:a:1", "copy")
    recording, asked = job(filmed, tmp_path / "clip.mp4", *both)
    make_clip(asked, lambda _: None)
    assert check_clip(asked.out, recording, asked.from_ms, asked.until_ms, KIND).blocks > 50


@pytest.mark.parametrize("codec", [UNTAKEN, "no name"])
def test_sound_that_can_not_be_read_never_stands_in_the_way_of_the_pictures(
    codec: str, filmed: Path, tmp_path: Path
) -> None:
    """Asked for, it is refused by a rule of its own; without it the pictures are cut, and it counts as removed.

    A recording that has sound is never said to have none, though nobody knows its form.
    """
    recording, asked = job(filmed, tmp_path / "clip.mp4", "-map", "0:a", "-c:a", UNTAKEN)
    if codec != UNTAKEN:
        path = recording.parts[0].path
        path.write_bytes(path.read_bytes().replace(b"A_WAVPACK4", b"A_NOBODY/0"))
    with pytest.raises(ClipRefused) as refused:
        make_clip(asked, lambda _: None)
    assert refused.value.rule is CutRule.SOUND_UNDECODABLE
    assert make_clip(replace(asked, audio=False), lambda _: None).audio == "removed"
    silent = replace(KIND, sound=False)
    check_clip(asked.out, recording, asked.from_ms, asked.until_ms, silent)


def test_sound_whose_form_changes_stays_with_its_pictures(tmp_path: Path) -> None:
    """Two files of one camera, of which the second is by other settings: what follows is no later for it."""
    (first,) = film(tmp_path / "first.mov", h264(15), ALAW, seconds=2)
    (second,) = film(tmp_path / "second.mkv", h264(15), OPUS, seconds=2, before=2)
    parts = (Part(path=first, first=0), Part(path=second, first=2 * FPS))
    recording = Recording(parts=parts, numbers=tuple(range(4 * FPS)))
    asked = job_of(recording, START_MS + 510, START_MS + 3_490, tmp_path / "clip.mp4")
    make_clip(asked, lambda _: None)
    changed = replace(KIND, joints_s=(2.0,))
    assert check_clip(asked.out, recording, asked.from_ms, asked.until_ms, changed).sync_s < 0.02


def test_sound_in_packets_of_seconds_is_heard_from_the_first_picture_on(filmed: Path, tmp_path: Path) -> None:
    """A dash cam may store all sound of three seconds at once: what begins long before the range lasts into it."""
    path = tmp_path / "film.mkv"
    with av.open(str(filmed), format="matroska") as source, av.open(str(path), "w", format="matroska") as target:
        tracks = [target.add_stream_from_template(stream) for stream in source.streams]
        sound = b"".join(bytes(packet) for packet in source.demux(audio=0))
        source.seek(0)
        stored = [packet for packet in source.demux(video=0) if packet.size]
        lasts = RATE_HZ * 4 * 3  # bytes of three seconds, in two channels of two bytes
        whole = [av.Packet(sound[at : at + lasts]) for at in range(0, len(sound), lasts)]
        for number, packet in enumerate(whole):
            packet.pts = packet.dts = number * 3 * RATE_HZ
            packet.time_base, packet.duration = Fraction(1, RATE_HZ), packet.size // 4
        for packet in sorted([*stored, *whole], key=lambda one: one.dts * one.time_base):
            packet.stream = tracks[packet in whole]
            target.mux(packet)
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    asked = job_of(recording, START_MS + 2_500, START_MS + 3_900, tmp_path / "clip.mp4")
    make_clip(asked, lambda _: None)
    assert check_clip(asked.out, recording, asked.from_ms, asked.until_ms, KIND).blocks > 24


def test_sound_that_begins_in_a_later_file_is_heard(tmp_path: Path) -> None:
    """The microphone was switched on between two files: what is known of the first one's form says nothing of it."""
    sound = {"acodec": "aac", "audio_bitrate": "64k"}
    (first,) = film(tmp_path / "first.ts", h264(15), seconds=2)
    (second,) = film(tmp_path / "second.ts", h264(15), sound, seconds=2, before=2, container={"mpegts_flags": "latm"})
    parts = (Part(path=first, first=0), Part(path=second, first=2 * FPS))
    recording = Recording(parts=parts, numbers=tuple(range(4 * FPS)))
    asked = job_of(recording, START_MS + 510, START_MS + 3_490, tmp_path / "clip.mp4")
    assert make_clip(asked, lambda _: None).audio == "kept"
    assert loudest(asked.out, 1.8, 2.8) > 0.1


def test_sound_of_a_later_range_is_taken_by_its_own_form(tmp_path: Path) -> None:
    """The first range's file has sound of another form, of which nothing lies in that range."""
    tone = ["-f", "lavfi", "-itsoffset", "3", "-i", "sine=1000:d=1:r=48000"]
    silent, late = film(tmp_path / "silent.mkv", h264(15), seconds=4)[0], tmp_path / "late.mkv"
    run(
        [
            "ffmpeg",
            "-v",
            "error",
            "-nostdin",
            "-i",
            str(silent),
            *tone,
            "-c:v",
            "copy",
            "-ac",
            "2",
            "-c:a",
            "aac",
            str(late),
        ]
    )
    (second,) = film(tmp_path / "second.mkv", h264(15), {"acodec": "aac", "audio_bitrate": "64k"}, seconds=4, before=4)
    parts = (Part(path=late, first=0), Part(path=second, first=4 * FPS))
    recording = Recording(parts=parts, numbers=tuple(range(8 * FPS)))
    asked = job_of(recording, START_MS + 500, START_MS + 2_000, tmp_path / "clip.mp4")
    asked = replace(asked, further=(Range(from_ms=START_MS + 4_500, until_ms=START_MS + 7_500),))
    assert make_clip(asked, lambda _: None).audio == "kept"
    with av.open(str(asked.out)) as clip:
        (track,) = clip.streams.audio
        assert (track.rate, track.channels) == (16_000, 1)
    assert loudest(asked.out, 2, 4) > 0.1


def heard_together(path: Path, out: Path, with_which: Callable[[int], int | None], **options: str) -> Path:
    """Write a film anew; `with_which` says which packet of sound lies behind one, None for one that is left out."""
    with av.open(str(path), format="mp4") as source, av.open(str(out), "w", format="mp4", options=options) as target:
        tracks = [target.add_stream_from_template(stream) for stream in source.streams]
        for track in tracks:
            track.metadata.clear()
        stored = [packet for packet in source.demux() if packet.size]
        sound = [bytes(packet) for packet in stored if packet.stream.type == "audio"]
        places = iter(range(len(sound)))
        for packet in stored:
            data = bytes(packet)
            if packet.stream.type == "audio":
                other = with_which(next(places))
                if other is None:
                    continue
                data += b"".join(sound[other : other + 1])
            made = av.Packet(data)
            made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
            made.is_keyframe, made.stream = packet.is_keyframe, tracks[packet.stream.index]
            target.mux(made)
    return out


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Film with AAC in an MP4 without an edit list."""
    sound = {"acodec": "aac", "audio_bitrate": "64k"}
    container = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    (path,) = film(tmp_path_factory.mktemp("spoken") / "film.mp4", h264(15), sound, seconds=8, container=container)
    return path


def test_sound_in_packets_of_several_is_not_heard(spoken: Path, tmp_path: Path) -> None:
    """A copy would have the second one of the last packet from after the range; nobody says when it was recorded."""
    path = heard_together(spoken, tmp_path / "film.mp4", lambda place: None if place % 2 else place + 1)
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(8 * FPS)))
    asked = job_of(recording, START_MS + 1_010, START_MS + 5_990, tmp_path / "clip.mp4")
    with pytest.raises(ClipRefused) as refused:
        make_clip(asked, lambda _: None)
    assert refused.value.rule is CutRule.SOUND_UNDECODABLE
    assert make_clip(replace(asked, audio=False), lambda _: None).audio == "removed"
    check_clip(asked.out, recording, asked.from_ms, asked.until_ms, replace(KIND, sound=False))


@pytest.mark.parametrize("rest", [b"", b"\xff\x00\xff\x00"], ids=["whole", "and what is none"])
def test_sound_that_hides_behind_a_packet_is_in_no_clip(rest: bytes, spoken: Path, tmp_path: Path) -> None:
    """It is of another time than the range, and who plays the clip hears it: each second packet has it behind it."""
    hidden = heard_together(spoken, tmp_path / "film.mp4", lambda place: place + 60)
    if rest:
        hidden = _with_sound(hidden, tmp_path / "rest.mp4", lambda _, data: data + rest)
    recording = Recording(parts=(Part(path=hidden, first=0),), numbers=tuple(range(8 * FPS)))
    asked = job_of(recording, START_MS + 1_010, START_MS + 2_990, tmp_path / "clip.mp4")
    with pytest.raises(ClipRefused) as refused:
        make_clip(asked, lambda _: None)
    assert refused.value.rule is CutRule.SOUND_UNDECODABLE
    assert make_clip(replace(asked, audio=False), lambda _: None).audio == "removed"


@pytest.mark.parametrize("is_sound", [False, True], ids=["words", "sound behind two bytes that are none"])
def test_what_lies_behind_a_packet_that_nobody_plays_is_in_no_clip(
    spoken: Path, tmp_path: Path, *, is_sound: bool
) -> None:
    """A recorder's note, or what is of another time: a copy of the packet would have it. PyAV 19 doesn't tell of it."""
    with av.open(str(spoken)) as film_:
        *_, later = (bytes(packet) for packet in film_.demux(audio=0) if packet.size)
    secret = b"\x5a\xc3" + later if is_sound else b"a word that nobody approved"
    path = _with_sound(spoken, tmp_path / "film.mp4", lambda _, data: data + secret)
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(8 * FPS)))
    asked = job_of(recording, START_MS + 1_010, START_MS + 5_990, tmp_path / "clip.mp4")
    assert [plan.audio_way for plan in plan_ranges(asked).values()] == [Way.ENCODE]
    if PASSES_OVER:
        assert make_clip(asked, lambda _: None).audio == "kept"
        assert secret not in asked.out.read_bytes()
        return
    with pytest.raises(ClipRefused) as refused:  # before so much PyAV 16 hears nothing
        make_clip(asked, lambda _: None)
    assert refused.value.rule is CutRule.SOUND_UNDECODABLE


def _with_sound(path: Path, out: Path, change: Callable[[int, bytes], bytes]) -> Path:
    """Write a film anew, with another sound."""
    with av.open(str(path), format="mp4") as source, av.open(str(out), "w", format="mp4") as target:
        tracks = [target.add_stream_from_template(stream) for stream in source.streams]
        places = count()
        for packet in source.demux():
            if packet.size:
                made = av.Packet(
                    change(next(places), bytes(packet)) if packet.stream.type == "audio" else bytes(packet)
                )
                made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
                made.is_keyframe, made.stream = packet.is_keyframe, tracks[packet.stream.index]
                target.mux(made)
    return out


@pytest.mark.parametrize(("place", "way"), [(0, Way.COPY), (60, Way.ENCODE), (120, Way.COPY)])
def test_a_broken_packet_of_sound_is_its_ranges_own_affair(place: int, way: Way, spoken: Path, tmp_path: Path) -> None:
    """What else is copied stays as it was recorded: a file may begin with the end of a packet, or break off in one."""
    path = _with_sound(spoken, tmp_path / "film.mp4", lambda at, data: data[:5] if at == place else data)
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(8 * FPS)))
    asked = job_of(recording, START_MS + 1_010, START_MS + 5_990, tmp_path / "clip.mp4")
    assert [plan.audio_way for plan in plan_ranges(asked).values()] == [way]
    assert make_clip(asked, lambda _: None).audio == "kept"


def test_sound_whose_higher_half_comes_unsaid_is_played_without_a_word(tmp_path: Path) -> None:
    """HE-AAC as transport streams and some MP4s have it. Copied behind silence that has none, half of it was lost."""
    (stream,) = film(tmp_path / "film.ts", h264(15), {"acodec": "aac", "audio_bitrate": "64k"}, seconds=8)
    said = tmp_path / "said.mp4"  # by two bytes, as a transport stream says it
    run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(stream), "-c", "copy", str(said)])
    path = _with_sound(said, tmp_path / "film.mp4", lambda *_: WITH_HIGHER_HALF)
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(8 * FPS)))
    asked = job_of(recording, START_MS + 1_010, START_MS + 5_990, tmp_path / "clip.mp4")
    assert make_clip(asked, lambda _: None).audio == "kept"
    plays_without_a_word(asked.out)


def test_a_clip_with_two_packets_of_sound_in_one_is_found(spoken: Path, tmp_path: Path) -> None:
    """Also where nothing but the clip is there to look at."""
    recording = Recording(parts=(Part(path=spoken, first=0),), numbers=tuple(range(8 * FPS)))
    asked = job_of(recording, START_MS + 1_010, START_MS + 5_990, tmp_path / "clip.mp4")
    make_clip(asked, lambda _: None)
    look_into(heard_together(asked.out, tmp_path / "same.mp4", lambda _: 10_000, **OPTIONS), None)
    crowded = heard_together(asked.out, tmp_path / "two.mp4", lambda place: place + 5, **OPTIONS)
    with pytest.raises(ClipRefused, match=CutRule.UNAPPROVED_AUDIO):
        look_into(crowded, None)
