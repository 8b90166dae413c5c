"""What a sudden end cut off is done at the next start: an end that was written down is carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.cases.state import Decline, Lapse
from custom_components.milton_share.sources.recorder import RecorderError
from tests.milton_share.conftest import PIN

if TYPE_CHECKING:
    from custom_components.milton_share.cases.model import CaseView
    from tests.milton_share.conftest import Home

pytestmark = pytest.mark.usefixtures("recorded")


async def _looked_at(home: Home) -> CaseView:
    await home.place_camera()
    return await home.looked_at()


def _clips(home: Home, case: CaseView) -> list[str]:
    folder = home.services.folder.clips(case.case_id)
    return [file.name for file in folder.iterdir()] if folder.exists() else []


async def _is_held(home: Home, hold_id: str) -> bool:
    try:
        await home.services.footage.recorder.held(hold_id)
    except RecorderError:
        return False
    return True


async def _let_go(home: Home, hold_id: str) -> None:
    """Wait until nothing is kept: that a case is over is written down before."""
    recorder = home.services.footage.recorder
    await home.until(lambda: recorder._library.holds.find(hold_id) is None)  # noqa: SLF001
    assert not await _is_held(home, hold_id)


async def test_a_no_that_was_only_written_down_lets_go_at_the_next_start(home: Home) -> None:
    """Clip, recordings, and what was known of the clip."""
    case = await _looked_at(home)
    await home.services.book.advance(case.case_id, Decline())
    assert _clips(home, case)
    await home.restart()
    await home.until(lambda: home.case(case.request_id).clip is None)
    await home.until(lambda: not _clips(home, case))
    assert home.case(case.request_id).state == "declined"
    await _let_go(home, case.case_id)


async def test_half_a_no_is_a_whole_one_at_the_next_start(home: Home) -> None:
    """Written down for one of two cameras: the other one, whose footage is held, is let go too."""
    home.hass.states.async_set("camera.back_door", "idle", {"friendly_name": "Back door", "supported_features": 2})
    await home.place_camera(camera_id="camera.back_door")
    await home.place_camera()
    request_id = await home.receive()
    await home.until(lambda: "held" in {case.state for case in home.request(request_id).cases})
    held, other = sorted(home.request(request_id).cases, key=lambda case: case.state)
    await home.services.book.advance(other.case_id, Decline())
    await home.restart()
    await home.until(lambda: (one := home.request(request_id)) and {case.state for case in one.cases} == {"declined"})
    await _let_go(home, held.case_id)


@pytest.mark.parametrize("withdrawn", [True, False])
async def test_recordings_of_a_request_that_was_taken_back_go_at_the_next_start(home: Home, *, withdrawn: bool) -> None:
    """Also where its camera may not be asked any more. Only after mere expiry do they wait for their deadline."""
    case = await _looked_at(home)
    await home.services.book.advance(case.case_id, Lapse())
    if withdrawn:
        home.hub.city.withdrawn.update(home.hub.city.bundles)
        home.hub.publish()
        await home.until(lambda: home.request(case.request_id).refused == "withdrawn")
    await home.restart()
    await home.until(lambda: home.request(case.request_id) is not None and not _clips(home, case))
    await home.until(lambda: home.case(case.request_id).clip is None)
    await _let_go(home, case.case_id)


async def test_half_a_clip_and_the_one_before_go_at_the_next_start(home: Home) -> None:
    """The clip that is looked at stays; so does nothing of a case that nobody knows."""
    case = await _looked_at(home)
    assert case.clip is not None
    folder = home.services.folder
    for name in ("0123456789abcdef.mp4", f"{'ab' * 32}.mp4"):
        (folder.clips(case.case_id) / name).write_bytes(b"half a clip")
    folder.make_clip_folder("f" * 32).joinpath("other.mp4").write_bytes(b"of no case")
    await home.restart()
    assert _clips(home, case) == [f"{case.clip.clip_sha256}.mp4"]
    assert not folder.clips("f" * 32).exists()


async def test_sealed_bodies_of_what_arrived_or_ended_go_at_the_next_start(home: Home) -> None:
    """They were to be wiped after the case's own step."""
    case = await _looked_at(home)
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    folder = home.services.folder.root / "sealed" / share_id
    await home.until(lambda: not folder.exists())
    folder.mkdir()
    (folder / "clip").write_bytes(b"sealed")
    await home.restart()
    assert not folder.exists()


async def test_a_share_that_is_taken_back_takes_the_promise_to_the_court_with_it(home: Home) -> None:
    """The recordings that were kept for twelve months go."""
    case = await _looked_at(home)
    share_id = await home.approve(case, keep_sources=True)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    await home.round()
    assert await _is_held(home, f"court-{case.case_id}")
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: home.case(case.request_id).state == "withdrawn")
    await home.restart()
    await home.until(lambda: home.request(case.request_id) is not None)
    await home.round()
    assert not await _is_held(home, f"court-{case.case_id}")
