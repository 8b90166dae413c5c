"""Law 1: before an approval nothing leaves the home, and no sign that it matched, looked, declined or ignored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from homeassistant.core import Event, callback

from custom_components.milton_share.hub_link.feed import pause_s
from custom_components.milton_share.notifications.messages import message_of
from custom_components.milton_share.notifications.schedule import Kind
from tests.milton_share.conftest import FAR_AWAY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.milton_share.conftest import Home

ALLOWED = re.compile(r"GET /v1/(feed|city|log/consistency)|POST /v1/enrol")
LEAKS = re.compile(r"26-1120-07|burglary|dwelling|Front door|camera\.|B-101|held|match|341320000", re.IGNORECASE)


async def ignore(home: Home) -> None:
    """Do nothing."""
    await home.held()


async def look(home: Home) -> None:
    """Look at a clip."""
    await home.looked_at()


async def decline(home: Home) -> None:
    """Say not this time."""
    case = await home.looked_at()
    await home.panel.decisions.not_this_time(home.owner.session, case.request_id)


async def without_footage(home: Home) -> None:
    """Have a camera that looks elsewhere."""
    await home.place_camera(position=FAR_AWAY)
    await home.receive()


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("act", [ignore, look, decline, without_footage], ids=lambda act: act.__name__)
async def test_the_hub_hears_the_same_whatever_happens_at_home(
    home: Home, act: Callable[[Home], Awaitable[None]]
) -> None:
    """Reads of the feed and proofs of the log, which every home asks for alike; nothing with a body."""
    await home.place_camera()
    await act(home)
    calls = len(home.hub.calls)
    await home.until(lambda: len(home.hub.calls) > calls + 3)
    assert [path for path in home.hub.paths() if not ALLOWED.fullmatch(path)] == []
    assert [call.path for call in home.hub.calls if call.body and call.path != "/v1/enrol"] == []
    assert home.hub.shares == {}


@pytest.mark.usefixtures("recorded")
async def test_entities_and_events_say_nothing_of_a_match(home: Home) -> None:
    """States, attributes and events are of received requests; no place, case, camera or held byte is in them."""
    seen: list[str] = []

    @callback
    def note(event: Event) -> None:
        seen.append(str(event.data))

    home.hass.bus.async_listen("state_changed", note)
    await home.place_camera()
    case = await home.looked_at()
    await home.hass.async_block_till_done()
    ours = [state for state in home.hass.states.async_all() if "milton" in state.entity_id]
    assert {state.entity_id: state.state for state in ours if "open_requests" in state.entity_id} == {
        "sensor.milton_open_requests": "1"
    }
    told = [text for text in seen if "milton" in text] + [str(state.as_dict()) for state in ours]
    assert told
    assert [text for text in told if LEAKS.search(text)] == []
    assert case.clip is not None
    assert [text for text in told if case.clip.clip_sha256 in text] == []


async def test_the_event_of_a_request_has_the_same_words_for_each(home: Home) -> None:
    """One event a request, verified ones only, and nothing in it but its type."""
    states = []
    home.hass.bus.async_listen("state_changed", lambda event: states.append(event.data["new_state"]))
    await home.receive()
    await home.receive(reason="Another dwelling was entered the same night.")
    await home.until(lambda: len([one for one in states if one.entity_id == "event.milton_request"]) == 2)
    events = [one for one in states if one.entity_id == "event.milton_request"]
    assert {one.attributes["event_type"] for one in events} == {"received"}
    assert len({tuple(sorted(one.attributes)) for one in events}) == 1
    await home.restart()
    await home.until(lambda: home.state().snapshot.open_requests == 2)
    fired = [one for one in states if one is not None and one.entity_id == "event.milton_request"]
    assert len({one.state for one in fired if one.state not in {"unknown", "unavailable"}}) == 2, "none is told twice"


@pytest.mark.parametrize("position", [None, FAR_AWAY], ids=["matching", "elsewhere"])
@pytest.mark.usefixtures("recorded")
async def test_a_phone_is_told_of_every_request_in_the_same_words(home: Home, position: object) -> None:
    """Whether or not a camera matches: one message, constant."""
    sent = home.phone()
    await home.tell_phones()
    await home.place_camera(**({} if position is None else {"position": position}))
    await home.receive()
    await home.until(lambda: sent)
    (message,) = sent
    assert message == message_of(Kind.FIRST, message["data"]["tag"], "en", reminds=True)


async def test_a_refused_request_tells_no_phone(home: Home) -> None:
    """Only what was verified is worth a message."""
    sent = home.phone()
    await home.tell_phones()
    home.hub.city.publish()
    home.hub.city.withdrawn.update(home.hub.city.bundles)
    home.hub.publish()
    await home.until(lambda: home.state().requests)
    await home.hass.async_block_till_done()
    assert sent == []


@pytest.mark.parametrize(("mqtt", "low", "high"), [(False, 600, 1_200), (True, 14_400, 28_800)])
def test_the_feed_is_read_on_a_jittered_clock(mqtt: bool, low: float, high: float) -> None:  # noqa: FBT001
    """15 min ± 5 without MQTT, 6 h ± 2 h with it: of chance alone."""
    asked: list[tuple[float, float]] = []

    def uniform(lowest: float, highest: float) -> float:
        asked.append((lowest, highest))
        return lowest

    pause_s(mqtt=mqtt, demo=False, uniform=uniform)
    assert asked == [(low, high)]
