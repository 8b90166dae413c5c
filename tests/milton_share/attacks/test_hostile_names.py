"""Names that others chose, in Home Assistant's own dialogs: these read Markdown, and much of HTML.

The worst of them: a false city, whose link came in a letter. It knows the words that the true one published. If its
name hid what stands after it, its own name could show those words, and a careful owner would find them the same.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.helpers import issue_registry as ir

import custom_components.milton_share as integration
from custom_components.milton_share.const import DOMAIN
from custom_components.milton_share.runtime.issues import show_gone, show_silent
from custom_components.milton_share.shared.milton_protocol.words import fingerprint_words
from custom_components.milton_share.text.markdown_escape import literal
from tests.milton_share.test_config_flow import answer, begin
from tests.simulators.hub import CODE

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home
    from tests.milton_share.panel.conftest import Line
    from tests.simulators.hub import HubSimulator

STRINGS = json.loads((Path(integration.__file__).parent / "strings.json").read_text())
ESCAPED = r"\\([!-/:-@\[-`{-~])"
HOSTILE = (
    "Milton <!--",
    "Milton <details><summary>acid acoustic acquire</summary>",
    "[Milton](https://evil.example)",
    "![Milton](https://evil.example/who.png)",
    "Milton <img src=//evil.example/who.png>",
    "https://evil.example www.evil.example a@evil.example",
    "<https://evil.example>",
    "**Milton** `x` ~~y~~ _z_ \\",
    "# Milton | a | b",
    "1. &lt;b&gt; &#x3c;",
)


def shown(sentence: str) -> str:
    """Return what is read of Markdown that has no mark but two asterisks around a part; fail where it has others.

    By CommonMark 0.31 section 2.4: punctuation after a backslash is itself and begins nothing.
    """
    text = sentence.replace("**", "")
    assert not re.search(r"[!#-&(*+<=>@\[\]^`{-~]", re.sub(ESCAPED, "", text)), "something that is no letter"
    return re.sub(ESCAPED, r"\1", text)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.usefixtures("owner")
async def test_a_false_citys_name_hides_no_word_of_its_key(hass: HomeAssistant, hub: HubSimulator, name: str) -> None:
    """Where the owner compares the words, names are letters: no comment, no fold, no picture, no link."""
    hub.city.record = replace(hub.city.record, city_name=name, agency_name=name)
    flow_id = await begin(hass)
    words = await answer(hass, flow_id, invitation=CODE, hub_url=hub.url)
    filled: dict[str, Any] = words["description_placeholders"]
    text = shown(STRINGS["config"]["step"]["demo_words"]["description"].format(**filled))
    assert text.startswith(f"{name}, {name}, at {hub.url}")
    assert text.endswith(" ".join(fingerprint_words(hub.city.root_public_key)))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_camera_named_by_its_maker_or_a_guest_is_no_link_and_no_picture(hass: HomeAssistant, name: str) -> None:
    """In the sentence of a repair, which the owner's browser would else fetch from; a title is text anyway."""
    for show, key in ((show_silent, "camera_silent"), (show_gone, "camera_gone")):
        show(hass, {"camera.x": name})
        filled = ir.async_get(hass).issues[DOMAIN, f"{key}_camera.x"].translation_placeholders
        words = STRINGS["issues"][key]
        sentence = words["description"] if key == "camera_silent" else words["fix_flow"]["step"]["init"]["description"]
        assert name in shown(sentence.format(**filled))
        assert words["title"].format(**filled).count(name) == 1


def upload(folder: Path) -> None:
    """Write files by names of bytes, as a camera's FTP does."""
    folder.mkdir(parents=True)
    stamped = b"2026-11-10 07.10.00 \xff.mp4"
    for name in (b"a\xff\xfe.mp4", "\u202e4pm.\u200b.mp4".encode(), b"line\nfeed.mp4", stamped):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"x")


async def test_a_files_name_that_is_no_text_keeps_no_folder_from_being_named(
    home: Home, line: Line, tmp_path: Path
) -> None:
    """Who writes into a camera's folder writes bytes that are no letters, and letters that turn the others."""
    folder = tmp_path / "media" / "front"
    home.hass.config.media_dirs = {"local": str(tmp_path / "media")}
    await home.hass.async_add_executor_job(upload, folder)
    found = await line.result("folder/look", folder=str(folder), zone="UTC")
    assert sorted(found["untimed"]) == ["\\u202e4pm.\\u200b.mp4", "a\\udcff\\udcfe.mp4", "line\\u000afeed.mp4"]
    assert [one["name"] for one in found["examples"]] == ["2026-11-10 07.10.00 \\udcff.mp4"]


def test_a_line_feed_ends_no_paragraph() -> None:
    """A name is one line, whatever it holds."""
    assert literal("Milton\n\n# x\r\u2028y") == "Milton  \\# x  y"
