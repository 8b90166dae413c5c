"""The check where a clip is wrong by the least that there is: a tick, a frame, a track, a turn."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.bitstream.aac import AAC_FRAME
from custom_components.milton_share.clips.check.clip import (
    APART_MAX,
    MOVED_MAX,
    Approved,
    approved_by,
    check,
    look_into,
)
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.mp4.turning import UPRIGHT, Turn, set_turn
from custom_components.milton_share.clips.plan.make import make_plan
from custom_components.milton_share.clips.read.probe import probe
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from custom_components.milton_share.clips.result import COPIED, ENCODED
from custom_components.milton_share.clips.timeline import TICKS_PER_MS, TICKS_PER_S, ticks_of
from custom_components.milton_share.clips.write.ranges import plan_ranges
from tests.clips.hostile import box, with_body
from tests.clips.jobs import job_of
from tests.clips.recordings import AAC_RATE_HZ, START_MS, Recording, stored_packets
from tests.clips.test_check_media import altered
from tests.clips.test_plan_edges import END, filmed
from tests.clips.test_plan_properties import PACKET
from tests.clips.test_ranges import job_over

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from custom_components.milton_share.clips.job import Job
    from custom_components.milton_share.clips.result import FrameRange, Result

type Made = tuple[Job, Result, Approved]


@pytest.fixture(scope="module")
def made(recorded: dict[str, Recording], tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Make a good clip with sound, of an encoded and a copied part."""
    job = job_of(recorded["gop 60"], START_MS + 2_500, START_MS + 5_500, tmp_path_factory.mktemp("made") / "clip.mp4")
    result = make_clip(job, lambda _: None)
    plan = make_plan(probe(job), ticks_of(job.until_ms - job.from_ms), audio=True, masked=False)
    return job, result, approved_by([plan])


def refusal(path: Path, approved: Approved, frames: tuple[FrameRange, ...] | None = None) -> ClipRefused | None:
    """Return by what the check refuses a file, None where it passes."""
    try:
        check(path, approved, frames)
    except ClipRefused as refused:
        return refused
    return None


def rule_of(refused: ClipRefused | None) -> CutRule | None:
    """Return its rule."""
    return refused and refused.rule


def shifted(job: Job, folder: Path, samples: int) -> Path:
    """Return the clip with all of its sound so much later."""
    data, packets = job.out.read_bytes(), len(look_into(job.out, None).sound)
    at, until = data.index(b"sgpd") - 4, data.index(b"sbgp") + 24  # players don't need them
    later = box(b"ctts", struct.pack(">IIIi", 1 << 24, 1, packets, samples))
    groups = box(b"sgpd", struct.pack(">I4sIIhhh", 1 << 24, b"roll", 2, 3, -1, -1, -1))
    path = folder / "shifted.mp4"
    path.write_bytes(data[:at] + later + groups + data[until:])
    assert path.stat().st_size == job.out.stat().st_size
    return path


def test_a_picture_that_is_turned_otherwise_than_the_camera_s_is_found(made: Made, tmp_path: Path) -> None:
    """Turned in the clip and not at the camera, and the other way round."""
    job, _, approved = made
    turned = tmp_path / "turned.mp4"
    turned.write_bytes(job.out.read_bytes())
    quarter = Turn(quarters=1)
    set_turn(turned, quarter)
    assert rule_of(refusal(turned, approved)) is CutRule.METADATA
    assert rule_of(refusal(job.out, replace(approved, turn=quarter))) is CutRule.METADATA
    assert refusal(turned, replace(approved, turn=quarter)) is None
    assert approved.turn == UPRIGHT


@pytest.mark.parametrize("again", ["0:v", "0:a"])
def test_a_second_track_is_found(again: str, made: Made, tmp_path: Path) -> None:
    """Of pictures or of sound: players play one of them."""
    double = altered(made[0], tmp_path / "double.mp4", "-map", "0", "-map", again)
    with pytest.raises(ClipRefused, match="a track too many"):
        look_into(double, None)


@pytest.mark.parametrize(
    ("more", "rule"),
    [(box(b"uuid", b"where it was"), CutRule.METADATA), (box(b"mdat", b"what it hides"), CutRule.HIDDEN_DATA)],
    ids=["a box of its own", "media of no sample"],
)
def test_what_lies_beside_the_tracks_is_found_in_a_clip_that_is_good_but_for_it(
    more: bytes, rule: CutRule, made: Made, tmp_path: Path
) -> None:
    """The check looks at the boxes too; the times, prints and sound of this one are all approved."""
    job, result, approved = made
    carrying = tmp_path / "carrying.mp4"
    carrying.write_bytes(job.out.read_bytes() + more)
    assert rule_of(refusal(carrying, approved, result.frames)) is rule


def test_a_clip_without_a_picture_is_none(made: Made, tmp_path: Path) -> None:
    """All tables of its track are empty, and so is its media."""
    silent = altered(made[0], tmp_path / "silent.mp4", "-map", "0:v")
    data = silent.read_bytes()
    for kind, body in (
        (b"stts", bytes(8)), (b"ctts", bytes(8)), (b"stss", bytes(8)), (b"stsc", bytes(8)), (b"stco", bytes(8)),
        (b"stsz", bytes(12)), (b"mdat", b""),
    ):  # fmt: skip
        data = with_body(data, kind, body) if kind in data else data
    empty = tmp_path / "empty.mp4"
    empty.write_bytes(data)
    approved = replace(made[2], audio_track=False)
    assert refusal(silent, approved) is None
    assert rule_of(refusal(empty, approved)) is CutRule.UNAPPROVED_FRAMES


def test_two_pictures_of_one_time_that_is_approved_are_found(made: Made, tmp_path: Path) -> None:
    """The second has the time of the first, and all others their own: players show one of the two."""
    silent = altered(made[0], tmp_path / "silent.mp4", "-map", "0:v")
    data = silent.read_bytes()
    approved = replace(made[2], audio_track=False)
    table = data[data.index(b"stts") + 4 :]
    (entries,) = struct.unpack(">I", table[4:8])
    steps = [step for count, step in struct.iter_unpack(">II", table[8 : 8 + 8 * entries]) for _ in range(count)]
    steps[10:12] = [0, steps[10] + steps[11]]
    alike = b"".join(struct.pack(">II", 1, step) for step in steps)
    doubled = tmp_path / "doubled.mp4"
    doubled.write_bytes(with_body(data, b"stts", struct.pack(">II", 0, len(steps)) + alike))
    assert refusal(silent, approved) is None
    times = [tick for tick, _ in look_into(doubled, None).pictures]
    assert (len(times), len(set(times))) == (len(steps), len(steps) - 1)
    assert rule_of(refusal(doubled, approved)) is CutRule.UNAPPROVED_FRAMES


def test_one_picture_that_is_not_the_recording_s_is_found(made: Made) -> None:
    """All times are right; of one that was copied the recording has another picture."""
    job, result, approved = made
    last = max(approved.shown)
    other = replace(approved, shown={**approved.shown, last: approved.shown[last] ^ 1})
    assert rule_of(refusal(job.out, other, result.frames)) is CutRule.UNAPPROVED_FRAMES
    assert refusal(job.out, other) is None  # of a preview's pictures none is the camera's own


@pytest.mark.parametrize(
    "told",
    [
        lambda first, last: (first, replace(last, count=last.count - 1)),
        lambda first, last: (first, replace(last, count=last.count + 1)),
        lambda first, last: (first, replace(last, slices_sha256="0" * 64)),
        lambda first, last: (first, replace(last, kind=ENCODED, slices_sha256=None)),
        lambda first, last: (replace(first, kind=COPIED, slices_sha256=last.slices_sha256), last),
        lambda first, last: (first, replace(last, first=last.first + 1)),
        lambda first, _: (first,),
        lambda _, __: (),
    ],
    ids=["fewer", "more", "others", "as encoded", "as copied", "from another on", "a part", "none"],
)
def test_a_manifest_that_says_otherwise_of_the_frames_is_found(
    told: Callable[[FrameRange, FrameRange], tuple[FrameRange, ...]], made: Made
) -> None:
    """How many were encoded, how many copied, and of which slices."""
    job, result, approved = made
    first, last = result.frames
    assert (first.kind, last.kind) == (ENCODED, COPIED)
    refused = refusal(job.out, approved, told(first, last))
    assert refused is not None
    assert refused.rule is CutRule.SLICES_DIFFER


@pytest.mark.parametrize(("samples", "passes"), [(32, True), (33, False), (-32, True), (-33, False)])
def test_sound_may_begin_apart_from_the_pictures_by_a_container_s_rounding_alone(
    samples: int, made: Made, tmp_path: Path, *, passes: bool
) -> None:
    """Two milliseconds; then no packet of it is where the check believes that it is."""
    assert APART_MAX * AAC_RATE_HZ == 32 * TICKS_PER_S
    refused = refusal(shifted(made[0], tmp_path, samples), made[2])
    assert (refused is None) is passes
    assert passes or (refused is not None and refused.detail == "apart from the pictures")


@pytest.mark.parametrize("samples", [0, 32])
def test_sound_is_as_long_as_the_range_and_what_it_may_be_moved_by(samples: int, made: Made, tmp_path: Path) -> None:
    """Not a tick longer, where nothing but its length is known of it; it counts from where the sound begins."""
    job, _, approved = made
    first, *_, last = stored_packets(job.out, "audio")
    longest = ticks_of((last.at_s - first.at_s + AAC_FRAME / AAC_RATE_HZ) * 1_000) - MOVED_MAX
    path = shifted(job, tmp_path, samples)
    assert refusal(path, replace(approved, audio=None, audio_extent=longest)) is None
    refused = refusal(path, replace(approved, audio=None, audio_extent=longest - 1))
    assert rule_of(refused) is CutRule.UNAPPROVED_AUDIO


@pytest.mark.parametrize("way", [-1, 1])
def test_no_packet_of_sound_is_farther_from_its_place_than_it_may_be_moved(way: int, made: Made) -> None:
    """Neither earlier nor later by a tick more."""
    job, _, approved = made
    assert approved.audio is not None
    *_, (tick, mark) = approved.audio
    for more, rule in ((0, None), (1, CutRule.UNAPPROVED_AUDIO)):
        moved = [*approved.audio[:-1], (tick + way * (MOVED_MAX + more), mark)]
        assert rule_of(refusal(job.out, replace(approved, audio=moved))) is rule


def test_silence_before_the_sound_begins_is_silent_to_the_bit(made: Made) -> None:
    """A packet of it lies there for both tracks to begin at once; of any other print it is not approved."""
    job, _, approved = made
    assert approved.audio is not None
    assert len(look_into(job.out, None).sound) == len(approved.audio) + 1
    assert rule_of(refusal(job.out, replace(approved, silence=None))) is CutRule.UNAPPROVED_AUDIO


def test_sound_of_several_ranges_is_no_longer_than_they_are_together(
    recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """Not as long as from the first to the end of the last: eight seconds of it lie between."""
    job = job_over(recorded["gop 60"], [(2_000, 4_000), (12_000, 14_000)], tmp_path / "clip.mp4")
    approved = approved_by(tuple(plan_ranges(job).values()))
    assert 4_000 * TICKS_PER_MS <= approved.audio_extent <= 4_300 * TICKS_PER_MS


@pytest.mark.parametrize("masked", [False, True])
def test_a_clip_is_turned_as_its_camera_where_pictures_are_copied_and_upright_where_they_are_encoded(
    *, masked: bool
) -> None:
    """An encoder turns the pixels themselves."""
    facts, quarter = filmed(), Turn(quarters=1)
    turned = replace(facts, video=replace(facts.video, form=replace(facts.video.form, turn=quarter)))
    plan = make_plan([turned], END, audio=False, masked=masked)
    assert approved_by([plan]).turn == (UPRIGHT if masked else quarter)


def test_a_file_without_sound_before_one_with_it_changes_nothing_of_what_is_approved() -> None:
    """The packets of the other, at their ticks."""
    silent, heard = filmed(packets=0), filmed(END)
    approved = approved_by([make_plan([silent, heard], 2 * END, audio=True, masked=False)])
    assert approved.audio is not None
    assert [tick for tick, _ in approved.audio][:2] == [END, END + PACKET]
    assert approved.audio_track
