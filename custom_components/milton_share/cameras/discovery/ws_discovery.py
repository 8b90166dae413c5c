"""ONVIF cameras, asked by WS-Discovery: one probe to the network's own group address, and the answers of some seconds.

Sources: ONVIF Core Specification, section 7.3; WS-Discovery (April 2005), section 5. An answer is anybody's: its size
is bounded here, what else it may be in `plain_xml`; the address is the sender's own, not one that it names.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote
from uuid import uuid4

from ...http.xml import SEPARATOR, NotPlainXmlError, walk
from .found import FOUND_MAX, FoundCamera, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

GROUP: Final = ("239.255.255.250", 3702)
ANSWER_MAX_BYTES: Final = 16 * 1024  # cameras answer with 1 to 3 KiB
TEXT_MAX_CHARS: Final = 4096
HEARD_MAX: Final = 4 * FOUND_MAX  # of answers, the repeated ones among them
REPEAT_S: Final = 0.5  # UDP loses some: the probe is sent twice
TTL: Final = 1  # the home's own network and no other
SCOPE: Final = "onvif://www.onvif.org/"
_DISCOVERY: Final = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_ADDRESSING: Final = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_RELATES_TO: Final = f"{_ADDRESSING}{SEPARATOR}RelatesTo"
_TYPES: Final = f"{_DISCOVERY}{SEPARATOR}Types"
_SCOPES: Final = f"{_DISCOVERY}{SEPARATOR}Scopes"
_READ: Final = frozenset({_RELATES_TO, _TYPES, _SCOPES})
_PROBE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="{addressing}" xmlns:d="{discovery}"'
    ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header><w:MessageID>{message_id}</w:MessageID>'
    "<w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To><w:Action>{discovery}/Probe</w:Action></e:Header>"
    "<e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"
)


class NotAnAnswerError(ValueError):
    """A datagram that answers no probe of this home."""


async def asked(sources: Iterable[str], listen_s: float, *, group: tuple[str, int]) -> tuple[FoundCamera, ...]:
    """Ask ``group`` from each of this machine's addresses; return who answered within ``listen_s``."""
    message_id = f"urn:uuid:{uuid4()}"
    heard: dict[str, FoundCamera] = {}
    listeners = [await _listener(source, message_id, heard) for source in sources]
    open_ones = [each for each in listeners if each is not None]
    try:
        for pause_s in (min(REPEAT_S, listen_s), max(listen_s - REPEAT_S, 0)):
            for transport in open_ones:
                transport.sendto(probe(message_id), group)
            await asyncio.sleep(pause_s)
    finally:
        for transport in open_ones:
            transport.close()
    return tuple(heard.values())


def probe(message_id: str) -> bytes:
    """Return the question."""
    return _PROBE.format(addressing=_ADDRESSING, discovery=_DISCOVERY, message_id=message_id).encode()


async def _listener(source: str, message_id: str, heard: dict[str, FoundCamera]) -> asyncio.DatagramTransport | None:
    """Listen at one of this machine's addresses; None where it can't be sent from."""
    with suppress(OSError):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sender.settimeout(0)
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, TTL)
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(source))
            sender.bind((source, 0))
        except BaseException:
            sender.close()
            raise
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Answers(message_id, heard), sock=sender)
        return transport
    return None


class _Answers(asyncio.DatagramProtocol):
    """Keeps the first good answer of each sender."""

    def __init__(self, message_id: str, heard: dict[str, FoundCamera]) -> None:
        self._message_id = message_id
        self._heard = heard
        self._left = HEARD_MAX

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        address = addr[0]
        if address in self._heard or self._left == 0 or len(self._heard) >= FOUND_MAX:
            return
        self._left -= 1
        with suppress(NotAnAnswerError):
            self._heard[address] = read(data, self._message_id, address)


def read(answer: bytes, message_id: str, address: str) -> FoundCamera:
    """Return the camera that answered; raise `NotAnAnswerError`."""
    if len(answer) > ANSWER_MAX_BYTES:
        raise NotAnAnswerError
    texts = _texts(answer)
    if texts.get(_RELATES_TO, "").strip() != message_id:
        raise NotAnAnswerError
    if "NetworkVideoTransmitter" not in texts.get(_TYPES, ""):
        raise NotAnAnswerError
    scopes = texts.get(_SCOPES, "").split()
    name = _scope(scopes, "name") or _scope(scopes, "hardware") or address
    words = f"{name} {_scope(scopes, 'hardware')}".casefold()
    return FoundCamera(address=address, name=name, doorbell="doorbell" in words, add_with="onvif")


def _scope(scopes: Iterable[str], kind: str) -> str:
    start = f"{SCOPE}{kind}/"
    value = next((each[len(start) :] for each in scopes if each.casefold().startswith(start)), "")
    return plain(unquote(value).replace("_", " "))


def _texts(document: bytes) -> dict[str, str]:
    """Return the text of the first element of each kind; raise `NotAnAnswerError` on what is no plain XML."""
    texts: dict[str, str] = {}

    def start(path: list[str]) -> None:
        if path[-1] in texts:
            path[-1] = ""
        elif path[-1] in _READ:
            texts[path[-1]] = ""

    def text(path: list[str], data: str) -> None:
        if path and path[-1] in _READ:
            texts[path[-1]] = (texts[path[-1]] + data)[:TEXT_MAX_CHARS]

    try:
        walk(document, start=start, text=text)
    except NotPlainXmlError as error:
        raise NotAnAnswerError from error
    return texts
