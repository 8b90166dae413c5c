"""Law 8: kill -9 of Home Assistant at every durable step, on the way from joining to leaving. Nothing is lost or twice.

The steps are found by their names. Each journey visits those that are listed with it, twice each: the process dies
just before the step lasts, and just after, before anybody is told. Then Home Assistant is started again, and the owner
goes on from what there is. A step that no journey visits fails the last test here.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from custom_components.milton_share.clips.steps import Step as CutterStep
from custom_components.milton_share.sources.recorder.store.files import camera_folder
from custom_components.milton_share.sources.recorder.store.steps import Step as RecorderStep
from custom_components.milton_share.storage.durable_steps import Step
from tests.e2e.processes import until
from tests.milton_share.conftest import SEGMENTS
from tests.simulators.maps import town
from tests.simulators.nursery import PATIENCE_S, Kill

from . import journeys
from .context import (
    added,
    arrived_once,
    days_later,
    enrolled_with_footage,
    files_under,
    folder,
    nothing_left,
    pin_now,
    put_into_entry,
    recordings,
    recordings_are_old,
    request,
    rows,
)
from .home import CAMERA, visit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .home import Journey, MortalHome

JOINING = (
    Step.JOINING_KEPT,
    Step.SCHEMA_MADE,
    Step.CITY_FORGOTTEN,
    RecorderStep.INDEX_MADE,
    Step.PIN_BOUND,
    Step.FEED_TAKEN,
    Step.DOCUMENTS_BELIEVED,
)
SETTLING_IN = (
    Step.CAMERA_SET,
    Step.PIN_TRIED,
    Step.PIN_RIGHT,
    Step.PIN_SET,
    Step.FOLDER_SET,
    Step.APPROVER_NAMED,
    Step.WITNESSES_SET,
    Step.HOUSEHOLD_SET,
    Step.DOOR_CODES_KEPT,
    Step.APPROVER_REMOVED,
)
MAPPED = (Step.MAP_KEPT,)
GUESSING = (Step.PIN_TRIED, Step.ATTEMPT_NOTED)
LEAVING = (Step.LEAVING_KEPT, Step.HOME_WIPED, Step.ERASURE_KEPT)
HOLDING = (
    Step.REQUEST_KEPT,
    Step.CASE_OPENED,
    Step.CASE_MATCH,
    RecorderStep.HOLD_BEGUN,
    RecorderStep.HOLD_LINKED,
    RecorderStep.HOLD_FILLED,
    Step.CASE_HOLD,
)
TOLD = (Step.NOTIFICATIONS_KEPT,)
SHARING = (
    Step.CLIP_KEPT,
    Step.CASE_LOOK,
    Step.CASE_APPROVE,
    Step.BODIES_SEALED,
    Step.CASE_SEAL,
    Step.SHARE_ANNOUNCED,
    Step.CASE_UPLOAD,
)
RECEIPTED = (Step.CASE_RECEIVE, Step.BODIES_WIPED, RecorderStep.HOLD_WIPED, RecorderStep.HOLD_ENDED)
GIVEN_UP = (Step.SOURCES_GIVEN_UP,)
VIEWED = (Step.SHARE_RECEIPTS,)
AGREED = (Step.AGREEMENT_ASKED, Step.AGREEMENT_ANSWERED)
FLAGGED = (Step.FLAG_ASKED, Step.FLAG_ANSWERED)
PASSED = (Step.PASSING_SAID, Step.PASSING_ANSWERED)
NOT_GIVEN_BACK = (Step.WITHDRAWAL_ASKED, Step.WITHDRAWAL_ANSWERED)
TAKEN_BACK = (Step.WITHDRAWAL_ASKED, Step.CASE_WITHDRAW)
ADDED = (Step.FILE_KEPT, Step.FILE_ADDED, Step.FILE_TIMED)
TAKEN_AWAY = (Step.FILE_REMOVED,)
TRIMMED = (Step.CLIPS_WIPED,)
DECLINED = (Step.CASE_DECLINE, Step.REVIEW_FORGOTTEN)
MOMENTS = ("before", "after")
BOTH_MOMENTS = "MATRIX_BOTH_MOMENTS"  # of the environment
LAPSED = (Step.REFUSALS_SAID, Step.CASE_LAPSE)
FORGOTTEN = (Step.REQUESTS_FORGOTTEN,)
RECORDED = (RecorderStep.SEGMENT_SYNCED, RecorderStep.SEGMENTS_ENTERED)
EVICTED = (RecorderStep.SEGMENTS_REMOVED, RecorderStep.SEGMENTS_FORGOTTEN)
VISITED_HERE = (
    *JOINING, *MAPPED, *SETTLING_IN, *GUESSING, *LEAVING, *HOLDING, *SHARING, *RECEIPTED, *GIVEN_UP, *VIEWED, *AGREED,
    *FLAGGED,
    *PASSED, *NOT_GIVEN_BACK, *TAKEN_BACK, *TRIMMED, *DECLINED, *LAPSED, *FORGOTTEN, *RECORDED, *EVICTED, *ADDED,
    *TAKEN_AWAY, *TOLD,
)  # fmt: skip
VISITED_BY_THE_CUTTER = tuple(CutterStep)  # test_kill_the_cutter.py


async def every(
    home: MortalHome, steps: tuple[str, ...], journey: Journey, *, leaves: Callable[[], bool] | None = None
) -> None:
    """Visit these steps, in their order, and go the journey to its end; wait there until it leaves what it has to.

    What an end cut off is carried out after the next start, and the owner does not wait for that. Each step is visited
    just before and just after it in the long campaign, else every other one at one of these: all take too long.
    """
    for number, step in enumerate(steps):
        if os.environ.get(BOTH_MOMENTS):
            for moment in MOMENTS:
                await visit(home, Kill(step, moment), journey)
        elif number % 2 == 0:
            await visit(home, Kill(step, MOMENTS[number // 2 % 2]), journey)
    await home.begin()
    await journey(home)
    if leaves is not None:
        await until(partial(_is_so, leaves), PATIENCE_S, "something is left that has to go")
    await home.quit()


async def _is_so(fact: Callable[[], bool]) -> bool:
    return fact()


async def test_joining_changing_settings_and_leaving(home: MortalHome) -> None:
    """One code joins one home, what was said stays said, and what is left behind is nothing."""
    await every(home, JOINING, journeys.join)
    assert len(home.hub.device_keys) == 1
    home.hub.give_map(town())
    await every(home, MAPPED, journeys.be_given_the_map)
    await every(home, SETTLING_IN, journeys.settle_in)
    await every(home, LEAVING, journeys.leave)
    assert home.hub.left
    assert not folder(home).root.exists()
    assert not list((home.config / ".storage").glob("milton_share*"))
    assert len(list(home.config.glob("milton_share_left_*.json"))) == 1


async def test_a_code_that_was_used_joins_the_same_home_after_a_kill(home: MortalHome) -> None:
    """The hub used it up and its answer was lost; or the owner was told, and the entry was not written down yet."""
    await home.begin()
    await home.up()
    await home.enrol()
    await home.kill()
    await home.begin()
    await home.up()
    assert await home.entries() == [], "Home Assistant wrote the entry down at once: this test needs another moment"
    await journeys.join(home)
    assert len(home.hub.device_keys) == 1
    assert len({call.body for call in home.hub.calls if call.path == "/v1/enrol"}) == 1
    await home.quit()


async def test_sharing_and_taking_back(home: MortalHome, segment_file: Path) -> None:
    """What was approved arrives once, with the approved bytes, and is receipted once; nothing stays that has to go."""
    request_id = await enrolled_with_footage(home, segment_file)
    home.hub.receipts_given = False
    await every(home, HOLDING, partial(journeys.hold, request_id=request_id))
    await every(home, SHARING, partial(journeys.share, request_id=request_id))
    sealed, holds = folder(home).root / "sealed", folder(home).recordings / "holds"
    receipted = partial(journeys.get_receipt, request_id=request_id)
    await every(home, RECEIPTED, receipted, leaves=lambda: files_under(sealed) == [])
    assert files_under(holds), "what was promised to the court is not kept"
    given_up = partial(journeys.give_up, request_id=request_id)
    await every(home, GIVEN_UP, given_up, leaves=lambda: files_under(holds) == [])
    await every(home, VIEWED, partial(journeys.hear_of_a_view, request_id=request_id))
    arrived_once(home, receipts=2)  # received, and the view
    assert files_under(sealed) + files_under(holds) == []
    await every(home, AGREED, partial(journeys.agree, request_id=request_id))
    assert len({call.body for call in home.hub.calls if call.path == "/v1/consents"}) == 1
    await every(home, FLAGGED, partial(journeys.flag, request_id=request_id))
    assert len({call.body for call in home.hub.calls if call.path == "/v1/consents"}) == 2
    await every(home, PASSED, partial(journeys.say_of_passing, request_id=request_id))
    assert len({call.body for call in home.hub.calls if call.path == "/v1/consents"}) == 3
    await every(home, NOT_GIVEN_BACK, partial(journeys.be_refused, request_id=request_id))
    taken_back = partial(journeys.take_back, request_id=request_id)
    await every(home, TAKEN_BACK, taken_back, leaves=lambda: nothing_left(home))
    assert home.hub.withdrawn
    assert len({call.body for call in home.hub.calls if call.path == "/v1/withdrawals"}) == 1
    assert nothing_left(home)


async def test_saying_no_and_doing_nothing(home: MortalHome, segment_file: Path) -> None:
    """The hub hears of neither; clips and kept recordings are gone."""
    request_id = await enrolled_with_footage(home, segment_file)
    clips = folder(home).root / "clips"
    trimmed = partial(journeys.trim, request_id=request_id)
    await every(home, TRIMMED, trimmed, leaves=lambda: len(files_under(clips)) == 1)
    assert len(files_under(clips)) == 1
    await every(home, DECLINED, partial(journeys.say_no, request_id=request_id), leaves=lambda: nothing_left(home))
    assert nothing_left(home)
    other_id = request(home)
    await every(home, TOLD, partial(journeys.be_told, request_id=other_id))
    await home.begin()
    await journeys.look(home, other_id)
    await home.quit()
    home.hub.city.withdrawn.update(home.hub.city.bundles)
    await every(home, LAPSED, partial(journeys.see_it_end, request_id=other_id), leaves=lambda: nothing_left(home))
    assert nothing_left(home)
    days_later(home)
    await every(home, FORGOTTEN, journeys.join)
    assert rows(home, "SELECT count(*) FROM cases") == [(0,)]
    assert home.hub.shares == {}


async def test_adding_a_file_and_taking_it_away(home: MortalHome, segment_file: Path) -> None:
    """It is there once, whole, at the time that its owner said, or not at all."""
    await home.begin()
    await journeys.join(home)
    await home.quit()
    request_id = request(home)
    film = await asyncio.to_thread(segment_file.read_bytes)
    await every(home, ADDED, partial(journeys.add_file, request_id=request_id, film=film))
    assert added(home) == [film]
    away = partial(journeys.take_file_away, request_id=request_id)
    await every(home, TAKEN_AWAY, away)
    assert added(home) == []
    assert rows(home, "SELECT count(*) FROM files") == [(0,)]


async def test_recording(home: MortalHome, segment_file: Path) -> None:
    """What ffmpeg left behind is entered once; what is too old goes, row and file."""
    await enrolled_with_footage(home, segment_file)
    now_ms = round(datetime.now(UTC).timestamp() * 1000)
    stranger = folder(home).recordings / "ring" / camera_folder(CAMERA) / f"{now_ms:013}-000000.mp4"
    shutil.copy(segment_file, stranger)
    await every(home, RECORDED, partial(journeys.see_recordings, path=stranger))
    recordings_are_old(home)
    await every(home, EVICTED, partial(journeys.see_no_recordings, path=stranger))
    assert recordings(home) == []


async def test_tries_are_not_given_back_by_a_kill(home: MortalHome) -> None:
    """Five wrong PINs lock, however often the home dies between them, and though the entry still has the PIN."""
    await home.begin()
    await journeys.join(home)
    await home.quit()
    for step in GUESSING:  # three of these four tries were written down when the home died
        for moment in MOMENTS:
            await visit(home, Kill(step, moment), journeys.guess)
    put_into_entry(home, pin_now(home))
    await home.begin()
    await journeys.join(home)
    assert (await home.state())["approver"]["tries_left"] == 2
    await journeys.guess(home)
    await journeys.guess(home)
    await home.kill()
    await home.begin()
    await home.ready()
    state = await home.state()
    assert state["approver"]["tries_left"] == 0
    assert state["approver"]["locked_until"] is not None
    await home.quit()


async def test_a_new_pin_outlives_an_entry_that_still_has_the_old_one(home: MortalHome) -> None:
    """The owner was told that the PIN is changed; a kill before Home Assistant's own file was written takes nothing."""
    await home.begin()
    await journeys.join(home)
    await home.quit()
    old = pin_now(home)
    await home.begin()
    await journeys.settle_in(home)
    await home.kill()
    put_into_entry(home, old)
    await home.begin()
    await journeys.settle_in(home)
    assert (await home.state())["approver"]["tries_left"] == 5
    await home.quit()


async def test_a_removal_that_was_not_written_down_is_asked_about(home: MortalHome, segment_file: Path) -> None:
    """The hub let the home go, everything here is wiped, and the entry that came back says so; it is removed again."""
    await enrolled_with_footage(home, segment_file)
    assert len(recordings(home)) == SEGMENTS
    await home.begin()
    entries = home.config / ".storage" / "core.config_entries"
    as_it_was = entries.read_bytes()
    await journeys.remove(home)
    await home.kill()
    entries.write_bytes(as_it_was)
    home.hub.answers["/v1/feed"] = [(401, "home_unknown")] * 1000
    await home.begin()
    await home.up()
    await home.asked_to_join_again()
    assert recordings(home) == []
    await journeys.remove(home)
    await home.quit()
    assert not folder(home).root.exists()


def test_every_step_is_on_a_journey() -> None:
    """A new step is a step of some journey here, or this fails."""
    known = {*Step, *RecorderStep, *CutterStep}
    assert len(known) == len(Step) + len(RecorderStep) + len(CutterStep), "two steps have one name"
    assert known == {*VISITED_HERE, *VISITED_BY_THE_CUTTER}
