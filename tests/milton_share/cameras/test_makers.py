"""Which cameras' recordings only their maker's app has, by the integration that brings them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from homeassistant.helpers import entity_registry as er

from custom_components.milton_share.cameras.app_only_makers import MAKERS, OTHER, maker_of, only_in_app
from custom_components.milton_share.cameras.model import FootageFrom
from tests.simulators.city import AREA

if TYPE_CHECKING:
    from tests.milton_share.conftest import Home

ROOT = Path(__file__).parents[3]
WORDS = ROOT / "frontend" / "home" / "src" / "words"


@pytest.mark.parametrize(
    ("domain", "can_record", "expected"),
    [
        ("ring", True, True),  # its live view says that it streams, and gives no address
        ("blink", False, True),
        ("eufy_security", True, False),
        ("eufy_security", False, True),
        ("nest", True, False),
        ("nest", False, True),
        ("onvif", True, False),
        ("onvif", False, False),
        (None, True, False),
    ],
)
def test_a_camera_is_only_in_an_app_when_nothing_can_record_it(
    domain: str | None, *, can_record: bool, expected: bool
) -> None:
    """By the integration, and by whether it gives a stream."""
    assert only_in_app(maker_of(domain), can_record=can_record) is expected


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_maker_has_a_name_steps_and_a_time(language: str) -> None:
    """On the page, in both languages."""
    words = set(re.findall(r"^  (\w+):", (WORDS / f"{language}.ts").read_text(), re.MULTILINE))
    keys = {maker.key for maker in MAKERS.values()}
    assert {f"app_{key}{end}" for key in keys for end in ("", "_steps", "_keeps")} <= words


def kept_by(language: str) -> dict[str, str]:
    """Return what the page says of how long each maker keeps recordings."""
    return dict(re.findall(r'^  app_(\w+)_keeps: "(.*)",$', (WORDS / f"{language}.ts").read_text(), re.MULTILINE))


@pytest.mark.parametrize(
    ("language", "number", "not_known"),
    [
        ("en", r"\d+ (days|hours)", r"isn.t known here, so look .*soon"),
        ("es", r"\d+ (días|horas)", r"[Aa]quí no se sabe.*, así que mire pronto"),
    ],
)
def test_how_long_a_maker_keeps_recordings_is_said_in_numbers_or_said_not_to_be_known(
    language: str, number: str, not_known: str
) -> None:
    """Who reads neither would believe that there is time."""
    said = kept_by(language)
    unsaid = [
        key for key in {maker.key for maker in MAKERS.values()} if not re.search(f"{number}|{not_known}", said[key])
    ]
    assert unsaid == []


def test_how_long_makers_keep_recordings_is_said_alike_in_both_languages() -> None:
    """The same numbers, and the same place in Ring's app that says which of them holds."""
    english, spanish = kept_by("en"), kept_by("es")
    assert {key: re.findall(r"\d+", words) for key, words in english.items()} == {
        key: re.findall(r"\d+", words) for key, words in spanish.items()
    }
    assert all("Video and Snapshot Storage" in words["ring"] for words in (english, spanish))


def test_where_every_makers_words_are_from_is_written_down() -> None:
    """Makers change their apps: who corrects the words finds the pages that they were taken from."""
    rows = re.findall(
        r"^[|] (?:Google )?(\w+) [|].*[|] https://.*[|]$", (ROOT / "docs/operations.md").read_text(), re.MULTILINE
    )
    assert {maker.key for maker in MAKERS.values()} - {OTHER} == {row.lower() for row in rows}


async def test_the_home_says_so_and_opens_no_stream(home: Home) -> None:
    """A Ring doorbell is never recorded, though its entity says that it streams; a plain camera is."""
    registry = er.async_get(home.hass)
    ring = registry.async_get_or_create("camera", "ring", "live", suggested_object_id="door")
    home.hass.states.async_set(ring.entity_id, "idle", {"friendly_name": "Door", "supported_features": 2})
    views = {view.entity_id: view for view in home.state().cameras}
    assert (views[ring.entity_id].footage, views[ring.entity_id].maker) == (FootageFrom.APP, "ring")
    assert (views["camera.front_door"].footage, views["camera.front_door"].maker) == (FootageFrom.HERE, None)
    await home.place_camera(camera_id=ring.id, position=AREA.center)
    await home.place_camera()
    assert set(home.services.cameras.recorded()) == {"camera.front_door"}
