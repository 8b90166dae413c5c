"""Write what a city and a resident install as CycloneDX bills of materials: ``python -m scripts.bill FOLDER``.

- ``hub.cdx.json``: every pin of ``requirements/hub.txt`` (those that only tests and checks need have the scope
  ``excluded``), and the packages that are built into the hub's pages.
- ``home.cdx.json``: what the integration's manifest brings, at the pins of the earliest Home Assistant, and the
  packages that are built into its pages. Home Assistant's own packages aren't listed.

The same tree gives the same bytes: a bill has no date and no random serial number, both optional in CycloneDX.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[1]
HUB_BUILT = ("web/static", "community/static", "community/answer")
HUB_NOTICES = tuple(ROOT / "hub" / folder / "THIRD-PARTY-NOTICES.txt" for folder in HUB_BUILT)
HOME_NOTICES = ROOT / "custom_components" / "milton_share" / "www" / "THIRD-PARTY-NOTICES.txt"
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
_NOTICE = re.compile(r"^-{80}\n\n(\S+) (\S+) \(([^()]+)\)$", re.MULTILINE)  # as frontend/build.mjs writes them
_LICENSE_MAX_CHARS = 60  # some packages have the whole text where its name belongs


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One package. ``kind`` is its registry, as a package URL names it; ``runs``: not for tests and checks only."""

    kind: str
    name: str
    version: str
    license: str
    runs: bool = True

    @property
    def purl(self) -> PackageURL:
        """Return its package URL (ECMA-427)."""
        scope, _, name = self.name.rpartition("/")
        return PackageURL(type=self.kind, namespace=scope or None, name=name, version=self.version)


def of_hub() -> list[Part]:
    """Return the hub's parts."""
    runs = _brought_by(_project()["project"]["dependencies"])
    built_in = dict.fromkeys(part for notices in HUB_NOTICES for part in _built_in(notices))  # both houses have some
    return [*_locked("hub", runs), *built_in]


def of_home() -> list[Part]:
    """Return the parts that a home installs."""
    brought = _brought_by(_project()["dependency-groups"]["integration"])
    return [*(part for part in _locked("default", brought) if part.runs), *_built_in(HOME_NOTICES)]


def _project() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def _locked(lock: str, runs: set[str]) -> Iterator[Part]:
    for name, version in _PIN.findall((ROOT / "requirements" / f"{lock}.txt").read_text()):
        yield Part(kind="pypi", name=name, version=version, license=_license(name), runs=name in runs)


def _built_in(notices: Path) -> Iterator[Part]:
    for name, version, license_ in _NOTICE.findall(notices.read_text()):
        yield Part(kind="npm", name=name, version=version, license=license_)


def _brought_by(requirements: Iterable[str]) -> set[str]:
    """Return what ``requirements`` bring to this environment, extras and all (PEP 508)."""
    found: set[tuple[str, frozenset[str]]] = set()
    queue = [Requirement(text) for text in requirements]
    while queue:
        wanted = queue.pop()
        key = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if key in found:
            continue
        found.add(key)
        extras = "", *wanted.extras
        queue.extend(
            each
            for each in map(Requirement, metadata.requires(wanted.name) or ())
            if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in extras)
        )
    return {name for name, _ in found}


def _license(name: str) -> str:
    """Return what an installed package says of its license; nothing of one that is for other systems."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    short = [text for text in said.get_all("License") or () if len(text) <= _LICENSE_MAX_CHARS and "\n" not in text]
    classes = [text.rpartition(" :: ")[2] for text in said.get_all("Classifier") or () if text.startswith("License")]
    found = [*(said.get_all("License-Expression") or ()), *short, *classes]
    return next((text for text in found if text != "UNKNOWN"), "")


def bill(name: str, parts: Iterable[Part]) -> str:
    """Return a bill as CycloneDX 1.6 in JSON, in the order of its package URLs."""
    licenses = LicenseFactory()
    version = str(_project()["project"]["version"])
    whole = Component(name=name, version=version, type=ComponentType.APPLICATION, bom_ref=name)
    whole.licenses.add(licenses.make_from_string("Apache-2.0"))
    bom = Bom()
    bom.metadata.component = whole
    for part in parts:
        component = Component(
            name=part.name,
            version=part.version,
            type=ComponentType.LIBRARY,
            purl=part.purl,
            bom_ref=part.purl.to_string(),
            scope=ComponentScope.REQUIRED if part.runs else ComponentScope.EXCLUDED,
        )
        if part.license:
            component.licenses.add(licenses.make_from_string(part.license))
        bom.components.add(component)
        bom.register_dependency(whole, [component])
    written = json.loads(JsonV1Dot6(bom).output_as_string())
    del written["serialNumber"], written["metadata"]["timestamp"]
    return json.dumps(written, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, parts in {"hub": of_hub(), "home": of_home()}.items():
        path = folder / f"{name}.cdx.json"
        path.write_text(bill(f"milton-share-{name}", parts))
        sys.stdout.write(f"{path}: {len(parts)} parts\n")
