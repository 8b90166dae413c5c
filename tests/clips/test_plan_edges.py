"""The plan's decisions over pictures at their limits, to the tick. Pure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custom_components.milton_share.clips.bitstream.fields import Scan
from custom_components.milton_share.clips.bitstream.nal import set_ids
from custom_components.milton_share.clips.mp4.turning import Turn
from custom_components.milton_share.clips.plan.copy_or_encode import inside, plan_coding, plan_gops, prints, shifts_of
from custom_components.milton_share.clips.plan.make import make_plan
from custom_components.milton_share.clips.plan.model import SegmentPlan, Way
from custom_components.milton_share.clips.read.gops import Gop
from custom_components.milton_share.clips.read.probe import SegmentFacts
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from custom_components.milton_share.clips.timeline import gaps_of
from tests.clips.test_plan_properties import SETS, segment

QUARTER_S = 22_500  # ticks
FRAME = 6_000
END = 60_000
OTHER_SETS = (b"\x67\x64\x00\x1f\xc0", b"\x68\x80")


def filmed(start: int = 0, *, decodable: bool = True, packets: int = 10) -> SegmentFacts:
    """Return a file of one group of five frames."""
    return segment([(start, [FRAME] * 4, decodable)], start, packets, 0)


def planned(*facts: SegmentFacts) -> list[SegmentPlan]:
    """Return plans of all of their groups."""
    return [SegmentPlan(facts=each, shift=0, gops=plan_gops(each, 10 * END)) for each in facts]


def way_of(*facts: SegmentFacts, masked: bool = False) -> Way:
    """Return how their pictures get into a clip."""
    return plan_coding(planned(*facts), masked=masked).way


def test_files_may_overlap_by_a_quarter_of_a_second_however_sure_their_times_are() -> None:
    """Not by a tick more; what was moved before counts."""
    assert shifts_of([[0, QUARTER_S - 1], [0]], [0, 0]) == [0, QUARTER_S]
    with pytest.raises(ClipRefused, match="by 250 ms") as refused:
        shifts_of([[0, QUARTER_S], [0]], [0, 0])
    assert refused.value.rule is CutRule.SEGMENTS_OVERLAP
    assert shifts_of([[0, 100], [50, 80], [60]], [0] * 3) == [0, 51, 72]
    assert shifts_of([[0, 100], [101]], [0, 0]) == [0, 0]


@pytest.mark.parametrize(
    ("shown", "usual", "found"),
    [
        ([0, 90_000], FRAME, []),
        ([0, 90_001], FRAME, [(FRAME, 90_001)]),
        ([0, 90_001], 30_001, []),
        ([0, 90_004], 30_001, [(30_001, 90_004)]),
        ([84_000], FRAME, []),
        ([84_001], FRAME, [(0, 84_001)]),
    ],
)
def test_a_gap_is_longer_than_a_second_and_than_three_frames(
    shown: list[int], usual: int, found: list[tuple[int, int]]
) -> None:
    """It begins where the frame before it would end; the range begins as if a frame had just ended."""
    assert gaps_of(shown, shown[-1] + 1, usual) == found


def test_pictures_of_one_form_are_copied_and_any_other_encoded() -> None:
    """Codec, size, colors' form, turn, and that each group stands alone; masked ones are encoded always."""
    plain = filmed()
    assert way_of(plain, filmed(END)) is Way.COPY
    assert way_of(plain, masked=True) is Way.ENCODE
    assert way_of(filmed(decodable=False)) is Way.ENCODE
    video = plain.video
    for changed in (
        replace(video, width=640),
        replace(video, height=360),
        replace(video, codec="mpeg4"),
        replace(video, form=replace(video.form, pixel_format="yuv444p")),
        replace(video, form=replace(video.form, turn=Turn(quarters=1))),
        replace(video, form=replace(video.form, turn=Turn(quarters=0, mirrored=True))),
        replace(video, gops=(replace(video.gops[0], parameter_sets=()),)),
    ):
        other = SegmentFacts(segment=plain.segment, video=changed, audio=None)
        assert way_of(plain, other) is Way.ENCODE
    alone = (
        replace(video, form=replace(video.form, pixel_format="yuv444p")),
        replace(video, form=replace(video.form, turn=Turn(quarters=0, mirrored=True))),
        replace(video, gops=(replace(video.gops[0], parameter_sets=()),)),
    )
    assert {way_of(SegmentFacts(segment=plain.segment, video=one, audio=None)) for one in alone} == {Way.ENCODE}
    mixed = segment([(0, [FRAME], True), (END, [FRAME], False)], 0, 0, 0)
    assert way_of(mixed) is Way.ENCODE
    first_alone = SegmentPlan(facts=mixed, shift=0, gops=plan_gops(mixed, END))
    assert plan_coding([first_alone], masked=False).way is Way.COPY
    full = replace(video, form=replace(video.form, pixel_format="yuvj420p"))
    assert way_of(SegmentFacts(segment=plain.segment, video=full, audio=None)) is Way.COPY


def test_what_is_encoded_has_a_set_of_its_own_and_several_sets_lie_in_the_stream() -> None:
    """The first number that no recorded set has; where there is more than one set, or color, each brings its own."""
    one = plan_coding(planned(filmed()), masked=False)
    assert (one.in_band, one.parameter_sets, one.interlaced) == (False, SETS, False)
    assert set_ids(SETS) == {0}
    assert one.encoder_set_id == 1
    facts = filmed()
    changed = replace(facts.video, gops=(Gop(first=0, count=5, decodable=True, parameter_sets=OTHER_SETS),))
    other = SegmentFacts(segment=facts.segment, video=changed, audio=None)
    assert plan_coding(planned(facts, other), masked=False).in_band
    colored = replace(facts.video, form=replace(facts.video.form, colors=(1, 1, 1, 1)))
    assert plan_coding(planned(facts, replace(facts, video=colored)), masked=False).in_band


def scanned(*scans: Scan) -> SegmentFacts:
    """Return a file of groups that are scanned so."""
    facts = filmed()
    gops = tuple(Gop(first=0, count=5, decodable=True, parameter_sets=SETS, scan=scan) for scan in scans)
    return replace(facts, video=replace(facts.video, gops=gops))


@pytest.mark.parametrize(
    ("scans", "way", "interlaced"),
    [
        ((Scan.FRAMES, Scan.FRAMES), Way.COPY, False),
        ((Scan.LINES, Scan.LINES), Way.COPY, True),
        ((Scan.FRAMES, Scan.LINES), Way.ENCODE, True),
        ((Scan.MIXED,), Way.ENCODE, True),
    ],
    ids=["frames", "interlaced", "both", "fields"],
)
def test_pictures_are_copied_where_all_are_scanned_alike_and_whole(
    scans: tuple[Scan, ...], way: Way, *, interlaced: bool
) -> None:
    """Half a picture can't be cut off, and an encoder has one way."""
    coding = plan_coding(planned(scanned(*scans)), masked=False)
    assert (coding.way, coding.interlaced) == (way, interlaced)


def test_a_codec_that_is_not_copied_is_encoded_though_all_files_have_it() -> None:
    """HEVC's sets lie in its stream, where an encoder's may have any number."""
    facts = filmed()
    other, hevc = (replace(facts, video=replace(facts.video, codec=codec)) for codec in ("mpeg4", "hevc"))
    assert way_of(other, other) is Way.ENCODE
    gops = (Gop(first=0, count=5, decodable=True, parameter_sets=with_id(1)),)
    coding = plan_coding(planned(replace(hevc, video=replace(hevc.video, gops=gops))), masked=False)
    assert (coding.way, coding.in_band, coding.encoder_set_id) == (Way.COPY, True, 1)


def with_id(number: int) -> tuple[bytes, ...]:
    """Return an SPS of this number, as H.264 writes one (9.1)."""
    bits = f"{number + 1:b}"
    written = "0" * (len(bits) - 1) + bits + "1"
    return (b"\x67\x64\x00\x1f" + int(written.ljust(16, "0"), 2).to_bytes(2),)


@pytest.mark.parametrize(
    ("used", "free", "way"),
    [
        (range(31), 31, Way.COPY),
        (range(32), 0, Way.ENCODE),
        (range(1, 32), 0, Way.ENCODE),
        ([1, 2], 3, Way.COPY),
        ([0, 2], 1, Way.COPY),
    ],
    ids=["one left", "none left", "but nought", "from one on", "between"],
)
def test_a_recording_that_has_all_numbers_of_sets_is_encoded(used: list[int], free: int, way: Way) -> None:
    """There are thirty-two; of them nought is left to cameras."""
    facts = filmed()
    gops = tuple(Gop(first=0, count=5, decodable=True, parameter_sets=with_id(number)) for number in used)
    assert set_ids(with_id(max(used))) == {max(used)}
    coding = plan_coding(planned(replace(facts, video=replace(facts.video, gops=gops))), masked=False)
    assert (coding.encoder_set_id, coding.way) == (free, way)


def test_a_group_whose_first_picture_comes_a_tick_too_early_is_encoded() -> None:
    """And that picture is in no clip, nor is one at the end."""
    assert inside([-1, 0, 9, 10], 10) == [0, 9]
    for start, way in ((-1, (0, FRAME - 1)), (0, (5, None))):
        (gop,) = plan_gops(filmed(start), 10 * END)
        assert (gop.copy, gop.encode_from) == way


def test_the_prints_of_a_plan_are_those_of_the_frames_inside_where_they_are_stored() -> None:
    """Neither one before the range nor that at its end."""
    early = make_plan([filmed(-1)], END, audio=False, masked=False)
    assert sorted(prints(early)) == sorted(early.stored) == [number * FRAME - 1 for number in range(1, 5)]
    plan = make_plan([filmed(-FRAME), filmed(3 * FRAME)], 5 * FRAME, audio=False, masked=False)
    assert sorted(prints(plan)) == sorted(plan.stored)
    assert plan.stored == (0, FRAME, 2 * FRAME, 3 * FRAME, 3 * FRAME + 1, 4 * FRAME + 1)
