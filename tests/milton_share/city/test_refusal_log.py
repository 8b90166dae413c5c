"""What is logged of refusals: each once, delays not at all, never more than a bound, and documents anew each time."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.city import refusal_log
from custom_components.milton_share.city.refusal_log import RefusalLog
from custom_components.milton_share.city.verdicts import Assessment, refuse_all
from custom_components.milton_share.shared.milton_protocol.verification import Refusal
from custom_components.milton_share.storage.database import HomeDatabase

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from homeassistant.core import HomeAssistant

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ONE, OTHER = "ab" * 32, "cd" * 32


@pytest.fixture
async def database(hass: HomeAssistant, tmp_path: Path) -> AsyncIterator[HomeDatabase]:
    """Open a database."""
    one = HomeDatabase(tmp_path / "home.db", hass.async_add_executor_job)
    await one.open()
    yield one
    await one.close()


@pytest.fixture
async def log(database: HomeDatabase, caplog: pytest.LogCaptureFixture) -> RefusalLog:
    """Make a log that has said nothing yet."""
    caplog.set_level(logging.INFO, "custom_components.milton_share")
    one = RefusalLog(database)
    await one.load()
    return one


def judged(**rules: str) -> Assessment:
    """Return what holds when these requests are refused, under good trust documents."""
    verdicts = {request_id: Refusal(rule=rule) for request_id, rule in rules.items()}
    return Assessment(trust=None, rule=None, verdicts=verdicts, bundles={})


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was said since this was asked last."""
    lines = [record.getMessage() for record in caplog.records if record.name == "custom_components.milton_share"]
    caplog.clear()
    return lines


async def test_each_rule_of_each_request_is_said_once(
    database: HomeDatabase, log: RefusalLog, caplog: pytest.LogCaptureFixture
) -> None:
    """Also by a home that was started anew; another rule is news."""
    await log.say(judged(**{ONE: "revoked"}), NOW)
    assert said(caplog) == [f"Refused: request {ONE}, by the rule revoked"]
    await log.say(judged(**{ONE: "revoked"}), NOW)
    again = RefusalLog(database)
    await again.load()
    await again.say(judged(**{ONE: "revoked"}), NOW)
    assert said(caplog) == []
    await again.say(judged(**{ONE: "expired", OTHER: "expired"}), NOW)
    assert len(said(caplog)) == 2


@pytest.mark.parametrize("rule", ["not_live", "log_not_followed"])
async def test_what_may_be_mere_delay_is_said_when_it_lasts(
    log: RefusalLog, caplog: pytest.LogCaptureFixture, rule: str
) -> None:
    """A request that came before the live statement that names it is no news; one that is still not named is."""
    await log.say(judged(**{ONE: rule}), NOW)
    await log.say(judged(**{ONE: rule}), NOW + timedelta(seconds=59))
    await log.say(judged(), NOW + timedelta(seconds=60))
    await log.say(judged(**{ONE: rule}), NOW + timedelta(seconds=61))
    assert said(caplog) == []
    await log.say(judged(**{ONE: rule}), NOW + timedelta(seconds=121))
    assert said(caplog) == [f"Refused: request {ONE}, by the rule {rule}"]


async def test_trust_documents_are_said_once_until_they_are_mended(
    log: RefusalLog, caplog: pytest.LogCaptureFixture
) -> None:
    """Not for each request that they stop; and should they be refused again, that is news."""
    bad = refuse_all("directory_expired", {ONE: b"", OTHER: b""})
    for _ in range(3):
        await log.say(bad, NOW)
    assert said(caplog) == ["Refused: the city's trust documents, by the rule directory_expired"]
    await log.say(judged(), NOW)
    assert said(caplog) == ["The city's trust documents are in order again"]
    await log.say(judged(), NOW)
    await log.say(bad, NOW)
    assert said(caplog) == ["Refused: the city's trust documents, by the rule directory_expired"]


async def test_a_flood_is_said_bit_by_bit_and_within_bounds(
    log: RefusalLog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub that sends thousands of bad requests fills no disk with lines."""
    monkeypatch.setattr(refusal_log, "SAID_MAX", 50)
    flood = judged(**{f"{number:064x}": "not_json" for number in range(1_000)})
    counts = []
    for _ in range(5):
        await log.say(flood, NOW)
        counts.append(len(said(caplog)))
    assert counts == [20, 20, 10, 0, 0]


async def test_a_disk_that_fails_stops_no_judging(
    database: HomeDatabase, log: RefusalLog, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said all the same, once until the next start."""
    await database.close()
    for _ in range(2):
        await log.say(judged(**{ONE: "revoked"}), NOW)
    assert said(caplog) == [f"Refused: request {ONE}, by the rule revoked"]


async def test_what_was_said_long_ago_is_forgotten(
    database: HomeDatabase, log: RefusalLog, caplog: pytest.LogCaptureFixture
) -> None:
    """After sixty days the room is free again."""
    await log.say(judged(**{ONE: "revoked"}), NOW)
    await log.say(judged(**{OTHER: "revoked"}), NOW + timedelta(days=61))
    said(caplog)
    again = RefusalLog(database)
    await again.load()
    await again.say(judged(**{ONE: "revoked", OTHER: "revoked"}), NOW + timedelta(days=61))
    assert said(caplog) == [f"Refused: request {ONE}, by the rule revoked"]
