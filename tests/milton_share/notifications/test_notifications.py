"""What phones are told in a real home: the approvers' alone, by a tag that is chance, durably, and of no decision."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.components.notify import BaseNotificationService
from homeassistant.core import CoreState
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milton_share.household.model import Quiet
from custom_components.milton_share.notifications.messages import LATER, MESSAGES, REMINDERS, Messenger, message_of
from custom_components.milton_share.notifications.schedule import Kind
from custom_components.milton_share.runtime.scheduler import standing_to_tell
from tests.milton_share.conftest import PIN, sign_in
from tests.simulators.city import SUPERVISOR, request

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home

TAG = "0123456789abcdef" * 2


@pytest.mark.parametrize("language", ["en", "es", "es-419", "de"])
@pytest.mark.parametrize("kind", [Kind.FIRST, Kind.REMINDER])
def test_a_message_is_constant_but_for_its_tag(kind: Kind, language: str) -> None:
    """In English and Spanish; its button opens the page, and one puts it off where a reminder follows."""
    message = message_of(kind, TAG, language, reminds=True)
    spoken = "es" if language.startswith("es") else "en"
    assert message["message"] == (MESSAGES if kind is Kind.FIRST else REMINDERS)[spoken]
    data = message["data"]
    assert {data["url"], data["clickAction"], data["actions"][0]["uri"]} == {f"/milton-share/open/{TAG}"}
    assert [action["action"] for action in data["actions"]] == ["URI", f"{LATER}{TAG}"]
    assert len(message_of(kind, TAG, language, reminds=False)["data"]["actions"]) == 1


def test_a_clearing_names_the_tag_and_nothing_else() -> None:
    """By the word of Home Assistant's own app."""
    cleared = message_of(Kind.CLEAR, TAG, "en", reminds=False)
    assert cleared == {"message": "clear_notification", "data": {"tag": TAG}}


async def test_the_tag_is_chance_and_the_page_knows_the_request_by_it(home: Home) -> None:
    """Nothing of a request is in what a relay reads, and no two homes have the same tag."""
    told = home.phone()
    await home.tell_phones()
    request_id = await home.receive()
    await home.until(lambda: told)
    request = home.request(request_id)
    assert request is not None
    tag = told[0]["data"]["tag"]
    assert re.fullmatch(r"[0-9a-f]{32}", tag)
    assert request.tag == tag
    said = str(told)
    for known in (request_id, request.case_number, request.badge, request.offence_name, home.entry.data["home_id"]):
        assert known not in said


async def test_only_approvers_phones_are_told(hass: HomeAssistant, home: Home) -> None:
    """Not a child's, not one of two with one name; a person who is named later is told of what comes later."""
    provider = hass.auth.auth_providers[0]
    max_, zoe = await sign_in(hass, provider, "max"), await sign_in(hass, provider, "zoe")  # type: ignore[arg-type]
    told, of_max, of_zoe = home.phone(), home.phone("Max", max_), home.phone("Zoe", zoe)
    MockConfigEntry(domain="mobile_app", data={}).add_to_hass(hass)  # an older registration says less
    home.phone("Zoe", home.owner)  # the same name, so the same service: nobody can say whose phone it reaches
    await home.tell_phones(phones=None)
    await home.receive()
    await home.until(lambda: told)
    assert (len(told), of_max, of_zoe) == (1, [], [])
    await home.panel.settings.name_approver(home.owner.session, max_.user.id, PIN)
    await home.receive()
    await home.until(lambda: of_max)
    assert of_zoe == []
    assert len(of_max) == 1


class App(BaseNotificationService):
    """Home Assistant's own services for phones, as its app's integration makes them."""

    targets = {"Olivia's iPhone 17": "a", "Ωmega": "b", "  -- ": "c", "SM-S938B": "d"}  # noqa: RUF012

    def send_message(self, message: str, **kwargs: Any) -> None:  # noqa: ANN401
        """Send nothing."""


async def test_phones_are_known_by_the_names_that_home_assistant_gives_their_services(
    hass: HomeAssistant, home: Home
) -> None:
    """Whatever a phone is called; a service that goes at the very moment is only logged."""
    app = App()
    await app.async_setup(hass, "mobile_app", "mobile_app")
    await app.async_register_services()
    for name in app.targets:
        data = {"device_name": name, "user_id": home.owner.user.id}
        MockConfigEntry(domain="mobile_app", data=data).add_to_hass(hass)
    phones = home.services.phones
    assert {phone.name for phone in phones.all()} == set(app.targets)
    assert set(phones.told()) == set(app.registered_targets)


async def test_a_phone_that_is_taken_away_meanwhile_keeps_the_others(
    hass: HomeAssistant, home: Home, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was there when they were listed."""
    told = home.phone("Max")
    phones = home.services.phones
    monkeypatch.setattr(phones, "told", lambda: ("mobile_app_gone", "mobile_app_max"))
    await Messenger(hass, phones).tell(Kind.FIRST, TAG, reminds=False)
    await home.until(lambda: told)
    assert "notify.mobile_app_gone is gone" in caplog.text


@pytest.mark.usefixtures("recorded")
async def test_what_the_owner_decides_moves_no_message(home: Home) -> None:
    """One request is declined, one is looked at, put off and shared: nothing is cleared and nothing more is said."""
    told = home.phone()
    await home.tell_phones()
    await home.place_camera()
    declined = await home.held()
    await home.panel.decisions.not_this_time(home.owner.session, declined.request_id)
    case = await home.looked_at()
    home.hass.bus.async_fire("mobile_app_notification_action", {"action": f"{LATER}{told[1]['data']['tag']}"})
    await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    await home.hass.async_block_till_done()
    assert [message["message"] for message in told] == [MESSAGES["en"]] * 2
    assert home.state().attempts == ()


async def test_a_request_that_the_city_takes_back_leaves_the_phones(home: Home) -> None:
    """As in every other home; once, also after a restart."""
    told = home.phone()
    await home.tell_phones()
    request_id = await home.receive()
    await home.until(lambda: told)
    home.hub.city.withdrawn.add(request_id)
    home.hub.publish()
    await home.until(lambda: len(told) == 2)
    assert told[1] == {"message": "clear_notification", "data": {"tag": told[0]["data"]["tag"]}}
    await home.restart()
    await home.receive()
    await home.until(lambda: len(told) == 3)
    assert told[2]["message"] == MESSAGES["en"]


async def test_a_message_waits_for_the_end_of_the_quiet_hours_through_a_restart(home: Home) -> None:
    """It is said once; what was said before the restart is not said again."""
    told = home.phone()
    now = dt_util.now()
    quiet = Quiet(from_=(now - timedelta(hours=6)).time(), until=(now + timedelta(hours=6)).time())
    await home.tell_phones(quiet=quiet)
    await home.receive()
    await home.hass.async_block_till_done()
    await home.restart()
    assert told == []
    await home.tell_phones()
    await home.receive()
    await home.until(lambda: len(told) == 2)
    await home.restart()
    await home.receive()
    await home.until(lambda: len(told) == 3)
    assert len({message["data"]["tag"] for message in told}) == 3


async def test_an_urgent_request_breaks_the_quiet_hours_where_the_owner_lets_it(home: Home) -> None:
    """And only there; it offers no reminder, and asks for consent like any other."""
    told, now = home.phone(), dt_util.now()
    quiet = Quiet(from_=(now - timedelta(hours=6)).time(), until=(now + timedelta(hours=6)).time())
    city = home.hub.city

    async def urgent() -> str:
        at = {"expires_at": city.now + timedelta(hours=20)}
        return await home.receive(urgency=request.Urgency.URGENT, approver=SUPERVISOR, **at)

    await home.tell_phones(quiet=quiet)
    await urgent()
    await home.hass.async_block_till_done()
    assert told == []
    await home.tell_phones(quiet=quiet, urgent_breaks_quiet=True)
    request_id, routine = await urgent(), await home.receive()
    await home.until(lambda: told)
    await home.hass.async_block_till_done()
    tags = {each: home.request(each) for each in (request_id, routine)}
    urgent_one, other = tags[request_id], tags[routine]
    assert urgent_one is not None
    assert other is not None
    assert (urgent_one.urgent, urgent_one.approver_name, urgent_one.refused) == (True, "Supervisor 1", None)
    said = {message["data"]["tag"] for message in told}
    assert urgent_one.tag in said
    assert other.tag not in said
    assert {len(message["data"]["actions"]) for message in told} == {1}


async def test_while_the_citys_papers_are_refused_messages_wait(home: Home) -> None:
    """A request that can't be checked now is neither told nor given up."""
    told = home.phone()
    now = dt_util.now()
    quiet = Quiet(from_=(now - timedelta(hours=6)).time(), until=(now + timedelta(hours=6)).time())
    await home.tell_phones(quiet=quiet)
    await home.receive()
    home.hub.put("directory", None)
    await home.until(lambda: home.state().snapshot.trust_rule is not None)
    await home.tell_phones()
    assessment = home.scheduler.judgment.assessment
    assert assessment is not None
    await home.services.notifier.go(partial(standing_to_tell, assessment), dt_util.utcnow())
    assert told == []
    home.hub.publish()
    await home.until(lambda: told)


async def test_beyond_the_weeks_cap_requests_come_in_silence(home: Home) -> None:
    """They are in the list, and the event of Home Assistant fires: only phones are silent."""
    told = home.phone()
    await home.tell_phones(weekly_cap=1)
    first, second = await home.receive(), await home.receive()
    await home.until(lambda: told)
    await home.hass.async_block_till_done()
    assert len(told) == 1
    assert {request.request_id for request in home.state().requests} == {first, second}


async def test_phones_are_told_when_home_assistant_has_started(home: Home) -> None:
    """Before, the app's services are not there, and a message would be lost."""
    told = home.phone()
    await home.tell_phones()
    home.hass.set_state(CoreState.starting)
    await home.receive()
    await home.hass.async_block_till_done()
    assert told == []
    home.hass.set_state(CoreState.running)
    await home.receive()
    await home.until(lambda: len(told) == 2)


async def test_settings_that_come_too_late_change_what_is_still_to_come(home: Home) -> None:
    """Whom the owner no longer wants told is not told; a week later nothing is kept of it."""
    told = home.phone()
    await home.tell_phones()
    await home.receive()
    await home.until(lambda: told)
    await home.tell_phones(phones=())
    notifier = home.services.notifier
    (kept,) = notifier._kept.values()  # noqa: SLF001 - as above
    assessment = home.scheduler.judgment.assessment
    assert assessment is not None
    await notifier.go(partial(standing_to_tell, assessment), kept.expires_at)
    assert len(told) == 1
    await notifier.go(partial(standing_to_tell, assessment), kept.expires_at + timedelta(days=8))
    assert not notifier.knows(kept.tag)
