"""Several sources as one: each camera's own first, and none that fails stops another."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.amounts import covered_s
from custom_components.milton_share.sources.errors import HOLD_UNKNOWN, SourceError
from custom_components.milton_share.sources.model import Clock, Coverage, Segment, Spans, ToHold
from custom_components.milton_share.sources.router import AWAY_S, FORGOTTEN_S, GONE_S, Router
from custom_components.milton_share.sources.spares import FULL_S, SPARE
from tests.milton_share.sources.frigate.kitchen import refused_by

if TYPE_CHECKING:
    from custom_components.milton_share.sources.model import Extent

FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
LATER = UNTIL + timedelta(days=1)
NOTHING = Coverage(segments=(), gaps=(), clock=Clock(offset_ms=0, uncertainty_ms=0, method="source"))
SEGMENT = Segment(path=Path("one.mp4"), from_=FROM, until=UNTIL, sha256="00", media_start_s=0.0)
SOMETHING = replace(NOTHING, segments=(SEGMENT,))
COURT = ToHold(hold_id="court", camera_id="door", from_=FROM, until=UNTIL, deadline=LATER)
DISK = "a bad place"
COMING = replace(NOTHING, pending=((FROM, UNTIL),))

type Rest = tuple[str, datetime, datetime, datetime]
"""Of which camera, from when to when, and until when it is kept."""


@dataclass(slots=True)
class Scripted:
    """A source that has something or not, or refuses by a rule."""

    name: str
    has: bool = False
    rule: str | None = None
    gives: Coverage = SOMETHING
    fails: str | None = None
    part: float = 1.0
    asked: int = 0
    holds: set[str] = field(default_factory=set)
    breaks: str | None = None  # by an error of the disk, what is asked of a hold itself

    def _judge(self) -> None:
        if self.rule is not None:
            raise SourceError(self.rule)

    async def coverage(self, _camera_id: str, from_: datetime, until: datetime) -> Extent:
        """Say it."""
        self._judge()
        self.asked += 1
        return Spans(spans=((from_, from_ + (until - from_) * self.part),) if self.has else ())

    async def hold(self, hold_id: str, *_rest: *Rest) -> Coverage:
        """Keep it."""
        self._judge()
        if self.breaks == "hold" and not hold_id.endswith(SPARE):
            raise OSError(DISK)
        self.holds.add(hold_id)
        if self.fails is not None:
            raise SourceError(self.fails)
        return self.gives

    async def hold_beside(self, _other_id: str, wanted: ToHold, /) -> Coverage:
        """Keep it too."""
        return await wanted.held_by(self)

    async def release(self, hold_id: str) -> None:
        """Let it go."""
        self.holds.discard(hold_id)
        if self.breaks == "release":
            raise OSError

    async def held(self, hold_id: str) -> Coverage:
        """Say whether it is kept."""
        if hold_id not in self.holds:
            raise SourceError(self.rule if self.rule == "broken" else HOLD_UNKNOWN)
        return self.gives


def routed(here: Scripted, frigate: Scripted) -> Router:
    """Make a router for a camera that is Frigate's."""
    return Router(here, frigate, prefer=lambda _: 1)


@pytest.mark.parametrize(
    ("here", "frigate", "keeper"),
    [
        (Scripted("here"), Scripted("frigate", has=True), "frigate"),
        (Scripted("here", has=True), Scripted("frigate", has=True), "frigate"),
        (Scripted("here", has=True), Scripted("frigate"), "here"),
        (Scripted("here", has=True), Scripted("frigate", rule="source_away"), "here"),
        (Scripted("here"), Scripted("frigate"), "frigate"),
    ],
)
async def test_a_camera_is_held_where_there_is_something_its_own_source_first(
    here: Scripted, frigate: Scripted, keeper: str
) -> None:
    """Also what the home itself recorded before Frigate came, and while Frigate is away."""
    router = routed(here, frigate)
    extent = await router.coverage("door", FROM, UNTIL)
    assert bool(extent.spans) == (here.has or frigate.has)
    await router.hold("case", "door", FROM, UNTIL, LATER)
    assert [source.name for source in (here, frigate) if source.holds] == [keeper]
    assert await router.held("case") == SOMETHING


@pytest.mark.parametrize(
    ("here", "frigate", "keeper"),
    [
        (1.0, 0.02, "here"),
        (0.02, 1.0, "frigate"),
        (0.5, 0.4, "here"),
        (0.4, 0.39, "frigate"),
        (0.01, 0.001, "frigate"),
        (0.01, 0.0, "here"),
    ],
)
async def test_a_range_is_kept_by_the_source_that_has_more_of_it(here: float, frigate: float, keeper: str) -> None:
    """Frigate keeps what moves, the home was told to record all; what differs by a file is no difference."""
    sources = Scripted("here", has=True, part=here), Scripted("frigate", has=frigate > 0, part=frigate)
    router = routed(*sources)
    await router.hold("case", "door", FROM, UNTIL, LATER)
    assert [source.name for source in sources if source.holds] == [keeper]
    (span,) = (await router.coverage("door", FROM, UNTIL)).spans
    assert span[1] - span[0] == (UNTIL - FROM) * (here if keeper == "here" else frigate)


@pytest.mark.parametrize("seconds", [1, 5, 10, 20])
async def test_of_a_short_range_too_whoever_has_it_keeps_it(seconds: int) -> None:
    """What is little of an hour is all of this."""
    until = FROM + timedelta(seconds=seconds)
    for part in (0.0, 0.5):
        sources = Scripted("here", has=True), Scripted("frigate", has=bool(part), part=part)
        await routed(*sources).hold("case", "door", FROM, until, LATER)
        assert [source.name for source in sources if source.holds] == ["here"]


async def test_nobody_else_is_asked_where_a_cameras_own_source_has_all() -> None:
    """The others may be slow."""
    here, frigate = Scripted("here", has=True), Scripted("frigate", has=True)
    await routed(here, frigate).coverage("door", FROM, UNTIL)
    assert (here.asked, frigate.asked) == (0, 1)


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [
        ([], 0),
        ([(-20, -10), (400, 500)], 0),
        ([(-20, 10)], 10),
        ([(200, 250), (10, 20), (15, 30), (12, 14)], 70),
        ([(-20, 500), (10, 20)], 300),
        ([(290, 400), (299, 301)], 10),
    ],
)
def test_how_much_of_a_range_there_is_is_counted_once(spans: list[tuple[int, int]], seconds: int) -> None:
    """In any order, over its ends, one within another."""
    at = [(FROM + timedelta(seconds=low), FROM + timedelta(seconds=high)) for low, high in spans]
    assert covered_s(Spans(spans=tuple(at)), FROM, UNTIL) == seconds


@pytest.mark.parametrize("how", ["before it said anything", "when it was to be held"])
@pytest.mark.parametrize(
    ("rule", "part", "keepers"),
    [
        ("source_away", 0.03, [set(), {"here"}]),
        ("source_away", 0.5, [set(), {"here"}]),
        ("source_away", 1.0, [{"here"}, {"here"}]),
        ("source_login", 0.03, [{"here"}, {"here"}]),
        ("source_answer", 0.03, [{"here"}, {"here"}]),
    ],
)
async def test_a_source_that_is_away_for_a_moment_is_waited_for_where_no_other_has_all(
    how: str, rule: str, part: float, keepers: list[set[str]]
) -> None:
    """A host that starts again: the home has ten seconds around a ring, Frigate, which comes later, the whole time."""
    here, times_s = Scripted("here", has=True, part=part), [100.0]
    frigate = Scripted("frigate", has=True, rule=rule) if how.startswith("before") else Scripted("frigate", has=True)
    frigate.fails = rule
    router = Router(here, frigate, prefer=lambda _: 1, now_s=lambda: times_s[-1])
    for at_s, kept in zip((100.0, 100.0 + AWAY_S), keepers, strict=True):
        times_s.append(at_s)
        with contextlib.suppress(SourceError):
            await router.hold("case", "door", FROM, UNTIL, LATER)
        assert {one.name for one in (here,) if "case" in one.holds} == kept
        assert bool(here.holds) is (bool(kept) or rule == "source_away")  # what may be overwritten meanwhile


async def test_a_source_that_is_away_and_is_still_asked_is_waited_for_no_longer() -> None:
    """A host without power says nothing for longer than a hold waits: what it gave is still on its way."""
    here, times_s = Scripted("here", has=True, part=0.03), [0.0]
    frigate = Scripted("frigate", has=True, rule="source_away")
    router = Router(here, frigate, prefer=lambda _: 1, now_s=lambda: times_s[-1])
    assert await refused_by(router.hold("case", "door", FROM, UNTIL, LATER)) == "source_away"
    frigate.rule, frigate.gives = None, replace(COMING, trouble="source_away")
    frigate.holds.add("case")
    for at_s, kept in ((60.0, {"case" + SPARE}), (120.0, {"case" + SPARE}), (AWAY_S, {"case"})):
        times_s.append(at_s)
        await router.hold("case", "door", FROM, UNTIL, LATER)
        assert here.holds == kept
    assert frigate.holds == set()


async def test_for_how_long_a_source_is_away_is_known_of_a_range_whoever_wants_it() -> None:
    """Who saves a clip for themselves tries again, and each time what was held is let go; long ago says nothing."""
    here, frigate, times_s = Scripted("here", has=True, part=0.03), Scripted("frigate", rule="source_away"), [0.0]
    router = Router(here, frigate, prefer=lambda _: 1, now_s=lambda: times_s[-1])
    for at_s, rule in ((0.0, "source_away"), (AWAY_S, None), (AWAY_S + FORGOTTEN_S + 1, "source_away")):
        times_s.append(at_s)
        await router.release("own")
        assert await refused_by(router.hold("own", "door", FROM, UNTIL, LATER)) == rule


async def test_a_source_that_comes_back_keeps_what_it_was_waited_for_with() -> None:
    """And when it goes away again, it is waited for as long again."""
    here, frigate, times_s = Scripted("here", has=True, part=0.03), Scripted("frigate", has=True), [0.0]
    router = Router(here, frigate, prefer=lambda _: 1, now_s=lambda: times_s[-1])
    for at_s, rule in ((0.0, "source_away"), (500.0, None), (1_000.0, "source_away")):
        times_s.append(at_s)
        frigate.fails = rule
        assert await refused_by(router.hold("case", "door", FROM, UNTIL, LATER)) == rule
    assert (here.holds, frigate.holds) == ({"case" + SPARE}, {"case"})


@pytest.mark.parametrize(
    ("here_part", "came", "keeper"), [(0.5, 0.1, "here"), (0.5, 0.48, "frigate"), (0.1, 0.5, "frigate")]
)
async def test_a_source_of_which_less_came_than_it_said_keeps_a_range_no_longer_than_this_home(
    here_part: float, came: float, keeper: str
) -> None:
    """A Protect that records what moves says only from when to when it has something: all of it is not there."""
    segment = replace(SEGMENT, until=FROM + (UNTIL - FROM) * came)
    here, frigate = Scripted("here", has=True, part=here_part), Scripted("frigate", has=True, gives=COMING)
    router = routed(here, frigate)
    assert await router.hold("case", "door", FROM, UNTIL, LATER) == COMING
    assert (here.holds, frigate.holds) == ({"case" + SPARE}, {"case"})
    frigate.gives = replace(NOTHING, segments=(segment,), software=(("frigate", "1"),))
    for _ in range(2):
        held = await router.hold("case", "door", FROM, UNTIL, LATER)
        assert held == (here if keeper == "here" else frigate).gives
        assert [source.name for source in (here, frigate) if source.holds == {"case"}] == [keeper]
    await router.release("case")
    assert (here.holds, frigate.holds) == (set(), set())


@pytest.mark.parametrize("rule", ["source_away", "source_login", "folder_empty"])
@pytest.mark.parametrize(("part", "waits_s"), [(1.0, AWAY_S), (0.8, GONE_S), (0.18, None)])
async def test_a_source_that_never_gives_the_rest_keeps_a_range_no_longer_than_this_home(
    rule: str, part: float, waits_s: float | None
) -> None:
    """A Frigate that broke after its first files: what is kept beside could not be seen, and was lost in the end."""
    times_s = [0.0]
    here, frigate = Scripted("here", has=True, part=part), Scripted("frigate", has=True)
    router = Router(here, frigate, prefer=lambda _: 1, now_s=lambda: times_s[-1])

    async def held_at(at_s: float, came: float, trouble: str | None) -> bool:
        """Ask as often as a home does; return whether this home keeps it now."""
        end = FROM + (UNTIL - FROM) * came
        some = replace(NOTHING, segments=(replace(SEGMENT, until=end),), software=(("frigate", "1"),))
        frigate.gives = replace(some, pending=((end, UNTIL),), trouble=trouble)
        for now_s in (*range(int(times_s[-1]) + 900, int(at_s), 900), at_s):
            times_s.append(float(now_s))
            held = await router.hold("case", "door", FROM, UNTIL, LATER)
        return (here.holds, frigate.holds, held) == ({"case"}, set(), here.gives)

    assert not await held_at(0.0, 0.1, rule)
    assert not await held_at(AWAY_S - 1, 0.1, None)  # there again
    assert not await held_at(AWAY_S, 0.1, rule)
    assert not await held_at(2 * AWAY_S - 1, 0.1, rule)
    assert not await held_at(2 * AWAY_S, 0.15, rule)  # more came
    assert not await held_at(2 * AWAY_S + (waits_s or GONE_S) - 1, 0.15, rule)
    assert (here.holds, frigate.holds) == ({"case" + SPARE}, {"case"})
    assert await held_at(2 * AWAY_S + (waits_s or GONE_S), 0.15, rule) is (waits_s is not None)


@pytest.mark.parametrize("broken", ["here", "asked", "frigate"])
async def test_what_this_home_has_is_let_go_only_once_it_is_taken_whatever_the_disk_does(broken: str) -> None:
    """A bad place of it, or one moment without a byte of room: what the ring has no more would be lost."""
    came = replace(SEGMENT, until=FROM + (UNTIL - FROM) / 10)
    here, frigate = Scripted("here", has=True, part=0.9), Scripted("frigate", has=True, gives=COMING)
    router = routed(here, frigate)
    await router.hold("case", "door", FROM, UNTIL, LATER)
    frigate.gives = replace(NOTHING, segments=(came,), software=(("frigate", "1"),))
    if broken == "here":
        here.breaks = "hold"
        assert await router.hold("case", "door", FROM, UNTIL, LATER) == frigate.gives
        assert (here.holds, frigate.holds) == ({"case" + SPARE}, {"case"})
        here.breaks = None
    elif broken == "asked":
        here.rule = "recorder_stopped"
        assert await router.hold("case", "door", FROM, UNTIL, LATER) == frigate.gives
        here.rule = None
        assert (here.holds, frigate.holds) == ({"case" + SPARE}, {"case"})
    else:
        frigate.breaks = "release"  # its files are gone as far as they can be deleted
    for _ in range(2):
        assert await router.hold("case", "door", FROM, UNTIL, LATER) == here.gives
        assert (here.holds, frigate.holds) == ({"case"}, set())


async def test_a_range_of_which_a_clip_was_cut_stays_where_that_came_from() -> None:
    """Its approver may have these recordings kept for a court; what this home has more stays kept beside."""
    here = Scripted("here", has=True)
    came = replace(
        NOTHING, segments=(replace(SEGMENT, until=FROM + (UNTIL - FROM) / 10),), software=(("frigate", "1"),)
    )
    frigate = Scripted("frigate", has=True, gives=came)
    router = Router(here, frigate, prefer=lambda _: 1, is_cut=lambda hold_id: hold_id == "case")
    assert await router.hold("case", "door", FROM, UNTIL, LATER) == came
    assert (here.holds, frigate.holds) == ({"case" + SPARE}, {"case"})


async def test_what_is_kept_beside_stays_while_a_clip_is_cut() -> None:
    """A round of that minute let it go: once the cut was stopped, the ring had no more of it to move to."""
    cut: set[str] = set()
    here, frigate = Scripted("here", has=True, part=0.9), Scripted("frigate", has=True, gives=COMING)
    router = Router(here, frigate, prefer=lambda _: 1, is_cut=cut.__contains__)
    await router.hold("case", "door", FROM, UNTIL, LATER)
    came = replace(SEGMENT, until=FROM + (UNTIL - FROM) / 10)
    frigate.gives = replace(NOTHING, segments=(came,), software=(("frigate", "1"),))
    cut.add("case")
    assert await router.hold("case", "door", FROM, UNTIL, LATER) == frigate.gives
    assert (here.holds, frigate.holds) == ({"case" + SPARE}, {"case"})
    cut.clear()
    assert await router.hold("case", "door", FROM, UNTIL, LATER) == here.gives
    assert (here.holds, frigate.holds) == ({"case"}, set())


async def test_what_came_is_let_go_only_for_what_is_more_once_it_is_kept() -> None:
    """For want of room another hold let go of what was kept beside, just after this home had said how much that is."""
    part, less = (replace(SEGMENT, until=FROM + (UNTIL - FROM) * share) for share in (0.5, 0.1))
    came = replace(NOTHING, segments=(part,), software=(("frigate", "1"),))
    here = Scripted("here", has=True, part=0.9, gives=replace(NOTHING, segments=(less,)))
    frigate = Scripted("frigate", has=True, gives=came)
    assert await routed(here, frigate).hold("case", "door", FROM, UNTIL, LATER) == came
    assert (frigate.holds, "case" in here.holds) == ({"case"}, False)


async def test_a_range_of_which_a_cut_begins_stays_where_it_is() -> None:
    """Also where that was not so a moment ago: the cutter reads these files."""
    cut: list[str] = []

    class Slow(Scripted):
        async def hold(self, hold_id: str, *asked: *Rest) -> Coverage:
            cut.append(hold_id)
            return await Scripted.hold(self, hold_id, *asked)

    segment = replace(SEGMENT, until=FROM + (UNTIL - FROM) / 10)
    came = replace(NOTHING, segments=(segment,), software=(("frigate", "1"),))
    here, frigate = Slow("here", has=True, part=0.9), Scripted("frigate", has=True, gives=came)
    router = Router(here, frigate, prefer=lambda _: 1, is_cut=lambda hold_id: hold_id in cut)
    assert await router.hold("case", "door", FROM, UNTIL, LATER) == came
    assert (frigate.holds, "case" in here.holds) == ({"case"}, False)


async def test_what_was_just_given_to_a_cut_is_not_let_go_by_a_round_of_the_same_moment() -> None:
    """Both find that this home has more; the later one takes it for moved by itself, and nothing would be left."""
    cut: set[str] = set()
    waits = [1, 3]

    class Slow(Scripted):
        async def hold(self, hold_id: str, *asked: *Rest) -> Coverage:
            for _ in range(waits.pop(0) if waits else 0):
                await asyncio.sleep(0)
            return await Scripted.hold(self, hold_id, *asked)

    segment = replace(SEGMENT, until=FROM + (UNTIL - FROM) / 10)
    came = replace(NOTHING, segments=(segment,), software=(("frigate", "1"),))
    here, frigate = Slow("here", has=True, part=0.9), Scripted("frigate", has=True, gives=came)
    router = Router(here, frigate, prefer=lambda _: 1, is_cut=cut.__contains__)

    async def look() -> Coverage:
        held = await router.hold("case", "door", FROM, UNTIL, LATER)
        cut.add("case")
        return held

    looked, _ = await asyncio.gather(look(), router.hold("case", "door", FROM, UNTIL, LATER))
    assert (looked, here.holds, frigate.holds) == (here.gives, {"case"}, set())


@pytest.mark.parametrize("trouble", [None, "hold_quota", "refused"])
async def test_what_is_kept_beside_takes_no_room_from_what_comes(trouble: str | None) -> None:
    """Where there is no room for both, what comes from the camera's own source goes first; released, both are."""
    here = Scripted("here", has=True, part=0.5)
    frigate = Scripted("frigate", has=True, gives=replace(COMING, trouble=trouble))
    router = routed(here, frigate)
    if trouble == "refused":
        here.holds.add("case" + SPARE)
        frigate.fails = "hold_quota"
    for _ in range(2):
        with contextlib.suppress(SourceError):
            await router.hold("case", "door", FROM, UNTIL, LATER)
        assert here.holds == ({"case" + SPARE} if trouble is None else set())
    await router.release("case")
    assert (here.holds, frigate.holds) == (set(), set())


@pytest.mark.parametrize("how", ["refused", "in part"])
@pytest.mark.parametrize("where", ["here", "frigate"])
async def test_what_is_kept_beside_takes_no_room_from_another_hold(how: str, where: str) -> None:
    """All share one room: of another camera nothing was kept, for a recorder that is away had this one's twice."""

    class Small(Scripted):
        async def hold(self, hold_id: str, *asked: *Rest) -> Coverage:
            is_full = hold_id == "other" and self.name == where and any(one.endswith(SPARE) for one in here.holds)
            if is_full and how == "refused":
                rule = "hold_quota"
                raise SourceError(rule)
            held = await Scripted.hold(self, hold_id, *asked)
            return replace(held, trouble="hold_quota") if is_full else held

    times_s = [0.0]
    here, frigate = Small("here", has=True, part=0.5), Small("frigate", has=True, gives=COMING)
    router = Router(here, frigate, prefer=lambda camera_id: int(camera_id != "garden"), now_s=lambda: times_s[-1])
    await router.hold("case", "door", FROM, UNTIL, LATER)
    assert here.holds == {"case" + SPARE}
    here.part = 1.0
    camera = "garden" if where == "here" else "door"
    for at_s in (0.0, FULL_S - 1):
        times_s.append(at_s)
        assert (await router.hold("other", camera, FROM, UNTIL, LATER)).trouble is None
        await router.hold("case", "door", FROM, UNTIL, LATER)
        assert "other" in (here if where == "here" else frigate).holds
        assert "case" + SPARE not in here.holds
    times_s.append(FULL_S)
    await router.hold("case", "door", FROM, UNTIL, LATER)
    assert "case" + SPARE in here.holds


async def test_a_hold_goes_on_where_it_was_begun() -> None:
    """Whatever the camera's own source is by now."""
    here, frigate = Scripted("here", has=True), Scripted("frigate", rule="source_away")
    router = routed(here, frigate)
    await router.hold("case", "door", FROM, UNTIL, LATER)
    frigate.rule, frigate.has = None, True
    await router.hold("case", "door", FROM, UNTIL, LATER)
    assert (here.holds, frigate.holds) == ({"case"}, set())
    await router.release("case")
    assert here.holds == set()
    assert await refused_by(router.held("case")) == HOLD_UNKNOWN


async def test_a_hold_beside_another_is_where_that_one_is() -> None:
    """A clip was cut from what the home had while Frigate was away: that is kept for a court, not what Frigate has."""
    here, frigate = Scripted("here", has=True), Scripted("frigate", rule="source_away")
    router = routed(here, frigate)
    await router.hold("case", "door", FROM, UNTIL, LATER)
    frigate.rule, frigate.has = None, True
    await router.hold_beside("case", COURT)
    assert (here.holds, frigate.holds) == ({"case", "court"}, set())
    here.holds.remove("case")  # its own deadline came
    await router.hold_beside("case", COURT)
    assert (here.holds, frigate.holds) == ({"court"}, set())
    here.holds.clear()
    await router.hold_beside("case", COURT)
    assert (here.holds, frigate.holds) == (set(), {"court"})


@pytest.mark.parametrize(
    "liar",
    [
        Scripted("frigate", has=True, gives=NOTHING),
        Scripted("frigate", has=True, fails="source_answer"),
        Scripted("frigate", has=True, fails="source_away"),
    ],
)
async def test_a_source_that_says_it_has_something_and_gives_nothing_stops_no_other(liar: Scripted) -> None:
    """What the home recorded itself is kept, and would be overwritten meanwhile; also when it lies later."""
    here = Scripted("here", has=True)
    router = routed(here, liar)
    assert await router.hold("case", "door", FROM, UNTIL, LATER) == SOMETHING
    assert (here.holds, liar.holds) == ({"case"}, set())
    liar.gives, liar.fails = COMING, None
    await router.release("case")
    assert await router.hold("case", "door", FROM, UNTIL, LATER) == COMING
    liar.gives = NOTHING
    assert await router.hold("case", "door", FROM, UNTIL, LATER) == SOMETHING
    assert (here.holds, liar.holds) == ({"case"}, set())


@pytest.mark.parametrize(
    "here",
    [
        Scripted("here"),
        Scripted("here", has=True, gives=NOTHING),
        Scripted("here", has=True, fails="source_away"),
        Scripted("here", rule="source_away"),
    ],
)
async def test_where_nobody_else_gives_anything_it_stays_where_it_is(here: Scripted) -> None:
    """And what is wrong with the one that said it had something is heard."""
    frigate = Scripted("frigate", has=True, fails="source_answer")
    router = routed(here, frigate)
    assert await refused_by(router.hold("case", "door", FROM, UNTIL, LATER)) == "source_answer"
    frigate.fails, frigate.gives = None, NOTHING
    assert await router.hold("case", "door", FROM, UNTIL, LATER) == NOTHING
    assert (here.holds, frigate.holds) == (set(), {"case"})


@pytest.mark.parametrize("rule", ["hold_quota", "hold_id_taken"])
async def test_for_want_of_room_nobody_else_is_tried(rule: str) -> None:
    """All sources have one room."""
    here, frigate = Scripted("here", has=True), Scripted("frigate", has=True, fails=rule)
    assert await refused_by(routed(here, frigate).hold("case", "door", FROM, UNTIL, LATER)) == rule
    assert here.holds == set()


@pytest.mark.parametrize("says", ["refused", "nothing yet", "some"])
async def test_while_the_disk_is_too_full_for_copies_what_this_home_has_all_of_is_kept_here(says: str) -> None:
    """That takes nothing of the disk: a request could not be answered as long as it was full. Less is waited with."""
    now_s = [0.0]
    here, frigate = Scripted("here", has=True, part=0.5), Scripted("frigate", has=True)
    router = Router(here, frigate, prefer=lambda _: 1, now_s=lambda: now_s[0])
    if says == "refused":
        frigate.fails = "disk_full"
    else:
        came = (replace(SEGMENT, until=FROM + (UNTIL - FROM) / 10),) if says == "some" else ()
        frigate.gives = replace(COMING, segments=came, trouble="disk_full", software=(("frigate", "1"),))
    for now_s[0] in (0.0, 2 * AWAY_S):
        with contextlib.suppress(SourceError):
            assert await router.hold("case", "door", FROM, UNTIL, LATER) == frigate.gives
        assert (here.holds, frigate.holds) == ({"case" + SPARE}, {"case"})
    here.part = 1.0
    assert await router.hold("case", "door", FROM, UNTIL, LATER) == SOMETHING
    assert (here.holds, frigate.holds) == ({"case"}, set())


async def test_while_the_disk_is_too_full_for_copies_what_this_home_has_stays_kept_beside() -> None:
    """That takes nothing of the disk. For the minutes of a backup it was let go, and the ring had it no more."""
    here, frigate = Scripted("here", has=True), Scripted("frigate", has=True, gives=COMING)
    router = routed(here, frigate)
    await router.hold("case", "door", FROM, UNTIL, LATER)
    here.has = False  # overwritten
    some = replace(SEGMENT, until=FROM + (UNTIL - FROM) / 10)
    frigate.gives = replace(COMING, segments=(some,), trouble="disk_full", software=(("frigate", "1"),))
    assert await router.hold("case", "door", FROM, UNTIL, LATER) == frigate.gives
    frigate.fails = "disk_full"
    assert await refused_by(router.hold("case", "door", FROM, UNTIL, LATER)) == "disk_full"
    assert (here.holds, frigate.holds) == ({"case" + SPARE}, {"case"})


async def test_where_nobody_has_anything_the_one_that_failed_is_heard() -> None:
    """Its silence isn't taken for an empty answer; and held nowhere, it is its own source that refuses."""
    router = routed(Scripted("here"), Scripted("frigate", rule="source_away"))
    assert await refused_by(router.coverage("door", FROM, UNTIL)) == "source_away"
    assert await refused_by(router.hold("case", "door", FROM, UNTIL, LATER)) == "source_away"


async def test_a_source_that_is_broken_is_not_taken_for_one_without_the_hold() -> None:
    """Else the hold would be begun a second time elsewhere."""
    router = routed(Scripted("here", rule="broken"), Scripted("frigate", has=True))
    assert await refused_by(router.held("case")) == "broken"


async def test_a_source_whose_disk_fails_stops_no_other() -> None:
    """Its own has half of the range; the other can't even say what it has."""

    class Failing(Scripted):
        async def coverage(self, _camera_id: str, _from: datetime, _until: datetime) -> Extent:
            raise OSError

    here, frigate = Failing("here"), Scripted("frigate", has=True, part=0.5)
    await routed(here, frigate).hold("case", "door", FROM, UNTIL, LATER)
    assert frigate.holds == {"case"}


async def test_a_disk_that_fails_at_a_hold_stops_no_other() -> None:
    """A bad place under a recording: the other has all, and would overwrite it. One with less is waited with."""
    now_s = [0.0]
    frigate, here = Scripted("frigate", has=True, breaks="hold"), Scripted("here", has=True, part=0.5)
    router = Router(here, frigate, prefer=lambda _: 1, now_s=lambda: now_s[0])
    with pytest.raises(OSError, match=DISK):
        await router.hold("case", "door", FROM, UNTIL, LATER)
    assert here.holds == {"case" + SPARE}
    now_s[0] = AWAY_S
    assert await router.hold("case", "door", FROM, UNTIL, LATER) == SOMETHING
    assert "case" in here.holds
    here, frigate = Scripted("here", has=True, breaks="hold"), Scripted("frigate", has=True)
    assert await Router(here, frigate, prefer=lambda _: 0).hold("case", "door", FROM, UNTIL, LATER) == SOMETHING
    assert (here.holds, frigate.holds) == (set(), {"case"})


async def test_what_one_source_can_not_wipe_is_wiped_by_the_others_all_the_same() -> None:
    """And it is said, so that it is tried again."""

    class Failing(Scripted):
        async def release(self, _hold_id: str) -> None:
            raise OSError(self.name)

    here, frigate, folder = Failing("here"), Failing("frigate"), Scripted("folder", holds={"case"})
    with pytest.raises(OSError, match="here"):
        await Router(here, frigate, folder, prefer=lambda _: 1).release("case")
    assert folder.holds == set()


async def test_what_nothing_came_of_goes_to_whoever_has_most() -> None:
    """Not to the first that has anything."""
    liar = Scripted("liar", has=True, gives=NOTHING)
    little, much = Scripted("little", has=True, part=0.02), Scripted("much", has=True, part=0.95)
    await Router(little, liar, much, prefer=lambda _: 1).hold("case", "door", FROM, UNTIL, LATER)
    assert (little.holds, liar.holds, much.holds) == (set(), set(), {"case"})
