"""Several plans made parts of one clip: where each lies, how all are coded, and when both tracks begin. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.bitstream.fields import Scan
from custom_components.milton_share.clips.plan.join import join
from custom_components.milton_share.clips.plan.make import make_plan
from custom_components.milton_share.clips.plan.model import Audio, Way
from custom_components.milton_share.clips.plan.sound import audio_prints
from tests.clips.test_plan_edges import END, FRAME, OTHER_SETS, filmed, scanned, with_id
from tests.clips.test_plan_properties import PACKET, SETS
from tests.clips.test_plan_sound_edges import sounding

if TYPE_CHECKING:
    from custom_components.milton_share.clips.plan.model import Plan
    from custom_components.milton_share.clips.read.probe import SegmentFacts

AAC_LC_8_KHZ = b"\x15\x88"


def plan_of(*facts: SegmentFacts, end: int = END, audio: bool = True) -> Plan:
    """Plan one range."""
    return make_plan(facts, end, audio=audio, masked=False)


def silent(start: int = 0) -> SegmentFacts:
    """Return a file of five frames without sound."""
    return filmed(start, packets=0)


def test_each_range_is_stored_in_step_with_the_one_before_it() -> None:
    """Moved as a whole, its files' own shifts with it, and each by all that lie before; true times stay."""
    plans = [plan_of(silent(500)), plan_of(silent(), silent(4 * FRAME - 1), end=8 * FRAME), plan_of(silent(), end=7)]
    assert [segment.shift for segment in plans[1].segments] == [0, 2]
    joined = join(plans, masked=False)
    bases = (0, END + 500, END + 500 + 9 * FRAME + 1)  # whole distances from 500 on; then one from what was moved by 2
    for base, plan, part in zip(bases, plans, joined, strict=True):
        assert part.stored == tuple(base + tick for tick in plan.stored)
        for before, after in ((plan.segments, part.segments), (plan.heard, part.heard)):
            assert [each.shift for each in after] == [base + each.shift for each in before]
            assert [each.gops for each in after] == [each.gops for each in before]
        assert (part.shown, part.end, part.audio_from) == (plan.shown, plan.end, plan.audio_from)
        assert part.zero == joined[0].stored[0] == 500


@pytest.mark.parametrize(
    ("end", "first"),
    [
        (4 * FRAME + 1, 5),
        (5 * FRAME, 5),
        (5 * FRAME + 2, 5),
        (5 * FRAME + 3, 6),
        (6 * FRAME, 6),
    ],
)
def test_a_joint_is_as_many_whole_distances_as_the_range_goes_on_and_one_at_least(end: int, first: int) -> None:
    """But for what rounding may have lost of the last one."""
    joined = join([plan_of(silent(), end=end), plan_of(silent(), end=1)], masked=False)
    assert [part.stored[0] for part in joined] == [0, first * FRAME]


def test_one_range_is_left_as_it_was_planned() -> None:
    """There is nothing to bring to one coding."""
    plan = plan_of(filmed(FRAME))
    assert join([plan], masked=True) == (plan,)


def test_all_ranges_are_coded_in_one_way() -> None:
    """Copied in the stream where their sets differ, encoded where their pictures do, as under a mask."""
    facts = silent()
    other = replace(facts, video=replace(facts.video, gops=(replace(facts.video.gops[0], parameter_sets=OTHER_SETS),)))
    wide = replace(facts, video=replace(facts.video, width=640))
    for ranges, masked, way, in_band in (
        ((facts, facts), False, Way.COPY, False),
        ((facts, other), False, Way.COPY, True),
        ((facts, wide), False, Way.ENCODE, False),
        ((facts, facts), True, Way.ENCODE, False),
    ):
        parts = join([plan_of(each) for each in ranges], masked=masked)
        assert {part.way for part in parts} == {way}
        assert {part.in_band for part in parts} == {in_band}
        assert len({part.parameter_sets for part in parts}) == 1
    assert {part.parameter_sets for part in join([plan_of(facts)] * 2, masked=False)} == {SETS}
    lines = join([plan_of(replace(scanned(Scan.LINES), audio=None)) for _ in range(2)], masked=False)
    assert [(part.way, part.interlaced, part.encoder_set_id) for part in lines] == [(Way.COPY, True, 1)] * 2


def test_what_is_encoded_for_one_range_is_told_from_what_another_has() -> None:
    """By a number that no range's sets have; and as interlaced as any of them."""
    facts = silent()
    numbered = [
        replace(facts, video=replace(facts.video, gops=(replace(facts.video.gops[0], parameter_sets=with_id(number)),)))
        for number in (0, 1)
    ]
    plans = [plan_of(each) for each in numbered]
    assert [plan.encoder_set_id for plan in plans] == [1, 2]
    assert [part.encoder_set_id for part in join(plans, masked=False)] == [2, 2]
    mixed = [plan_of(replace(scanned(scan), audio=None)) for scan in (Scan.FRAMES, Scan.LINES)]
    assert [plan.interlaced for plan in mixed] == [False, True]
    assert [(part.interlaced, part.way) for part in join(mixed, masked=False)] == [(True, Way.ENCODE)] * 2


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ((Audio.ABSENT, Audio.KEPT), Audio.KEPT),
        ((Audio.KEPT, Audio.ABSENT), Audio.KEPT),
        ((Audio.ABSENT, Audio.REMOVED), Audio.REMOVED),
        ((Audio.ABSENT, Audio.ABSENT), Audio.ABSENT),
    ],
)
def test_a_clip_says_of_its_sound_the_most_that_a_range_has(words: tuple[Audio, Audio], word: Audio) -> None:
    """Kept where any is, and else removed where any was."""
    plans = [plan_of(filmed(packets=0 if each is Audio.ABSENT else 9), audio=each is Audio.KEPT) for each in words]
    assert tuple(plan.audio for plan in plans) == words
    parts = join(plans, masked=False)
    assert {(part.audio, part.audio_way) for part in parts} == {(word, Way.COPY)}


def test_both_tracks_begin_with_the_first_sound_of_any_range() -> None:
    """A range without sound before it: whole packets of silence lead up to the one that has some."""
    joined = join([plan_of(silent(), end=30_000), plan_of(sounding([PACKET, 2 * PACKET]))], masked=False)
    first = 30_000 + PACKET
    assert {part.zero for part in joined} == {first - 7 * PACKET}
    assert [tick for part in joined for tick, _, _ in audio_prints(part.heard, part.audio_from, part.end)] == [
        first,
        first + PACKET,
    ]


def test_sound_of_two_codings_is_encoded_over_all_ranges() -> None:
    """And begins an encoder's run-in before the first picture, at the rate of the first."""
    other = sounding([0, 2 * PACKET], 2 * PACKET, rate_hz=8_000, extradata=AAC_LC_8_KHZ)
    joined = join([plan_of(sounding([0, PACKET]), end=END), plan_of(other, end=10 * END)], masked=False)
    assert {part.audio_way for part in joined} == {Way.ENCODE}
    assert {part.zero for part in joined} == {-2_880}


def test_how_sound_is_coded_that_is_in_no_range_is_no_matter() -> None:
    """Nor that one file of a range has none."""
    other = sounding([20 * END], 2 * PACKET, rate_hz=8_000, extradata=AAC_LC_8_KHZ)
    assert plan_of(other).audio is Audio.ABSENT
    heard = plan_of(sounding([0, PACKET]), silent(5 * FRAME))
    joined = join([plan_of(other), heard], masked=False)
    assert {(part.audio, part.audio_way) for part in joined} == {(Audio.KEPT, Way.COPY)}


@pytest.mark.parametrize(("span", "way"), [(PACKET, Way.COPY), (2 * PACKET, Way.ENCODE)])
def test_a_hole_where_two_ranges_meet_is_one_like_any_other(span: int, way: Way) -> None:
    """Silence of short packets fills it closely enough; long ones can't."""
    more = {"rate_hz": 8_000, "extradata": AAC_LC_8_KHZ} if span > PACKET else {}
    part = plan_of(sounding([0, span], span, **more), end=6 * PACKET + 1_000)
    assert (part.audio, part.audio_way) == (Audio.KEPT, Way.COPY)
    joined = join([part, part], masked=False)
    assert {each.audio_way for each in joined} == {way}
