"""Whoever answers a home's questions for the time, together with whoever keeps the city's newer words from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.milton_share.city.freshness import Freshness
from custom_components.milton_share.shared.milton_protocol.errors import ProtocolError
from tests.simulators.city import City

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR_S = 3_600.0


def test_a_statement_has_its_time_and_no_more_however_a_clock_is_put_back() -> None:
    """Twenty-four hours after it came it is void, though the wall shows the hour at which it was issued."""
    run_s = [5.0]
    fresh, live = Freshness(lambda: run_s[0]), City(now=NOW).live_statement()
    life = live.expires_at - NOW
    fresh.require(live, NOW)
    run_s[0] += life.total_seconds() - 1
    fresh.require(live, NOW)
    run_s[0] += 1
    with pytest.raises(ProtocolError, match="live_expired"):
        fresh.require(live, NOW)
    fresh.require(replace(live, sequence=live.sequence + 1), NOW)


def test_a_clock_that_is_put_right_ends_no_statement_early() -> None:
    """It was an hour behind when the statement came, or is put ahead and back: the next one comes within the hour."""
    run_s = [0.0]
    fresh, live = Freshness(lambda: run_s[0]), City(now=NOW).live_statement()
    fresh.require(live, NOW)
    fresh.require(live, NOW + timedelta(hours=20))
    run_s[0] = 2 * HOUR_S
    fresh.require(live, NOW + timedelta(hours=2))
