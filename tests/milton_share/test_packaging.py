"""What Home Assistant's and HACS's own checks want of an integration's files: neither is in an installed package.

From `script/hassfest` of home-assistant/core (manifest, dependencies, requirements, zeroconf, brand, config_flow) and
`custom_components/hacs/utils/validate.py` of hacs/integration, Apache 2.0 and MIT, as rules and not as code.
"""

from __future__ import annotations

import ast
import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import homeassistant.components
import pytest
import voluptuous as vol
from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
from homeassistant.const import Platform
from homeassistant.helpers import config_validation as cv
from homeassistant.loader import async_get_integration
from homeassistant.requirements import async_get_integration_with_requirements
from packaging.requirements import Requirement

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components" / "milton_share"
COMPONENTS = Path(homeassistant.components.__path__[0])
MANIFEST: dict[str, Any] = json.loads((INTEGRATION / "manifest.json").read_text())
HACS: dict[str, Any] = json.loads((ROOT / "hacs.json").read_text())
IOT_CLASSES = {"assumed_state", "calculated", "cloud_polling", "cloud_push", "local_polling", "local_push"}
TYPES = {"device", "entity", "hardware", "helper", "hub", "service", "system", "virtual"}
ALWAYS_THERE = {*Platform, "homeassistant", "persistent_notification"}  # an integration need not name them
EARLIEST = "2026.2.3"  # the default lane of scripts/test

OF_A_MANIFEST = vol.Schema(
    {
        vol.Required("domain"): "milton_share",
        vol.Required("name"): vol.All(str, vol.Length(min=1)),
        vol.Required("codeowners"): [str],
        vol.Required("documentation"): vol.Url(),
        vol.Required("issue_tracker"): vol.Url(),
        vol.Required("version"): str,
        vol.Required("integration_type"): vol.In(TYPES),
        vol.Required("iot_class"): vol.In(IOT_CLASSES),
        vol.Required("config_flow"): True,
        vol.Required("single_config_entry"): bool,
        vol.Required("dependencies"): [str],
        vol.Required("after_dependencies"): [str],
        vol.Required("requirements"): [str],
        vol.Required("zeroconf"): [vol.All(str, vol.Lower, vol.Match(r"_[a-z0-9-]{1,15}\._(tcp|udp)\.local\.\Z"))],
    }
)
OF_HACS = vol.Schema(
    {
        vol.Required("name"): str,
        vol.Required("homeassistant"): str,
        vol.Optional("render_readme"): bool,
        vol.Optional("country"): vol.Any(str, [str]),
        vol.Optional("hide_default_branch"): bool,
        vol.Optional("persistent_directory"): str,
    }
)


def imported() -> set[str]:
    """Return which of Home Assistant's integrations ours imports, types that only checks read left out."""
    found: set[str] = set()
    for path in INTEGRATION.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for test in [node for node in ast.walk(tree) if isinstance(node, ast.If)]:
            if isinstance(test.test, ast.Name) and test.test.id == "TYPE_CHECKING":
                test.body = []
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("homeassistant.components"):
                continue
            inside = str(node.module).split(".")[2:]
            found |= {inside[0]} if inside else {alias.name for alias in node.names}
    return found


def test_the_manifest_is_one_that_home_assistant_takes() -> None:
    """Every key known and well-formed; domain and name first, the rest by the alphabet."""
    OF_A_MANIFEST(MANIFEST)
    assert list(MANIFEST) == ["domain", "name", *sorted(MANIFEST.keys() - {"domain", "name"})]
    assert MANIFEST["domain"] == INTEGRATION.name
    version = AwesomeVersion(MANIFEST["version"], ensure_strategy=[AwesomeVersionStrategy.SEMVER])
    assert version.valid
    assert (INTEGRATION / "config_flow.py").is_file()


def test_every_integration_that_is_used_is_named_and_there_is_no_other() -> None:
    """One that is not named may not be set up yet; a name that Home Assistant has no more would keep ours from it."""
    named = {*MANIFEST["dependencies"], *MANIFEST["after_dependencies"]}
    assert not {*MANIFEST["dependencies"]} & {*MANIFEST["after_dependencies"]}
    assert [one for one in sorted(named) if not (COMPONENTS / one / "manifest.json").is_file()] == []
    assert {"camera", "recorder", "websocket_api"} <= imported(), "it finds what it is to find"
    assert imported() - named - ALWAYS_THERE == set()
    for key in ("dependencies", "after_dependencies"):
        assert MANIFEST[key] == sorted(MANIFEST[key])


def test_every_requirement_can_be_read_and_bounds_what_comes_later() -> None:
    """A next major version is tried before residents get it."""
    for text in MANIFEST["requirements"]:
        requirement = Requirement(text)
        assert requirement.url is None
        assert requirement.marker is None
        assert {one.operator for one in requirement.specifier} & {"==", "<"}, text


async def test_home_assistant_itself_reads_the_manifest_and_finds_what_it_requires(hass: HomeAssistant) -> None:
    """By its own loader, dependencies and all, with nothing to install."""
    integration = await async_get_integration(hass, "milton_share")
    assert not integration.disabled
    assert integration.version == MANIFEST["version"]
    assert await integration.resolve_dependencies() is not None
    hass.config.skip_pip = True
    assert await async_get_integration_with_requirements(hass, "milton_share") is integration


def test_hacs_takes_the_repository() -> None:
    """Keys that it knows, one integration alone, and an earliest version that is tried."""
    OF_HACS(HACS)
    assert HACS["name"] == MANIFEST["name"]
    assert [path.name for path in (ROOT / "custom_components").iterdir() if (path / "manifest.json").exists()] == [
        "milton_share"
    ]
    assert HACS["homeassistant"] == EARLIEST
    assert AwesomeVersion(HACS["homeassistant"]).strategy is AwesomeVersionStrategy.CALVER
    assert f"\nhomeassistant=={EARLIEST} " in (ROOT / "requirements" / "default.txt").read_text()
    cv.url(MANIFEST["issue_tracker"])
    assert (ROOT / "README.md").is_file()


@pytest.mark.parametrize(("name", "side"), [("icon.png", 256), ("icon@2x.png", 512)])
def test_the_icon_has_the_size_that_home_assistant_shows(name: str, side: int) -> None:
    """Square, as its brands want: 256 and 512 points (PNG's header, RFC 2083 section 11.2.1)."""
    data = (INTEGRATION / "brand" / name).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", data[16:24]) == (side, side)
