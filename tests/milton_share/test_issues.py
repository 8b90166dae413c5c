"""Repairs: what the owner should know of the hub and the city."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from homeassistant.helpers import issue_registry as ir

from custom_components.milton_share.const import DOMAIN
from custom_components.milton_share.issues import wanted_issues
from custom_components.milton_share.models import LinkState, Snapshot
from tests.simulators.city import ed25519

if TYPE_CHECKING:
    from .conftest import Home

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def snapshot(*, contact: datetime | None = NOW, rule: str | None = None) -> Snapshot:
    """Return what the entities show."""
    return Snapshot(open_requests=0, link=LinkState.FEED, last_contact=contact, trust_rule=rule)


@pytest.mark.parametrize(
    ("contact", "after", "rule", "issues"),
    [
        (NOW, timedelta(hours=24), None, []),
        (NOW, timedelta(hours=25), None, ["hub_away"]),
        (None, timedelta(hours=25), "papers_missing", ["hub_away"]),
        (NOW, timedelta(0), "live_expired", []),
        (NOW, timedelta(0), "signature_missing", ["city_not_trusted"]),
        (NOW, timedelta(0), "log_not_consistent", ["city_not_trusted"]),
        (NOW, timedelta(0), "log_shrank", ["city_not_trusted"]),
        (NOW, timedelta(0), "unknown_version", ["protocol_too_new"]),
    ],
)
def test_a_repair_says_what_the_owner_can_mend(
    contact: datetime | None, after: timedelta, rule: str | None, issues: list[str]
) -> None:
    """A day without contact, a city that is not itself, a home that is too old; what passes by itself is none."""
    assert [*wanted_issues(snapshot(contact=contact, rule=rule), NOW, NOW + after)] == issues


async def test_a_repair_comes_and_goes(home: Home) -> None:
    """With the papers that it is about."""
    registry = ir.async_get(home.hass)
    city = home.hub.city
    city.directory_signers = (city.hub_key, ed25519("directory-1"))
    home.hub.publish()
    await home.until(lambda: registry.async_get_issue(DOMAIN, "city_not_trusted"))
    city.directory_signers = (ed25519("directory-1"), ed25519("directory-2"))
    home.hub.publish()
    await home.until(lambda: not registry.async_get_issue(DOMAIN, "city_not_trusted"))
