"""How a client proves that it knows a login: Basic (RFC 7617) and Digest (RFC 7616, and RFC 2069 as cameras have it).

Invariants: a password is in no error and no repr; of the login only what the server's own challenge asks for is given.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import LineError

if TYPE_CHECKING:
    from collections.abc import Iterable


CHALLENGES_MAX = 8
_FIELD = re.compile(
    r'([a-z]{1,20})\s*=\s*(?:"((?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e]){0,500})"|([!#-+\--~]{1,500}))', re.IGNORECASE
)
_ALGORITHMS = {"md5": "md5", "sha-256": "sha256"}
_BASIC, _DIGEST = "basic", "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A name and a password."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """How a server wants to be convinced. Without an algorithm it is Basic."""

    algorithm: str = ""
    named: str = ""
    """The algorithm as the server wrote it, where it did."""
    realm: str = ""
    nonce: str = ""
    opaque: str | None = None
    has_qop: bool = False


def read_challenge(values: Iterable[str]) -> Challenge:
    """Choose among `WWW-Authenticate` headers: Digest before Basic; raises LineError where none is known."""
    found: list[Challenge] = []
    for value in tuple(values)[:CHALLENGES_MAX]:
        kind, _, rest = value.strip().partition(" ")
        if kind.lower() == _BASIC:
            found.append(Challenge())
        elif kind.lower() == _DIGEST and (challenge := _digest_challenge(rest)) is not None:
            found.insert(0, challenge)
    if not found:
        message = "a login is asked for in another way"
        raise LineError(message)
    return found[0]


def _digest_challenge(text: str) -> Challenge | None:
    """Read one; None where it is of a kind that isn't spoken here."""
    fields = {one[1].lower(): _unquoted(one[2]) if one[2] is not None else one[3] for one in _FIELD.finditer(text)}
    named = fields.get("algorithm", "")
    algorithm = _ALGORITHMS.get((named or "MD5").lower())
    ways = {way.strip().lower() for way in fields["qop"].split(",")} if "qop" in fields else set()
    if algorithm is None or not fields.get("nonce") or (ways and "auth" not in ways):
        return None
    return Challenge(
        algorithm=algorithm,
        named=named,
        realm=fields.get("realm", ""),
        nonce=fields["nonce"],
        opaque=fields.get("opaque"),
        has_qop=bool(ways),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One request; `count`: the how-manieth with this challenge, from 1; `own_nonce`: random, anew for each."""

    method: str
    url: str
    count: int
    own_nonce: str


def authorization(challenge: Challenge, login: Login, act: Act) -> str:
    """Write the header's value for one request."""
    if not challenge.algorithm:
        return "Basic " + base64.b64encode(f"{login.name}:{login.password}".encode()).decode()

    def hashed(text: str) -> str:
        return hashlib.new(challenge.algorithm, text.encode(), usedforsecurity=False).hexdigest()

    secret = hashed(f"{login.name}:{challenge.realm}:{login.password}")
    what = hashed(f"{act.method}:{act.url}")
    times = f"{act.count:08x}"
    between = f"{challenge.nonce}:{times}:{act.own_nonce}:auth" if challenge.has_qop else challenge.nonce
    rows = [
        f'username="{_quoted(login.name)}"',
        f'realm="{_quoted(challenge.realm)}"',
        f'nonce="{_quoted(challenge.nonce)}"',
        f'uri="{act.url}"',
        f'response="{hashed(f"{secret}:{between}:{what}")}"',
    ]
    if challenge.named:
        rows.append(f"algorithm={challenge.named}")
    if challenge.has_qop:
        rows += ["qop=auth", f"nc={times}", f'cnonce="{act.own_nonce}"']
    if challenge.opaque is not None:
        rows.append(f'opaque="{_quoted(challenge.opaque)}"')
    return "Digest " + ", ".join(rows)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
