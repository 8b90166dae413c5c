"""One share that can't be sealed or sent keeps no other back, and no withdrawal; its owner sees it and can withdraw it.

What is wrong lies on the home's own disk, as an older version or a bad disk left it: the home itself is as it is.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from custom_components.milton_share.outbox import worker
from custom_components.milton_share.shared.milton_protocol.messages.shares.share import PartName, Share
from custom_components.milton_share.shared.milton_protocol.sealing.keys import format_recipient
from custom_components.milton_share.storage.paths import database_path, private_folder
from tests.cases import in_ci
from tests.milton_share.conftest import PIN
from tests.simulators.hub import HubSimulator, running
from tests.simulators.unusable_keys import LOW_ORDER, NOT_CANONICAL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from custom_components.milton_share.cases.model import CaseView
    from custom_components.milton_share.storage.private_folder import PrivateFolder
    from tests.milton_share.conftest import Home

    type Damage = Callable[[Home, CaseView, str], None]

pytestmark = pytest.mark.usefixtures("recorded")


@dataclass(kw_only=True)
class RefusingHub(HubSimulator):
    """A hub that has no room for the shares of some requests, so many times."""

    refusals: dict[str, int] = field(default_factory=dict)

    async def _share(self, request: web.Request) -> web.Response:
        request_id = Share.from_bytes(base64.b64decode(json.loads(await request.read())["payload"])).request_id
        if self.refusals.get(request_id, 0) > 0:
            self.refusals[request_id] -= 1
            return web.json_response({"error": "hub_full"}, status=507)
        return await super()._share(request)


@pytest.fixture
async def hub() -> AsyncIterator[RefusingHub]:
    """Run such a hub."""
    async for one in running(RefusingHub()):
        assert isinstance(one, RefusingHub)
        yield one


def write(home: Home, statement: str, *values: object) -> None:
    """Change the home's database, while Home Assistant is stopped."""
    with closing(sqlite3.connect(database_path(home.hass))) as database, database:
        database.execute(statement, values)


def unseal(home: Home, case: CaseView, share_id: str) -> None:
    """Have a share be approved and nothing more: its seal is yet to be made."""
    write(home, "UPDATE shares SET envelope = NULL, announced = 0 WHERE share_id = ?", share_id)
    write(home, "UPDATE cases SET state = 'approved' WHERE case_id = ?", case.case_id)
    shutil.rmtree(sealed(home, share_id))


def sealed(home: Home, share_id: str) -> Path:
    """Return the folder of a share's sealed bodies."""
    return folder(home).sealed(share_id, PartName.CLIP).parent


def folder(home: Home) -> PrivateFolder:
    """Return where the home keeps its files."""
    return private_folder(home.hass)


def to(*keys: bytes) -> Damage:
    """Have a share of an older version name other recipients."""

    def damage(home: Home, case: CaseView, share_id: str) -> None:
        unseal(home, case, share_id)
        recipients = json.dumps([format_recipient(key) for key in keys])
        write(home, "UPDATE shares SET recipients = ? WHERE share_id = ?", recipients, share_id)

    return damage


def broken_announcement(home: Home, _case: CaseView, share_id: str) -> None:
    """Have what would be announced be no envelope."""
    write(home, "UPDATE shares SET envelope = ?, announced = 0 WHERE share_id = ?", b"{}", share_id)


def no_receipt_key(home: Home, case: CaseView, share_id: str) -> None:
    """Have the key that opens its receipts be none."""
    unseal(home, case, share_id)
    write(home, "UPDATE shares SET receipt_identity = 'AGE-SECRET-KEY-1' WHERE share_id = ?", share_id)


def clip_is_a_folder(home: Home, case: CaseView, share_id: str) -> None:
    """Have a folder lie where the clip was."""
    unseal(home, case, share_id)
    assert case.clip is not None
    clip = folder(home).clip(case.case_id, case.clip.clip_sha256)
    clip.unlink()
    clip.mkdir()


def body_is_a_folder(home: Home, case: CaseView, share_id: str) -> None:
    """Have a folder lie where a sealed body goes."""
    unseal(home, case, share_id)
    (sealed(home, share_id) / "clip").mkdir(parents=True)


def body_cut_short(home: Home, _case: CaseView, share_id: str) -> None:
    """Have a sealed body of an announced share end early."""
    with (sealed(home, share_id) / "clip").open("r+b") as file:
        file.truncate(1_000)


DAMAGES: dict[str, tuple[Damage, str]] = {
    "a key of low order": (to(LOW_ORDER[0]), "share_failed"),
    "a key that is not canonical": (to(NOT_CANONICAL[0]), "share_failed"),
    "no recipient": (to(), "share_failed"),
    "an announcement that is none": (broken_announcement, "share_failed"),
    "a receipt key that is none": (no_receipt_key, "share_failed"),
    "a sealed body that ends early": (body_cut_short, "disk"),
    "a folder in the clip's place": (clip_is_a_folder, "disk"),
    "a folder in a sealed body's place": (body_is_a_folder, "disk"),
}


async def two_approved(home: Home) -> tuple[tuple[CaseView, str], tuple[CaseView, str]]:
    """Approve two clips while the hub is away; return each case, and its share's id."""
    await home.place_camera()
    cases = [await home.looked_at(), await home.looked_at()]
    home.hub.away = True
    first, second = [(case, await home.approve(case)) for case in cases]
    await home.until(lambda: all(trouble(home, case) == "hub_away" for case, _ in (first, second)))
    return first, second


def trouble(home: Home, case: CaseView) -> str | None:
    """Return what the owner sees of the last failed try."""
    share = home.case(case.request_id).share
    return share.trouble if share else None


@pytest.mark.parametrize("named", in_ci(DAMAGES, ["a key of low order", "a folder in the clip's place"]))
async def test_one_share_that_fails_keeps_no_other_back_and_no_withdrawal(home: Home, named: str) -> None:
    """The other arrives and can be withdrawn; the owner sees which one fails, and may withdraw that one too."""
    damage, rule = DAMAGES[named]
    (bad, bad_id), (good, good_id) = await two_approved(home)
    if list(home.services.book.shares) != [bad_id, good_id]:
        (bad, bad_id), (good, good_id) = (good, good_id), (bad, bad_id)
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    await home.hass.async_add_executor_job(damage, home, bad, bad_id)
    home.hub.away = False
    assert await home.hass.config_entries.async_setup(home.entry.entry_id)
    await home.until(lambda: home.case(good.request_id).state == "receipted")
    await home.until(lambda: trouble(home, bad) == rule)
    assert trouble(home, good) is None
    await home.panel.shares.withdraw(home.owner.session, good_id, PIN)
    await home.until(lambda: home.case(good.request_id).state == "withdrawn")
    assert home.hub.withdrawn == [good_id]
    assert bad_id not in home.hub.shares
    await home.panel.shares.withdraw(home.owner.session, bad_id, PIN)
    await home.until(lambda: home.case(bad.request_id).state == "withdrawn")
    assert home.hub.withdrawn == [good_id], "of the one that never left the hub hears nothing"


async def test_a_share_that_fails_is_logged_without_what_it_holds_and_lapses_with_its_request(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again until then."""
    (bad, bad_id), _ = await two_approved(home)
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    await home.hass.async_add_executor_job(to(LOW_ORDER[0]), home, bad, bad_id)
    home.hub.away = False
    with caplog.at_level(logging.INFO):
        assert await home.hass.config_entries.async_setup(home.entry.entry_id)
        await home.until(lambda: trouble(home, bad) == "share_failed")
        home.hub.city.withdrawn.add(bad.request_id)
        home.hub.publish()
        await home.until(lambda: home.case(bad.request_id).state == "lapsed")
    said = [record for record in caplog.records if "could not be encrypted or sent" in record.getMessage()]
    assert said
    assert format_recipient(LOW_ORDER[0]) not in caplog.text


async def test_a_share_is_withdrawn_while_another_one_is_on_a_line_that_stands_still(home: Home) -> None:
    """The hub takes the one's piece and says nothing; the other's withdrawal doesn't wait for that."""
    await home.place_camera()
    arrived = await home.looked_at()
    arrived_id = await home.approve(arrived)
    await home.until(lambda: home.case(arrived.request_id).state == "receipted")
    stuck = await home.looked_at()
    home.hub.pause = asyncio.Event()
    sent = sum(call.method == "PATCH" for call in home.hub.calls)
    await home.approve(stuck)
    await home.until(lambda: sum(call.method == "PATCH" for call in home.hub.calls) > sent)
    await home.panel.shares.withdraw(home.owner.session, arrived_id, PIN)
    await home.until(lambda: home.case(arrived.request_id).state == "withdrawn", 20)
    assert home.case(stuck.request_id).state == "sealed"
    home.hub.pause.set()
    await home.until(lambda: home.case(stuck.request_id).state == "receipted")


async def test_a_share_that_the_hub_refuses_again_and_again_makes_no_other_one_wait_as_long(
    home: Home, hub: RefusingHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each waits by its own failures: one that failed once is tried again at once, not in ten minutes."""
    monkeypatch.setattr(worker, "RETRY_S", (0.05, 600.0))
    await home.place_camera()
    refused = await home.looked_at()
    hub.refusals[refused.request_id] = 1_000
    await home.approve(refused)
    while hub.refusals[refused.request_id] > 985:
        left = hub.refusals[refused.request_id]
        home.services.outbox.wake()
        await home.until(lambda left=left: hub.refusals[refused.request_id] < left)
    good = await home.looked_at()
    hub.refusals[good.request_id] = 5
    await home.approve(good)
    await home.until(lambda: home.case(good.request_id).state == "receipted", 30)
