"""What the hub keeps of a secret that somebody else holds (token, code, link): it finds the row and opens nothing."""

from __future__ import annotations

import hashlib


def secret_digest(secret: str) -> str:
    """Return the hex SHA-256; the secret is long and random, so that nobody finds it by guessing."""
    return hashlib.sha256(secret.encode()).hexdigest()
