"""Repairs: what the owner should know of the hub and the city."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir

from custom_components.milton_share import coordinator
from custom_components.milton_share.city.verdicts import other_root
from custom_components.milton_share.const import DOMAIN
from custom_components.milton_share.hub_link.state import LinkState
from custom_components.milton_share.runtime.issues import late_since, wanted_issues
from custom_components.milton_share.runtime.snapshot import Snapshot
from custom_components.milton_share.shared.milton_protocol.dsse import key_id
from custom_components.milton_share.shared.milton_protocol.words import fingerprint_words
from custom_components.milton_share.text.markdown_escape import literal
from tests.simulators.city import City, ed25519, public

if TYPE_CHECKING:
    from tests.milton_share.conftest import Home

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
        (NOW, timedelta(minutes=20), "live_expired", ["clock_off"]),
        (NOW, timedelta(0), "live_not_yet_valid", ["clock_off"]),
        (NOW, timedelta(0), "signature_missing", ["city_not_trusted"]),
        (NOW, timedelta(0), "log_not_consistent", ["city_not_trusted"]),
        (NOW, timedelta(0), "log_shrank", ["city_not_trusted"]),
        (NOW, timedelta(0), "unknown_version", ["protocol_too_new"]),
    ],
)
def test_a_repair_says_what_the_owner_can_mend(
    contact: datetime | None, after: timedelta, rule: str | None, issues: list[str]
) -> None:
    """A day without contact, another's word, a clock, a home that is too old; of what passes by itself none."""
    now = NOW + after
    seen = snapshot(contact=contact, rule=rule)
    assert [*wanted_issues(seen, NOW, now, late=late_since(seen, NOW, now))] == issues


def test_papers_are_late_only_while_the_hub_answers() -> None:
    """Since the first time; a clock that was put back begins anew; a hub that is away has nothing newer to give."""
    late, before = snapshot(rule="directory_expired"), NOW - timedelta(minutes=5)
    assert late_since(late, None, NOW) == NOW
    assert late_since(late, before, NOW) == before
    assert late_since(late, NOW + timedelta(days=3), NOW) == NOW
    assert late_since(replace(late, link=LinkState.AWAY), before, NOW) is None
    assert late_since(snapshot(), before, NOW) is None


async def test_a_repair_comes_and_goes(home: Home) -> None:
    """With the documents that it is about."""
    registry = ir.async_get(home.hass)
    city = home.hub.city
    city.directory_signers = (city.hub_key, ed25519("directory-1"))
    home.hub.publish()
    await home.until(lambda: registry.async_get_issue(DOMAIN, "city_not_trusted"))
    city.directory_signers = (ed25519("directory-1"), ed25519("directory-2"))
    home.hub.publish()
    await home.until(lambda: not registry.async_get_issue(DOMAIN, "city_not_trusted"))


async def test_another_key_that_signs_for_the_city_is_shown_beside_the_one_that_was_compared(home: Home) -> None:
    """In the words that the owner compared when joining; once, not as another mistrust beside it."""
    registry = ir.async_get(home.hass)
    city = home.hub.city
    true, city.root_key = city.root_key, ed25519("another root")
    city.record = replace(city.record, serial=city.record.serial + 1)
    home.hub.publish()
    await home.until(lambda: registry.async_get_issue(DOMAIN, "city_key_changed"))
    issue = registry.async_get_issue(DOMAIN, "city_key_changed")
    assert issue is not None
    assert issue.translation_placeholders == {
        "old_words": " ".join(fingerprint_words(public(true))),
        "new_words": " ".join(fingerprint_words(public(city.root_key))),
    }
    assert registry.async_get_issue(DOMAIN, "city_not_trusted") is None
    city.root_key = true
    home.hub.publish()
    await home.until(lambda: not registry.async_get_issue(DOMAIN, "city_key_changed"))


def test_a_record_that_can_not_be_read_names_no_other_key() -> None:
    """Nor does one that is not there, or that the pinned root signed as well."""
    city = City(now=NOW)
    record = city.city_record_envelope()
    assert other_root(None, public(city.root_key)) is None
    assert other_root(b"{}", public(city.root_key)) is None
    assert other_root(record, public(city.root_key)) is None
    assert other_root(record, bytes(32)) == key_id(public(city.root_key))


async def test_a_camera_that_home_assistant_has_no_more_is_named_until_it_is_back(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its last name, and as gone alone, not as silent; ignoring it outlives a restart; leaving takes it away."""
    monkeypatch.setattr(coordinator, "GONE_AFTER", timedelta(0))
    monkeypatch.setattr(coordinator, "SILENT_AFTER_S", 0.0)
    registry, entities = ir.async_get(home.hass), er.async_get(home.hass)
    camera = entities.async_get_or_create("camera", "generic", "1", original_name="Porch")
    home.hass.states.async_set(camera.entity_id, "idle", {"friendly_name": "Porch", "supported_features": 2})
    await home.place_camera(camera_id=camera.id)
    key = (DOMAIN, f"camera_gone_{camera.id}")
    await home.until(lambda: registry.async_get_issue(DOMAIN, f"camera_silent_{camera.id}"))
    assert key not in registry.issues
    entities.async_remove(camera.entity_id)
    home.hass.states.async_remove(camera.entity_id)
    await home.until(lambda: key in registry.issues)
    assert registry.issues[key].translation_placeholders == {
        "camera": camera.entity_id,
        "camera_name": literal(camera.entity_id),
    }
    assert (DOMAIN, f"camera_silent_{camera.id}") not in registry.issues
    registry.async_ignore(*key, ignore=True)
    monkeypatch.setattr(coordinator, "GONE_AFTER", timedelta(days=1))
    await home.restart()
    await home.until(lambda: home.state().snapshot.link == "feed")
    monkeypatch.setattr(coordinator, "GONE_AFTER", timedelta(0))
    await home.until(lambda: registry.issues[key].active)
    assert registry.issues[key].dismissed_version is not None
    again = entities.async_get_or_create("camera", "generic", "1")
    assert again.id == camera.id
    await home.until(lambda: key not in registry.issues)
    entities.async_remove(camera.entity_id)
    await home.until(lambda: key in registry.issues)
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    assert key not in registry.issues
