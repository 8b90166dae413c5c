"""A session is worth nothing but at the device it was opened at, and a device nothing but with its person's passkey.

Real TLS, real certificates; each attempt is written down, with the person whose session it was.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
import pytest

from hub.identity.devices.authority import DEVICE_VALID
from hub.identity.devices.presented import HEADER
from hub.kit.settings import ClientCertificate
from tests.simulators.certificates import self_signed
from tests.simulators.enrolled import Machine, Station, station

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.officer_device import Device


STRANGE = "-----BEGIN%20CERTIFICATE-----%0AAAAA%0A-----END%20CERTIFICATE-----%0A"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Station]:
    """Run a hub that speaks TLS to officers."""
    async with station(tmp_path) as started:
        yield started


async def refused(device: Device, path: str = "/api/session") -> object:
    """Return the rule by which a call is refused, or the status."""
    headers = {"Cookie": f"{device.agency.cookie_name}={device.cookie}"}
    async with device.agency.session.get(device.agency.officers_url + path, headers=headers) as answer:
        return (await answer.json())["error"] if answer.status >= 400 else answer.status


async def test_a_cookie_is_good_at_the_device_it_was_opened_at_and_nowhere_else(town: Station) -> None:
    """Without a certificate, and with another device's: refused, and written down with the person."""
    own = await town.signed_in(await town.machine("desk"))
    assert await refused(own) == 200
    for thief, rule in (
        (await town.browser(), "certificate_needed"),
        (await town.browser(await town.machine("other")), "certificate_differs"),
    ):
        thief.cookie = own.cookie
        assert await refused(thief) == rule
        assert (rule, "officer") in await town.refusals()
        assert await refused(thief, "/sign-in") == (200 if rule == "certificate_differs" else rule)
    thief = await town.browser()
    thief.cookie = "made-up"
    assert await refused(thief) == "certificate_needed"
    assert await refused(own) == 200


async def test_a_certificate_alone_opens_nothing(town: Station) -> None:
    """Only the pages by which one signs in; a made-up cookie is nobody's."""
    browser = await town.browser(await town.machine("desk"))
    assert (await browser.page("/sign-in"))[0] == 200
    for cookie in ("", "made-up", "\u00e9"):
        browser.cookie = cookie
        assert await refused(browser) == "not_signed_in"
    assert ("not_signed_in", "") in await town.refusals()


async def test_without_a_certificate_not_even_the_open_routes_answer(town: Station) -> None:
    """Nor what a header says: where the hub speaks TLS, it reads none."""
    machine = await town.machine("desk")
    for browser in (await town.browser(), await town.browser(**{HEADER: machine.header})):
        for path in ("/sign-in", "/health", "/invite", "/static/none", "/nothing"):
            assert await refused(browser, path) == "certificate_needed"
    assert ("certificate_needed", "") in await town.refusals()


async def test_a_person_whose_device_is_not_let_in_reads_what_to_do_and_nothing_else(town: Station) -> None:
    """Put out or never enrolled is one page; it stands alone, for no script and no style would be answered."""
    lost, old = await town.machine("MPD-7"), await town.machine("old")
    assert await town.command("revoke", (await town.ids())["MPD-7"]) == 0
    showed_none = (await (await town.browser()).page("/sign-in"))[1]
    is_out = (await (await town.browser(lost)).page("/people"))[1]
    town.agency.clock.ahead += DEVICE_VALID
    has_run_out = (await (await town.browser(old)).page("/"))[1]
    for page, words in (
        (showed_none, "showed no certificate"),
        (is_out, "is not let in"),
        (has_run_out, "has run out"),
    ):
        assert words in page
        assert not [each for each in ("/static/", "<script", "revoked", "certificate_", "MPD-7") if each in page]


async def test_a_certificate_that_is_not_the_hubs_ends_the_handshake(town: Station) -> None:
    """Self-signed; the hub's own is not even asked about it."""
    folder = town.folder / "stranger"
    folder.mkdir()
    certificate, key = self_signed(folder, "MPD-LT-031")
    browser = await town.browser(Machine(key=key, certificate=certificate))
    with pytest.raises((aiohttp.ClientError, OSError)):
        await refused(browser)


async def test_a_device_that_is_revoked_in_the_middle_of_a_session_is_out(town: Station) -> None:
    """On the connection that is open, too; its passkey signs in at another device only."""
    own, desk = await town.signed_in(await town.machine("lost")), await town.signed_in(await town.machine("desk"))
    assert await refused(own) == 200
    assert await town.command("revoke", (await town.ids())["lost"][:16]) == 0
    assert await refused(own) == "certificate_revoked"
    assert ("certificate_revoked", "officer") in await town.refusals()
    assert (await own.post("/sign-in/options"))[1]["error"] == "certificate_revoked"
    assert await refused(desk) == 200


async def test_a_device_that_is_revoked_in_the_middle_of_a_stream_hears_no_more(town: Station) -> None:
    """The stream ends; the page that asks again is refused and written down."""
    own = await town.signed_in(await town.machine("lost"), "supervisor")
    agency = town.agency
    headers = {"Cookie": f"{agency.cookie_name}={own.cookie}", "Accept": "text/event-stream"}
    async with own.agency.session.get(f"{agency.officers_url}/cosign/events", headers=headers) as stream:
        assert stream.status == 200
        assert b"ready" in await stream.content.readline()
        assert await town.command("revoke", (await town.ids())["lost"]) == 0
        async with agency.hub.database.session("test") as session:
            await agency.hub.topics.begin(session)
        async with asyncio.timeout(40):
            assert b"changed" not in await stream.content.read()
    assert await refused(own, "/cosign/events") == "certificate_revoked"
    assert ("certificate_revoked", "supervisor") in await town.refusals()


def _again(address: tuple[str, int], context: ssl.SSLContext) -> bool:
    """Return whether a second connection went on from a first, which got its answer, and proved no key."""
    session = None
    for _ in "12":
        with socket.create_connection(address) as line, context.wrap_socket(line, session=session) as tls:
            tls.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            while tls.recv(65_536):
                pass
            session, went_on = tls.session, tls.session_reused or False
    return went_on


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_each_connection_proves_the_devices_key(town: Station, newest: ssl.TLSVersion) -> None:
    """None goes on from an earlier one: who has the secrets of that, and not the key, connects no more."""
    machine = await town.machine("desk")
    assert machine.certificate is not None
    context = ssl.create_default_context(cafile=town.trusted)
    context.check_hostname, context.maximum_version = False, newest
    context.load_cert_chain(machine.certificate, machine.key)
    parts = urlsplit(town.agency.officers_url)
    assert parts.hostname is not None
    assert parts.port is not None
    try:
        went_on = await asyncio.to_thread(_again, (parts.hostname, parts.port), context)
    except ssl.SSLError:
        went_on = False  # of TLS 1.2, by which a connection goes on also where there are no tickets, there is none
        assert newest is ssl.TLSVersion.TLSv1_2
    assert not went_on


async def test_nobody_else_signs_in_at_a_persons_own_device(town: Station) -> None:
    """Whose passkey it may be."""
    machine = await town.machine("Whitfield's", "officer")
    assert await refused(await town.signed_in(machine)) == 200
    other = await town.browser(machine)
    await other.open_invitation("supervisor")
    status, answer = await other.register()
    assert (status, answer["error"]) == (403, "device_of_another")


async def test_a_certificate_that_has_run_out_is_refused(town: Station) -> None:
    """By the hub's clock, on a connection that was made before."""
    own = await town.signed_in(await town.machine("desk"))
    town.agency.clock.ahead += DEVICE_VALID
    assert await refused(own) == "certificate_expired"


async def test_behind_a_web_server_the_header_is_as_good_and_no_better(tmp_path: Path) -> None:
    """Twice, broken, another's, or none: refused."""
    async with station(tmp_path, ClientCertificate.HEADER) as town:
        desk, other = await town.machine("desk"), await town.machine("other")
        own = await town.browser(**{HEADER: desk.header})
        await own.open_invitation("officer")
        assert (await own.register())[0] == 200
        assert await refused(own) == 200
        for headers, rule in (
            ({HEADER: other.header}, "certificate_differs"),
            ({}, "certificate_needed"),
            ({HEADER: desk.header + "%20x"}, "certificate_needed"),
            ({HEADER: STRANGE}, "certificate_unknown"),
        ):
            thief = await town.browser(**headers)
            thief.cookie = own.cookie
            assert await refused(thief) == rule
            assert (rule, "officer") in await town.refusals()
