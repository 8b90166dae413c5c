"""Home Assistant's quality rules: each is judged, and what is named as evidence is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import homeassistant.components
from homeassistant.util.yaml import load_yaml_dict

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components" / "milton_share"
RULES_IN_ALL = 54
STATUSES = {"done", "todo", "exempt"}
SCALE: dict[str, Any] = load_yaml_dict(str(INTEGRATION / "quality_scale.yaml"))["rules"]


def named(comment: str) -> list[str]:
    """Return what a comment names as evidence."""
    return re.findall(r"`([^`]+)`", comment)


def is_there(name: str) -> bool:
    """Whether a file, a test in it, or a heading of it exists."""
    path, _, test = name.partition("::")
    path, _, heading = path.partition("#")
    if not (file := ROOT / path).is_file():
        return False
    text = file.read_text() if test or heading else ""
    if test:
        return re.search(rf"^(async )?def {test}\(", text, re.MULTILINE) is not None
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return not heading or heading in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def test_every_rule_is_judged_with_its_evidence() -> None:
    """Done names what shows it, exempt and not done say why; nothing that is named is missing."""
    assert len(SCALE) == RULES_IN_ALL
    assert all(judged.keys() == {"status", "comment"} for judged in SCALE.values())
    assert {judged["status"] for judged in SCALE.values()} <= STATUSES
    assert [rule for rule, judged in SCALE.items() if judged["status"] == "done" and not named(judged["comment"])] == []
    assert [rule for rule, judged in SCALE.items() if len(judged["comment"]) < len("`README.md`")] == []
    missing = [name for judged in SCALE.values() for name in named(judged["comment"]) if not is_there(name)]
    assert missing == []
    assert not is_there("docs/home.md#nowhere")
    assert not is_there("tests/milton_share/test_quality_scale.py::test_nothing")


def test_the_rules_are_those_that_this_home_assistant_has() -> None:
    """None of its own integrations names one that is not judged here; an older one has fewer."""
    components = Path(homeassistant.components.__path__[0])
    theirs: set[str] = set()
    for path in sorted(components.glob("[p-r]*/quality_scale.yaml")):
        theirs.update(re.findall(r"^  ([a-z-]+):", path.read_text(), re.MULTILINE))
    assert len(theirs) >= RULES_IN_ALL - 2
    assert theirs - SCALE.keys() == set()


def test_the_readme_says_what_the_scale_says() -> None:
    """Self-assessed, no badge, and how many are not done."""
    readme = (ROOT / "README.md").read_text()
    open_ = [rule for rule, judged in SCALE.items() if judged["status"] == "todo"]
    assert f"{RULES_IN_ALL} rules" in readme
    assert "self-assessed" in readme
    assert [rule for rule in open_ if f"`{rule}`" not in readme] == []
    assert "badge" not in readme.lower()
    assert "quality_scale" not in (INTEGRATION / "manifest.json").read_text()
