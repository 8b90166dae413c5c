"""What the owner sets for all requests."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.util import dt as dt_util

from custom_components.milton_share.const import CONF_NOTIFY_SERVICES, CONF_STORAGE_GB, DOMAIN
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.household.model import Household, Quiet, Reminder
from custom_components.milton_share.runtime import footage
from custom_components.milton_share.sources.home_clock import HomeClock, KernelWord
from custom_components.milton_share.sources.recorder.store.ring import GIB
from custom_components.milton_share.storage.durable_steps import Step
from tests.milton_share.conftest import CAMERA, PIN, SEGMENT_S, enter_segment, sign_in

from .conftest import Connect, Line, token_of

if TYPE_CHECKING:
    from pathlib import Path

    from homeassistant.auth.providers.homeassistant import HassAuthProvider
    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home

WISH: dict[str, Any] = {
    "phones": ["mobile_app_olivia"],
    "quiet": {"from": "22:30", "until": "06:00"},
    "urgent_breaks_quiet": True,
    "weekly_cap": 2,
    "reminder": "next_day",
    "audio": True,
    "named": True,
    "storage_gb": 40,
    "keep_days": 3,
    "pause": None,
}


async def test_what_the_owner_sets_holds_at_once_and_after_a_restart(home: Home, line: Line) -> None:
    """Quiet hours, cap, reminder, phones, what a review begins with, and the disk; no open page is thrown out."""
    home.phone()
    home.phone("Kitchen")
    coordinator = home.coordinator
    await line.result("household/set", **WISH)
    assert home.coordinator is coordinator
    await line.result("subscribe")
    event = await line.event()
    shown = event["state"]["household"]
    assert shown.pop("phones") == [
        {"service": "mobile_app_kitchen", "name": "Kitchen", "told": False},
        {"service": "mobile_app_olivia", "name": "Olivia", "told": True},
    ]
    assert (shown.pop("quiet_from"), shown.pop("quiet_until")) == ("22:30", "06:00")
    assert (shown.pop("paused"), shown.pop("paused_until")) == (False, None)
    assert shown == {name: WISH[name] for name in shown}
    assert event["retention"]["storage_gb"] == 40
    limits = home.services.footage.recorder.limits
    assert (limits.total_bytes, limits.age) == (40 * GIB, timedelta(days=3))
    await home.restart()
    assert home.state().household.quiet_from == "22:30"
    limits = home.services.footage.recorder.limits
    assert (limits.hold_bytes, limits.age) == (40 * GIB, timedelta(days=3))
    assert home.services.footage.hold_budget.total_bytes == 40 * GIB


@pytest.mark.parametrize(
    "change",
    [
        {"quiet": {"from": "24:00", "until": "06:00"}},
        {"quiet": {"from": "22:30"}},
        {"quiet": "always"},
        {"weekly_cap": -1},
        {"weekly_cap": 51},
        {"weekly_cap": True},
        {"reminder": "hourly"},
        {"storage_gb": 0},
        {"keep_days": 0},
        {"keep_days": 46},
        {"keep_days": 1.5},
        {"phones": ["x"] * 51},
        {"phones": "mobile_app_olivia"},
        {"audio": 1},
        {"pause": {}},
        {"pause": {"until": "tomorrow"}},
        {"pause": True},
        {"pause": {"until": None, "from": None}},
    ],
    ids=str,
)
async def test_what_is_out_of_bounds_is_not_set(home: Home, line: Line, change: dict[str, Any]) -> None:
    """Nothing of it holds."""
    assert await line.refusal("household/set", **WISH | change) == "invalid_format"
    assert home.state().household.weekly_cap == Household().weekly_cap


async def test_only_the_owner_sets_them(
    hass: HomeAssistant, home: Home, connect: Connect, provider: HassAuthProvider, line: Line
) -> None:
    """An approver sees them; a try is refused and shown, and so is an administrator's, who sees nothing."""
    max_ = await sign_in(hass, provider, "max")
    adam = await sign_in(hass, provider, "adam")
    await home.panel.settings.name_approver(home.owner.session, max_.user.id, PIN)
    await home.panel.settings.set_pin(max_.session, "314159", None)
    assert await (await connect(token_of(max_.user))).refusal("household/set", **WISH) == "not_owner"
    assert await (await connect(token_of(adam.user))).refusal("household/set", **WISH) == "not_approver"
    assert home.panel.state_for(max_.session).household.reminder is Reminder.LAST_DAY
    await line.result("subscribe")
    tried = [(one["user_name"], one["act"], one["rule"]) for one in (await line.event())["state"]["attempts"]]
    assert sorted(tried) == [("adam", "household/set", "not_approver"), ("max", "household/set", "not_owner")]


async def test_what_an_older_version_asked_in_a_form_is_taken_over_once(home: Home) -> None:
    """Its phones and its disk; then the form's answers are gone, and the owner's later word stays."""
    home.phone()
    home.hass.config_entries.async_update_entry(
        home.entry, options={CONF_NOTIFY_SERVICES: ["mobile_app_olivia"], CONF_STORAGE_GB: 3}
    )
    await home.restart()
    assert home.entry.options == {}
    assert home.state().household.storage_gb == 3
    assert [phone.told for phone in home.state().household.phones] == [True]
    assert home.services.footage.recorder.limits.total_bytes == 3 * GIB
    await home.tell_phones(phones=(), storage_gb=4)
    await home.restart()
    assert (home.state().household.storage_gb, home.state().household.phones[0].told) == (4, False)
    home.hass.config_entries.async_update_entry(home.entry, options={CONF_STORAGE_GB: 4})
    await home.restart()
    assert home.entry.options == {}


async def test_there_is_no_form_beside_the_page(home: Home) -> None:
    """Home Assistant's own gear shows nothing: the page has it all."""
    assert home.entry.state is ConfigEntryState.LOADED
    assert not home.entry.supports_options


@pytest.fixture
def _clock_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the kernel say that a time service set this machine's clock."""
    monkeypatch.setattr(footage, "HomeClock", lambda: HomeClock(lambda: KernelWord(error_s=0.01)))


@pytest.mark.usefixtures("_clock_that_is_set")
async def test_what_is_older_than_the_owner_wants_goes_and_what_is_held_stays(
    home: Home, line: Line, segment_file: Path
) -> None:
    """At the next look, seconds later; the page says what is used now, and since when."""
    recorder = home.services.footage.recorder
    now = dt_util.utcnow().replace(microsecond=0)
    starts = {days: now - timedelta(days=days) for days in (20, 5, 1)}
    size_bytes = await asyncio.to_thread(lambda: segment_file.stat().st_size)
    for start in starts.values():
        enter_segment(recorder._library, segment_file, start)  # noqa: SLF001
    end = starts[20] + timedelta(seconds=SEGMENT_S)
    await recorder.hold("court", CAMERA, starts[20], end, now + timedelta(days=1))
    await recorder._look_after()  # noqa: SLF001
    ring = home.state().ring
    assert (ring.used_bytes, ring.oldest, ring.wanted_bytes) == (3 * size_bytes, end, None)
    await line.result("household/set", keep_days=3)
    await recorder._look_after()  # noqa: SLF001
    ring = home.state().ring
    assert (ring.used_bytes, ring.oldest) == (size_bytes, starts[1] + timedelta(seconds=SEGMENT_S))
    assert len((await recorder.held("court")).segments) == 1
    assert (await recorder.coverage(CAMERA, starts[5], starts[5] + timedelta(seconds=SEGMENT_S))).segments == ()


async def test_a_home_that_set_nothing_keeps_recordings_thirty_days(home: Home) -> None:
    """Also one whose settings were kept before there was a word on it."""
    assert home.services.footage.recorder.limits.age == timedelta(days=30)
    await home.panel.household.set(home.owner.session, weekly_cap=1)
    database = home.services.database
    older = "UPDATE facts SET value = json_remove(value, '$.keep_days') WHERE name = 'household'"
    await database.run(Step.HOUSEHOLD_SET, lambda connection: connection.execute(older))
    await home.restart()
    assert (home.state().household.weekly_cap, home.state().household.keep_days) == (1, 30)


async def test_a_home_that_set_nothing_has_ten_gib_and_keeps_twenty(home: Home) -> None:
    """Who gives more to recordings gives more to what is kept; the repair about promised recordings names it."""
    limits = home.services.footage.recorder.limits
    assert (limits.total_bytes, limits.hold_bytes) == (10 * GIB, 20 * GIB)


async def test_settings_are_whole_or_refused(home: Home) -> None:
    """A session that may not look may not set."""
    stranger = replace(home.owner.session, token_type="long_lived_access_token")
    with pytest.raises(MiltonShareError, match="not_interactive"):
        await home.panel.household.set(stranger, quiet=Quiet(from_=time(1), until=time(2)))


async def test_a_phone_that_is_gone_is_named_in_the_log(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """The others are told all the same."""
    told = home.phone("Paul")
    await home.tell_phones(phones=("mobile_app_gone", "mobile_app_paul"))
    with caplog.at_level(logging.WARNING):
        await home.receive()
        await home.until(lambda: told)
    assert "notify.mobile_app_gone is gone" in caplog.text


async def test_the_owner_leaves_from_the_page(home: Home, line: Line) -> None:
    """The page is answered once all is wiped; from then on there is nobody to ask."""
    assert await line.result("leave", pin=PIN) == {"hub": "asked"}
    assert await line.refusal("whoami") == "not_enrolled"
    await home.until(lambda: home.hub.left and not home.hass.config_entries.async_entries(DOMAIN))
