"""Law 5: the hub's disk and its backups open nothing.

After a share was received, fetched, withdrawn in the middle and accepted, everything under the hub's folder is read:
database, write-ahead log, blobs, staging, broker files. It is what a backup has, and what a thief has.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hub.kit.access import Role
from hub.kit.keys import read_key
from milton_protocol.errors import ProtocolError
from milton_protocol.sealing.age import Identity, open_header, open_sealed
from tests.simulators.answered import PLAIN, answered_agency, clip
from tests.simulators.ports import free_port
from tests.simulators.sealed_share import checksum, seal_share

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.simulators.answered import Answered

PEM = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)
HAS_BROKER = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin") is not None
KEY_BYTES = 32
BLOCK = 64  # a run of the clip's bytes that is nowhere else


@dataclass(frozen=True, slots=True, kw_only=True)
class Stolen:
    """Every byte of the hub's folder, while it ran and after it had ended."""

    files: dict[str, bytes]
    headers: tuple[bytes, ...]
    bodies: tuple[bytes, ...]
    offline: Path

    def holding(self, needle: bytes) -> list[str]:
        """Return the files that hold ``needle``."""
        return [name for name, data in self.files.items() if needle in data]


def read_all(folder: Path, when: str) -> dict[str, bytes]:
    """Return every file under a folder."""
    return {f"{when}/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def journey(town: Answered) -> Iterator[bytes]:
    """Go the whole way of one share and half the way of another; return the headers of both."""
    half = seal_share(town.request, town.request_id, clip=clip())
    assert await town.home.announce(half) == 201
    piece = half.bodies["clip"][:70_000]
    assert (await town.home.patch(half, 0, piece, headers=checksum(piece)))[0] == 204
    path = f"/api/shares/{town.share.share.share_id}"
    async with town.agency.session.get(
        f"{town.agency.officers_url}{path}/parts/clip/body",
        headers={"Cookie": f"milton_session={town.desks[Role.OFFICER].cookie}"},
    ) as answer:
        assert await answer.read() == town.share.bodies["clip"]
    town.agency.clock.ahead += timedelta(hours=25)
    status, _ = await (await town.agency.desk("custodian")).ask("POST", f"{path}/accept", {})
    assert status == 200
    return (part.header for share in (town.share, half) for part in share.share.parts)


@pytest.fixture(scope="module")
def stolen(tmp_path_factory: pytest.TempPathFactory) -> Stolen:
    """Steal the disk of a hub, twice."""
    return asyncio.run(steal(tmp_path_factory.mktemp("city")))


async def steal(city: Path) -> Stolen:
    """Run a hub in ``city`` and take its folder."""
    options = ("--broker", "mosquitto", "--listen-mqtt", f"127.0.0.1:{free_port()}") if HAS_BROKER else ()
    async with answered_agency(city, *options) as town:
        headers = tuple(await journey(town))
        folder = town.agency.settings.folder
        files = read_all(folder, "running")
        bodies = tuple(town.share.bodies.values())
    return Stolen(files=files | read_all(folder, "ended"), headers=headers, bodies=bodies, offline=city / "offline")


def test_nothing_on_the_disk_is_or_opens_footage(stolen: Stolen) -> None:
    """No run of the clip, no key that opens it in any form, and no key that is there opens it."""
    there = {"blobs", "staging", "keys", "hub.sqlite", "hub.toml", *(("broker",) if HAS_BROKER else ())}
    assert {name.split("/")[1] for name in stolen.files} >= there
    assert stolen.holding(stolen.bodies[0][:BLOCK]), "the sealed bytes are there"
    plain = clip()
    assert [stolen.holding(plain[at : at + BLOCK]) for at in range(0, len(plain), 65_536)] == [[]] * 4
    assert stolen.holding(PLAIN) == []
    for path in sorted(stolen.offline.iterdir()):
        for secret in secrets_in(path):
            assert stolen.holding(secret) == [], path.name
    assert stolen.holding(b"AGE-SECRET-KEY-1") == []
    tried = [key for data in stolen.files.values() for key in keys_in(data)]
    assert len(tried) > 100
    assert [key.hex() for key in tried if opens(stolen.headers[0], key)] == []


def test_the_recovery_key_on_paper_opens_what_the_disk_holds(stolen: Stolen) -> None:
    """So what was tried above would have found something: the stolen bytes are whole, only the key is elsewhere."""
    text = (stolen.offline / "recovery.age").read_text().strip()
    body = next(data for name, data in stolen.files.items() if name.startswith("ended/blobs") and name.endswith("clip"))
    header = next(header for header in stolen.headers if opens_to(header + body, Identity.parse(text)))
    assert pyrage.decrypt(header + body, [pyrage.x25519.Identity.from_str(text)]) == clip()
    (key,) = (key for key in secrets_in(stolen.offline / "recovery.age") if len(key) == KEY_BYTES)
    assert opens(header, key)


def secrets_in(path: Path) -> Iterator[bytes]:
    """Return a kept key in the forms in which it could lie somewhere."""
    data = path.read_bytes()
    if path.suffix == ".age":
        text = data.strip()
        yield from (text, text.lower(), Identity.parse(text.decode()).private_key.private_bytes_raw())
    else:
        yield from PEM.findall(data)
        yield read_key(path).private_bytes_raw()


def raw(key: object) -> bytes:
    """Return a key's secret as 32 bytes: Ed25519, or P-256."""
    if isinstance(key, EllipticCurvePrivateKey):
        return key.private_numbers().private_value.to_bytes(KEY_BYTES)
    assert isinstance(key, Ed25519PrivateKey)
    return key.private_bytes_raw()


def keys_in(data: bytes) -> Iterator[bytes]:
    """Return what could be a private key: whole short files, PEM, hex, base64."""
    if len(data) <= 2 * KEY_BYTES:
        yield data[:KEY_BYTES].ljust(KEY_BYTES, b"\0")
    for pem in PEM.findall(data):
        yield raw(load_pem_private_key(pem, password=None))
    for text in re.findall(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", data):
        yield bytes.fromhex(text.decode())
    for text in re.findall(rb"(?<![\w-])[\w-]{43}(?![\w-])", data):
        yield base64.urlsafe_b64decode(text + b"=")


def opens(header: bytes, key: bytes) -> bool:
    """Say whether a key opens a header."""
    try:
        open_header(header, Identity(private_key=X25519PrivateKey.from_private_bytes(key)))
    except ProtocolError:
        return False
    return True


def opens_to(sealed: bytes, identity: Identity) -> bool:
    """Say whether this header belongs to this body."""
    try:
        open_sealed(sealed, identity)
    except ProtocolError:
        return False
    return True
