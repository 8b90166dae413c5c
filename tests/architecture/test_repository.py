"""What can be seen of the repository without running it."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components" / "milton_share"
NO_TEST = "No test can show that."  # of what people do with what they may see


def tracked(*patterns: str) -> list[Path]:
    """Return the files that git knows."""
    out = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / line for line in out.splitlines()]


def manifest() -> dict[str, object]:
    """Return the integration's manifest."""
    return dict(json.loads((INTEGRATION / "manifest.json").read_text()))


def test_the_manifest_requires_what_the_environments_install() -> None:
    """A requirement that only the tests have would fail on a resident's machine."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    assert manifest()["requirements"] == groups["integration"]


def test_a_home_installs_nothing_that_the_integration_does_not_import() -> None:
    """A package that nobody uses is a risk without a use (docs/adr/0092)."""
    requirements = manifest()["requirements"]
    assert isinstance(requirements, list)
    required = {re.split(r"[^a-z0-9-]", text)[0] for text in requirements}
    imported = {
        name.split(".")[0]
        for path in INTEGRATION.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _names(node)
    }
    assert required - imported == set()


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


def test_the_manifest_and_the_project_have_one_version() -> None:
    """HACS shows the one, the hub the other."""
    assert manifest()["version"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_no_file_holds_a_path_of_a_machine() -> None:
    """Nor a registry's host."""
    wrong = re.compile(r"/(?:work|root)/|files\.pythonhosted|registry\.npmjs|pypi\.org/simple")
    here = Path(__file__).resolve()
    hits = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in tracked()
        if path.is_file() and path.resolve() != here and b"\0" not in (data := path.read_bytes())
        for found in [wrong.search(data.decode(errors="replace"))]
        if found
    ]
    assert hits == []


def test_where_to_change_names_only_what_exists() -> None:
    """A newcomer follows that page."""
    text = (ROOT / "docs" / "where-to-change.md").read_text()
    named = re.findall(r"`([\w./-]+/[\w./-]*)`", text)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_each_line_of_the_threat_model_names_tests_that_exist() -> None:
    """What is said to hold is shown to."""
    text = (ROOT / "docs" / "threat-model.md").read_text()
    heads = ("| tries", "| what fails")
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith(heads)]
    rows += [line for line in text.partition("## What is not stopped")[2].splitlines() if line.startswith("- ")]
    test = r"`([\w/]+\.py)::(\w+)`"
    assert len(rows) > 100
    assert [row for row in rows if not re.search(test, row) and NO_TEST not in row] == []
    wrong = [
        f"{file}::{name}"
        for file, name in set(re.findall(test, text))
        if not (path := ROOT / "tests" / file).is_file() or not re.search(rf"def {name}\(", path.read_text())
    ]
    assert wrong == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_text_is_translated(language: str) -> None:
    """Strings and translations have the same keys."""

    def keys(value: object, before: str = "") -> set[str]:
        if not isinstance(value, dict):
            return {before}
        return {key for name, inner in value.items() for key in keys(inner, f"{before}/{name}")}

    strings = json.loads((INTEGRATION / "strings.json").read_text())
    translated = json.loads((INTEGRATION / "translations" / f"{language}.json").read_text())
    assert keys(translated) == keys(strings)


def test_scripts_are_executable() -> None:
    """They are the only commands a reader is told."""
    scripts = [ROOT / "scripts" / name for name in ("setup", "demo", "test", "long", "lint", "lock", "bench")] + [
        ROOT / ".ci" / "run"
    ]
    assert [path.name for path in scripts if not path.stat().st_mode & 0o100] == []
