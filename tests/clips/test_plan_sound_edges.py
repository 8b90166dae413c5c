"""The plan's decisions over sound at their limits, to the tick. Pure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custom_components.milton_share.clips.bitstream.aac import aac_span
from custom_components.milton_share.clips.plan.make import make_plan
from custom_components.milton_share.clips.plan.model import Audio, Way
from custom_components.milton_share.clips.plan.sound import (
    AudioPlacer,
    audio_prints,
    audio_way,
    encoded_rate_hz,
    has_long_holes,
    is_heard,
    plan_start,
)
from custom_components.milton_share.clips.read.probe import SegmentFacts
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.test_plan_edges import END, FRAME, filmed, planned
from tests.clips.test_plan_properties import PACKET, segment


def test_packets_that_were_rounded_stay_where_they_are_and_others_follow_each_other() -> None:
    """Two milliseconds are rounding; more than half a packet late it is left out."""
    placed = [AudioPlacer(end=1_000).place(tick, 400) for tick in (820, 819, 800, 799, 1_000, 1_001)]
    assert placed == [820, 1_000, 1_000, None, 1_000, 1_001]
    placer = AudioPlacer()
    assert (placer.place(10, 100), placer.end) == (10, 110)
    assert (AudioPlacer(end=1_000).place(700, 100), AudioPlacer(end=1_000).end) == (None, 1_000)


@pytest.mark.parametrize(
    ("span", "hole", "is_long"), [(7_201, 181, True), (7_200, 181, False), (7_201, 180, False), (7_201, 0, False)]
)
def test_holes_between_long_packets_can_not_be_filled_with_silence(span: int, hole: int, *, is_long: bool) -> None:
    """Of packets longer than twice what is heard as apart, and more than rounding."""
    assert has_long_holes([(0, span, 1), (span + hole, span, 2)]) is is_long
    assert not has_long_holes([(0, span, 1)])


@pytest.mark.parametrize(
    ("tick", "heard"),
    [(999 - PACKET, False), (1_000 - PACKET, False), (1_001 - PACKET, True), (END - 1, True), (END, False)],
)
def test_sound_that_is_encoded_is_heard_from_the_first_picture_to_the_end(tick: int, *, heard: bool) -> None:
    """Any sample of it; of copied packets all that they let hear lies inside."""
    facts = filmed(packets=1)
    assert facts.audio is not None
    moved = replace(facts.audio, codec="pcm_alaw", ticks=type(facts.audio.ticks)("q", [tick]))
    (plan,) = planned(SegmentFacts(segment=facts.segment, video=facts.video, audio=moved))
    assert is_heard(plan, END, 1_000) is heard
    assert not is_heard(planned(filmed(packets=0))[0], END, 0)


def sounding(ticks: list[int], span: int = PACKET, **changes: object) -> SegmentFacts:
    """Return a file with packets of sound at these ticks."""
    facts = filmed(packets=len(ticks))
    assert facts.audio is not None
    whole, spans = (type(facts.audio.ticks)("q", each) for each in (ticks, [span] * len(ticks)))
    return replace(facts, audio=replace(facts.audio, ticks=whole, spans=spans, **changes))


def test_those_packets_are_copied_of_which_all_can_be_heard_in_the_range() -> None:
    """Each lets hear twice its length; they move with their pictures, and one without a length is none."""
    facts = sounding([number * PACKET for number in range(-1, 9)])
    (plan,) = planned(facts)
    moved = replace(plan, shift=7)
    inside_them = [(number * PACKET + 7, PACKET, number + 1) for number in range(5)]
    assert list(audio_prints([moved], 0, 6 * PACKET)) == inside_them
    assert list(audio_prints([moved], 0, 6 * PACKET - 1)) == inside_them[:-1]
    assert list(audio_prints([moved], 1, 6 * PACKET)) == inside_them[1:]
    assert list(audio_prints(planned(sounding([0, 0], span=0), filmed(packets=0)), 0, END)) == []


@pytest.mark.parametrize(("tick", "start"), [(0, 0), (1, 1 - PACKET), (PACKET, 0), (PACKET + 1, 1 - PACKET), (-5, -5)])
def test_copied_sound_begins_with_as_many_packets_of_silence_as_reach_the_first_picture(tick: int, start: int) -> None:
    """Whole ones, and none where it begins before it."""
    assert plan_start([(tick, PACKET, 1)], [0], Way.COPY, []) == start
    assert plan_start([(tick, PACKET, 1), (90_000, PACKET, 2)], [0, 100_000], Way.COPY, []) == start


def test_encoded_sound_begins_a_packet_of_its_own_rate_before_the_first_picture() -> None:
    """That is what an encoder runs in with; 1,024 samples of 32 kHz."""
    track = filmed().audio
    assert track is not None
    assert plan_start((), [1_000], Way.ENCODE, [track]) == 1_000 - 2_880
    assert plan_start((), [1_000, 101_000], Way.ENCODE, [track, replace(track, rate_hz=48_000)]) == 1_000 - 2_880


@pytest.mark.parametrize(("hole", "way"), [(0, Way.COPY), (181, Way.ENCODE)])
def test_sound_with_a_hole_that_silence_can_not_fill_is_encoded(hole: int, way: Way) -> None:
    """Packets of 8 kHz last an eighth of a second."""
    span = 2 * PACKET
    slow = sounding([0, span, 2 * span + hole], span, rate_hz=8_000, extradata=b"\x15\x88")
    plan = make_plan([slow], 5 * span, audio=True, masked=False)
    assert (plan.audio, plan.audio_way) == (Audio.KEPT, way)


@pytest.mark.parametrize(
    ("packets", "audio", "word"), [(9, True, Audio.KEPT), (9, False, Audio.REMOVED), (0, True, Audio.ABSENT)]
)
def test_what_became_of_the_sound_is_said(packets: int, word: Audio, *, audio: bool) -> None:
    """Kept when it was wanted, removed when it was not, absent where there is none."""
    plan = make_plan([filmed(packets=packets)], END, audio=audio, masked=False)
    assert plan.audio is word
    assert plan.zero == plan.stored[0] == 0


def test_sound_that_lies_before_the_first_picture_is_removed_and_not_absent() -> None:
    """A camera that takes no picture while nothing moves may hear all the same; a clip begins with a picture."""
    early = segment([(END - FRAME, [], True)], 0, 9, 0)
    assert make_plan([early], END, audio=True, masked=False).audio is Audio.REMOVED
    later = segment([(END - FRAME, [], True)], END, 9, 0)
    assert make_plan([later], END, audio=True, masked=False).audio is Audio.ABSENT


def test_sound_of_one_coding_is_copied_and_any_other_encoded() -> None:
    """AAC-LC of at most two channels, whose header says the rate that it has."""
    track = filmed().audio
    assert track is not None
    assert audio_way([track, track]) is Way.COPY
    for changed in ({"channels": 3}, {"rate_hz": 8_000}, {"codec": "opus"}, {"extradata": b""}):
        other = replace(track, **changed)
        assert audio_way([other]) is Way.ENCODE
        assert audio_way([track, other]) is Way.ENCODE
    assert audio_way([replace(track, channels=2)]) is Way.COPY


def test_low_rates_are_encoded_at_such_as_have_short_packets() -> None:
    """Twice or four times as many samples a second; what nobody knows at the usual rate."""
    assert [encoded_rate_hz(rate) for rate in (8_000, 16_000, 11_025, 44_100, 48_000, 96_000)] == [
        32_000, 32_000, 44_100, 44_100, 48_000, 48_000,
    ]  # fmt: skip
    assert aac_span(16_000) == PACKET


def test_a_file_is_heard_whose_sound_lies_in_the_range_though_its_pictures_do_not() -> None:
    """Sound that comes later than its pictures; a file with neither has no part in the clip."""
    before = replace(sounding([0, PACKET]), video=filmed(-10 * END).video)
    silent, after = filmed(packets=0), filmed(20 * END)
    plan = make_plan([before, silent, after], END, audio=True, masked=False)
    assert [one.facts.video.ticks[0] for one in plan.heard] == [-10 * END, 0]
    assert [one.facts.video.ticks[0] for one in plan.segments] == [0]
    assert plan.audio is Audio.KEPT


def test_sound_that_nobody_here_can_decode_is_refused_where_it_is_wanted_and_else_removed() -> None:
    """Not absent: there was some."""
    facts = filmed(packets=0)
    unheard = SegmentFacts(segment=facts.segment, video=facts.video, audio=None, unheard="wmav2")
    with pytest.raises(ClipRefused, match="has sound in wmav2") as refused:
        make_plan([unheard], END, audio=True, masked=False)
    assert refused.value.rule is CutRule.SOUND_UNDECODABLE
    assert make_plan([unheard], END, audio=False, masked=False).audio is Audio.REMOVED
    assert make_plan([facts], END, audio=False, masked=False).audio is Audio.ABSENT
