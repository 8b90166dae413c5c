"""What pages say of the log's witnesses, whose names are long: on a phone and on a desk, by day and by night."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from hub.kit.access import Role
from milton_protocol.translog.verifier_key import SignatureType, VerifierKey
from tests.browser.accessibility import page_faults
from tests.browser.asking import FurtherDevice
from tests.browser.conftest import found, serving
from tests.browser.officers import LARGE, Wanted
from tests.browser.test_narrow_pages import PHONE, PHONE_FAULTS, come_in_as
from tests.simulators.city import ed25519

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import City

NAMES = (
    "witness.departmentofcomputerscience.universityofthestate.example/public-log",
    "witness.thecivilrightsobservatoryofthenorthernmetropolitanarea.example/log",
    "press.example/log",
)
AGO = datetime.now(UTC) - timedelta(hours=5)


def vkey(name: str) -> str:
    """Return the key of a witness that answers nobody."""
    return VerifierKey.of(name, ed25519(name), SignatureType.COSIGNATURE).format()


def name_in(folder: Path, names: tuple[str, ...]) -> None:
    """Have the hub ask these witnesses and no others."""
    settings = folder / "hub" / "hub.toml"
    tables = (f'\n[[witness]]\nvkey = "{vkey(name)}"\nurl = "http://127.0.0.1:9"\n' for name in names)
    settings.write_text(settings.read_text().partition("\n[[witness]]")[0] + "".join(tables))


def denied(folder: Path) -> None:
    """Write into the books that one witness has been away for hours, and that another denies the log."""
    row = "INSERT INTO witness VALUES (?, 0, NULL, ?, ?, ?, ?, ?)"
    at = f"{AGO:%Y-%m-%d %H:%M:%S.%f}"
    with contextlib.closing(sqlite3.connect(folder / "hub" / "hub.sqlite")) as books, books:
        books.execute(row, (vkey(NAMES[0]), at, "away", at, "", None))
        books.execute(row, (vkey(NAMES[1]), at, "ahead", at, "ahead", 1_234_567))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Serve a city that asks for three witnesses, of whom its hub knows two: one is away, one denies the log."""
    town = found(tmp_path_factory.mktemp("witnessed"), demo=True)
    name_in(town.folder, NAMES)
    draft, signed = (town.folder / f"{name}-{time.monotonic_ns()}.json" for name in ("record", "signed"))
    town.run("record", "draft", str(town.folder), str(draft), "--witness-quorum", "3")
    town.run("endorse", str(draft), str(signed), "--key", str(town.folder / "offline" / "root.key"), "--yes")
    town.run("take", str(town.folder), str(signed))
    name_in(town.folder, NAMES[:2])
    denied(town.folder)
    with serving(town) as running:
        yield running


@pytest.fixture(scope="module")
def request_id(town: City) -> str:
    """Sign a request that can't be published."""
    with ThreadPoolExecutor(1) as pool, contextlib.closing(FurtherDevice(town, pool)) as device:
        return device.sign(Wanted(points=LARGE))


SAID = {
    (Role.ADMINISTRATOR, "/administration"): {"log_denied", "witnesses", "witnesses_missing"},
    (Role.AUDITOR, "/oversight"): {"log_denied", "witnesses", "witnesses_missing"},
    (Role.SUPERVISOR, "/requests"): {"log_denied", "witnesses_missing"},
    (Role.SUPERVISOR, "/requests/{id}"): {"log_denied", "witnesses_missing"},
}


def test_what_is_said_of_witnesses_is_whole_on_a_phone(town: City, chromium: Browser, request_id: str) -> None:
    """However long their names are; no page scrolls sideways by one, and each banner is read in both themes."""
    for role in dict.fromkeys(role for role, _ in SAID):
        page = chromium.new_context(viewport=PHONE, has_touch=True, timezone_id="America/New_York").new_page()
        come_in_as(page, town, role)
        for (whose, path), said in SAID.items():
            if whose is role:
                page.set_viewport_size(PHONE)
                page.goto(town.officers + path.format(id=request_id))
                shows(page, said)
        page.context.close()


def shows(page: Page, said: set[str]) -> None:
    """Look at a page's banners."""
    banners = page.locator("[data-notice]")
    assert {each.get_attribute("data-notice") for each in banners.all()} == said
    if "witnesses" in said:
        assert NAMES[0] in page.inner_text("[data-notice=witnesses]")
    assert NAMES[1] in page.inner_text("[data-notice=log_denied]")
    assert page.evaluate(PHONE_FAULTS) == []
    assert page_faults(page) == []
