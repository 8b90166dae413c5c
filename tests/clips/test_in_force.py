"""A camera that changes to parameter sets of another number, and back without sending the first ones again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.bitstream.in_force import merged
from custom_components.milton_share.clips.bitstream.nal import RULES, prefixed, read_extradata, split
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.write.blanks import Blanks
from tests.clips.conftest import h264
from tests.clips.jobs import cut_exactly, job_of
from tests.clips.masks import rectangle
from tests.clips.recordings import FPS, START_MS, Part, Recording, numbers_in, record, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from av.video.frame import VideoFrame

    from custom_components.milton_share.clips.bitstream.nal import NalRules
    from custom_components.milton_share.clips.job import Mask

GOP = 30
SPS, SPS_1 = b"\x67\x64\x00\x1e\x80", b"\x67\x64\x00\x1e\x40"
PPS, PPS_1, PPS_OF_1 = b"\x68\xc0", b"\x68\x50", b"\x68\x68"  # 0 and 1 by the first sequence set, 2 by the second
VPS, VPS_1 = b"\x40\x01\x0c", b"\x40\x01\x1c"
LEVELS = b"\x11" * 12
HEVC_SPS, HEVC_SPS_1 = b"\x42\x01\x01" + LEVELS + b"\x80", b"\x42\x01\x11" + LEVELS + b"\x40"
HEVC_PPS, HEVC_PPS_OF_1 = b"\x44\x01\xc0", b"\x44\x01\x48"  # 0 by the first, 1 by the second
H264, HEVC = RULES["h264"], RULES["hevc"]


@pytest.fixture(scope="module")
def going_back(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Record two seconds by sets of number 0, two by number 1, and four by number 0, sent at the beginning alone."""
    folder = tmp_path_factory.mktemp("going-back")
    own, other = (
        record(folder / str(number), seconds=8, video=h264(GOP, **{"x264-params": f"sps-id={number}"}))
        for number in (0, 1)
    )
    (first,), path = own.parts, folder / "back.mp4"
    with (
        av.open(str(first.path), format="mp4") as source,
        av.open(str(other.parts[0].path), format="mp4") as second,
        av.open(str(path), "w", format="mp4") as target,
    ):
        track = target.add_stream_from_template(source.streams.video[0])
        sets = read_extradata(bytes(second.streams.video[0].codec_context.extradata or b""), H264)[1]
        stored = zip(source.demux(video=0), second.demux(video=0), strict=True)
        for place, packets in enumerate(stored):
            packet = packets[place // GOP == 1]
            slices = [unit for unit in split(bytes(packet), 4) if H264.is_slice(unit)]
            if slices:
                made = av.Packet(prefixed([*sets, *slices] if place == GOP else slices))
                made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
                made.is_keyframe, made.stream = packet.is_keyframe, track
                target.mux(made)
    return replace(own, parts=(replace(first, path=path),))


@pytest.mark.parametrize(
    ("from_ms", "until_ms"),
    [(0, 8_000), (4_000, 8_000), (4_500, 7_900), (1_500, 7_000), (2_500, 5_000), (2_000, 4_000)],
)
def test_all_pictures_play_where_a_camera_goes_back_to_sets_that_it_sent_before(
    from_ms: int, until_ms: int, going_back: Recording, tmp_path: Path
) -> None:
    """The clip has those sets that its pictures go by, also where the recording had them long before the range."""
    job = job_of(going_back, START_MS + from_ms, START_MS + until_ms, tmp_path / "clip.mp4", audio=False)
    cut_exactly(going_back, job)


@pytest.mark.parametrize(
    ("before", "inside", "found", "rules"),
    [
        ((SPS, PPS), (PPS_1,), (SPS, PPS_1, PPS), H264),
        ((SPS, PPS), (SPS_1, PPS_OF_1), (SPS_1, SPS, PPS_OF_1, PPS), H264),
        ((SPS, PPS), (SPS + b"\x01", PPS), (SPS + b"\x01", PPS), H264),
        ((SPS, PPS), (PPS + b"\x01", PPS + b"\x02"), (SPS, PPS + b"\x02"), H264),
        ((SPS, PPS), (b"\x68",), (SPS, b"\x68", PPS), H264),
        ((VPS, HEVC_SPS, HEVC_PPS), (HEVC_PPS_OF_1,), (VPS, HEVC_SPS, HEVC_PPS_OF_1, HEVC_PPS), HEVC),
        ((VPS, HEVC_SPS, HEVC_PPS), (VPS_1, HEVC_SPS_1), (VPS, VPS_1, HEVC_SPS, HEVC_SPS_1, HEVC_PPS), HEVC),
        ((VPS, HEVC_SPS, HEVC_PPS), (HEVC_SPS + b"\x01",), (VPS, HEVC_SPS + b"\x01", HEVC_PPS), HEVC),
    ],
)
def test_a_set_is_in_force_until_another_of_its_number_comes(
    before: tuple[bytes, ...], inside: tuple[bytes, ...], found: tuple[bytes, ...], rules: NalRules
) -> None:
    """By kind, then by their bytes: the order says nothing of when each came."""
    assert merged(before, inside, rules) == found


BROKEN = {
    "a sequence set that breaks off": lambda unit: unit[:8] if unit[0] & 31 == 7 else unit,
    "a sequence set of its head alone": lambda unit: unit[:1] if unit[0] & 31 == 7 else unit,
    "a sequence set full of nothing": lambda unit: unit[:4] + b"\0" * 6 + b"\x80" if unit[0] & 31 == 7 else unit,
    "a picture set of its head alone": lambda unit: unit[:1] if unit[0] & 31 == 8 else unit,
    "a picture set full of nothing": lambda unit: unit[:1] + b"\0" * 6 + b"\x80" if unit[0] & 31 == 8 else unit,
}


def changed(recording: Recording, place: int, path: Path, change: Callable[[bytes], bytes]) -> Recording:
    """Return a recording of one file with one packet of its pictures changed."""
    (part,) = recording.parts
    with av.open(str(part.path), format="mp4") as source, av.open(str(path), "w", format="mp4") as target:
        track = target.add_stream_from_template(source.streams.video[0])
        for index, packet in enumerate(stored for stored in source.demux(video=0) if stored.size):
            data = change(bytes(packet)) if index == place else bytes(packet)
            if not data:
                continue
            made = av.Packet(data)
            made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
            made.is_keyframe, made.stream = packet.is_keyframe, track
            target.mux(made)
    return replace(recording, parts=(replace(part, path=path),))


@pytest.fixture(scope="module")
def repeating(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Record a camera that sends its sets before each key picture."""
    video = h264(GOP, **{"x264-params": "repeat-headers=1"})
    return record(tmp_path_factory.mktemp("repeating") / "r", seconds=8, video=video)


@pytest.mark.parametrize("way", BROKEN)
def test_sets_that_came_broken_change_nothing(way: str, repeating: Recording, tmp_path: Path) -> None:
    """A radio garbles a packet now and then: those before stay in force, and all else of the file is there."""
    garbled = changed(
        repeating,
        2 * GOP,
        tmp_path / "film.mp4",
        lambda data: prefixed([BROKEN[way](unit) for unit in split(data, 4)]),
    )
    for from_ms, until_ms in ((500, 7_500), (5_000, 7_000)):
        job = job_of(garbled, START_MS + from_ms, START_MS + until_ms, tmp_path / f"{from_ms}.mp4", audio=False)
        assert "copied" in {run.kind for run in cut_exactly(garbled, job).frames}


def test_a_set_by_which_nothing_can_be_shown_loses_no_picture(repeating: Recording, tmp_path: Path) -> None:
    """A garbled picture set goes by a sequence set that never came: decoders stay with the one before it."""
    of_another = bytes([0b1_010_1111])  # its own number is 0, that of its sequence set is 1

    def garble(unit: bytes) -> bytes:
        return unit[:1] + of_another + unit[2:] if unit[0] & 31 == 8 else unit

    garbled = changed(
        repeating, 2 * GOP, tmp_path / "film.mp4", lambda data: prefixed([garble(unit) for unit in split(data, 4)])
    )
    cut_exactly(garbled, job_of(garbled, START_MS + 500, START_MS + 7_500, tmp_path / "clip.mp4", audio=False))


@pytest.mark.parametrize(
    "break_it", [lambda data: data[:-30], lambda data: (2**31).to_bytes(4) + data[4:]], ids=["cut short", "too long"]
)
def test_a_picture_that_is_broken_costs_itself_and_no_other(
    break_it: Callable[[bytes], bytes], repeating: Recording, tmp_path: Path
) -> None:
    """A range after it is copied as ever; one over it is made of what can be decoded."""
    broken = changed(repeating, 2 * GOP - 1, tmp_path / "film.mp4", break_it)
    after = job_of(broken, START_MS + 4_500, START_MS + 7_500, tmp_path / "after.mp4", audio=False)
    assert "copied" in {run.kind for run in cut_exactly(broken, after).frames}

    over = job_of(broken, START_MS + 500, START_MS + 7_500, tmp_path / "over.mp4", audio=False)
    make_clip(over, lambda _: None)
    assert numbers_in(over.out) == [
        number for number in broken.between(over.from_ms, over.until_ms) if number != 2 * GOP - 1
    ]


def test_around_a_broken_picture_its_own_group_alone_is_encoded(repeating: Recording, tmp_path: Path) -> None:
    """A clip of hours would take longer to encode than it may."""
    broken = changed(repeating, 2 * GOP - 1, tmp_path / "film.mp4", lambda data: data[:-30])
    job = job_of(broken, START_MS, START_MS + 6_000, tmp_path / "clip.mp4", audio=False)
    runs = [(run.kind, run.count) for run in make_clip(job, lambda _: None).frames]
    assert runs == [("copied", GOP), ("encoded", GOP - 1), ("copied", GOP)]


@pytest.mark.parametrize("place", range(GOP - 2, GOP + 5))
def test_pictures_that_a_decoder_makes_of_broken_ones_refuse_no_clip(place: int, tmp_path: Path) -> None:
    """Of reordered ones it may show some that are not there before others that are."""
    video = h264(GOP // 2, bf=2, **{"x264-params": "repeat-headers=1"})
    broken = changed(
        record(tmp_path / "r", seconds=8, video=video), place, tmp_path / "film.mp4", lambda data: data[:-30]
    )
    job = job_of(broken, START_MS + 500, START_MS + 7_500, tmp_path / "clip.mp4", audio=False)
    assert {run.kind for run in make_clip(job, lambda _: None).frames} == {"copied", "encoded"}
    whole = [number for number in broken.between(job.from_ms, job.until_ms) if not GOP // 2 <= number < 3 * GOP // 2]
    assert set(whole) <= set(numbers_in(job.out))


def halved(data: bytes) -> bytes:
    """Return a packet whose units end in their middle."""
    return prefixed([unit[: len(unit) // 2] for unit in split(data, 4)])


H264_AS_IT_COMES = "-c:v libx264 -preset superfast -bf 0"
REORDERED = "-c:v libx264 -preset superfast -bf 2 -b_strategy 0"
HEVC_IN_BLOCKS = "-c:v libx265 -preset superfast -bf 0 -x265-params log-level=none:ctu=16:pools=1:frame-threads=1"


@pytest.fixture(scope="module")
def darkened(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Recording]:
    """Film light, from some picture on darkness, six seconds in all, as grainy as a camera's; the same once."""
    folder = tmp_path_factory.mktemp("darkened")

    def filmed(gop: int, dark_from: int = 2 * FPS, coded: str = H264_AS_IT_COMES) -> Recording:
        path = folder / f"{gop}-{dark_from}-{hash(coded)}.mp4"
        if not path.exists():
            light, dark = (f"-f lavfi -i color={color}:s=160x90:r={FPS}" for color in ("white", "0x202020"))
            parts = f"[0:v]trim=end_frame={dark_from}[light];[1:v]trim=end_frame={6 * FPS - dark_from}[dark]"
            graph = f"-filter_complex {parts};[light][dark]concat,noise=alls=12:allf=t"
            words = f"ffmpeg -v error -nostdin {light} {dark} {graph} {coded} -g {gop} -sc_threshold 0 -pix_fmt yuv420p"
            run([*words.split(), str(path)])
        return Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(6 * FPS)))

    return filmed


@pytest.mark.parametrize("masks", [(), (rectangle(0, 0, 100, 100),)], ids=["copied", "encoded"])
@pytest.mark.parametrize("from_ms", [2_500, 1_000])
def test_no_picture_from_before_a_broken_one_is_shown_for_those_that_were_made_of_it(
    from_ms: int, masks: tuple[Mask, ...], darkened: Callable[..., Recording], tmp_path: Path
) -> None:
    """The key picture of the darkness is broken: a decoder goes on with the light, from before the range too."""
    broken = changed(darkened(GOP), GOP, tmp_path / "film.mp4", lambda data: data[:-9])
    until_ms = START_MS + 5_500
    job = job_of(broken, START_MS + from_ms, until_ms, tmp_path / "clip.mp4", audio=False, masks=masks)
    result = make_clip(job, lambda _: None)
    assert result.gaps_ms == ((START_MS + max(from_ms, 2_000), START_MS + 4_000),)
    assert lit(job.out) == [True] * max(0, (2_000 - from_ms) * FPS // 1_000) + [False] * 23


@pytest.mark.parametrize("masks", [(), (rectangle(0, 0, 100, 100),)], ids=["copied", "encoded"])
@pytest.mark.parametrize("from_ms", [2_500, 2_000])
def test_what_was_before_the_range_is_not_shown_for_want_of_a_broken_picture(
    from_ms: int, masks: tuple[Mask, ...], darkened: Callable[..., Recording], tmp_path: Path
) -> None:
    """It became dark in a picture that is broken: whoever decodes on has the light until the next key picture."""
    broken = changed(darkened(3 * FPS), 2 * FPS, tmp_path / "film.mp4", lambda data: data[:-9])
    job = job_of(broken, START_MS + from_ms, START_MS + 5_500, tmp_path / "clip.mp4", audio=False, masks=masks)
    make_clip(job, lambda _: None)
    assert lit(job.out) == [False] * ((5_500 - 3_000) * FPS // 1_000 + 1)


@pytest.mark.parametrize("masks", [(), (rectangle(0, 0, 100, 100),)], ids=["copied", "encoded"])
@pytest.mark.parametrize("coded", [H264_AS_IT_COMES, HEVC_IN_BLOCKS], ids=["h264", "hevc"])
@pytest.mark.parametrize("from_ms", [2_500, 2_000])
def test_what_was_before_the_range_is_not_shown_where_a_picture_has_lost_a_part(
    from_ms: int, coded: str, masks: tuple[Mask, ...], darkened: Callable[..., Recording], tmp_path: Path
) -> None:
    """Its lengths are right, so that only a decoder sees it: it shows the light where the picture has nothing."""
    broken = changed(darkened(3 * FPS, coded=coded), 2 * FPS, tmp_path / "film.mp4", halved)
    job = job_of(broken, START_MS + from_ms, START_MS + 5_500, tmp_path / "clip.mp4", audio=False, masks=masks)
    make_clip(job, lambda _: None)
    assert lit(job.out) == [False] * ((5_500 - 3_000) * FPS // 1_000 + 1)


@pytest.mark.parametrize("masks", [(), (rectangle(0, 0, 100, 100),)], ids=["copied", "encoded"])
@pytest.mark.parametrize(("place", "from_ms"), [(2 * FPS, 2_500), (1, 140), (2, 210), (5, 410)])
def test_what_was_before_the_range_is_not_shown_where_a_picture_is_missing(
    place: int, from_ms: int, masks: tuple[Mask, ...], darkened: Callable[..., Recording], tmp_path: Path
) -> None:
    """A radio lost it whole: the decoder takes the one before for it."""
    gone = changed(darkened(3 * FPS, dark_from=place), place, tmp_path / "film.mp4", lambda _: b"")
    job = job_of(gone, START_MS + from_ms, START_MS + 5_500, tmp_path / "clip.mp4", audio=False, masks=masks)
    make_clip(job, lambda _: None)
    assert lit(job.out) == [False] * ((5_500 - 3_000) * FPS // 1_000 + 1)


@pytest.mark.parametrize("place", [28, 31, 32])
def test_no_picture_of_the_range_is_made_of_a_damaged_one_that_is_shown_after_it(
    place: int, darkened: Callable[..., Recording], tmp_path: Path
) -> None:
    """It becomes dark in the first of the range, which is made of one that is shown after it, and stored before it."""
    film = darkened(3 * FPS, dark_from=31, coded=REORDERED)
    broken = changed(film, place, tmp_path / "film.mp4", halved)
    job = job_of(broken, START_MS + 2_060, START_MS + 5_500, tmp_path / "clip.mp4", audio=False)
    make_clip(job, lambda _: None)
    assert lit(job.out) == [False] * ((5_500 - 3_000) * FPS // 1_000 + 1)


@pytest.mark.parametrize("from_ms", [2_500, 1_850])
@pytest.mark.parametrize("damage", [halved, lambda data: prefixed([data[4:6]])], ids=["halved", "its head alone"])
def test_a_damaged_picture_of_which_no_other_is_made_costs_itself_alone(
    damage: Callable[[bytes], bytes], from_ms: int, darkened: Callable[..., Recording], tmp_path: Path
) -> None:
    """Two of three are such where a camera reorders them by two."""
    place = 29
    film = darkened(3 * FPS, coded=f"{REORDERED} -x264-params b-pyramid=none")
    broken = changed(film, place, tmp_path / "film.mp4", damage)
    job = job_of(broken, START_MS + from_ms, START_MS + 2_990, tmp_path / "clip.mp4", audio=False)
    make_clip(job, lambda _: None)
    assert len(lit(job.out)) == len(broken.between(job.from_ms, job.until_ms)) - (from_ms < 2_000)


def test_a_damaged_picture_of_the_range_costs_no_other(darkened: Callable[..., Recording], tmp_path: Path) -> None:
    """What it is made of was approved too."""
    broken = changed(darkened(3 * FPS), 2 * FPS, tmp_path / "film.mp4", halved)
    job = job_of(broken, START_MS + 1_000, START_MS + 5_500, tmp_path / "clip.mp4", audio=False)
    make_clip(job, lambda _: None)
    assert len(lit(job.out)) == len(broken.between(job.from_ms, job.until_ms))


@pytest.mark.parametrize("masks", [(), (rectangle(0, 0, 100, 100),)], ids=["copied", "encoded"])
@pytest.mark.parametrize("coded", [H264_AS_IT_COMES, HEVC_IN_BLOCKS], ids=["h264", "hevc"])
def test_a_damaged_key_picture_behind_which_nothing_was_decoded_costs_none(
    coded: str, masks: tuple[Mask, ...], darkened: Callable[..., Recording], tmp_path: Path
) -> None:
    """A decoder has nothing of before to show in it, and what is made of it is better than nothing for seconds."""
    broken = changed(darkened(3 * FPS, coded=coded), 0, tmp_path / "film.mp4", halved)
    job = job_of(broken, START_MS + 1_000, START_MS + 5_500, tmp_path / "clip.mp4", audio=False, masks=masks)
    assert make_clip(job, lambda _: None).gaps_ms == ()
    assert len(lit(job.out)) == len(broken.between(job.from_ms, job.until_ms))


def test_a_camera_that_sends_memory_of_its_own_beside_the_picture_loses_none(tmp_path: Path) -> None:
    """A strip of color zero at an edge, which some have in each picture, is none that a decoder left out."""
    path = tmp_path / "film.mp4"
    parts = (("gray", "128x90"), ("black", "32x90"))
    scene, strip = (f"-f lavfi -i color={color}:s={size}:r={FPS}:d=4" for color, size in parts)
    graph = "-filter_complex [0:v]noise=alls=12:allf=t[a];[1:v]format=yuv420p,lutyuv=y=0:u=0:v=0[b];[a][b]hstack"
    coded = f"{HEVC_IN_BLOCKS}:crf=12 -g {GOP} -pix_fmt yuv420p"
    run([*f"ffmpeg -v error -nostdin {scene} {strip} {graph} {coded}".split(), str(path)])
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(4 * FPS)))
    job = job_of(recording, START_MS + 500, START_MS + 3_900, tmp_path / "clip.mp4", audio=False)
    assert make_clip(job, lambda _: None).gaps_ms == ()


def test_what_was_before_the_range_is_not_shown_where_pictures_are_refreshed_behind_a_missing_one(
    darkened: Callable[..., Recording], tmp_path: Path
) -> None:
    """They are said to be whole soon, of a picture that is made of the missing one: what lay in memory stood for it."""
    place = 47
    film = darkened(12, dark_from=place, coded=f"{H264_AS_IT_COMES} -x264-params intra-refresh=1")
    gone = changed(film, place, tmp_path / "film.mp4", lambda _: b"")
    job = job_of(gone, START_MS + 3_390, START_MS + 5_500, tmp_path / "clip.mp4", audio=False)
    make_clip(job, lambda _: None)
    assert not any(lit(job.out))


MANY_REFERENCES = f"{HEVC_IN_BLOCKS}:ref=8"
IN_PYRAMIDS = f"{HEVC_IN_BLOCKS.replace('-bf 0', '-bf 4')}:b-adapt=0:rc-lookahead=10"


@pytest.mark.parametrize(("coded", "place"), [(MANY_REFERENCES, 24), (IN_PYRAMIDS, 23)], ids=["many", "pyramids"])
def test_no_picture_of_which_others_are_made_for_long_is_seen_in_a_damaged_one(
    coded: str, place: int, darkened: Callable[..., Recording], tmp_path: Path
) -> None:
    """The decoder has it still when others from before the range are zeros; its memory is used again in the range."""
    film = darkened(3 * FPS, dark_from=20, coded=coded)
    broken = changed(film, place, tmp_path / "film.mp4", halved)
    job = job_of(broken, START_MS + 1_400, START_MS + 5_500, tmp_path / "clip.mp4", audio=False)
    make_clip(job, lambda _: None)
    assert not any(lit(job.out))


def test_no_more_memory_of_pictures_is_kept_than_a_decoder_has_them(
    darkened: Callable[..., Recording], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packets are remembered for longer, and with each its picture was: at 4K 150 MB of them."""
    film, places, take = darkened(6 * FPS, coded=f"{HEVC_IN_BLOCKS}:ref=1"), set[int](), Blanks.take

    def taken(blanks: Blanks, frame: VideoFrame) -> None:
        places.add(frame.planes[0].buffer_ptr)
        take(blanks, frame)

    monkeypatch.setattr(Blanks, "take", taken)
    make_clip(job_of(film, START_MS + 5_000, START_MS + 5_500, tmp_path / "clip.mp4", audio=False), lambda _: None)
    assert 0 < len(places) <= 8


def test_what_looks_left_out_from_some_picture_on_costs_the_rest_of_its_group_alone(tmp_path: Path) -> None:
    """A camera that begins to send memory of its own: no later picture of the clip was shown."""
    path = tmp_path / "film.mp4"
    colors = (("gray", "160x90"), ("black", "32x90"))
    scene, strip = (f"-f lavfi -i color={color}:s={size}:r={FPS}:d=4" for color, size in colors)
    zeros = "[1:v]format=yuv420p,lutyuv=y=0:u=0:v=0[b];[a][b]overlay=128:enable='gte(n,5)'"
    graph = f"-filter_complex [0:v]noise=alls=12:allf=t[a];{zeros}"
    coded = f"{HEVC_IN_BLOCKS}:crf=12:open-gop=0 -g {GOP} -pix_fmt yuv420p"
    run([*f"ffmpeg -v error -nostdin {scene} {strip} {graph} {coded}".split(), str(path)])
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(4 * FPS)))
    masks = (rectangle(0, 0, 100, 100),)
    job = job_of(recording, START_MS + 500, START_MS + 3_900, tmp_path / "clip.mp4", audio=False, masks=masks)
    assert make_clip(job, lambda _: None).gaps_ms == ((START_MS + 500, START_MS + 2_000),)


def lit(path: Path) -> list[bool]:
    """Say of each picture whether any of it has light."""
    with av.open(str(path)) as clip:
        return [(frame.to_ndarray(format="gray") > 120).mean() > 0.001 for frame in clip.decode(video=0)]


def test_a_file_that_begins_with_a_broken_packet_gives_what_follows(repeating: Recording, tmp_path: Path) -> None:
    """Pictures that are made of the broken one are as any player has them; the next group is whole."""
    broken = changed(repeating, 0, tmp_path / "film.mp4", lambda data: data[:-30])
    job = job_of(broken, START_MS, START_MS + 7_500, tmp_path / "clip.mp4", audio=False)
    make_clip(job, lambda _: None)
    later = [number for number in broken.between(job.from_ms, job.until_ms) if number >= GOP]
    assert numbers_in(job.out)[-len(later) :] == later
