"""What this home was when it used its code up.

A code works once, for one home: the same home gets the same answer again. Home Assistant writes a new entry down a
second after it said that it is there, and may end before. So the home's id and key are on the disk before the code is
used, and whoever enters the same code again afterwards joins as the same home, without a new letter from the city.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from secrets import token_hex
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..storage.disk import sync_folder
from ..storage.durable_steps import Step, durable

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """A home that is about to use a code up."""

    home_id: str
    device_key: Ed25519PrivateKey = field(repr=False)


def joining_by(path: Path, code: str) -> Joining:
    """Return the home that tried this code before, or a new one, which is on the disk when this returns. Blocking."""
    code_sha256 = hashlib.sha256(code.encode()).hexdigest()
    try:
        kept = json.loads(path.read_bytes())
        if kept["code_sha256"] == code_sha256:
            key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(kept["device_key"]))
            return Joining(home_id=kept["home_id"], device_key=key)
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # none yet, or not whole
        pass
    joining = Joining(home_id=token_hex(16), device_key=Ed25519PrivateKey.generate())
    value = {
        "code_sha256": code_sha256,
        "home_id": joining.home_id,
        "device_key": joining.device_key.private_bytes_raw().hex(),
    }
    _write(path, json.dumps(value).encode())
    return joining


def _write(path: Path, data: bytes) -> None:
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    with durable(Step.JOINING_KEPT):
        new.replace(path)
        sync_folder(path.parent)
