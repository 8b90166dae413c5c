"""Home Assistant is restored from an older backup: by an administrator, or by an owner who never thinks of this.

A backup has what this home knew then, and no footage. What was taken back since stays taken back as far as the city can
tell; what was known only here is forgotten, which the threat model says.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.storage.paths import database_path
from tests.milton_share.conftest import PIN, Home, sign_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path


async def copied(home: Home, source: Path, target: Path) -> None:
    """Copy the database while Home Assistant is stopped."""
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    await home.hass.async_add_executor_job(shutil.copy, source, target)
    assert await home.hass.config_entries.async_setup(home.entry.entry_id)


async def restore_what_was_before(home: Home, act: Callable[[], Awaitable[object]]) -> None:
    """Make a backup, let something happen, and restore the backup: the database alone, for it has no footage."""
    path = database_path(home.hass)
    kept = path.with_name("kept")
    await copied(home, path, kept)
    await act()
    await copied(home, kept, path)


@pytest.mark.usefixtures("recorded")
async def test_what_was_taken_back_before_the_hub_heard_of_it_is_not_announced_by_a_restored_backup(home: Home) -> None:
    """The sealed bodies went with the withdrawal: the hub does not even learn that there was something."""
    await home.place_camera()
    case = await home.looked_at()
    home.hub.away = True
    share_id = await home.approve(case)
    await home.until(lambda: (share := home.case(case.request_id).share) is not None and share.trouble == "hub_away")

    tries = 0

    async def take_back() -> None:
        nonlocal tries
        await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
        home.hub.away = False
        await home.until(lambda: home.case(case.request_id).state == "withdrawn", 30)
        tries = home.hub.paths().count("POST /v1/shares")  # that a hub which was away did not hear
        home.hub.shares.clear()

    await restore_what_was_before(home, take_back)
    await home.until(lambda: home.case(case.request_id).share.trouble == "disk", 30)
    assert home.case(case.request_id).state == "sealed"
    home.hub.city.withdrawn.add(case.request_id)
    home.hub.publish()
    await home.until(lambda: home.case(case.request_id).state == "lapsed", 30)
    assert home.hub.paths().count("POST /v1/shares") == tries
    assert home.hub.shares == {}


@pytest.mark.usefixtures("recorded")
async def test_a_share_that_arrived_since_the_backup_is_known_again_by_its_receipt(home: Home) -> None:
    """It is neither sent a second time nor taken back."""
    await home.place_camera()
    case = await home.looked_at()
    home.hub.away = True
    share_id = await home.approve(case)
    await home.until(lambda: (share := home.case(case.request_id).share) is not None and share.trouble == "hub_away")

    async def arrive() -> None:
        home.hub.away = False
        await home.until(lambda: home.case(case.request_id).state == "receipted", 30)

    await restore_what_was_before(home, arrive)
    await home.until(lambda: home.case(case.request_id).state == "receipted", 30)
    assert len({call.body for call in home.hub.calls if call.path == "/v1/shares"}) == 1
    assert len(home.hub.receipts[share_id]) == 1
    assert "POST /v1/withdrawals" not in home.hub.paths()


async def test_a_restored_backup_brings_back_whom_the_owner_had_removed(home: Home) -> None:
    """What only this home knows is as it was then: who restores Home Assistant looks at who may approve."""
    adam = await sign_in(home.hass, home.hass.auth.auth_providers[0], "adam")
    await home.panel.settings.name_approver(home.owner.session, adam.user.id, PIN)

    async def remove() -> None:
        await home.panel.settings.remove_approver(home.owner.session, adam.user.id, PIN)
        assert adam.user.id not in home.panel.settings.named_approvers(home.owner.session)

    await restore_what_was_before(home, remove)
    assert adam.user.id in home.panel.settings.named_approvers(home.owner.session)
