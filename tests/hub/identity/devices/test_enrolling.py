"""How a device is enrolled and put out, and every request that is refused."""

from __future__ import annotations

import asyncio
import re
import ssl
import stat
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from hub.__main__ import main
from hub.cli.context import opened
from hub.identity.devices import registry
from hub.identity.devices.authority import CERTIFICATE_NAME, DEVICE_VALID, KEY_NAME, Authority
from hub.identity.devices.presented import HEADER, presented_by, read_header
from hub.identity.devices.registry import Enrollment
from hub.identity.devices.signing_request import REQUEST_MAX_BYTES, read_signing_request
from hub.kit.access import OPERATOR
from hub.kit.errors import HubError
from hub.kit.keys import write_key
from hub.kit.settings import ClientCertificate, Settings
from tests.simulators.enrolled import asking, asks
from tests.simulators.hub_bench import found_city
from tests.simulators.hub_process import serving
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp import web

SIXTEEN = 16
P256_OID = bytes.fromhex("2a8648ce3d030107")
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])


def command(folder: Path, action: str, *words: str) -> int:
    """Run ``milton-hub device``."""
    return main(["device", action, str(folder), *words])


def enrol(folder: Path, name: str, *words: str) -> int:
    """Make a key on a device, and enroll it."""
    _, request = asks(folder, name)
    return command(folder, "enrol", str(request), "--label", name, *words)


def test_a_certificate_is_for_the_key_that_asked_and_for_nothing_that_it_asked_for(tmp_path: Path) -> None:
    """Its name is the hub's; it is a client's, no authority's; the hub's authority has signed it."""
    settings = found_city(tmp_path)
    assert enrol(tmp_path, "desk") == 0
    given = x509.load_pem_x509_certificate((tmp_path / "desk.crt").read_bytes())
    authority = Authority.of(settings.keys_folder, datetime.now(UTC))
    given.verify_directly_issued_by(authority.certificate)
    asked = x509.load_pem_x509_csr((tmp_path / "desk.csr").read_bytes())
    assert given.public_key() == asked.public_key()
    assert "chief" not in given.subject.rfc4514_string()
    assert given.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    usage = given.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert stat.S_IMODE((settings.keys_folder / KEY_NAME).stat().st_mode) == 0o600


def test_a_hub_that_was_founded_before_gets_its_authority_on_first_use(tmp_path: Path) -> None:
    """A key without its certificate, as a sudden end leaves it, is kept."""
    keys = found_city(tmp_path).keys_folder
    key = (keys / KEY_NAME).read_bytes()
    (keys / CERTIFICATE_NAME).unlink()
    assert enrol(tmp_path, "one") == 0
    assert (keys / KEY_NAME).read_bytes() == key
    (keys / KEY_NAME).unlink()
    (keys / CERTIFICATE_NAME).unlink()
    assert enrol(tmp_path, "two") == 0
    assert (keys / KEY_NAME).read_bytes() != key
    (keys / KEY_NAME).unlink()
    write_key(keys / KEY_NAME, ed25519.Ed25519PrivateKey.generate())
    with pytest.raises(ValueError, match="not a key of an elliptic curve"):
        Authority.of(keys, datetime.now(UTC))


def test_the_same_enrollment_again_is_the_same_certificate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The answer may have been lost; under another name it is refused, and once it is revoked, for ever."""
    found_city(tmp_path)
    _, request = asks(tmp_path, "desk")
    again = (str(request), "--label", "desk")
    assert command(tmp_path, "enrol", *again) == 0
    first = (tmp_path / "desk.crt").read_bytes()
    assert command(tmp_path, "enrol", *again) == 0
    assert command(tmp_path, "enrol", *again, "--out", str(tmp_path / "more.crt")) == 0
    assert (tmp_path / "desk.crt").read_bytes() == (tmp_path / "more.crt").read_bytes() == first
    assert command(tmp_path, "enrol", str(request), "--label", "another") == 1
    assert enrol(tmp_path, "tablet", "--person", "officer") == 0
    assert enrol(tmp_path, "nobody", "--person", "nobody") == 1
    assert enrol(tmp_path, "x" * 81) == 1
    assert command(tmp_path, "enrol", str(request), "--label", "two\nlines") == 1
    capsys.readouterr()
    assert command(tmp_path, "list") == 0
    desk, tablet = capsys.readouterr().out.splitlines()
    assert "desk (anybody) has a certificate" in desk
    assert "tablet (officer)" in tablet
    assert command(tmp_path, "revoke", "") == 1
    assert command(tmp_path, "revoke", desk.split()[0]) == 0
    assert command(tmp_path, "revoke", desk.split()[0]) == 1
    assert command(tmp_path, "enrol", *again) == 1
    capsys.readouterr()
    assert command(tmp_path, "list", "officer") == 0
    assert capsys.readouterr().out.splitlines() == [tablet]
    assert command(tmp_path, "list") == 0
    assert "; revoked " in capsys.readouterr().out


async def test_a_key_is_enrolled_again_when_its_time_is_over_and_a_prefix_names_one_device(tmp_path: Path) -> None:
    """The old certificate stays what it was."""
    await asyncio.to_thread(found_city, tmp_path)
    async with opened(tmp_path) as desk, desk.database.session("test") as session:
        authority = Authority.of(desk.settings.keys_folder, desk.now)
        for number in range(SIXTEEN + 1):  # two of them begin with the same character
            key = ec.generate_private_key(ec.SECP256R1()).public_key()
            enrollment = Enrollment(key=key, label=f"{number}", person_id=None)
            first = await registry.enrol(session, OPERATOR, authority, enrollment, desk.now)
        later = await registry.enrol(session, OPERATOR, authority, enrollment, desk.now + DEVICE_VALID)
        assert later.certificate_sha256 != first.certificate_sha256
        with pytest.raises(HubError, match="certificate_expired"):
            await registry.judge(session, first.certificate, first.expires_at)
        firsts = Counter(each.device_id[0] for each in await registry.listed(session))
        with pytest.raises(HubError, match="device_ambiguous"):
            await registry.revoke(session, OPERATOR, firsts.most_common(1)[0][0], desk.now)


def refusal(pem: bytes) -> str:
    """Return the rule by which a request is refused."""
    with pytest.raises(HubError) as caught:
        read_signing_request(pem)
    return caught.value.rule


def test_a_request_is_a_small_one_by_a_key_that_signed_it_itself() -> None:
    """P-256 or Ed25519; nothing else, and nothing altered."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(NAME)
    good = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    pem = good.public_bytes(Encoding.PEM)
    assert read_signing_request(pem) == good.public_key()
    edwards = ed25519.Ed25519PrivateKey.generate()
    assert read_signing_request(builder.sign(edwards, None).public_bytes(Encoding.PEM)) == edwards.public_key()
    for key in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
        assert refusal(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)) == "csr_key_kind"
    signed = builder.sign(edwards, None)
    anybodys, forged = b"\x01" + bytes(31), b"\x01" + bytes(63)
    weak = signed.public_bytes(Encoding.DER).replace(edwards.public_key().public_bytes_raw(), anybodys)
    weak = weak.replace(signed.signature, forged)
    assert x509.load_der_x509_csr(weak).is_signature_valid
    assert refusal(x509.load_der_x509_csr(weak).public_bytes(Encoding.PEM)) == "csr_not_its_own"
    strange = good.public_bytes(Encoding.DER).replace(P256_OID, P256_OID[:-1] + b"\x7f")
    assert refusal(x509.load_der_x509_csr(strange).public_bytes(Encoding.PEM)) == "csr_key_kind"
    der = bytearray(good.public_bytes(Encoding.DER))
    der[-1] ^= 1
    assert refusal(x509.load_der_x509_csr(bytes(der)).public_bytes(Encoding.PEM)) == "csr_not_its_own"
    for broken in (b"", pem[:-60], pem + b" " * REQUEST_MAX_BYTES, b"\xff" * 9):
        assert refusal(broken) == "csr_unreadable"


def test_a_header_is_believed_from_this_machine_alone() -> None:
    """Whoever comes from elsewhere says nothing of certificates; nor does a connection that has gone."""
    presented = presented_by(ClientCertificate.HEADER)
    assert presented is not None
    header = "-----BEGIN%20CERTIFICATE-----%0AAAAA%0A-----END%20CERTIFICATE-----%0A"
    for peer in (("192.0.2.7", 1), None):
        with pytest.raises(HubError, match="certificate_needed"):
            presented(asked_from(peer, {HEADER: header}))
    assert presented(asked_from(("127.0.0.1", 1), {HEADER: header})) == bytes(3)
    for values in ([], [header, header], ["%FF"], ["x" * 9_000], [header[:-30]]):
        with pytest.raises(HubError, match="certificate_needed"):
            read_header(values)
    assert presented_by(ClientCertificate.NONE) is None


class Peer(asyncio.Transport):
    """A connection, as far as it is looked at."""

    def __init__(self, address: tuple[str, int] | None) -> None:
        """Come from ``address``; None: it has gone."""
        super().__init__({} if address is None else {"peername": address})


def asked_from(peer: tuple[str, int] | None, headers: dict[str, str]) -> web.Request:
    """Return a request of a peer's."""
    return make_mocked_request("GET", "/", headers, transport=Peer(peer))


async def test_a_hub_that_serves_asks_officers_for_a_certificate_and_nobody_else(tmp_path: Path) -> None:
    """The command as it is run, in a hub of before: homes and the signer answer without TLS."""
    settings, trusted = await asyncio.to_thread(asking, tmp_path, ClientCertificate.TLS)
    (settings.keys_folder / KEY_NAME).unlink()
    (settings.keys_folder / CERTIFICATE_NAME).unlink()
    ports = {name: free_port() for name in ("homes", "officers", "signer")}
    file = settings.folder / "hub.toml"
    text = file.read_text()
    for name, port in ports.items():
        text = re.sub(rf'^{name} = ".*"$', f'{name} = "127.0.0.1:{port}"', text, flags=re.MULTILINE)
    file.write_text(text.partition("[community]")[0])
    context = ssl.create_default_context(cafile=trusted)
    context.check_hostname = False
    async with serving(tmp_path), aiohttp.ClientSession() as session:
        for url, status in (
            (f"http://127.0.0.1:{ports['homes']}/health", 200),
            (f"http://127.0.0.1:{ports['signer']}/config.json", 200),
            (f"https://127.0.0.1:{ports['officers']}/sign-in", 403),
        ):
            async with session.get(url, ssl=context) as answer:
                assert answer.status == status, url


@pytest.mark.parametrize("asks_for", ["none", "header"])
def test_other_machines_reach_officers_pages_only_where_the_hub_asks_for_a_certificate_itself(
    tmp_path: Path, asks_for: str
) -> None:
    """Else the address is this machine's."""
    settings, _ = asking(tmp_path, ClientCertificate(asks_for))
    file = settings.folder / "hub.toml"
    file.write_text(file.read_text().replace('officers = "127.0.0.1:', 'officers = "0.0.0.0:'))
    with pytest.raises(ValueError, match="this machine only"):
        Settings.load(tmp_path)
    file.write_text(file.read_text().replace(f'client_certificate = "{asks_for}"', 'client_certificate = "tls"'))
    with pytest.raises(ValueError, match="the origin begins with https://"):
        Settings.load(tmp_path)
    file.write_text(file.read_text().replace('origin = "http://localhost', 'origin = "https://localhost'))
    assert Settings.load(tmp_path).listen.officers.host == "0.0.0.0"  # noqa: S104 - read, not opened
    file.write_text(file.read_text().replace('key = "key.pem"\n', ""))
    with pytest.raises(ValueError, match="key is missing"):
        Settings.load(tmp_path)
