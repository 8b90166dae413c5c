"""Several sources as one: each camera's chosen one, its fallback, and none that fails stops another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.errors import HOLD_UNKNOWN, SourceError
from custom_components.milton_share.sources.model import Clock, Coverage, Segment, Spans, ToHold
from custom_components.milton_share.sources.router import AWAY_S, FORGOTTEN_S, SPARE, Router
from tests.milton_share.sources.frigate.kitchen import refused_by

if TYPE_CHECKING:
    from custom_components.milton_share.sources.model import Extent

FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
LATER = UNTIL + timedelta(days=1)
WANTED = ("case", "door", FROM, UNTIL, LATER)
NOTHING = Coverage(segments=(), gaps=(), clock=Clock(offset_ms=0, uncertainty_ms=0, method="source"))
SEGMENT = Segment(path=Path("one.mp4"), from_=FROM, until=UNTIL, sha256="00", media_start_s=0.0)
SOMETHING = replace(NOTHING, segments=(SEGMENT,))
LITTLE = replace(NOTHING, segments=(replace(SEGMENT, until=FROM + timedelta(seconds=1)),))
BESIDE = replace(NOTHING, segments=(replace(SEGMENT, from_=UNTIL, until=LATER),))
COMING = replace(NOTHING, pending=((FROM, UNTIL),))
COURT = ToHold(hold_id="court", camera_id="door", from_=FROM, until=UNTIL, deadline=LATER)
DISK = "a bad place"

type Rest = tuple[str, datetime, datetime, datetime]
"""Of which camera, from when to when, and until when it is kept."""


@dataclass(slots=True)
class Scripted:
    """A source that says what it `has`, `gives` that or something else, or refuses by a rule."""

    name: str
    has: Coverage = NOTHING
    gives: Coverage | None = None
    rule: str | None = None  # by which it refuses everything but what is held
    fails: str | None = None  # by which a hold ends, once it is begun
    breaks: str | None = None  # what of it the disk fails at: `coverage`, `hold`, `release`
    asked: int = 0
    holds: set[str] = field(default_factory=set)

    def _judge(self, what: str) -> None:
        if self.breaks == what:
            raise OSError(DISK)
        if self.rule is not None:
            raise SourceError(self.rule)

    def _given(self) -> Coverage:
        return self.has if self.gives is None else self.gives

    async def coverage(self, _camera_id: str, _from: datetime, _until: datetime) -> Extent:
        """Say it."""
        self._judge("coverage")
        self.asked += 1
        return Spans(spans=self.has.spans)

    async def hold(self, hold_id: str, *_rest: *Rest) -> Coverage:
        """Keep it."""
        self._judge("hold")
        self.holds.add(hold_id)
        if self.fails is not None:
            raise SourceError(self.fails)
        return self._given()

    async def hold_beside(self, _other_id: str, wanted: ToHold, /) -> Coverage:
        """Keep it too."""
        return await wanted.held_by(self)

    async def release(self, hold_id: str) -> None:
        """Let it go."""
        self.holds.discard(hold_id)
        if self.breaks == "release":
            raise OSError(self.name)

    async def held(self, hold_id: str) -> Coverage:
        """Say whether it is kept."""
        if hold_id not in self.holds:
            raise SourceError(self.rule if self.rule == "broken" else HOLD_UNKNOWN)
        return NOTHING if self.fails else self._given()


@dataclass(slots=True)
class Clocked:
    """A home with two sources, of which Frigate is the camera's chosen one, and a clock."""

    here: Scripted
    frigate: Scripted
    now_s: float = 0.0

    def router(self) -> Router:
        """Make the router."""
        return Router(self.here, self.frigate, order=lambda _: (1, 0), now_s=lambda: self.now_s)

    def keepers(self) -> list[str]:
        """Name who keeps something."""
        return [source.name for source in (self.here, self.frigate) if source.holds]


@pytest.mark.parametrize(
    ("here", "frigate", "keeper"),
    [
        (NOTHING, SOMETHING, "frigate"),
        (SOMETHING, SOMETHING, "frigate"),
        (SOMETHING, LITTLE, "frigate"),
        (SOMETHING, NOTHING, "here"),
        (LITTLE, BESIDE, "here"),
        (NOTHING, NOTHING, "frigate"),
    ],
)
async def test_a_range_is_kept_by_the_chosen_source_and_where_it_has_nothing_by_the_fallback(
    here: Coverage, frigate: Coverage, keeper: str
) -> None:
    """However little it has: which one is best the owner says. What lies beside the range is nothing of it."""
    home = Clocked(Scripted("here", here), Scripted("frigate", frigate))
    router = home.router()
    used = home.here if keeper == "here" else home.frigate
    assert (await router.coverage("door", FROM, UNTIL)).spans == used.has.spans
    assert await router.hold(*WANTED) == used.has
    assert home.keepers() == [keeper]
    assert await router.held("case") == used.has


async def test_the_order_is_each_cameras_own_and_a_camera_may_have_no_fallback() -> None:
    """As the owner picked it; a file that was added lies nowhere else."""
    here, frigate = Scripted("here", SOMETHING), Scripted("frigate", SOMETHING)
    router = Router(here, frigate, order={"door": (0, 1), "file": (1,)}.__getitem__)
    await router.hold(*WANTED)
    assert (here.holds, frigate.holds, frigate.asked) == ({"case"}, set(), 0)
    frigate.has = NOTHING
    assert (await router.coverage("file", FROM, UNTIL)).spans == ()
    assert await router.hold("film", "file", FROM, UNTIL, LATER) == NOTHING
    assert (here.asked, frigate.holds) == (0, {"film"})


async def test_the_fallback_is_not_asked_where_the_chosen_source_has_something() -> None:
    """It may be slow."""
    home = Clocked(Scripted("here", SOMETHING), Scripted("frigate", LITTLE))
    await home.router().coverage("door", FROM, UNTIL)
    assert (home.here.asked, home.frigate.asked) == (0, 1)


@pytest.mark.parametrize("begun", [False, True], ids=["before it said anything", "when it was to be held"])
@pytest.mark.parametrize(("rule", "waits"), [("source_away", True), ("disk_full", True), ("source_login", False)])
async def test_a_source_that_does_not_answer_gives_way_to_the_fallback(rule: str, *, begun: bool, waits: bool) -> None:
    """What is recorded is said at once; kept it is there after a while: the machine may only start again."""
    home = Clocked(Scripted("here", LITTLE), Scripted("frigate", SOMETHING))
    router = home.router()
    if begun:
        home.frigate.fails = rule
    else:
        home.frigate.rule = rule
        assert (await router.coverage("door", FROM, UNTIL)).spans == LITTLE.spans
    if waits:
        assert await refused_by(router.hold(*WANTED)) == rule
        home.now_s = AWAY_S
    assert await router.hold(*WANTED) == LITTLE
    assert home.keepers() == ["here"]


async def test_a_source_whose_first_files_never_come_gives_way_to_the_fallback() -> None:
    """A host without power says nothing for longer than a hold waits: what it listed is still on its way."""
    home = Clocked(Scripted("here", LITTLE), Scripted("frigate", SOMETHING, replace(COMING, trouble="source_away")))
    router = home.router()
    assert await router.hold(*WANTED) == home.frigate.gives
    home.now_s = AWAY_S
    assert await router.hold(*WANTED) == LITTLE
    assert home.keepers() == ["here"]


async def test_a_source_that_comes_back_is_waited_for_as_long_again() -> None:
    """And so is one of which nobody asked for long: it may have been there meanwhile."""
    home = Clocked(Scripted("here", LITTLE), Scripted("frigate", SOMETHING))
    router = home.router()
    for at_s, rule in ((0.0, "source_away"), (500.0, None), (1_000.0, "source_away")):
        home.now_s, home.frigate.fails = at_s, rule
        assert await refused_by(router.hold(*WANTED)) == rule
    await router.release("case")
    home.now_s += FORGOTTEN_S + 1
    assert await refused_by(router.hold(*WANTED)) == "source_away"
    assert home.keepers() == ["frigate"]


async def test_who_tries_again_under_the_same_name_waits_no_longer() -> None:
    """Who saves a clip for themselves lets go of what was held each time."""
    home = Clocked(Scripted("here", LITTLE), Scripted("frigate", rule="source_away"))
    router = home.router()
    assert await refused_by(router.hold(*WANTED)) == "source_away"
    await router.release("case")
    home.now_s = AWAY_S
    assert await router.hold(*WANTED) == LITTLE


@pytest.mark.parametrize(
    ("gives", "fails"), [(NOTHING, None), (None, "source_answer")], ids=["nothing comes", "what comes is no recording"]
)
async def test_a_source_that_says_it_has_something_and_gives_nothing_stops_no_other(
    gives: Coverage | None, fails: str | None
) -> None:
    """What the home recorded itself is kept, and would be overwritten meanwhile; also when it lies later."""
    home = Clocked(Scripted("here", SOMETHING), Scripted("frigate", SOMETHING, COMING))
    router = home.router()
    assert await router.hold(*WANTED) == COMING
    home.frigate.gives, home.frigate.fails = gives, fails
    assert await router.hold(*WANTED) == SOMETHING
    assert home.keepers() == ["here"]


@pytest.mark.parametrize("trouble", [None, "source_away", "source_answer"])
async def test_where_there_is_footage_a_hold_stays(trouble: str | None) -> None:
    """Whatever the other has, and though the rest never comes: a clip may be cut from these files."""
    some = replace(LITTLE, pending=((FROM, UNTIL),), trouble=trouble)
    home = Clocked(Scripted("here", SOMETHING), Scripted("frigate", SOMETHING, some))
    router = home.router()
    for home.now_s in (0.0, AWAY_S, 2 * AWAY_S):
        assert await router.hold(*WANTED) == some
    home.frigate.breaks = "hold"
    with pytest.raises(OSError, match=DISK):
        await router.hold(*WANTED)
    assert home.keepers() == ["frigate"]


async def test_a_hold_goes_on_where_it_was_begun() -> None:
    """Also one that an earlier version made, or before the owner picked another source."""
    home = Clocked(Scripted("here", LITTLE, holds={"case"}), Scripted("frigate", SOMETHING))
    router = home.router()
    assert await router.held("case") == LITTLE
    assert await router.hold(*WANTED) == LITTLE
    assert home.keepers() == ["here"]
    await router.release("case")
    assert home.keepers() == []
    assert await refused_by(router.held("case")) == HOLD_UNKNOWN


async def test_what_an_earlier_version_kept_beside_a_hold_ends_with_it() -> None:
    """What this home had recorded itself of what Frigate keeps."""
    home = Clocked(Scripted("here", LITTLE, holds={"case" + SPARE}), Scripted("frigate", SOMETHING, holds={"case"}))
    router = home.router()
    assert await router.held("case") == SOMETHING
    await router.release("case")
    assert home.keepers() == []


async def test_of_two_places_of_a_hold_the_one_with_footage_counts() -> None:
    """A disk failed as it was let go where nothing was."""
    home = Clocked(Scripted("here", holds={"case"}), Scripted("frigate", SOMETHING, holds={"case"}))
    assert await home.router().hold(*WANTED) == SOMETHING


async def test_a_hold_beside_another_is_where_that_one_is() -> None:
    """A clip was cut from what the home had while Frigate was away: that is kept for a court, not what Frigate has."""
    home = Clocked(Scripted("here", SOMETHING, holds={"case"}), Scripted("frigate", SOMETHING))
    router = home.router()
    await router.hold_beside("case", COURT)
    assert (home.here.holds, home.frigate.holds) == ({"case", "court"}, set())
    home.here.holds.remove("case")  # its own deadline came
    await router.hold_beside("case", COURT)
    assert (home.here.holds, home.frigate.holds) == ({"court"}, set())
    home.here.holds.clear()
    await router.hold_beside("case", COURT)
    assert (home.here.holds, home.frigate.holds) == (set(), {"court"})


@pytest.mark.parametrize(
    "here",
    [
        Scripted("here"),
        Scripted("here", SOMETHING, NOTHING),
        Scripted("here", SOMETHING, fails="source_away"),
        Scripted("here", rule="source_away"),
    ],
)
async def test_where_the_fallback_gives_nothing_either_a_hold_stays_where_it_is(here: Scripted) -> None:
    """And what is wrong with the one that said it had something is heard."""
    home = Clocked(here, Scripted("frigate", SOMETHING, fails="source_answer"))
    router = home.router()
    assert await refused_by(router.hold(*WANTED)) == "source_answer"
    home.frigate.fails, home.frigate.gives = None, NOTHING
    assert await router.hold(*WANTED) == NOTHING
    assert "case" in home.frigate.holds


@pytest.mark.parametrize("rule", ["hold_quota", "hold_id_taken"])
async def test_for_want_of_room_the_fallback_is_not_tried(rule: str) -> None:
    """All sources have one room."""
    home = Clocked(Scripted("here", SOMETHING), Scripted("frigate", SOMETHING, fails=rule))
    assert await refused_by(home.router().hold(*WANTED)) == rule
    home.frigate.fails, home.frigate.gives = None, replace(NOTHING, trouble=rule)
    assert await home.router().hold(*WANTED) == home.frigate.gives
    assert home.keepers() == ["frigate"]


async def test_where_neither_has_anything_the_one_that_failed_is_heard() -> None:
    """Its silence isn't taken for an empty answer."""
    router = Clocked(Scripted("here"), Scripted("frigate", rule="source_away")).router()
    assert await refused_by(router.coverage("door", FROM, UNTIL)) == "source_away"
    assert await refused_by(router.hold(*WANTED)) == "source_away"


async def test_a_source_that_is_broken_is_not_taken_for_one_without_the_hold() -> None:
    """Else the hold would be begun a second time elsewhere."""
    router = Clocked(Scripted("here", rule="broken"), Scripted("frigate", SOMETHING)).router()
    assert await refused_by(router.held("case")) == "broken"


async def test_a_disk_that_fails_gives_way_to_the_fallback() -> None:
    """A bad place under a recording: it is waited with as with a source that is away."""
    home = Clocked(Scripted("here", LITTLE), Scripted("frigate", SOMETHING, breaks="coverage"))
    router = home.router()
    assert (await router.coverage("door", FROM, UNTIL)).spans == LITTLE.spans
    home.frigate.breaks = "hold"
    with pytest.raises(OSError, match=DISK):
        await router.hold(*WANTED)
    home.now_s = AWAY_S
    assert await router.hold(*WANTED) == LITTLE


async def test_what_one_source_can_not_wipe_is_wiped_by_the_others_all_the_same() -> None:
    """And it is said, so that it is tried again."""
    here, frigate = Scripted("here", breaks="release"), Scripted("frigate", breaks="release")
    folder = Scripted("folder", holds={"case"})
    with pytest.raises(OSError, match="here"):
        await Router(here, frigate, folder, order=lambda _: (1, 0)).release("case")
    assert folder.holds == set()
