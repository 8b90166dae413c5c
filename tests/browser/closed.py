"""Browsers in front of a hub that asks each device for its certificate; each person has a key ring of their own."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.browser.officers import register
from tests.browser.security_keys import SecurityKeys
from tests.simulators.enrolled import asks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Page

    from tests.browser.conftest import City

FORBIDDEN = "Failed to load resource: the server responded with a status of 403 (Forbidden)"
ENDED = "Failed to load resource: the server responded with a status of 401 (Unauthorized)"  # a session
# How each such key begins in a certificate (RFC 8017), and how long it is.
RSA_2048, RSA_2048_SIZE_BYTES = bytes.fromhex("30820122300d06092a864886f70d0101010500"), 294
OWN = "the device's own"  # key, with which its person signs in
PROVES = ("*/reverify/options", "*/sign-in/options")
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

    def proves(self, url: str) -> None:
        """Touch the device's own key when the hub asks for it; an act that needs it is refused first, by no error."""
        self.proven_again += "reverify" in url
        self.keys.touch(OWN)

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


def key_in_front(chromium: Browser, city: City) -> str:
    """Return the digest of the key with which the driver, who shows devices' certificates, is in front of the hub.

    A browser that knows it keeps scripts in its cache as it does for any other city.
    """
    with browser_of(chromium, city, enrolled(city, "first")) as page:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        page.goto(f"{city.officers}/sign-in")
        shown = session.send("Network.getCertificate", {"origin": city.officers})["tableNames"]
    certificate = b64decode(shown[0])  # of a version that there is not: no reader takes it
    plain = certificate[certificate.index(RSA_2048) :][:RSA_2048_SIZE_BYTES]
    return b64encode(hashlib.sha256(plain).digest()).decode()


def signers_answer(city: City, url: str) -> dict[str, Any]:
    """Fetch a file of the signer for the browser: whoever shows its certificate for it does not know the name."""
    signer = urlsplit(city.signer)
    with closing(HTTPConnection("127.0.0.1", signer.port or 80)) as connection:
        connection.request("GET", url.removeprefix(city.signer) or "/", headers={"Host": signer.netloc})
        answer = connection.getresponse()
        body = b64encode(answer.read()).decode()
        headers = [{"name": name, "value": value} for name, value in answer.getheaders()]
    return {"responseCode": answer.status, "responseHeaders": headers, "body": body}


def between(page: Page, city: City, seat: Seat) -> None:
    """Stand between the browser and what it asks for, where that needs it, and nowhere else.

    By the debugger: were it by the driver, the browser would keep no script in its cache, and no other page would be as
    people have it.
    """
    session = page.context.new_cdp_session(page)

    def paused(event: dict[str, Any]) -> None:
        url, asked = event["request"]["url"], {"requestId": event["requestId"]}
        if url.startswith(f"{city.signer}/"):
            session.send("Fetch.fulfillRequest", asked | signers_answer(city, url))
            return
        seat.proves(url)
        session.send("Fetch.continueRequest", asked)

    session.on("Fetch.requestPaused", paused)
    patterns = [{"urlPattern": each} for each in (*PROVES, f"{city.signer}/*")]
    session.send("Fetch.enable", {"patterns": patterns})


@contextmanager
def seat_of(chromium: Browser, city: City, machine: Machine, link: str) -> Iterator[Seat]:
    """Let a person register at a device, by passkeys of the browser's own making; they are signed in."""
    with browser_of(chromium, city, machine) as page:
        seat = Seat(page=page, keys=SecurityKeys.of(page))
        page.on("console", seat.hear)
        page.on("pageerror", lambda error: seat.said.append(str(error)))
        seat.keys.add(OWN, has_prf=False, built_in=True)
        seat.keys.touch(OWN)
        between(page, city, seat)
        register(page, link, f"device {machine.key.stem}")
        yield seat
