"""Repair issues for the owner.

Of the link and of the city's trust documents: the same for every home (law 1). Of a share that was made: that its
recordings are not kept as promised; it names the share by its number, and no request, camera or time. Of this home's
disk and cameras: what fails, whether or not anybody asked for anything.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from homeassistant.core import callback
from homeassistant.helpers import issue_registry as ir

from ..city.log_consistency import LOG_PROOF_MISSING, LOG_SHRANK
from ..city.service import LOG_REPLACED
from ..const import DOMAIN
from ..hub_link.certificates import Certificate
from ..hub_link.link import Server
from ..hub_link.state import LinkState
from ..shared.milton_protocol.errors import Rule
from ..shared.milton_protocol.translog.rules import LogRule
from ..shared.milton_protocol.words import digest_words, fingerprint_words
from ..storage.health import Trouble
from ..text.markdown_escape import literal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from homeassistant.core import HomeAssistant

    from .snapshot import Snapshot

HUB_AWAY = "hub_away"
CITY_NOT_TRUSTED = "city_not_trusted"
CITY_KEY_CHANGED = "city_key_changed"
INBOX_FULL = "inbox_full"
CLOCK_OFF = "clock_off"
PROTOCOL_TOO_NEW = "protocol_too_new"
RECORDINGS_UNKEPT = "recordings_unkept"

CERTIFICATE = "certificate"
STORAGE = "storage"
RECORDING_PAUSED = "recording_paused"
CAMERA_SILENT = "camera_silent"
CAMERA_GONE = "camera_gone"

FIXABLE = frozenset({HUB_AWAY, RECORDINGS_UNKEPT, RECORDING_PAUSED, CAMERA_GONE})  # what `repairs` has a dialog for

SILENT_AFTER_S = 900.0  # a camera that is restarted, or a router, is back before
GONE_AFTER = timedelta(minutes=15)  # of a start: other integrations have their cameras by then
SHARE_NUMBER_CHARS = 8  # what the page shows of a share's id

AWAY_AFTER = timedelta(hours=24)  # the life of a live statement: nothing can be shared from then on

# Rules that no healthy city breaks: somebody else signs, or history was rewritten.
_BROKEN_TRUST = frozenset(
    {
        Rule.ROOT_DIFFERS,
        Rule.AGENCY_DIFFERS,
        Rule.SIGNATURE_MISSING,
        Rule.SIGNATURE_WRONG,
        LogRule.LOG_NOT_CONSISTENT,
        LOG_SHRANK,
        LOG_PROOF_MISSING,
    }
)

# By these a document comes from the future: this home's clock is behind.
_EARLY = frozenset({Rule.LIVE_NOT_YET_VALID, Rule.CITY_RECORD_NOT_YET_VALID, Rule.DIRECTORY_NOT_YET_VALID})
# By these a hub that answers gives old trust documents: this home's clock is ahead, or the city forgot to renew them.
_LATE = frozenset({Rule.LIVE_EXPIRED, Rule.CITY_RECORD_EXPIRED, Rule.DIRECTORY_EXPIRED})
LATE_FOR = timedelta(minutes=15)  # a home that was off is late until it has read the feed


def late_since(snapshot: Snapshot, before: datetime | None, now: datetime) -> datetime | None:
    """Return since when a reachable hub has served expired city documents, or None. Pure."""
    if snapshot.trust_rule not in _LATE or snapshot.link not in {LinkState.FEED, LinkState.MQTT}:
        return None
    return min(before or now, now)


def wanted_issues(
    snapshot: Snapshot, started_at: datetime, now: datetime, *, late: datetime | None = None, other_root: bool = False
) -> dict[str, ir.IssueSeverity]:
    """Return the current repairs. Pure. ``other_root`` has a repair of its own, with both keys' words."""
    issues: dict[str, ir.IssueSeverity] = {}
    if now - (snapshot.last_contact or started_at) > AWAY_AFTER:
        issues[HUB_AWAY] = ir.IssueSeverity.WARNING
    if snapshot.trust_rule in _EARLY or (late is not None and now - late >= LATE_FOR):
        issues[CLOCK_OFF] = ir.IssueSeverity.WARNING
    if snapshot.trust_rule in _BROKEN_TRUST and not other_root:
        issues[CITY_NOT_TRUSTED] = ir.IssueSeverity.ERROR
    if snapshot.trust_rule == Rule.UNKNOWN_VERSION:
        issues[PROTOCOL_TOO_NEW] = ir.IssueSeverity.ERROR
    if snapshot.trust_rule == LOG_REPLACED:
        issues[LOG_REPLACED] = ir.IssueSeverity.WARNING
    return issues


@callback
def show_issues(hass: HomeAssistant, issues: dict[str, ir.IssueSeverity]) -> None:
    """Show these repairs and delete those that no longer apply."""
    for issue_id in (HUB_AWAY, CLOCK_OFF, CITY_NOT_TRUSTED, PROTOCOL_TOO_NEW, LOG_REPLACED):
        if issue_id in issues:
            ir.async_create_issue(
                hass,
                DOMAIN,
                issue_id,
                is_fixable=issue_id in FIXABLE,
                severity=issues[issue_id],
                translation_key=issue_id,
            )
        else:
            ir.async_delete_issue(hass, DOMAIN, issue_id)


@callback
def show_other_root(hass: HomeAssistant, root_public_key: bytes, other_root: str | None) -> None:
    """Show the words of the key compared at enrollment, and of the key that is named instead."""
    wanted: dict[str, dict[str, str]] = {}
    if other_root is not None:
        old, new = fingerprint_words(root_public_key), digest_words(bytes.fromhex(other_root))
        wanted[CITY_KEY_CHANGED] = {"old_words": " ".join(old), "new_words": " ".join(new)}
    _show_each(hass, CITY_KEY_CHANGED, wanted, ir.IssueSeverity.ERROR)


@callback
def show_inbox_full(hass: HomeAssistant, *, full: bool) -> None:
    """Show or delete the repair for more messages from the city's server or broker than a city can have."""
    _show_one(hass, INBOX_FULL, ir.IssueSeverity.WARNING, holds=full)


@callback
def show_unkept(hass: HomeAssistant, share_ids: Collection[str], room_gib: int) -> None:
    """Show a repair for each share whose originals aren't kept as promised; delete all others."""
    wanted = {
        f"{RECORDINGS_UNKEPT}_{share_id}": {"share": share_id[:SHARE_NUMBER_CHARS], "room_gib": str(room_gib)}
        for share_id in share_ids
    }
    _show_each(hass, RECORDINGS_UNKEPT, wanted, ir.IssueSeverity.ERROR)


@callback
def show_certificates(hass: HomeAssistant, refused: Mapping[Server, Certificate]) -> None:
    """Show a repair for each server whose certificate was refused; delete all others."""
    for server in Server:
        for certificate in Certificate:
            key = f"{CERTIFICATE}_{server}_{certificate}"
            _show_one(hass, key, ir.IssueSeverity.ERROR, holds=refused.get(server) is certificate)


@callback
def show_silent(hass: HomeAssistant, cameras: Mapping[str, str]) -> None:
    """Show a repair for each camera, by id and name, without video; delete all others."""
    wanted = {f"{CAMERA_SILENT}_{camera_id}": _called(name) for camera_id, name in cameras.items()}
    _show_each(hass, CAMERA_SILENT, wanted, ir.IssueSeverity.WARNING)


@callback
def show_gone(hass: HomeAssistant, cameras: Mapping[str, str]) -> None:
    """Show a repair for each camera, by id and last name, that Home Assistant no longer has; delete all others.

    It outlives a restart, and with it that the owner chose to ignore it.
    """
    wanted = {f"{CAMERA_GONE}_{camera_id}": _called(name) for camera_id, name in cameras.items()}
    _show_each(hass, CAMERA_GONE, wanted, ir.IssueSeverity.WARNING)


def _called(name: str) -> dict[str, str]:
    """Return a camera's name for a title, which is text, and for a sentence, which is Markdown."""
    return {"camera": name, "camera_name": literal(name)}


@callback
def show_storage(hass: HomeAssistant, trouble: Trouble | None, *, paused: bool) -> None:
    """Show the repairs for failing storage and for recording that waits for room; delete outdated ones."""
    for one in Trouble:
        _show_one(hass, f"{STORAGE}_{one}", ir.IssueSeverity.ERROR, holds=one is trouble)
    _show_one(hass, RECORDING_PAUSED, ir.IssueSeverity.WARNING, holds=paused)


@callback
def _show_one(hass: HomeAssistant, key: str, severity: ir.IssueSeverity, *, holds: bool) -> None:
    """Show or delete the one repair of a translation key."""
    _show_each(hass, key, {key: {}} if holds else {}, severity)


@callback
def _show_each(hass: HomeAssistant, key: str, wanted: Mapping[str, dict[str, str]], severity: ir.IssueSeverity) -> None:
    """Show these repairs of one translation key, by id with their placeholders; delete its others."""
    for domain, issue_id in tuple(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.startswith(key) and issue_id not in wanted:
            ir.async_delete_issue(hass, DOMAIN, issue_id)
    for issue_id, placeholders in wanted.items():
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            data={"camera_id": issue_id.removeprefix(f"{key}_")} if key == CAMERA_GONE else None,
            is_fixable=key in FIXABLE,
            severity=severity,
            translation_key=key,
            translation_placeholders=placeholders or None,
        )
