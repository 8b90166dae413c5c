"""A camera that gives no pictures is named to the owner, whether or not anybody asked for footage."""

from __future__ import annotations

import pytest
from homeassistant.helpers import issue_registry as ir

from custom_components.milton_share import coordinator
from custom_components.milton_share.cameras import service
from custom_components.milton_share.const import DOMAIN
from tests.milton_share.conftest import CAMERA, Home

ISSUE = f"camera_silent_{CAMERA}"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell at once instead of after a quarter of an hour: the limit's number only."""
    monkeypatch.setattr(coordinator, "SILENT_AFTER_S", 0.1)


async def test_a_silent_camera_is_a_repair_that_goes_with_it(home: Home) -> None:
    """By the name that the owner gave it; no longer once it is not asked for pictures."""
    await home.place_camera()
    registry = ir.async_get(home.hass)
    await home.until(lambda: registry.async_get_issue(DOMAIN, ISSUE))
    issue = registry.async_get_issue(DOMAIN, ISSUE)
    assert issue is not None
    assert issue.translation_placeholders == {"camera": "Front door", "camera_name": "Front door"}
    await home.place_camera(eligible=False)
    await home.until(lambda: not registry.async_get_issue(DOMAIN, ISSUE))


async def test_a_camera_whose_integration_breaks_is_asked_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another integration's bug ends no recorder for good."""
    asked: list[str] = []

    async def broken(_hass: object, entity_id: str) -> str:
        asked.append(entity_id)
        message = "a bug of another integration"
        raise RuntimeError(message)

    monkeypatch.setattr(service, "async_get_stream_source", broken)
    await home.place_camera()
    await home.until(lambda: len(asked) >= 2)
    assert home.services.footage.recorder.status(CAMERA).state == "no_stream"
