"""The page and the code have the same rules."""

from __future__ import annotations

import re
from pathlib import Path

from milton_protocol.custody import CustodyRule
from milton_protocol.errors import ProtocolError, Rule
from milton_protocol.sealing.rules import SealRule
from milton_protocol.translog.rules import LogRule
from milton_protocol.verification import Notice

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "custom_components" / "milton_share" / "shared" / "milton_protocol"
PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
RULES = {str(rule) for kind in (Rule, LogRule, SealRule, CustodyRule) for rule in kind}


def section(start: str, end: str | None = None) -> str:
    """Return a part of the page."""
    after = PAGE.split(f"\n{start}", 1)[1]
    return after if end is None else after.split(f"\n{end}", 1)[0]


def test_section_12_lists_every_rule_once() -> None:
    """No rule without its meaning, no meaning without its rule."""
    listed = re.findall(r"^\| `(\w+)` \|", section("### Rules of messages", "### Rules of the hub"), re.MULTILINE)
    assert sorted(listed) == sorted(RULES)


def test_no_two_kinds_of_rules_share_a_name() -> None:
    """A name means one thing."""
    assert len(RULES) == sum(len(kind) for kind in (Rule, LogRule, SealRule, CustodyRule))


def test_section_7_names_only_rules_and_notices_that_exist() -> None:
    """And all the notices."""
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", section("## 7.", "## 8.")))
    assert named <= RULES | {str(notice) for notice in Notice}
    assert {str(notice) for notice in Notice} <= named


def test_every_rule_is_used() -> None:
    """One that nothing raises would be a promise without a keeper."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    unused = [
        f"{kind.__name__}.{rule.name}"
        for kind in (Rule, LogRule, SealRule, CustodyRule)
        for rule in kind
        if f"{kind.__name__}.{rule.name}" not in code
    ]
    assert unused == []


def test_an_error_says_its_rule_and_where() -> None:
    """As text and as attributes."""
    error = ProtocolError(Rule.OUT_OF_BOUNDS, "serial: 0 is not 1-9")
    assert (error.rule, error.detail) == ("out_of_bounds", "serial: 0 is not 1-9")
    assert str(error) == "out_of_bounds: serial: 0 is not 1-9"
    assert str(ProtocolError("withdrawn")) == "withdrawn"
