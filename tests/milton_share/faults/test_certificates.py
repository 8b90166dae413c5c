"""A certificate that expired, is for another name, or that nobody vouches for: refused, said, nothing sent in plain."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from homeassistant.config_entries import SOURCE_USER
from homeassistant.helpers import issue_registry as ir
from homeassistant.util.ssl import get_default_context

from custom_components.milton_share.const import DOMAIN
from custom_components.milton_share.hub_link import mqtt
from custom_components.milton_share.hub_link.certificates import refused_certificate
from custom_components.milton_share.shared.milton_protocol.messages.homes.enrollment import MqttAccess
from tests.milton_share.conftest import Home, join
from tests.milton_share.hub_link.test_mqtt import MOSQUITTO, broker, publish
from tests.simulators.bad_network import BadLine
from tests.simulators.hub import CODE
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Owner
    from tests.simulators.hub import HubSimulator

DAY = timedelta(days=1)
SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
KINDS = ["expired", "other_name", "unknown_issuer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who issues certificates."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def issue(self, folder: Path, name: str, *, host: str = "127.0.0.1", until: timedelta = DAY) -> tuple[str, str]:
        """Return the files of a certificate for an address, and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder("server", key, self.certificate.subject, until)
        alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        certificate = (
            builder.add_extension(alternative, critical=False)
            .add_extension(issuer, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        paths = folder / f"{name}.pem", folder / f"{name}.key"
        paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
        paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return str(paths[0]), str(paths[1])


def authority(name: str) -> Authority:
    """Make one."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _builder(name, key, subject, DAY)
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(SIGNS_CERTIFICATES, critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(key=key, certificate=certificate)


def _builder(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Name, until: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 10 * DAY)
        .not_valid_after(now + until)
    )


@pytest.fixture(scope="module")
def trusted() -> Authority:
    """Make one that this machine trusts, as the one of a city is."""
    one = authority("an authority that is trusted here")
    get_default_context().load_verify_locations(cadata=one.certificate.public_bytes(Encoding.PEM).decode())
    return one


@dataclass(slots=True, kw_only=True)
class Showing:
    """A server's TLS, and the certificates that it can show."""

    context: ssl.SSLContext
    files: dict[str, tuple[str, str]]

    def show(self, kind: str) -> None:
        """Show this one to whoever connects from now on."""
        self.context.load_cert_chain(*self.files[kind])


@pytest.fixture
def showing(trusted: Authority, tmp_path: Path) -> Showing:
    """Begin with a good one."""
    files = {
        "good": trusted.issue(tmp_path, "good"),
        "expired": trusted.issue(tmp_path, "expired", until=-DAY),
        "other_name": trusted.issue(tmp_path, "other_name", host="192.0.2.7"),
        "unknown_issuer": authority("nobody").issue(tmp_path, "unknown_issuer"),
    }
    one = Showing(context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), files=files)
    one.show("good")
    return one


@pytest.fixture
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try the broker again after a moment instead of seconds."""
    monkeypatch.setattr(mqtt, "BACK_OFF_S", (0.1, 0.2))


async def _line(port: int, showing: Showing) -> AsyncIterator[BadLine]:
    line = BadLine(host="127.0.0.1", port=port, tls=showing.context)
    await line.start()
    yield line
    await line.stop()


@pytest.fixture
async def line(hub: HubSimulator, showing: Showing) -> AsyncIterator[BadLine]:
    """Speak TLS before the hub."""
    async for one in _line(int(hub.url.rpartition(":")[2]), showing):
        hub.reached_at(one.url)
        yield one


@pytest.fixture
async def home(hass: HomeAssistant, hub: HubSimulator, owner: Owner, line: BadLine) -> AsyncIterator[Home]:
    """Enrol a home over TLS."""
    hass.states.async_set("camera.front_door", "idle", {"friendly_name": "Front door", "supported_features": 2})
    assert line.url.startswith("https://")
    entry = await join(hass, hub)
    yield Home(hass=hass, hub=hub, entry=entry, owner=owner)
    await hass.config_entries.async_unload(entry.entry_id)


def repairs(home: Home) -> set[str]:
    """Return which repairs of certificates the owner sees."""
    keys = {issue_id for domain, issue_id in ir.async_get(home.hass).issues if domain == DOMAIN}
    return {key for key in keys if key.startswith("certificate_")}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_hub_whose_certificate_is_wrong_gets_nothing_and_the_owner_is_told(
    home: Home, line: BadLine, showing: Showing, kind: str
) -> None:
    """No byte is sent, also not in plain; with a good certificate all goes on, and the repair goes."""
    await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    showing.show(kind)
    line.cut()
    await home.until(lambda: repairs(home) == {f"certificate_hub_{kind}"})
    assert home.state().snapshot.link == "away"
    sent, calls = line.passed_up, len(home.hub.calls)
    home.hub.city.publish(reason="Another dwelling was entered the same night.")
    home.hub.publish()
    for _ in range(3):
        await home.services.link._read_once()  # noqa: SLF001  three tries more, at once
    assert (line.passed_up, len(home.hub.calls)) == (sent, calls)
    assert home.state().snapshot.open_requests == 1
    showing.show("good")
    await home.until(lambda: home.state().snapshot.open_requests == 2)
    await home.until(lambda: repairs(home) == set())
    assert home.state().snapshot.link == "feed"


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("kind", KINDS)
async def test_an_enrollment_at_such_a_hub_says_so_and_sends_no_code(
    hass: HomeAssistant, hub: HubSimulator, line: BadLine, showing: Showing, kind: str
) -> None:
    """The form comes again with the reason."""
    showing.show(kind)
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"invitation": f"{line.url}/enrol#code={CODE}"}
    )
    assert flow["errors"] == {"base": "certificate_refused"}
    assert (line.passed_up, hub.calls) == (0, [])


@pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")
@pytest.mark.usefixtures("_brisk")
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")  # paho's, after a handshake that failed
@pytest.mark.parametrize("kind", KINDS)
async def test_a_broker_whose_certificate_is_wrong_gets_no_password(
    hass: HomeAssistant, hub: HubSimulator, owner: Owner, showing: Showing, kind: str
) -> None:
    """The home goes on by the feed and says why; with a good certificate it connects."""
    port, folder = free_port(), Path(hass.config.config_dir)
    showing.show(kind)
    async with broker(folder, port):
        async for line in _line(port, showing):
            hub.mqtt = MqttAccess(username="home-1", password="secret")
            addresses = replace(hub.city.record.hub, mqtt_url=f"mqtts://127.0.0.1:{line.listening_port}")
            hub.city.record = replace(hub.city.record, hub=addresses, serial=2)
            hub.publish()
            entry = await join(hass, hub)
            home = Home(hass=hass, hub=hub, entry=entry, owner=owner)
            await home.receive()
            await home.until(lambda home=home: repairs(home) == {f"certificate_broker_{kind}"})
            assert home.state().snapshot.link == "feed"
            assert line.passed_up == 0
            showing.show("good")
            await publish(hub, port)
            await home.until(lambda home=home: home.state().snapshot.link == "mqtt")
            await home.until(lambda home=home: repairs(home) == set())
            await hass.config_entries.async_unload(entry.entry_id)


def test_another_failure_is_no_certificate() -> None:
    """However long the chain of causes is."""
    error: Exception = OSError("the line broke")
    for number in range(20):
        outer = RuntimeError(number)
        outer.__cause__ = error
        error = outer
    assert refused_certificate(error) is None
    assert refused_certificate(OSError()) is None
