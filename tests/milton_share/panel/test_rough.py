"""What a camera saw in the time asked for, in small pictures, before anything is cut: at home, in memory alone."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.milton_share.clips.pictures.model import ROUGH_MAX, ROUGH_MAX_BYTES, NotPicturesError, read_rough
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.panel.websocket.encode import to_json
from custom_components.milton_share.review.thumbnails import KEPT_CASES, Thumbnails, rough_job
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest_parts import Period
from custom_components.milton_share.sources.model import Clock, Coverage, Segment
from custom_components.milton_share.storage.paths import private_folder

if TYPE_CHECKING:
    from tests.milton_share.conftest import Home

    from .conftest import Line

AT = datetime(2026, 11, 10, 7, tzinfo=UTC)
PICTURE = "/9j/4AAQ"


def at(second: float) -> datetime:
    """Return a moment."""
    return AT + timedelta(seconds=second)


def covered(*spans: tuple[float, float], folder: Path = Path("/nowhere")) -> Coverage:
    """Return a coverage of files that are named by when they begin."""
    segments = tuple(
        Segment(path=folder / f"{start}", from_=at(start), until=at(end), sha256="", media_start_s=0.0)
        for start, end in spans
    )
    return Coverage(segments=segments, gaps=(), clock=Clock(offset_ms=0, uncertainty_ms=0, method="arrival"))


def wanted(coverage: Coverage, low: float, high: float) -> list[tuple[str, list[float]]]:
    """Return the files that are looked into, and the seconds of which each should show something."""
    found = rough_job(coverage, Period(from_=at(low), until=at(high))).files
    zero = AT.timestamp() * 1000
    return [(one.path.name, [(moment - zero) / 1000 for moment in one.at_ms]) for one in found]


def test_moments_are_even_over_what_is_recorded_and_few() -> None:
    """Of a short time one at least; nothing of a gap, nothing outside of the time asked for."""
    assert wanted(covered((0, 10), (10, 20)), 0, 20) == [("0", [2.5, 7.5]), ("10", [12.5, 17.5])]
    assert wanted(covered((0, 10), (90, 100)), 5, 95) == [("0", [7.5]), ("90", [92.5])]
    assert wanted(covered((0, 10), (10, 11), (40, 50)), 10, 12) == [("10", [10.5])]
    assert wanted(covered((0, 10)), 20, 30) == []
    many = wanted(covered(*((10 * number, 10 * number + 10) for number in range(360))), 0, 3600)
    assert sum(len(moments) for _, moments in many) == ROUGH_MAX
    assert many[0] == ("70", [75.0])


@pytest.mark.usefixtures("recorded")
async def test_without_home_assistants_recorder_nothing_is_known_of_events(home: Home, line: Line) -> None:
    """Also of what the owner named."""
    home.hass.states.async_set("binary_sensor.gate", "off", {"device_class": "opening"})
    await home.place_camera(also_told_by=("binary_sensor.gate",))
    case = await home.held()
    assert await line.result("marks", case_id=case.case_id) == {"marks": [], "known": False}
    _, _, named = home.panel.review.asked_of(home.owner.session, case.case_id)
    assert named == ("binary_sensor.gate",)


@pytest.mark.usefixtures("recorded")
async def test_the_owner_sees_what_a_camera_saw_before_the_first_cut(home: Home, line: Line) -> None:
    """In the answer itself; nothing of it is on the disk, and nothing is cut."""
    await home.place_camera()
    case = await home.held()
    folder = private_folder(home.hass)
    before = sorted(folder.root.rglob("*"))
    pictures = (await line.result("rough", case_id=case.case_id))["pictures"]
    assert len(pictures) == 6, "one each five seconds of half a minute"
    assert case.footage_from is not None
    assert case.footage_until is not None
    times = [one["at"] for one in pictures]
    assert times == sorted(times)
    assert to_json(case.footage_from) <= times[0] < times[-1] < to_json(case.footage_until)
    assert all(base64.b64decode(one["jpeg"]).startswith(b"\xff\xd8\xff") for one in pictures)
    assert sorted(folder.root.rglob("*")) == before
    assert home.case(case.request_id).clip is None
    kept = home.services.shown.thumbnails.cases.made
    assert (await line.result("rough", case_id=case.case_id))["pictures"] == pictures
    assert [case_id for case_id, _ in kept] == [case.case_id]
    await line.result("not_this_time", request_id=case.request_id)
    home.scheduler.owner_spoke()
    await home.until(lambda: not kept)
    assert await line.refusal("rough", case_id=case.case_id) == "already_decided"


async def test_of_what_is_not_held_there_is_none(home: Home, line: Line) -> None:
    """A camera without footage of the time; a case of no home."""
    await home.place_camera()
    request_id = await home.receive()
    await home.until(lambda: home.case(request_id).state == "received")
    assert await line.refusal("rough", case_id=home.case(request_id).case_id) == "not_held"
    assert await line.refusal("rough", case_id="ab" * 16) == "unknown_case"


async def test_files_that_are_gone_or_none_make_no_picture_and_no_failure(tmp_path: Path) -> None:
    """The child looks at them, not this process; without any it isn't even asked."""
    book, part = Thumbnails(), Period(from_=at(0), until=at(20))
    (tmp_path / "0").write_text("ffconcat version 1.0\nfile /etc/passwd\n")
    assert await book.of_case("case", covered((0, 10), (10, 20), folder=tmp_path), part) == ()
    assert await book.of_case("case", covered(), part) == ()


async def test_only_so_many_cases_are_kept_in_memory() -> None:
    """The ones that were looked at last."""
    book, part = Thumbnails(), Period(from_=at(0), until=at(20))
    for number in (*range(KEPT_CASES), 0, KEPT_CASES):
        await book.of_case(f"case {number}", covered(), part)
    assert [case_id for case_id, _ in book.cases.made] == [
        f"case {number}" for number in (*range(2, KEPT_CASES), 0, KEPT_CASES)
    ]


async def test_a_child_that_gives_no_answer_is_a_rule(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And is asked again the next time."""
    book, part = Thumbnails(), Period(from_=at(0), until=at(10))
    monkeypatch.setattr("custom_components.milton_share.review.thumbnails.PROGRAM", "raise SystemExit(3)")
    with pytest.raises(MiltonShareError, match="stills_failed"):
        await book.of_case("case", covered((0, 10), folder=tmp_path), part)
    monkeypatch.setattr("custom_components.milton_share.review.thumbnails.PROGRAM", "print('[]')")
    with pytest.raises(MiltonShareError, match="stills_failed"):
        await book.of_case("case", covered((0, 10), folder=tmp_path), part)


@pytest.mark.parametrize(
    "said",
    [
        None,
        {},
        [{"at_ms": 1}],
        [{"at_ms": "1", "jpeg": PICTURE}],
        [{"at_ms": True, "jpeg": PICTURE}],
        [{"at_ms": -1, "jpeg": PICTURE}],
        [{"at_ms": 2**53 + 1, "jpeg": PICTURE}],
        [{"at_ms": 2**53, "jpeg": PICTURE}],
        [{"at_ms": 1, "jpeg": "PHN2Zz4="}],
        [{"at_ms": 1, "jpeg": 7}],
        [{"at_ms": 1, "jpeg": PICTURE + "!"}],
        [{"at_ms": 1, "jpeg": PICTURE * ROUGH_MAX_BYTES}],
        [{"at_ms": 2, "jpeg": PICTURE}, {"at_ms": 1, "jpeg": PICTURE}],
        [{"at_ms": 1, "jpeg": PICTURE}] * (ROUGH_MAX + 1),
    ],
)
def test_what_a_child_says_is_read_strictly(said: Any) -> None:  # noqa: ANN401
    """It decoded pictures that may mean harm."""
    with pytest.raises(NotPicturesError):
        read_rough(json.dumps({"rough": said}).encode())


def test_a_good_answer_is_read() -> None:
    """And nothing else: not even another document."""
    (one,) = read_rough(json.dumps({"rough": [{"at_ms": 1_000, "jpeg": PICTURE}]}).encode())
    assert (one.at_ms, one.jpeg[:3]) == (1_000, b"\xff\xd8\xff")
    for line in (b"", b"[]", b'"rough"', b"{" * 100_000):
        with pytest.raises(NotPicturesError):
            read_rough(line)
