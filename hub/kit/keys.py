"""The keys that lie on the hub: they authorise nothing (a stolen hub can stop requests, not make them).

Invariants: the root, the directory keys and every key that opens footage are never here; files are mode 0600.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from hub.kit.disk import write_new

if TYPE_CHECKING:
    from pathlib import Path

HUB_KEY_NAME = "hub.key"
LOG_KEY_NAME = "log.key"
ENROLLMENT_KEY_NAME = "enrolment.key"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubKeys:
    """``hub_key`` signs live statements and receipts, ``log_key`` the public log's checkpoints.

    Homes' tokens are derived from ``enrolment_secret``.
    """

    hub_key: Ed25519PrivateKey
    log_key: Ed25519PrivateKey
    enrolment_secret: bytes = field(repr=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the keys from ``folder``."""
        return cls(
            hub_key=read_key(folder / HUB_KEY_NAME),
            log_key=read_key(folder / LOG_KEY_NAME),
            enrolment_secret=(folder / ENROLLMENT_KEY_NAME).read_bytes(),
        )


def raw_public(key: Ed25519PrivateKey) -> bytes:
    """Return the 32 raw bytes of the public half."""
    return key.public_key().public_bytes_raw()


def key_bytes(key: Ed25519PrivateKey) -> bytes:
    """Return ``key`` as PKCS 8 PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write_key(path: Path, key: Ed25519PrivateKey) -> None:
    """Write ``key`` as PKCS 8 PEM, mode 0600; raise FileExistsError rather than replace one."""
    write_new(path, key_bytes(key))


def read_key(path: Path) -> Ed25519PrivateKey:
    """Read an Ed25519 key; raise ValueError when the file holds another kind."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        message = f"{path.name} is not an Ed25519 key"
        raise ValueError(message)  # noqa: TRY004 - the file's content is wrong, not an argument's type
    return key
