"""The page has a sentence for every rule that can reach it."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
WORDS = ROOT / "frontend" / "home" / "src" / "words"
# Rules of the enrolment's own dialogs and of starting up: they never reach the page.
ELSEWHERE = {
    *("city_not_trusted", "code_form", "code_unknown", "code_used", "hub_url_form", "not_a_hub", "other_city"),
    *("owner_without_login", "pins_differ", "protocol_too_new", "storage_damaged", "storage_newer", "too_many_tries"),
    *("certificate_refused", "wrong_password"),
}


def test_every_refusal_of_the_integration_has_a_sentence_on_the_page() -> None:
    """Of its own or of its group; both languages have the same keys, which the type check sees to."""
    strings = json.loads((ROOT / "custom_components" / "milton_share" / "strings.json").read_text())
    own = set(re.findall(r"^  (\w+):", (WORDS / "rules_en.ts").read_text(), re.MULTILINE))
    grouped = set(re.findall(r"[a-z0-9_]+", (WORDS / "groups.ts").read_text()))
    assert set(strings["exceptions"]) - ELSEWHERE - own - grouped == set()
