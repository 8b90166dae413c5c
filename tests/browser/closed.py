"""Browsers in front of a hub that asks each device for its certificate; each person has a key ring of their own."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.browser.officers import register
from tests.browser.security_keys import SecurityKeys
from tests.simulators.enrolled import asks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Page, Route

    from tests.browser.conftest import City

FORBIDDEN = "Failed to load resource: the server responded with a status of 403 (Forbidden)"
ENDED = "Failed to load resource: the server responded with a status of 401 (Unauthorized)"  # a session
OWN = "the device's own"  # key, with which its person signs in
PROVES = re.compile("/(reverify|sign-in)/options$")
ADVICE = "publicKey.pubKeyCredParams is missing"  # that RSA keys were taken, too: the protocol takes none


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A device's certificate and key."""

    certificate: Path
    key: Path


@dataclass(kw_only=True)
class Seat:
    """A person at a device: one tab, their keys, and what its console has said since it was last looked at."""

    page: Page
    keys: SecurityKeys
    said: list[str] = field(default_factory=list)
    proven_again: int = 0

    def hear(self, message: ConsoleMessage) -> None:
        """Remember an error or a warning."""
        if message.type in {"error", "warning"} and not message.text.startswith(ADVICE):
            self.said.append(message.text)

    def proves(self, route: Route) -> None:
        """Touch the device's own key when the hub asks for it; an act that needs it is refused first, by no error."""
        self.proven_again += "reverify" in route.request.url
        self.keys.touch(OWN)
        route.continue_()

    def heard(self) -> list[str]:
        """Return what was said beside that, and forget it."""
        for _ in range(min(self.proven_again, self.said.count(FORBIDDEN))):
            self.said.remove(FORBIDDEN)
        said, self.said, self.proven_again = self.said, [], 0
        return said


def enrolled(city: City, name: str, person_id: str | None = None) -> Machine:
    """Enrol a device by the key that was made on it: a person's, or the station's."""
    key, request = asks(city.folder, name)
    person = () if person_id is None else ("--person", person_id)
    city.run("device", "enrol", str(city.folder), str(request), "--label", name, *person)
    return Machine(certificate=request.with_suffix(".crt"), key=key)


@contextmanager
def browser_of(chromium: Browser, city: City, machine: Machine | None) -> Iterator[Page]:
    """Open a profile that shows this certificate to the officers' hostname, or none."""
    shown = (
        []
        if machine is None
        else [{"origin": city.officers, "certPath": str(machine.certificate), "keyPath": str(machine.key)}]
    )
    context = chromium.new_context(
        ignore_https_errors=True,
        client_certificates=shown or None,
        timezone_id="America/New_York",
        viewport={"width": 1440, "height": 900},
    )
    yield context.new_page()
    context.close()


def signer_by_address(page: Page, city: City) -> None:
    """Fetch the signer's files for the browser: whoever shows its certificate for it does not know the name."""
    signer = urlsplit(city.signer)

    def fetch(route: Route) -> None:
        url = urlsplit(route.request.url)._replace(netloc=f"127.0.0.1:{signer.port}").geturl()
        route.fulfill(response=route.fetch(url=url, headers={**route.request.headers, "host": signer.netloc}))

    page.route(f"{city.signer}/**", fetch)


@contextmanager
def seat_of(chromium: Browser, city: City, machine: Machine, link: str) -> Iterator[Seat]:
    """Let a person register at a device, by passkeys of the browser's own making; they are signed in."""
    with browser_of(chromium, city, machine) as page:
        seat = Seat(page=page, keys=SecurityKeys.of(page))
        page.on("console", seat.hear)
        page.on("pageerror", lambda error: seat.said.append(str(error)))
        seat.keys.add(OWN, has_prf=False, built_in=True)
        seat.keys.touch(OWN)
        page.route(PROVES, seat.proves)
        signer_by_address(page, city)
        register(page, link, f"device {machine.key.stem}")
        yield seat
