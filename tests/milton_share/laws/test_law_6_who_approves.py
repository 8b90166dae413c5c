"""Law 6: only the owner, or whom the owner named, in their own session, with their PIN, naming the very bytes."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.auth.models import TOKEN_TYPE_LONG_LIVED_ACCESS_TOKEN
from homeassistant.auth.providers.homeassistant import HassAuthProvider

from custom_components.milton_share.approvers import rules
from custom_components.milton_share.approvers.refused_acts import kind_of
from custom_components.milton_share.approvers.rules import (
    SCRYPT_COST,
    Approver,
    Session,
    count_try,
    forgive,
    is_locked,
    lock_out,
    pin_matches,
    refuse,
    tries_left,
    with_pin,
)
from custom_components.milton_share.approvers.session import session_of
from custom_components.milton_share.errors import MiltonShareError
from tests.milton_share.conftest import PIN, sign_in
from tests.milton_share.good_session import GOOD

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from custom_components.milton_share.cases.model import CaseView
    from tests.milton_share.conftest import Home, Owner

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OLIVIA = Approver(user_id="olivia", credential_id="login-1", salt=b"s" * 16, digest=b"d" * 32)


def test_a_pin_costs_32_mebibytes_to_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 7914 with N = 2^15, r = 8, p = 1, as another implementation reckons it."""
    monkeypatch.setattr(rules, "SCRYPT_COST", SCRYPT_COST)  # the other tests have it cheaper
    salt = b"salt of this one"
    stored = with_pin("olivia", "login-1", PIN, salt)
    cost = {"n": 2**15, "r": 8, "p": 1, "maxmem": 2**26}
    assert stored.digest == hashlib.scrypt(PIN.encode(), salt=salt, dklen=32, **cost)
    assert pin_matches(stored, PIN)
    assert not pin_matches(stored, "271829")


def test_the_owners_own_session_may_act() -> None:
    """Nothing is refused."""
    assert refuse(GOOD, {"olivia": OLIVIA}) is None


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"token_type": None}, "no_session"),
        ({"active": False}, "not_a_person"),
        ({"system_generated": True}, "not_a_person"),
        ({"token_type": "long_lived_access_token"}, "not_interactive"),
        ({"token_type": "system"}, "not_interactive"),
        ({"provider": ("trusted_networks", None)}, "wrong_login"),
        ({"provider": ("command_line", None)}, "wrong_login"),
        ({"provider": ("homeassistant", "second")}, "wrong_login"),
        ({"provider": None}, "wrong_login"),
        ({"credential_id": None}, "wrong_login"),
        ({"user_id": "adam", "is_owner": True}, "not_approver"),
        ({"credential_id": "login-2"}, "other_login"),
    ],
)
def test_every_other_session_is_refused_by_name(change: dict[str, Any], rule: str) -> None:
    """Long-lived, system and missing tokens, other providers, other people, a login made for somebody else."""
    assert refuse(replace(GOOD, **change), {"olivia": OLIVIA}) == rule


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, "password"),
        ({"token_type": None}, "no_session"),
        ({"token_type": "long_lived_access_token"}, "program"),
        ({"token_type": "system"}, "program"),
        ({"provider": ("trusted_networks", None)}, "other_sign_in"),
        ({"provider": None}, "other_sign_in"),
    ],
)
def test_the_owner_is_told_by_what_kind_of_session_somebody_tried(change: dict[str, Any], kind: str) -> None:
    """As Home Assistant knows it, not as the caller says."""
    assert kind_of(replace(GOOD, **change)) == kind


def test_who_was_named_but_set_no_pin_may_not_act() -> None:
    """The PIN binds the person to a login."""
    assert refuse(GOOD, {"olivia": Approver(user_id="olivia")}) == "no_pin"


def test_a_pin_is_kept_as_a_salted_slow_digest() -> None:
    """Two people with one PIN have different digests, and neither has the PIN in it."""
    one, other = with_pin("olivia", "login-1", PIN, b"1" * 16), with_pin("adam", "login-2", PIN, b"2" * 16)
    assert one.digest != other.digest
    assert pin_matches(one, PIN)
    assert not pin_matches(one, "314159")
    assert not pin_matches(Approver(user_id="olivia"), "")
    assert PIN not in repr(one)


def test_an_approver_shows_nothing_that_a_pin_could_be_guessed_by() -> None:
    """Six digits are soon tried through for whoever reads salt and digest in a log."""
    approver = with_pin("owner", "login", "271828", b"a salt of 16 b..")
    assert repr(approver.salt) not in repr(approver)
    assert repr(approver.digest) not in repr(approver)


def test_the_fifth_wrong_try_locks_for_a_day() -> None:
    """Then there are five again."""
    approver = OLIVIA
    for left in (4, 3, 2, 1, 0):
        approver = count_try(approver, NOW)
        assert tries_left(approver, NOW) == left
    assert is_locked(approver, NOW + timedelta(hours=23, minutes=59))
    later = NOW + timedelta(hours=24)
    assert not is_locked(approver, later)
    assert tries_left(approver, later) == 5
    assert tries_left(count_try(approver, later), later) == 4
    assert tries_left(forgive(approver), NOW) == 5


def test_each_further_lock_in_a_row_is_twice_as_long() -> None:
    """Up to sixteen days, however many there were; the right PIN begins anew."""
    approver, moment, locks = OLIVIA, NOW, []
    for _ in range(7):
        for _ in range(5):
            approver = count_try(approver, moment)
        assert approver.locked_until is not None
        locks.append((approver.locked_until - moment) // timedelta(days=1))
        moment = approver.locked_until
    assert locks == [1, 2, 4, 8, 16, 16, 16]
    assert lock_out(1_000_000) == timedelta(days=16)
    assert forgive(approver).lock_outs == 0


@pytest.mark.usefixtures("recorded")
async def test_five_wrong_pins_lock_also_across_restarts(home: Home) -> None:
    """The right PIN is then refused as well, and nothing was shared."""
    case = await _ready(home)
    for _ in range(4):
        with pytest.raises(MiltonShareError, match="wrong_pin"):
            await home.approve(case, pin="314159")
    await home.restart()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    assert home.panel.approver_for(home.owner.session).tries_left == 1
    with pytest.raises(MiltonShareError, match="wrong_pin"):
        await home.approve(case, pin="314159")
    with pytest.raises(MiltonShareError, match="pin_locked"):
        await home.approve(case)
    await home.restart()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    with pytest.raises(MiltonShareError, match="pin_locked"):
        await home.approve(case)
    assert home.case(case.request_id).state == "reviewing"
    assert home.hub.shares == {}


@pytest.mark.usefixtures("recorded")
async def test_other_sessions_can_neither_see_nor_do_anything(hass: HomeAssistant, home: Home) -> None:
    """An administrator, a long-lived token of the owner, and a new login that an administrator made for the owner."""
    case = await _ready(home)
    provider = hass.auth.get_auth_provider("homeassistant", None)
    assert isinstance(provider, HassAuthProvider)
    administrator = await sign_in(hass, provider, "adam")
    sessions = {
        "not_approver": administrator.session,
        "not_interactive": await _long_lived(hass, home.owner),
        "other_login": await _second_login(hass, provider, home.owner),
    }
    for rule, session in sessions.items():
        for act in (
            lambda session=session: home.approve(case, session=session),
            lambda session=session: home.panel.decisions.not_this_time(session, case.request_id),
            lambda session=session: home.panel.shares.withdraw(session, "0" * 32, PIN),
            lambda session=session: home.panel.review.look(
                session, case.case_id, case.clip.from_, case.clip.until, audio=False
            ),
        ):
            with pytest.raises(MiltonShareError, match=rule):
                await act()
        with pytest.raises(MiltonShareError, match=rule):
            home.panel.state_for(session)
        with pytest.raises(MiltonShareError, match=rule):
            home.panel.review.preview_path(session, case.case_id, case.clip.clip_sha256)
        with pytest.raises(MiltonShareError, match=rule):
            home.panel.settings.cameras(session)
    assert home.case(case.request_id).state == "reviewing"
    assert home.hub.shares == {}


async def test_whom_the_owner_names_sets_a_pin_and_may_act_until_removed(hass: HomeAssistant, home: Home) -> None:
    """Naming takes the owner's PIN; the named person can't name another."""
    provider = hass.auth.get_auth_provider("homeassistant", None)
    assert isinstance(provider, HassAuthProvider)
    partner = await sign_in(hass, provider, "paul")
    with pytest.raises(MiltonShareError, match="not_approver"):
        await home.panel.settings.set_pin(partner.session, "161803", None)
    with pytest.raises(MiltonShareError, match="wrong_pin"):
        await home.panel.settings.name_approver(home.owner.session, partner.user.id, "314159")
    await home.panel.settings.name_approver(home.owner.session, partner.user.id, PIN)
    assert home.panel.approver_for(partner.session).refusal == "no_pin"
    await home.panel.settings.set_pin(partner.session, "161803", None)
    assert home.panel.approver_for(partner.session).refusal is None
    with pytest.raises(MiltonShareError, match="not_owner"):
        await home.panel.settings.name_approver(partner.session, "somebody", "161803")
    with pytest.raises(MiltonShareError, match="owner_stays"):
        await home.panel.settings.remove_approver(home.owner.session, home.owner.user.id, PIN)
    await home.panel.settings.remove_approver(home.owner.session, partner.user.id, PIN)
    assert home.panel.approver_for(partner.session).refusal == "not_approver"


async def test_changing_a_pin_takes_the_old_one(home: Home) -> None:
    """A stolen session can't set another."""
    with pytest.raises(MiltonShareError, match="wrong_pin"):
        await home.panel.settings.set_pin(home.owner.session, "161803", None)
    with pytest.raises(MiltonShareError, match="pin_form"):
        await home.panel.settings.set_pin(home.owner.session, "1234", PIN)
    await home.panel.settings.set_pin(home.owner.session, "161803", PIN)


async def test_a_login_made_for_the_owner_takes_no_pin_over_and_locks_none(hass: HomeAssistant, home: Home) -> None:
    """An administrator makes one and saw the PIN: it changes nothing. Wrong PINs from there are no tries."""
    provider = hass.auth.get_auth_provider("homeassistant", None)
    assert isinstance(provider, HassAuthProvider)
    other = await _second_login(hass, provider, home.owner)
    with pytest.raises(MiltonShareError, match="other_login"):
        await home.panel.settings.set_pin(other, "161803", PIN)
    assert home.panel.approver_for(other).refusal == "other_login"
    for _ in range(6):
        with pytest.raises(MiltonShareError, match="other_login"):
            await home.panel.settings.set_pin(other, "161803", "314159")
    assert home.panel.approver_for(home.owner.session).tries_left == 5
    await home.panel.settings.set_pin(home.owner.session, "161803", PIN)


@pytest.mark.parametrize("act", ["try", "set"])
async def test_who_is_removed_while_a_pin_is_tried_or_set_stays_removed(
    hass: HomeAssistant, home: Home, act: str
) -> None:
    """Also after a restart: a try that was on its way writes nobody back."""
    provider = hass.auth.get_auth_provider("homeassistant", None)
    assert isinstance(provider, HassAuthProvider)
    partner = await sign_in(hass, provider, "paul")
    await home.panel.settings.name_approver(home.owner.session, partner.user.id, PIN)
    if act == "try":
        await home.panel.settings.set_pin(partner.session, "161803", None)
    busy = True

    async def go_on() -> None:
        while busy:
            with suppress(MiltonShareError):
                if act == "try":
                    await home.panel.settings.set_witnesses(replace(partner.session, is_owner=True), 0, (), "161803")
                else:
                    await home.panel.settings.set_pin(partner.session, "161803", "161803")
            await asyncio.sleep(0)

    tries = [asyncio.create_task(go_on()) for _ in range(3)]
    await home.panel.settings.remove_approver(home.owner.session, partner.user.id, PIN)
    busy = False
    await asyncio.gather(*tries)
    assert home.panel.approver_for(partner.session).refusal == "not_approver"
    await home.restart()
    assert home.panel.approver_for(partner.session).refusal == "not_approver"


async def test_no_service_of_ours_approves(home: Home) -> None:
    """Automations and notification buttons have nothing to call."""
    assert home.hass.services.async_services_for_domain("milton_share") == {}


async def _ready(home: Home) -> CaseView:
    await home.place_camera()
    return await home.looked_at()


async def _long_lived(hass: HomeAssistant, owner: Owner) -> Session:
    token = await hass.auth.async_create_refresh_token(
        owner.user,
        client_name="script",
        token_type=TOKEN_TYPE_LONG_LIVED_ACCESS_TOKEN,
        access_token_expiration=timedelta(days=10),
        credential=owner.user.credentials[0],
    )
    return session_of(hass, owner.user, token.id)


async def _second_login(hass: HomeAssistant, provider: HassAuthProvider, owner: Owner) -> Session:
    await provider.async_add_auth("second", "made by an administrator")
    credential = await provider.async_get_or_create_credentials({"username": "second"})
    await hass.auth.async_link_user(owner.user, credential)
    token = await hass.auth.async_create_refresh_token(owner.user, "http://localhost/", credential=credential)
    return session_of(hass, owner.user, token.id)
