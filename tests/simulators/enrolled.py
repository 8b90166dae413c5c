"""A hub whose officers' hostname is for enrolled devices alone: real TLS, keys made on the devices."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import select

from hub.__main__ import main
from hub.app import build_hub
from hub.audit.model import DenialRow
from hub.cli.serve import officers_tls, open_site
from hub.identity.devices.model import Device as DeviceRow
from hub.kit.settings import Address, ClientCertificate, Settings
from tests.simulators.agency import Agency, found_agency
from tests.simulators.certificates import A_DAY, self_signed
from tests.simulators.hub_bench import MovableClock
from tests.simulators.officer_device import Device

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import timedelta
    from pathlib import Path

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A device of the city's: its key, and the certificate that it was given (None: none)."""

    key: Path
    certificate: Path | None = None

    @property
    def header(self) -> str:
        """What a web server says of it."""
        assert self.certificate is not None
        return quote(self.certificate.read_text(encoding="ascii"))


@dataclass(kw_only=True)
class Station:
    """A running hub, and its devices; ``agency`` has what the simulators want of one."""

    agency: Agency
    folder: Path
    trusted: Path
    stack: AsyncExitStack

    async def command(self, *words: str) -> int:
        """Run ``milton-hub device WORDS`` beside the running hub."""
        action, *more = words
        return await asyncio.to_thread(main, ["device", action, str(self.folder), *more])

    async def machine(self, name: str, person_id: str | None = None) -> Machine:
        """Make a key on a device, and enrol it."""
        key, request = asks(self.folder, name)
        person = () if person_id is None else ("--person", person_id)
        assert await self.command("enrol", str(request), "--label", name, *person) == 0
        return Machine(key=key, certificate=request.with_suffix(".crt"))

    async def ids(self) -> dict[str, str]:
        """Return the devices' ids by their labels."""
        async with self.agency.hub.database.reading() as session:
            return {each.label: each.device_id for each in await session.scalars(select(DeviceRow))}

    async def refusals(self) -> list[tuple[str, str]]:
        """Return what was written down as refused: the rule and the person."""
        await self.agency.hub.jobs.run_now("denials")
        async with self.agency.hub.database.reading() as session:
            rows = await session.scalars(select(DenialRow).order_by(DenialRow.number))
            return [(each.rule, each.person_id) for each in rows]

    async def browser(self, machine: Machine | None = None, **headers: str) -> Device:
        """Open a browser on a device: it shows its certificate and proves its key."""
        context = ssl.create_default_context(cafile=self.trusted)
        context.check_hostname = False
        if machine is not None and machine.certificate is not None:
            context.load_cert_chain(machine.certificate, machine.key)
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context), cookie_jar=aiohttp.DummyCookieJar(), headers=headers
        )
        await self.stack.enter_async_context(session)
        return Device.new(replace(self.agency, session=session))

    async def signed_in(self, machine: Machine, person_id: str = "officer") -> Device:
        """Invite a person, who registers a passkey at a device and is signed in."""
        device = await self.browser(machine)
        status, answer = await device.open_invitation(person_id)
        assert status == 200, answer
        assert (await device.register())[0] == 200
        return device


def asks(folder: Path, name: str, key: ec.EllipticCurvePrivateKey | None = None) -> tuple[Path, Path]:
    """Make a key and its signing request; return their paths."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "the chief")])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    key_path, request_path = folder / f"{name}.key", folder / f"{name}.csr"
    key_path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    request_path.write_bytes(request.public_bytes(Encoding.PEM))
    return key_path, request_path


def asking(folder: Path, kind: ClientCertificate, ends_in: timedelta = A_DAY) -> tuple[Settings, Path]:
    """Found an agency whose hub asks for certificates; return its settings, and what browsers trust (its own)."""
    settings, _ = found_agency(folder)
    trusted, _key = self_signed(settings.folder, "localhost", ends_in=ends_in)
    file = settings.folder / "hub.toml"
    more = f'client_certificate = "{kind}"\ncertificate = "certificate.pem"\nkey = "key.pem"\n'
    text = file.read_text().replace("[officers]\n", f"[officers]\n{more}")
    if kind is ClientCertificate.TLS:
        text = text.replace(f'"{settings.officers_origin}"', f'"{settings.officers_origin.replace("http:", "https:")}"')
    file.write_text(text)
    return Settings.load(folder), trusted


@asynccontextmanager
async def station(
    folder: Path, kind: ClientCertificate = ClientCertificate.TLS, *, ends_in: timedelta = A_DAY
) -> AsyncIterator[Station]:
    """Run a hub that asks for devices' certificates; the officers' site is opened as ``milton-hub serve`` does.

    The site's own certificate ends then.
    """
    settings, trusted = await asyncio.to_thread(asking, folder, kind, ends_in)
    clock = MovableClock()
    hub = build_hub(settings, clock=clock)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(hub.running())
        port = await stack.enter_async_context(
            open_site(hub.officers, Address(host=HOST, port=0), officers_tls(settings))
        )
        session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        scheme = "https" if kind is ClientCertificate.TLS else "http"
        agency = Agency(
            settings=settings,
            hub=hub,
            clock=clock,
            session=session,
            homes_url="",
            officers_url=f"{scheme}://{HOST}:{port}",
            passkeys={},
        )
        yield Station(agency=agency, folder=folder, trusted=trusted, stack=stack)
