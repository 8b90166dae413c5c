"""What lies between a camera's pictures in units that no player shows: a message of its maker, or a second picture.

Whoever looks at the clip sees nothing of them, so nothing of them may be in it.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.bitstream.nal import (
    RULES,
    SETS_MAX_BYTES,
    annex_b,
    prefixed,
    read_extradata,
    split,
    write_avcc,
)
from custom_components.milton_share.clips.check.clip import look_into
from custom_components.milton_share.clips.expert.compare import compare, sha256_of
from custom_components.milton_share.clips.expert.statement import StatedRange, StatedSource, Statement
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from custom_components.milton_share.clips.write.writer import OPTIONS
from tests.clips.exact import plays_without_a_word
from tests.clips.hostile import box
from tests.clips.jobs import job_of
from tests.clips.recordings import START_MS, Recording, numbers_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from custom_components.milton_share.clips.result import Result

SECRET = b"serial 086f3693, the front door's code is 2718"


def of_h264(kind: int) -> bytes:
    """Return a unit of this type with words in it."""
    return bytes([0x60 | kind]) + SECRET


def of_hevc(kind: int, layer: int = 0) -> bytes:
    """Return a unit of this type and layer with words in it."""
    return bytes([kind << 1 | layer >> 5, (layer & 31) << 3 | 1]) + SECRET


def under_one_length(units: list[bytes]) -> bytes:
    """Join units by start codes, under the length of all."""
    return prefixed([annex_b(units)[4:]])


def bent(
    recording: Recording,
    folder: Path,
    more: list[bytes],
    *,
    apart: bool = False,
    framed: Callable[[list[bytes]], bytes] = prefixed,
) -> Recording:
    """Return the first file of a recording with more units after those of each picture, or `apart` from them."""
    first = recording.parts[0]
    path = folder / "bent.mp4"
    with av.open(str(first.path), format="mp4") as source, av.open(str(path), "w", format="mp4") as target:
        film = source.streams.video[0]
        track = target.add_stream_from_template(film)
        for packet in source.demux(film):
            units = split(bytes(packet), 4)
            samples = [units, more] if apart else [[*units, *more]]
            for later, sample in enumerate(samples if units else []):
                made = av.Packet(framed(sample))
                made.pts, made.dts, made.time_base = packet.pts + later, packet.dts + later, packet.time_base
                made.is_keyframe, made.stream = packet.is_keyframe and not later, track
                target.mux(made)
    return replace(recording, parts=(replace(first, path=path),))


def is_clean(recording: Recording, folder: Path, more: list[bytes]) -> None:
    """Cut from the middle of one group to the middle of another: all pictures are there, and no word."""
    job = job_of(recording, START_MS + 1_500, START_MS + 7_500, folder / "clip.mp4", audio=False)
    make_clip(job, lambda _: None)
    assert [unit[:2].hex() for unit in more if unit in job.out.read_bytes()] == []
    assert numbers_in(job.out) == recording.between(job.from_ms, job.until_ms)


def test_no_unit_of_h264_that_players_pass_over_is_in_a_clip(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """Data partitions, an auxiliary picture, further views and layers, what belongs to nobody."""
    more = [of_h264(kind) for kind in (2, 3, 4, 13, 15, 19, 20, 21, 24)]
    is_clean(bent(recorded["gop 60"], tmp_path, more), tmp_path, more)


def test_no_unit_of_hevc_that_players_pass_over_is_in_a_clip(hevc: Recording, tmp_path: Path) -> None:
    """A second layer, as of a camera with two lenses, and types that are reserved."""
    layers = [of_hevc(kind, layer) for kind, layer in ((1, 1), (19, 1), (33, 1), (1, 33))]
    more = [*layers, *(of_hevc(kind) for kind in (10, 22, 24, 31))]
    is_clean(bent(hevc, tmp_path, more), tmp_path, more)


def picture_set(size: int) -> bytes:
    """Return a picture set of number 1 that no picture goes by: behind its end are so many bytes of words."""
    bits = "0101101110001110001011"  # ITU-T H.264, 7.3.2.2
    return (
        b"\x68" + int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8)) + (SECRET * size)[:size]
    )


def test_no_words_behind_the_end_of_a_parameter_set_are_in_a_clip(
    recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """A set has room for 64 KiB, and players pass over what they don't need of it; there may be hundreds."""
    more = [picture_set(SETS_MAX_BYTES)]
    is_clean(bent(recorded["gop 60"], tmp_path, more), tmp_path, more)


def test_a_clip_with_a_table_beside_its_tables_is_found(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """It has the length that it says, and nobody reads what is in it."""
    job = job_of(recorded["gop 15"], START_MS + 1_000, START_MS + 2_000, tmp_path / "clip.mp4", audio=False)
    make_clip(job, lambda _: None)
    with job.out.open("ab") as file:
        file.write(box(b"stss", bytes(4) + (2).to_bytes(4) + b"a secret"))
    with pytest.raises(ClipRefused, match=CutRule.METADATA):
        look_into(job.out, None)


@pytest.mark.parametrize("in_band", [False, True])
def test_a_clip_with_more_in_its_sets_than_pictures_need_is_found(
    recorded: dict[str, Recording], tmp_path: Path, *, in_band: bool
) -> None:
    """Also where nothing but the clip is there to look at, and where its pictures bring sets of their own."""
    job = job_of(recorded["gop 15"], START_MS + 1_000, START_MS + 4_000, tmp_path / "clip.mp4", audio=False)
    make_clip(job, lambda _: None)
    for size, found in ((SETS_MAX_BYTES, False), (2 * SETS_MAX_BYTES, True)):
        fat = tmp_path / f"{size}.mp4"
        with av.open(str(job.out), format="mp4") as source, av.open(str(fat), "w", format="mp4", options=OPTIONS) as to:
            film = source.streams.video[0]
            track = to.add_stream_from_template(film, opaque=True)
            track.metadata.clear()
            own = read_extradata(bytes(film.codec_context.extradata or b""), RULES["h264"])[1]
            track.codec_context.extradata = write_avcc((*own, picture_set(size)))
            for packet in (packet for packet in source.demux(film) if packet.size):
                made = av.Packet(prefixed([*own, *split(bytes(packet), 4)]) if in_band else bytes(packet))
                made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
                made.is_keyframe, made.stream = packet.is_keyframe, track
                to.mux(made)
        with pytest.raises(ClipRefused, match=CutRule.HIDDEN_DATA) if found else nullcontext():
            look_into(fat, None)


# Number 1, by the first sequence set; slices by it say whether their picture is shown (ITU-T H.265, 7.3.2.3.1).
KEEPS_BACK = b"\x44\x01" + int("0101010000000000", 2).to_bytes(2)


def test_pictures_of_hevc_that_may_say_that_nobody_sees_them_are_not_copied(hevc: Recording, tmp_path: Path) -> None:
    """Players pass over such a picture, and so did who approved; what is seen is encoded."""
    keeping_back = bent(hevc, tmp_path, [KEEPS_BACK])
    job = job_of(keeping_back, START_MS + 1_500, START_MS + 5_500, tmp_path / "clip.mp4", audio=False)
    assert {run.kind for run in make_clip(job, lambda _: None).frames} == {"encoded"}
    assert numbers_in(job.out) == keeping_back.between(job.from_ms, job.until_ms)


def test_a_clip_whose_pictures_may_say_that_nobody_sees_them_is_found(hevc: Recording, tmp_path: Path) -> None:
    """Also where nothing but the clip is there to look at."""
    job = job_of(hevc, START_MS + 1_500, START_MS + 5_500, tmp_path / "clip.mp4", audio=False)
    make_clip(job, lambda _: None)
    keeping_back = tmp_path / "keeping-back.mp4"
    with (
        av.open(str(job.out), format="mp4") as source,
        av.open(str(keeping_back), "w", format="mp4", options=OPTIONS) as target,
    ):
        film = source.streams.video[0]
        track = target.add_stream_from_template(film, opaque=True)
        track.metadata.clear()
        for packet in source.demux(film):
            if packet.size:
                made = av.Packet(prefixed([KEEPS_BACK]) + bytes(packet))
                made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
                made.is_keyframe, made.stream = packet.is_keyframe, track
                target.mux(made)
    with pytest.raises(ClipRefused, match="not to be shown"):
        look_into(keeping_back, None)


def in_one_packet(path: Path, out: Path, **options: str) -> Path:
    """Write the film of a file anew, each two pictures that follow each other as one sample."""
    with av.open(str(path), format="mp4") as source, av.open(str(out), "w", format="mp4", options=options) as target:
        film = source.streams.video[0]
        track = target.add_stream_from_template(film)
        track.metadata.clear()
        stored = [packet for packet in source.demux(film) if packet.size]
        for first, second in zip(stored[::2], stored[1::2], strict=False):
            made = av.Packet(bytes(first) + bytes(second))
            made.pts, made.dts, made.time_base = first.pts, first.dts, first.time_base
            made.is_keyframe, made.stream = first.is_keyframe, track
            target.mux(made)
    return out


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("wanted", [(0, 4_010), (1_500, 6_500), (4_010, 6_000)], ids=["after", "within", "before"])
def test_pictures_that_share_a_packet_and_so_its_time_are_not_cut(
    codec: str, wanted: tuple[int, int], recorded: dict[str, Recording], hevc: Recording, tmp_path: Path
) -> None:
    """Players show one of them: the other would be lost, or be of another time than the range, and nobody would see."""
    recording = hevc if codec == "hevc" else recorded["gop 15"]
    first = recording.parts[0]
    made = replace(recording, parts=(replace(first, path=in_one_packet(first.path, tmp_path / "crowded.mp4")),))
    job = job_of(made, START_MS + wanted[0], START_MS + wanted[1], tmp_path / "clip.mp4", audio=False)
    with pytest.raises(ClipRefused, match=CutRule.TIMES_UNKNOWN):
        make_clip(job, lambda _: None)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_a_clip_with_two_pictures_in_one_sample_is_found(
    codec: str, recorded: dict[str, Recording], hevc: Recording, tmp_path: Path
) -> None:
    """Also where nothing but the clip is there to look at."""
    recording = hevc if codec == "hevc" else recorded["gop 15"]
    job = job_of(recording, START_MS + 1_500, START_MS + 4_500, tmp_path / "clip.mp4", audio=False)
    make_clip(job, lambda _: None)
    crowded = in_one_packet(job.out, tmp_path / "crowded.mp4", **OPTIONS)
    with pytest.raises(ClipRefused, match=CutRule.HIDDEN_DATA):
        look_into(crowded, None)


def copied_without_a_word_more(made: Recording, out: Path) -> Result:
    """Cut over whole groups; these are copied, all pictures are there, and of what lies beside them nothing is."""
    job = job_of(made, START_MS + 1_500, START_MS + 7_500, out, audio=False)
    result = make_clip(job, lambda _: None)
    assert SECRET not in job.out.read_bytes()
    assert numbers_in(job.out) == made.between(job.from_ms, job.until_ms)
    assert {run.kind for run in result.frames} == {"copied", "encoded"}
    plays_without_a_word(job.out)
    return result


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_what_is_stored_in_a_sample_of_its_own_and_no_picture_counts_for_none(
    codec: str, recorded: dict[str, Recording], hevc: Recording, tmp_path: Path
) -> None:
    """Some writers store messages, filler or what an encoder says of itself so; whole groups are still copied."""
    recording, of = (hevc, of_hevc(39)) if codec == "hevc" else (recorded["gop 60"], of_h264(6))
    made = bent(recording, tmp_path, [of], apart=True)
    out = tmp_path / "clip.mp4"
    result = copied_without_a_word_more(made, out)
    found = compare(stated(result, made), out, [made.parts[0].path])
    copied = [run for run in found.runs if run.kind == "copied"]
    assert (found.holds, len(copied)) == (True, 1)
    assert copied[0].apart_ms is not None
    assert copied[0].apart_ms < 1


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("ahead", [True, False])
def test_pictures_are_found_among_units_that_lie_under_one_length(
    codec: str, recorded: dict[str, Recording], hevc: Recording, tmp_path: Path, *, ahead: bool
) -> None:
    """Phones write slow motion so: what tells of layers, a message, the slices. Behind these no word is copied."""
    recording, of, first = (
        (hevc, of_hevc(39), of_hevc(35))
        if codec == "hevc"
        else (recorded["gop 60"], of_h264(6), b"\x0e\xce\x80\x80\x6f")
    )

    def framed(units: list[bytes]) -> bytes:
        slices = [unit for unit in units if RULES[codec].is_slice(unit)]
        return under_one_length([first, of, *slices] if ahead else [*slices, of])

    made = bent(recording, tmp_path, [of], framed=framed)
    copied_without_a_word_more(made, tmp_path / "clip.mp4")


def stated(result: Result, recording: Recording) -> Statement:
    """Return what the manifest of a clip says."""
    (part,) = result.ranges
    first, stored = part.first_frame_ms, part.stored_ms
    times = StatedRange(from_ms=part.from_ms, until_ms=part.until_ms, first_frame_ms=first, stored_ms=stored)
    source = StatedSource(sha256=sha256_of(recording.parts[0].path), from_ms=START_MS, until_ms=START_MS + 8_000)
    return Statement(
        clip_sha256=result.clip.sha256,
        preview_sha256=None,
        ranges=(times,),
        frames=result.frames,
        sources=(source,),
        audio=result.audio,
        masks=0,
    )


def test_a_unit_without_its_whole_head_is_no_picture() -> None:
    """One byte of HEVC names no layer."""
    assert not RULES["hevc"].is_slice(b"\x02")
    assert RULES["hevc"].is_slice(b"\x02\x01\x80")
    assert RULES["h264"].is_slice(b"\x65")
