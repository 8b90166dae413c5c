"""The manifest, as Home Assistant's own checks of an integration want it. Those are not in its package."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import homeassistant.components
from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
from homeassistant.config_entries import HANDLERS
from homeassistant.const import Platform
from homeassistant.loader import async_get_integration
from packaging.requirements import Requirement

import custom_components.milton_share as integration
from custom_components.milton_share.const import DOMAIN

if TYPE_CHECKING:
    import pytest
    from homeassistant.core import HomeAssistant

FOLDER = Path(integration.__file__).parent
COMPONENTS = Path(homeassistant.components.__path__[0])
MANIFEST: dict[str, Any] = json.loads((FOLDER / "manifest.json").read_text())
REQUIRED = {
    *("domain", "name", "codeowners", "config_flow", "documentation", "integration_type", "iot_class"),
    *("issue_tracker", "requirements", "version"),
}
ALLOWED = REQUIRED | {"after_dependencies", "dependencies", "single_config_entry", "zeroconf"}
# What every Home Assistant has, and may be imported without being named.
ALWAYS_THERE = {*(platform.value for platform in Platform), "persistent_notification", "system_health"}


def test_the_manifest_has_its_keys_in_their_order() -> None:
    """Domain, name, then by the alphabet; nothing unknown, nothing missing."""
    keys = list(MANIFEST)
    assert keys == ["domain", "name", *sorted(keys[2:])]
    assert set(MANIFEST) >= REQUIRED
    assert set(MANIFEST) <= ALLOWED


def test_the_manifest_says_what_can_be() -> None:
    """Each value has the form that Home Assistant reads, and the domain is nobody else's."""
    assert MANIFEST["domain"] == DOMAIN == FOLDER.name
    assert not (COMPONENTS / DOMAIN).exists()
    assert MANIFEST["integration_type"] == "service"
    assert MANIFEST["iot_class"] == "cloud_push"
    assert MANIFEST["documentation"].startswith("https://")
    assert MANIFEST["issue_tracker"].startswith("https://")
    assert all(owner.startswith("@") for owner in MANIFEST["codeowners"])
    assert AwesomeVersion(MANIFEST["version"]).strategy is AwesomeVersionStrategy.SEMVER
    assert all(kind.endswith("._tcp.local.") for kind in MANIFEST["zeroconf"])
    for text in MANIFEST["requirements"]:
        assert Requirement(text).specifier, "bounded: a newer one could be another"
    for name in ("after_dependencies", "dependencies", "requirements"):
        assert MANIFEST[name] == sorted(set(MANIFEST[name]))


def test_every_dependency_exists_and_every_integration_that_is_used_is_named() -> None:
    """In this Home Assistant; each once."""
    before, after = set(MANIFEST["dependencies"]), set(MANIFEST["after_dependencies"])
    assert before & after == set()
    assert [name for name in before | after if not (COMPONENTS / name / "manifest.json").is_file()] == []
    used = {name for path in FOLDER.rglob("*.py") for name in _used(ast.parse(path.read_text()))}
    assert used - before - after - ALWAYS_THERE == set()


def _used(tree: ast.AST) -> set[str]:
    """Return which integrations of Home Assistant a module imports when it runs."""
    if isinstance(tree, ast.If) and isinstance(tree.test, ast.Name) and tree.test.id == "TYPE_CHECKING":
        return set()
    if isinstance(tree, ast.ImportFrom) and tree.module == "homeassistant.components":
        return {name.name for name in tree.names}
    if isinstance(tree, ast.ImportFrom) and (tree.module or "").startswith("homeassistant.components."):
        return {(tree.module or "").split(".")[2]}
    return {name for child in ast.iter_child_nodes(tree) for name in _used(child)}


def test_there_are_no_actions_in_any_file() -> None:
    """Law 6: nothing that runs by itself has anything to call, so nothing describes any."""
    assert not (FOLDER / "services.yaml").exists()
    for name in ("strings.json", "icons.json"):
        assert "services" not in json.loads((FOLDER / name).read_text())


async def test_home_assistant_loads_it_without_a_complaint(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """Its loader finds version, flow and all dependencies; the only warning is the one for every custom integration."""
    loaded = await async_get_integration(hass, DOMAIN)
    assert loaded.version is not None
    assert loaded.config_flow
    assert await loaded.resolve_dependencies()
    await loaded.async_get_platform("config_flow")
    assert HANDLERS.get(DOMAIN) is not None
    warned = [record.getMessage() for record in caplog.records if record.levelname in {"WARNING", "ERROR"}]
    assert [line for line in warned if DOMAIN in line and "has not been tested by Home Assistant" not in line] == []
