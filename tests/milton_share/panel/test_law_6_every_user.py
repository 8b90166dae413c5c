"""Law 6 by Home Assistant's own registries, with the page open: whoever a person is, or stops being meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.auth.const import GROUP_ID_READ_ONLY
from homeassistant.auth.models import TOKEN_TYPE_NORMAL, Credentials
from homeassistant.auth.providers import command_line

from custom_components.milton_share.approvers.rules import refuse_session
from custom_components.milton_share.approvers.session import session_of
from tests.milton_share.conftest import PIN, Home, Owner, sign_in

from .conftest import Connect, Line, token_of
from .test_law_6 import assert_all_refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homeassistant.auth.models import User
    from homeassistant.auth.providers.homeassistant import HassAuthProvider

    from custom_components.milton_share.cases.model import CaseView

OWN_PIN = "314159"
type Act = Callable[[Home, User], Awaitable[Any]]


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Let a heartbeat stay: Home Assistant cuts the line of a session that ended without a last word."""
    return True


async def named(home: Home, line: Line, provider: HassAuthProvider, connect: Connect, name: str) -> tuple[Owner, Line]:
    """Have the owner name a person, who sets a PIN; return the person and their open page."""
    person = await sign_in(home.hass, provider, name)
    await line.result("approver/name", user_id=person.user.id, pin=PIN)
    page = await connect(token_of(person.user))
    await page.result("pin/set", pin=OWN_PIN)
    assert (await page.result("whoami"))["refusal"] is None
    return person, page


async def ready(home: Home) -> CaseView:
    """Go on until there is a clip that could be shared."""
    await home.place_camera()
    return await home.looked_at()


def approval(home: Home, case: CaseView) -> dict[str, Any]:
    """Return the message that would share the clip."""
    assert case.clip is not None
    return {
        "case_id": case.case_id,
        "clip_sha256": case.clip.clip_sha256,
        "recipients_sha256": home.request(case.request_id).recipients_sha256,
        "pin": OWN_PIN,
        "named": False,
        "keep_sources": False,
    }


async def deactivated(home: Home, user: User) -> None:
    """Take the tick of "active" away, as an administrator can."""
    await home.hass.auth.async_deactivate_user(user)


async def removed(home: Home, user: User) -> None:
    """Delete the person, as an administrator can."""
    await home.hass.auth.async_remove_user(user)


async def signed_out(home: Home, user: User) -> None:
    """Sign this page out on another one."""
    home.hass.auth.async_remove_refresh_token(token_of(user))


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("ends", [deactivated, removed, signed_out])
async def test_an_approver_whose_session_ends_with_the_page_open_shares_nothing(
    home: Home, line: Line, provider: HassAuthProvider, connect: Connect, ends: Act
) -> None:
    """What was ready to be pressed: the line answers nothing any more, and nothing left."""
    case = await ready(home)
    person, page = await named(home, line, provider, connect, "paul")
    token_id = token_of(person.user).id
    home.play(case, person.session)
    await ends(home, person.user)
    assert refuse_session(session_of(home.hass, person.user, token_id)) is not None
    words = approval(home, case)
    try:
        answer = await page.ask("approve", **words)
    except (TypeError, ConnectionError):  # the line is closed
        answer = {"success": False}
    await page.socket.close()
    assert not answer["success"]
    assert home.case(case.request_id).state == "reviewing"
    assert home.hub.shares == {}


@pytest.mark.parametrize("change", [{"group_ids": [GROUP_ID_READ_ONLY]}, {"local_only": True}])
async def test_what_else_a_named_person_may_in_home_assistant_is_no_matter(
    home: Home, line: Line, provider: HassAuthProvider, connect: Connect, change: dict[str, Any]
) -> None:
    """Whoever the owner named: one who may only read, one who may only come from inside the house."""
    person, page = await named(home, line, provider, connect, "rita")
    await home.hass.auth.async_update_user(person.user, **change)
    assert (await page.result("whoami"))["refusal"] is None
    assert await page.result("cameras")


async def test_an_account_of_the_system_may_nothing_and_can_not_be_named(
    home: Home, line: Line, connect: Connect
) -> None:
    """Home Assistant's Supervisor and its add-ons have such."""
    system = await home.hass.auth.async_create_system_user("Supervisor", group_ids=["system-admin"])
    token = await home.hass.auth.async_create_refresh_token(system)
    await assert_all_refused(await connect(token), "not_a_person")
    assert system.id not in {person["user_id"] for person in (await line.result("approvers"))["others"]}
    await line.ask("approver/name", user_id=system.id, pin=PIN)
    page = await connect(token)
    assert await page.refusal("pin/set", pin=OWN_PIN) == "not_a_person"
    await assert_all_refused(page, "not_a_person")


async def test_a_login_that_a_program_judges_is_none(
    home: Home, line: Line, provider: HassAuthProvider, connect: Connect
) -> None:
    """Home Assistant's `command_line` logins, also of a person who has a PIN by another."""
    person, page = await named(home, line, provider, connect, "paul")
    auth = home.hass.auth
    words = command_line.CONFIG_SCHEMA({"type": "command_line", "command": "/bin/true"})
    auth._providers[("command_line", None)] = command_line.CommandLineAuthProvider(home.hass, auth._store, words)  # noqa: SLF001  as the configuration would
    credential = Credentials(
        auth_provider_type="command_line", auth_provider_id=None, data={"username": "paul"}, is_new=False
    )
    await auth.async_link_user(person.user, credential)
    token = await auth.async_create_refresh_token(
        person.user, "http://localhost/", credential=credential, token_type=TOKEN_TYPE_NORMAL
    )
    other = await connect(token)
    await assert_all_refused(other, "wrong_login")
    assert await other.refusal("pin/set", pin="161803", old_pin=OWN_PIN) == "wrong_login"
    assert (await page.result("whoami"))["tries_left"] == 5


async def test_a_login_that_was_deleted_and_made_again_has_no_pin(
    home: Home, line: Line, provider: HassAuthProvider, connect: Connect
) -> None:
    """By an administrator, under the same name and password, to sign in as the person."""
    person, _ = await named(home, line, provider, connect, "paul")
    (old,) = person.user.credentials
    await home.hass.auth.async_remove_credentials(old)
    await provider.async_add_auth("paul", "another horse")
    credential = await provider.async_get_or_create_credentials({"username": "paul"})
    await home.hass.auth.async_link_user(person.user, credential)
    token = await home.hass.auth.async_create_refresh_token(person.user, "http://localhost/", credential=credential)
    await assert_all_refused(await connect(token), "other_login")
