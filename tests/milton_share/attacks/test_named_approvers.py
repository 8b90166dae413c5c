"""Somebody whom the owner named to decide about the street and who wants to see into the house; two of one name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.milton_share.conftest import CAMERA, PIN, Home, Owner, sign_in
from tests.milton_share.panel.conftest import Connect, Line, token_of
from tests.milton_share.panel.test_commands import PLACED
from tests.milton_share.panel.test_own import GARAGE, two_recorded, wish

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

__all__ = ["two_recorded"]


async def named(home: Home, connect: Connect) -> tuple[Owner, Line]:
    """Have the owner let another person share, who sets a PIN and is connected."""
    adam = await sign_in(home.hass, home.hass.auth.auth_providers[0], "adam")
    await home.panel.settings.name_approver(home.owner.session, adam.user.id, PIN)
    his = await connect(token_of(adam.user))
    await his.result("pin/set", pin="314159")
    return adam, his


async def test_who_was_named_makes_no_camera_one_that_may_be_asked(
    home: Home, connect: Connect, two_recorded: datetime
) -> None:
    """Else the garage is called outdoor, and its recordings are there for the taking; the owner alone says so."""
    _, his = await named(home, connect)
    assert await his.refusal("camera/set", **PLACED | {"camera_id": GARAGE}) == "not_owner"
    assert await his.refusal("own/cut", **wish(two_recorded, camera_ids=[GARAGE])) == "unknown_camera"
    await his.result("camera/set", **PLACED | {"camera_id": GARAGE, "eligible": False})
    assert await his.refusal("camera/set", **PLACED | {"camera_id": GARAGE}) == "not_owner", "in two steps neither"
    await home.place_camera()
    await his.result("camera/set", **PLACED | {"heading_deg": 180})
    await his.result("camera/set", **PLACED | {"eligible": False})
    assert await his.refusal("camera/set", **PLACED) == "not_owner"
    tried = [(attempt.act, attempt.rule) for attempt in home.state().attempts]
    assert ("camera/set", "not_owner") in tried


async def test_who_was_named_gives_no_camera_another_ones_folder(home: Home, connect: Connect, tmp_path: Path) -> None:
    """What lies in a folder is shown, and shared, as that camera's recordings."""
    _, his = await named(home, connect)
    await home.place_camera()
    folder = tmp_path / "media" / "bedroom"
    folder.mkdir(parents=True)
    home.hass.config.media_dirs = {"local": str(tmp_path / "media")}
    assert await his.refusal("folder/set", camera_id=CAMERA, folder=str(folder), zone=None) == "not_owner"
    assert home.state().folders == ()
    await his.result("folder/set", camera_id=CAMERA, folder=None, zone=None)


async def test_two_people_of_one_name_are_told_apart_by_their_logins(home: Home, line: Line) -> None:
    """An administrator makes a user with the name of the owner's partner, and waits to be chosen in a list."""
    provider = home.hass.auth.auth_providers[0]
    people = {login: await sign_in(home.hass, provider, login) for login in ("anna", "anna2", "anna\u200b")}
    for person in people.values():
        await home.hass.auth.async_update_user(person.user, name="Anna")
    shown = (await line.result("approvers"))["others"]
    assert {one["user_id"]: (one["name"], one["login"]) for one in shown if one["name"] == "Anna"} == {
        people["anna"].user.id: ("Anna", "anna"),
        people["anna2"].user.id: ("Anna", "anna2"),
        people["anna\u200b"].user.id: ("Anna", "anna\\u200b"),
    }
    (owner,) = (await line.result("approvers"))["approvers"]
    assert (owner["name"], owner["login"]) == ("olivia", "olivia")
    await home.hass.auth.async_update_user(people["anna2"].user, name="Anna \u202e(anna)")
    assert "Anna \\u202e(anna)" in [one["name"] for one in (await line.result("approvers"))["others"]]
