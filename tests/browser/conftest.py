"""A hub that was founded by its own commands, and a real Chromium in front of its pages."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from hub.__main__ import main
from tests.browser.asking import FurtherDevice
from tests.browser.closed import key_in_front
from tests.browser.homes import enrol, share
from tests.browser.officers import Wanted, come_in, see
from tests.browser.panel_stage import NOW, ORIGIN
from tests.browser.tabs import Tabs
from tests.simulators.certificates import self_signed
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

    from tests.browser.homes import Answer
    from tests.simulators.sealed_share import SealedShare

HERE = Path(__file__).parent
START_S = 30
CLOCK_S = 60  # more than a busy machine takes to say what its clock shows
CHROMIUM = shutil.which("chromium")
SHELL = shutil.which("chromium-headless-shell")  # the same engine without windows: half the processor time of a tab
LAUNCHER = HERE / "chromium.sh"  # starts either without what no test looks at
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
ARGUMENTS += ["--ignore-certificate-errors"]  # of the one city with TLS: a context's word does not reach its workers


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests last: while the browser's driver runs, no other test can have an event loop in this thread."""
    items.sort(key=lambda item: HERE in item.path.parents)


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A running hub: its folder, and where its pages are."""

    folder: Path
    homes: str
    officers: str
    signer: str
    residents: str

    def run(self, *arguments: str) -> str:
        """Run ``milton-hub`` and return what it said; in a thread: the browser's driver has this one's event loop."""
        said = io.StringIO()
        with ThreadPoolExecutor(1) as pool, contextlib.redirect_stdout(said):
            assert pool.submit(main, arguments).result() == 0
        return said.getvalue()

    def invitation(self, person_id: str) -> str:
        """Return a new invitation's link."""
        match = re.search(r"link: (\S+)", self.run("invite", str(self.folder), person_id))
        assert match is not None
        return match[1]

    def sign_directory(self) -> str:
        """Let both directory keys sign whatever people's devices have proposed."""
        out = self.folder / "proposals"
        self.run("proposals", str(self.folder), "--out", str(out))
        files = [argument for path in sorted(out.glob("*.json")) for argument in ("--proposal", str(path))]
        said = self.run("directory", "sign", str(self.folder), "--yes", *files)
        shutil.rmtree(out)
        return said


def found(folder: Path, *, demo: bool, borders: Path | None = None, tls: bool = False) -> City:
    """Found a city with the hub's own command; ``tls``: the hub asks officers' devices for their certificates."""
    homes, officers, signer, residents = (free_port() for _ in range(4))
    city = City(
        folder=folder,
        homes=f"http://127.0.0.1:{homes}",
        officers=f"{'https' if tls else 'http'}://localhost:{officers}",
        signer=f"http://sign.localhost:{signer}",
        residents=f"http://community.localhost:{residents}",
    )
    arguments = [
        *("init", str(folder), "--home-url", city.homes if demo else "https://hub.example"),
        *("--officers-origin", city.officers, "--signer-origin", city.signer),
        *("--listen-homes", f"127.0.0.1:{homes}"),
        *("--listen-officers", f"127.0.0.1:{officers}"),
        *("--listen-signer", f"127.0.0.1:{signer}"),
        *("--listen-community", f"127.0.0.1:{residents}"),
    ]
    arguments += ["--demo", "--community-origin", city.residents] if demo else []
    arguments += [] if borders is None else ["--jurisdiction", str(borders), "--signer-served-by", "hub"]
    city.run(*arguments)
    if tls:
        self_signed(folder / "hub", "localhost")
        settings = folder / "hub" / "hub.toml"
        more = 'client_certificate = "tls"\ncertificate = "certificate.pem"\nkey = "key.pem"\n'
        settings.write_text(settings.read_text().replace("[officers]\n", f"[officers]\n{more}"))
    return city


@contextlib.contextmanager
def serving(city: City) -> Iterator[City]:
    """Serve the city's hub."""
    command = [sys.executable, "-m", "hub", "serve", str(city.folder)]
    log = city.folder / "serve.log"
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT) as process:
        try:
            deadline = time.monotonic() + START_S
            while "The hub is ready." not in log.read_text():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            yield city
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """One demonstration city for all tests of the pages."""
    with serving(found(tmp_path_factory.mktemp("city"), demo=True)) as running:
        yield running


@pytest.fixture(scope="session")
def closed_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """One more, whose hub speaks TLS to officers itself and asks each device for its certificate."""
    with serving(found(tmp_path_factory.mktemp("closed"), demo=True, tls=True)) as running:
        yield running


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """Return what drives browsers from outside."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def whole_chromium(driver: Playwright, closed_city: City) -> Iterator[Browser]:
    """Chromium as people have it, windows and all."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with launched(driver, SHELL or CHROMIUM) as browser:
        known = key_in_front(browser, closed_city)
    with launched(driver, CHROMIUM, f"--ignore-certificate-errors-spki-list={known}") as browser:
        yield browser


@pytest.fixture(scope="session")
def chromium(driver: Playwright, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Chromium; without its windows where Debian's package of that is there."""
    if SHELL is None:
        yield request.getfixturevalue("whole_chromium")
        return
    with launched(driver, SHELL) as browser:
        yield browser


@pytest.fixture(scope="session")
def tabs(chromium: Browser) -> Iterator[Tabs]:
    """Return tabs at a home's Home Assistant."""
    with Tabs(chromium, origin=ORIGIN, now=NOW) as opened:
        yield opened


@contextlib.contextmanager
def launched(driver: Playwright, program: str, *more: str) -> Iterator[Browser]:
    """Start a browser; end it at the end."""
    environment = {**os.environ, "CHROMIUM": program}
    browser = driver.chromium.launch(executable_path=LAUNCHER, args=[*ARGUMENTS, *more], env=environment)
    try:
        yield browser
    finally:
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """Return a browser profile that nobody has used."""
    fresh = chromium.new_context(viewport={"width": 1440, "height": 900}, timezone_id="America/New_York")
    yield fresh
    fresh.close()


def _tab(context: BrowserContext) -> Iterator[Page]:
    tab = context.new_page()
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda message: wrong.append(message.text) if "Content Security Policy" in message.text else None)
    yield tab
    tab.close()
    assert wrong == []


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Return a tab in which a script error or a broken security policy fails the test."""
    yield from _tab(context)


@pytest.fixture(scope="session")
def officer_profile(chromium: Browser, city: City) -> Iterator[BrowserContext]:
    """Register the officer's device once, for all tests that only use it."""
    profile = chromium.new_context(viewport={"width": 1440, "height": 900}, timezone_id="America/New_York")
    come_in(profile.new_page(), city, "officer")
    yield profile
    ahead_s = profile.new_page().evaluate("() => Date.now()") / 1_000 - time.time()
    profile.close()
    assert abs(ahead_s) < CLOCK_S, "a test has moved the clock of this profile, and of all pages after it"


@pytest.fixture
def officer(officer_profile: BrowserContext) -> Iterator[Page]:
    """Return a tab of the officer who is signed in and whose signing key the directory has."""
    yield from _tab(officer_profile)


@pytest.fixture(scope="session")
def elsewhere(city: City) -> Iterator[FurtherDevice]:
    """Register one more device of that officer, to ask at it without a browser."""
    with ThreadPoolExecutor(1) as pool, contextlib.closing(FurtherDevice(city, pool)) as device:
        yield device


@pytest.fixture(scope="module")
def home(city: City) -> str:
    """Enrol a home."""
    return enrol(city)


@pytest.fixture(scope="module")
def answers(city: City, elsewhere: FurtherDevice, home: str) -> Callable[[Answer], SealedShare]:
    """Ask once for all tests of a file; return how a home answers."""
    request_id = elsewhere.publish(Wanted())
    return lambda answer: share(city, home, request_id, answer)


@pytest.fixture
def home_shares(city: City, officer: Page, elsewhere: FurtherDevice, home: str) -> Callable[[Answer], SealedShare]:
    """Publish a request, open its page, and let the home share an answer to it."""
    request_id = elsewhere.publish(Wanted())
    see(officer, city, request_id)
    return lambda answer: share(city, home, request_id, answer)
