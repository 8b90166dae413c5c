"""The blueprint, by Home Assistant's own blueprints and automations, in a home that receives requests."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

if TYPE_CHECKING:
    import pytest
    from homeassistant.core import HomeAssistant

    from .conftest import Home

NAME = "milton_share/request_received.yaml"
BLUEPRINT = Path(__file__).parents[2] / "blueprints" / "automation" / NAME
DOCS = Path(__file__).parents[2] / "docs" / "home.md"
EVENT = "event.milton_request"


async def automate(hass: HomeAssistant, **inputs: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """Make an automation of the blueprint; return what it does from now on."""
    done: list[dict[str, Any]] = []
    hass.services.async_register("test", "lamp", lambda call: done.append(dict(call.data)))
    place = Path(hass.config.path("blueprints", "automation", NAME))
    await hass.async_add_executor_job(lambda: place.parent.mkdir(parents=True))
    await hass.async_add_executor_job(shutil.copy, BLUEPRINT, place)
    what = {"request_event": EVENT, "what_to_do": [{"action": "test.lamp", "data": {"room": "hall"}}]}
    config = {"alias": "lamp", "use_blueprint": {"path": NAME, "input": {**what, **inputs}}}
    assert await async_setup_component(hass, AUTOMATION, {AUTOMATION: [config]})
    await hass.async_block_till_done()
    return done


def hours(first: float, last: float) -> dict[str, str]:
    """Return inputs for hours around this one."""
    now = dt_util.now()
    form = "%H:%M:%S"
    return {
        "from_time": (now + timedelta(hours=first)).strftime(form),
        "until_time": (now + timedelta(hours=last)).strftime(form),
    }


async def test_the_blueprint_is_whole_and_asks_for_what_it_needs(hass: HomeAssistant, home: Home) -> None:
    """Home Assistant takes it, and offers only this integration's event."""
    await automate(hass)
    found = await async_get_blueprints(hass).async_get_blueprints()
    blueprint = found[NAME]
    assert blueprint.validate() is None
    assert set(blueprint.inputs) == {"request_event", "from_time", "until_time", "what_to_do"}
    filters = blueprint.inputs["request_event"]["selector"]["entity"]["filter"]
    assert filters == [{"integration": "milton_share", "domain": ["event"]}]
    assert hass.states.get(EVENT) is not None
    assert home.entry.entry_id


async def test_each_request_sets_it_off_once_and_a_restart_does_not(hass: HomeAssistant, home: Home) -> None:
    """The first one too; what came before a restart is not told again after it."""
    done = await automate(hass, **hours(-6, 6))
    for count in (1, 2):
        await home.receive()
        await home.until(lambda count=count: len(done) == count)
    await home.restart()
    await hass.async_block_till_done()
    assert done == [{"room": "hall"}] * 2


async def test_the_automation_that_is_written_by_hand_does_the_same(hass: HomeAssistant, home: Home) -> None:
    """As docs/home.md has it: at the first request too, and not at a restart."""
    done: list[dict[str, Any]] = []
    hass.services.async_register("light", "turn_on", lambda call: done.append(dict(call.data)))
    text = await hass.async_add_executor_job(DOCS.read_text)
    (example,) = (each for each in re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE) if EVENT in each)
    assert await async_setup_component(hass, AUTOMATION, yaml.safe_load(example))
    await hass.async_block_till_done()
    for count in (1, 2):
        await home.receive()
        await home.until(lambda count=count: len(done) == count)
    await home.restart()
    await hass.async_block_till_done()
    assert done == [{"entity_id": ["light.hall"], "flash": "short"}] * 2


async def test_outside_of_its_hours_nothing_is_done(
    hass: HomeAssistant, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """And nothing is wrong with that."""
    done = await automate(hass, **hours(6, 12))
    await home.receive()
    await home.until(lambda: hass.states.get(EVENT).state != "unknown")  # type: ignore[union-attr]
    await hass.async_block_till_done()
    assert done == []
    assert "Error" not in caplog.text
