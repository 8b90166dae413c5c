"""Whether a camera's stream is already passed on in the house: then its camera needs no second connection. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .answers import Streams

RTSP = frozenset({"rtsp", "rtsps"})
DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322}
CHANGES = frozenset({"video", "raw", "rotate", "width", "height", "hardware", "input"})
"""Words of go2rtc after an address that have the pictures made anew."""
FAILED_WITHIN_S = 45.0
"""Who asks for an address again so soon could not record the one before."""
AVOID_S = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One go2rtc: where it passes streams on, as `host:port`, and which it has."""

    rtsp: str
    streams: Streams


def restream_of(address: str, servers: Iterable[Server]) -> str | None:
    """Return where a camera's stream is passed on unchanged; None where it isn't, or where it is that already."""
    wanted = _place(address)
    found = tuple(servers)
    if wanted is None or any(_place(f"rtsp://{server.rtsp}{wanted[2]}") == wanted for server in found):
        return None
    for server in found:
        for name, source in sorted(server.streams.items()):
            if _place(_copied(source)) == wanted:
                return f"rtsp://{server.rtsp}/{quote(name, safe='')}"
    return None


def _copied(source: str) -> str:
    """Take the address out of what go2rtc was given; nothing where it makes other pictures of it."""
    address, _, words = source.removeprefix("ffmpeg:").partition("#")
    asked = {word.partition("=")[0]: word.partition("=")[2] for word in words.split("#")}
    makes_anew = any(asked[word] != "copy" for word in CHANGES & set(asked))
    return "" if makes_anew else address


def _place(address: str) -> tuple[str, int, str, str] | None:
    """Tell where a stream lies, whoever's login is in its address; None for what isn't RTSP."""
    try:
        parts = urlsplit(address)
        port = parts.port
        query = parse_qs(parts.query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in RTSP or not parts.hostname:
        return None
    return parts.hostname, port or DEFAULT_PORTS[scheme], parts.path.rstrip("/"), repr(sorted(query.items()))


class Preference:
    """What one camera is given: the restream, but for a while after it failed its own address."""

    def __init__(self) -> None:
        """Prefer the restream."""
        self._given_s: float | None = None
        self._avoid_until_s = 0.0

    def choose(self, own: str, restream: str | None, now_s: float) -> str:
        """Return the address to record, by a clock that nobody puts."""
        if restream is None or now_s < self._avoid_until_s:
            return own
        if self._given_s is not None and now_s - self._given_s < FAILED_WITHIN_S:
            self._given_s, self._avoid_until_s = None, now_s + AVOID_S
            return own
        self._given_s = now_s
        return restream
