"""Every text, in both languages and in the form that Home Assistant's own checks want: those are not in its package."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

import homeassistant.helpers.config_validation as cv
import pytest

import custom_components.milton_share as integration
from custom_components.milton_share import config_flow, event, repairs, sensor
from custom_components.milton_share.enrollment.client import CODE_RULES
from custom_components.milton_share.hub_link.certificates import Certificate
from custom_components.milton_share.hub_link.link import Server
from custom_components.milton_share.runtime import issues
from custom_components.milton_share.storage.health import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(integration.__file__).parent
STRINGS: dict[str, Any] = json.loads((FOLDER / "strings.json").read_text())
ICONS: dict[str, Any] = json.loads((FOLDER / "icons.json").read_text())
SPANISH: dict[str, Any] = json.loads((FOLDER / "translations" / "es.json").read_text())
KEY = re.compile(r"(?!.*[_-]{2})[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
ADDRESS = re.compile(r"\w+://|www\.")
SAME_IN_BOTH = {"PIN", "{name}"}
# What only who built it knows; in Spanish a second word for one thing.
STRANGE = re.compile(r"\bhub\b|\bcheckpoints?\b|\bdigests?\b|\broot\b|\braíz\b", re.IGNORECASE)
SECOND_WORD = re.compile(r"\bclips?\b|\b(?:el|del|al) servidor(?! de la ciudad| de mensajes)", re.IGNORECASE)
STEP_PARTS = {"title", "description", "data", "data_description", "menu_options"}


def texts(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Return every text with the keys that lead to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, (*path, key))
    else:
        assert isinstance(value, str), path
        yield path, value


def placeholders(text: str) -> set[str]:
    """Return what is filled in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("strings", [STRINGS, SPANISH], ids=["en", "es"])
def test_every_text_has_the_form_that_home_assistant_takes(strings: dict[str, Any]) -> None:
    """No markup of a page, no address, no space around it, nothing filled in by a wrong name or in single quotes."""
    assert set(strings) == {"config", "entity", "issues", "exceptions", "system_health"}
    for path, text in texts(strings):
        assert all(KEY.fullmatch(key) for key in path), path
        assert cv.string_with_no_html(text) == text.strip() == text != "", path
        assert not ADDRESS.search(text), path
        assert not re.search(r"'\{\w+\}'", text), path
        assert all(name.isidentifier() for name in placeholders(text)), path
        assert not (placeholders(text) and "state" in path), path


def test_residents_read_no_word_that_only_who_built_it_knows() -> None:
    """The hub is the city's server to them (a title has no room), and a clip is a vídeo throughout the Spanish."""
    said = [text for strings in (STRINGS, SPANISH) for _, text in texts(strings)]
    assert [text for text in said if STRANGE.search(re.sub(r"\{\w+\}", "", text))] == []
    sentences = [text for path, text in texts(SPANISH) if path[-1] != "title" and "menu_options" not in path]
    assert [text for text in sentences if SECOND_WORD.search(text)] == []


def test_both_languages_say_the_same_with_the_same_filled_in() -> None:
    """English is `strings.json` itself; nothing in Spanish is missing, more, or English still."""
    assert json.loads((FOLDER / "translations" / "en.json").read_text()) == STRINGS
    english, spanish = dict(texts(STRINGS)), dict(texts(SPANISH))
    assert english.keys() == spanish.keys()
    assert [path for path in english if placeholders(english[path]) != placeholders(spanish[path])] == []
    same = [text for path, text in english.items() if spanish[path] == text]
    assert set(same) <= SAME_IN_BOTH


def test_every_field_of_a_flow_has_a_name_and_a_description() -> None:
    """And every step that has words is one of the flow's, with words for all that it shows."""
    flow = config_flow.MiltonShareConfigFlow
    fields = {value for name, value in vars(config_flow).items() if name.startswith("FIELD_")}
    steps = STRINGS["config"]["step"]
    begun_elsewhere = {"zeroconf", "reauth"}
    assert steps.keys() | begun_elsewhere == {
        name.removeprefix("async_step_") for name in vars(flow) if name.startswith("async_step_")
    }
    for step in steps.values():
        assert step.keys() <= STEP_PARTS
        assert step.get("data", {}).keys() == step.get("data_description", {}).keys()
        assert step.get("data", {}).keys() <= fields
        assert step.get("menu_options", {}).keys() <= steps.keys()
    assert {field for step in steps.values() for field in step.get("data", {})} == fields


def test_every_error_of_a_flow_has_a_sentence() -> None:
    """Whatever the flow and what it calls refuse by."""
    told = STRINGS["config"]["error"].keys() | STRINGS["config"]["abort"].keys()
    raised = set(CODE_RULES)
    for name in ("config_flow.py", "approvers/owner_login.py", "enrollment/city_check.py", "enrollment/client.py"):
        raised.update(re.findall(r'(?:rule = |reason=|\["base"\] = |else )"(\w+)"', (FOLDER / name).read_text()))
    assert raised - told == set()
    assert {"pin_form", "already_configured", "reauth_successful", "reconfigure_successful"} <= told


def test_every_entity_has_a_name_and_an_icon() -> None:
    """And each state that can be listed has a word."""
    described = [("event", event.REQUEST), *(("sensor", one) for one in sensor.SENSORS)]
    keys = {(platform, one.translation_key) for platform, one in described}
    for whole in (STRINGS, ICONS):
        assert {(platform, key) for platform, named in whole["entity"].items() for key in named} == keys
    for platform, one in described:
        words = STRINGS["entity"][platform][one.translation_key]
        icons = ICONS["entity"][platform][one.translation_key]
        assert words["name"]
        states = set(getattr(one, "options", None) or ())
        assert words.get("state", {}).keys() == states
        assert icons.get("state", {}).keys() <= states
        assert all(icon.startswith("mdi:") for _, icon in texts(icons))


def test_every_repair_has_a_title_and_says_what_to_do() -> None:
    """Each that can be shown, and no other."""
    shown = {
        *(issues.HUB_AWAY, issues.CLOCK_OFF, issues.CITY_NOT_TRUSTED, issues.CITY_KEY_CHANGED, issues.INBOX_FULL),
        *(issues.PROTOCOL_TOO_NEW, issues.LOG_REPLACED, issues.RECORDINGS_UNKEPT, issues.RECORDING_PAUSED),
        *(issues.CAMERA_SILENT, issues.CAMERA_GONE),
        *(f"{issues.STORAGE}_{trouble}" for trouble in Trouble),
        *(f"{issues.CERTIFICATE}_{server}_{certificate}" for server in Server for certificate in Certificate),
    }
    assert STRINGS["issues"].keys() == shown
    with_button = {key for key, issue in STRINGS["issues"].items() if "fix_flow" in issue}
    assert with_button == issues.FIXABLE
    kinds = {key: {"title", "fix_flow" if key in with_button else "description"} for key in shown}
    assert {key: set(issue) for key, issue in STRINGS["issues"].items()} == kinds


def test_every_step_of_a_repair_has_words_for_all_that_it_shows() -> None:
    """Each choice, each field, each reason why not; and nothing that no dialog shows."""
    flows = {
        issues.CAMERA_GONE: repairs.CameraGoneFlow,
        issues.HUB_AWAY: repairs.HubAwayFlow,
        **dict.fromkeys((issues.RECORDING_PAUSED, issues.RECORDINGS_UNKEPT), repairs.RoomFlow),
    }
    fields = {value for name, value in vars(repairs).items() if name.startswith("FIELD_")}
    said = {repairs.NOT_YOURS, repairs.NOT_NOW}
    for key, flow in flows.items():
        words = STRINGS["issues"][key]["fix_flow"]
        assert words["step"]["init"].keys() == {"title", "description", "menu_options"}
        assert words["step"]["init"]["menu_options"].keys() == {flow.mends, "ignore"}
        form = words["step"].get(flow.mends, {})
        assert form.get("data", {}).keys() == form.get("data_description", {}).keys()
        assert form.get("data", {}).keys() <= fields
        told = words.get("error", {}).keys() | words["abort"].keys()
        assert told >= {"issue_ignored"} | (said if flow is not repairs.HubAwayFlow else _refused_by_address())
        assert words.keys() <= {"step", "error", "abort"}


def _refused_by_address() -> set[str]:
    """Return by which rules an address of a hub can be refused."""
    text = "".join((FOLDER / "enrollment" / name).read_text() for name in ("client.py", "city_check.py"))
    rules = set(re.findall(r'(?:rule = |else )"(\w+)"', text)) - {"code_form"}
    return rules - set(CODE_RULES)
