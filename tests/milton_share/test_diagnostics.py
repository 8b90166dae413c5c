"""Diagnostics, and a sentence for every refusal."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import custom_components.milton_share as integration
from custom_components.milton_share.approvers.rules import Refusal
from custom_components.milton_share.clips.refusal import CutRule as ClipRule
from custom_components.milton_share.diagnostics import async_get_config_entry_diagnostics
from custom_components.milton_share.shared.milton_protocol.errors import Rule
from custom_components.milton_share.sources.recorder import RecorderRule

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from .conftest import Home

FOLDER = Path(integration.__file__).parent
NEVER_RAISED = {"segment_unreadable", "segment_list_broken", "stream_unsupported", "index_too_new"}


async def test_diagnostics_hold_what_is_listed_and_nothing_else(hass: HomeAssistant, home: Home) -> None:
    """No token, key, place, name or request."""
    await home.place_camera()
    await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    diagnostics = await async_get_config_entry_diagnostics(hass, home.entry)
    of_the_link = {"open_requests", "link", "last_contact", "trust_rule"}
    assert set(diagnostics) == {*of_the_link, "mqtt", "refusals", "topics"}
    assert (diagnostics["open_requests"], diagnostics["link"], diagnostics["trust_rule"]) == (1, "feed", None)
    text = json.dumps(diagnostics, default=str)
    for secret in (home.entry.data["home_token"], home.entry.data["device_key"], "26-1120-07", "341320000", "olivia"):
        assert secret not in text
    assert diagnostics["topics"] == {"city-record": 1, "directory": 1, "live": 1, "requests": 1}


def test_every_refusal_has_a_sentence() -> None:
    """What an approver can be told is in the translations."""
    sentences = json.loads((FOLDER / "strings.json").read_text())["exceptions"]
    named = {str(rule) for kind in (Refusal, Rule, ClipRule, RecorderRule) for rule in kind} - NEVER_RAISED
    for path in FOLDER.rglob("*.py"):
        if path.relative_to(FOLDER).parts[0] in {"clips", "shared", "sources"}:
            continue  # their rules are in the lists above
        named.update(re.findall(r'rule = "([a-z_]+)"', path.read_text()))
    assert sorted(named - sentences.keys()) == []
