"""What became of a share comes to the home that shared, by the share's own key; what it asks tells nothing of others.

The hub is one that speaks the protocol; the home is a real one. What other homes get: tests/attacks/
test_other_homes_learn_nothing.py.
"""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.diagnostics import async_get_config_entry_diagnostics
from custom_components.milton_share.shared.milton_protocol.messages.shares.receipt import SealedReceipts
from custom_components.milton_share.shared.milton_protocol.messages.shares.share_key import (
    HEADER,
    is_share_key,
    share_id_of,
)
from custom_components.milton_share.storage.database import HomeDatabase
from custom_components.milton_share.storage.schema import STEPS
from tests.milton_share.conftest import PIN

if TYPE_CHECKING:
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home
    from tests.simulators.hub import Call

pytestmark = pytest.mark.usefixtures("recorded")

NO_MORE = 0.6  # seconds: some turns of the demonstration's clock


def asks(home: Home) -> list[Call]:
    """Return the calls by which receipts were asked for."""
    return [call for call in home.hub.calls if call.path.endswith("/receipts")]


async def shared(home: Home) -> tuple[str, str]:
    """Share a clip; return the request's id and the share's, once it is receipted."""
    await home.place_camera()
    case = await home.looked_at()
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    return case.request_id, share_id


def events(home: Home, request_id: str) -> list[str]:
    """Return what the owner sees of a share."""
    share = home.case(request_id).share
    assert share is not None
    return [receipt.event for receipt in share.receipts]


async def test_a_home_asks_about_its_own_shares_with_their_keys_and_no_token(home: Home) -> None:
    """Each call on an upload shows the share's key beside the token; what the key alone says has no token with it."""
    request_id, share_id = await shared(home)
    await home.panel.shares.flag(home.owner.session, share_id, PIN)
    await home.until(lambda: home.hub.flagged == [share_id])
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: home.case(request_id).state == "withdrawn")
    key = home.hub.shares[share_id].one_time_key
    assert share_id == share_id_of(key)
    uploads = [dict(call.headers) for call in home.hub.calls if call.path.startswith("/v1/uploads/")]
    own = [dict(call.headers) for call in asks(home)]
    words = [dict(call.headers) for call in home.hub.calls if call.path in {"/v1/withdrawals", "/v1/consents"}]
    assert all((uploads, own, words))
    assert all(is_share_key(headers.get(HEADER, ""), share_id, key) for headers in uploads + own)
    assert all("Authorization" in headers for headers in uploads)
    assert not any("Authorization" in headers for headers in own + words)
    assert {call.path for call in asks(home)} == {f"/v1/shares/{share_id}/receipts"}
    others = [call for call in home.hub.calls if not call.path.startswith(("/v1/uploads/", "/v1/shares/"))]
    assert not any(HEADER in dict(call.headers) for call in others)


async def test_a_home_that_has_not_shared_asks_for_no_receipts(home: Home) -> None:
    """Matched, looked at, and declined: its calls are those of every home."""
    await home.place_camera()
    case = await home.looked_at()
    await home.panel.decisions.not_this_time(home.owner.session, case.request_id)
    await home.receive()
    await asyncio.sleep(NO_MORE)
    assert asks(home) == []
    assert not any(HEADER in dict(call.headers) for call in home.hub.calls)


async def test_receipts_on_a_topic_are_not_taken_nor_told_in_diagnostics(home: Home) -> None:
    """Good ones: a hub that sends them to everybody is not helped by homes that read them."""
    request_id, share_id = await shared(home)
    home.hub.receipts_said[share_id] = home.hub.sealed_receipts(share_id).to_body()
    home.hub.give_receipt(share_id, "fetched")
    home.hub.put(f"receipts/{share_id}", home.hub.sealed_receipts(share_id).to_bytes())
    await asyncio.sleep(NO_MORE)
    assert events(home, request_id) == ["received"]
    said = await async_get_config_entry_diagnostics(home.hass, home.entry)
    assert "receipts" not in said["topics"]
    assert home.services.inbox.under("receipts/") == {}


async def test_nothing_the_owner_looks_at_makes_a_home_ask(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the clock at rest, a home that shared before is silent about it through another request's whole life."""
    from custom_components.milton_share.outbox import asking  # noqa: PLC0415 - there was none before

    first, _ = await shared(home)
    monkeypatch.setattr(asking, "EVERY_IN_DEMO_S", (3_600.0, 3_600.0))
    await asyncio.sleep(NO_MORE)
    asked = len(asks(home))
    case = await home.looked_at()
    home.panel.evidence.of(home.owner.session, first)
    await home.panel.decisions.not_this_time(home.owner.session, case.request_id)
    await home.receive()
    await asyncio.sleep(NO_MORE)
    assert len(asks(home)) == asked


async def test_a_hub_that_says_nothing_true_of_a_share_is_told_of_once_and_asked_again(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """No receipts, no JSON, another share's, more than there can be: what was known stays, and the truth is taken."""
    request_id, share_id = await shared(home)
    nothing, none = SealedReceipts(share_id=share_id, sealed=()), SealedReceipts(share_id="0" * 32, sealed=())
    for said in (b"\xff", b"x" * 2**21, nothing.to_body(), none.to_body()):
        home.hub.receipts_said[share_id] = said
        before = len(asks(home))
        await home.until(lambda before=before: len(asks(home)) > before + 3)
        assert events(home, request_id) == ["received"]
    assert caplog.text.count("Receipts of a share are not in order") <= 2
    home.hub.receipts_said.clear()
    home.hub.give_receipt(share_id, "fetched")
    await home.until(lambda: events(home, request_id) == ["received", "fetched"])


async def test_a_hub_that_is_away_is_asked_again_and_nothing_is_lost(home: Home) -> None:
    """As after a restart: the receipts that came meanwhile are there."""
    request_id, share_id = await shared(home)
    home.hub.away = True
    home.hub.give_receipt(share_id, "fetched")
    await asyncio.sleep(NO_MORE)
    await home.restart()
    home.hub.away = False
    await home.until(lambda: events(home, request_id) == ["received", "fetched"])


async def test_a_share_that_is_deleted_is_asked_about_no_longer(home: Home) -> None:
    """Nothing more can become of it."""
    request_id, share_id = await shared(home)
    home.hub.give_receipt(share_id, "deleted")
    await home.until(lambda: events(home, request_id) == ["received", "deleted"])
    await asyncio.sleep(NO_MORE)
    asked = len(asks(home))
    await asyncio.sleep(NO_MORE)
    assert len(asks(home)) == asked


async def test_topics_of_receipts_that_an_older_version_kept_are_gone(hass: HomeAssistant, tmp_path: Path) -> None:
    """Their names are those of shares."""

    def older() -> None:
        with sqlite3.connect(tmp_path / "home.db") as connection:
            for statement in (statement for step in STEPS[:13] for statement in step):
                connection.execute(statement)
            connection.execute("PRAGMA user_version=13")
            topics = [(f"receipts/{'ab' * 16}", b"x"), ("live", b"y")]
            connection.executemany("INSERT INTO topics VALUES (?, ?)", topics)
        connection.close()

    await hass.async_add_executor_job(older)
    database = HomeDatabase(tmp_path / "home.db", hass.async_add_executor_job)
    await database.open()
    kept = await database.read(lambda connection: [row[0] for row in connection.execute("SELECT topic FROM topics")])
    await database.close()
    assert kept == ["live"]
