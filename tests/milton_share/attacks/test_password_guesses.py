"""Guesses at the owner's password through Home Assistant's own dialog, by which a forgotten PIN is set anew."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from custom_components.milton_share.approvers import owner_login as owners
from tests.milton_share.conftest import PASSWORD, PIN, Home, Owner
from tests.milton_share.panel.conftest import token_of

if TYPE_CHECKING:
    import pytest
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

FLOW = "/api/config/config_entries/flow"


async def test_guesses_at_the_owners_password_are_few_and_shown(
    home: Home, administrator: Owner, hass_client_no_auth: ClientSessionGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five within an hour, also many at once and each in a dialog of its own; then not even the right one."""
    client = await hass_client_no_auth()
    access = home.hass.auth.async_create_access_token(token_of(administrator.user))
    headers = {"Authorization": f"Bearer {access}"}

    async def send(path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with client.post(path, json=body, headers=headers) as got:
            assert got.status == HTTPStatus.OK, await got.text()
            answer: dict[str, Any] = await got.json()
            return answer

    async def guess(password: str) -> dict[str, Any]:
        begun = await send(FLOW, {"handler": "milton_share", "entry_id": home.entry.entry_id})
        await send(f"{FLOW}/{begun['flow_id']}", {"next_step_id": "new_pin"})
        guessed = {"password": password, "pin": "161803", "pin_again": "161803"}
        return await send(f"{FLOW}/{begun['flow_id']}", guessed)

    answers = await asyncio.gather(*(guess(f"guess {number}") for number in range(7)))
    rules = sorted(answer["errors"]["base"] for answer in answers)
    assert rules == ["too_many_tries"] * 2 + ["wrong_password"] * 5
    assert (await guess(PASSWORD))["errors"] == {"base": "too_many_tries"}
    attempts = {(one.user_name, one.act, one.rule): one.count for one in home.state().attempts}
    assert attempts == {("adam", "pin/set", "wrong_password"): 5, ("adam", "pin/set", "too_many_tries"): 3}
    await home.panel.settings.set_pin(home.owner.session, "141421", PIN)
    monkeypatch.setattr(owners, "PASSWORD_TRIES_WITHIN_S", 0.0)
    assert (await guess(PASSWORD))["reason"] == "reconfigure_successful"
    await home.hass.async_block_till_done()
