"""A camera on this machine's loopback: it announces itself by DNS-SD, and answers WS-Discovery as ONVIF devices do.

The answer's shape is that of the ONVIF Core Specification's example (section 7.3), with the prefixes that cameras use.
"""

from __future__ import annotations

import asyncio
import fcntl
import re
import socket
import tempfile
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zeroconf import DNSOutgoing, DNSPointer, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf
from zeroconf.const import _CLASS_IN, _FLAGS_AA, _FLAGS_QR_RESPONSE, _TYPE_PTR

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

LOOPBACK = "127.0.0.1"
CAMERA = "127.0.0.9"  # of the one that answers
GROUP = "239.255.255.250"
ANSWER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:wsdd="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl">'
    "<SOAP-ENV:Header><wsa:MessageID>urn:uuid:2419d68a-2dd2-21b2-a205-ec9a6d5a4f4e</wsa:MessageID>"
    "<wsa:RelatesTo>{relates_to}</wsa:RelatesTo>"
    "<wsa:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:To>"
    "<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsa:Action></SOAP-ENV:Header>"
    "<SOAP-ENV:Body><wsdd:ProbeMatches><wsdd:ProbeMatch>"
    "<wsa:EndpointReference><wsa:Address>urn:uuid:2419d68a-2dd2-21b2-a205-ec9a6d5a4f4e</wsa:Address>"
    "</wsa:EndpointReference><wsdd:Types>{types}</wsdd:Types><wsdd:Scopes>{scopes}</wsdd:Scopes>"
    "<wsdd:XAddrs>http://198.51.100.7/onvif/device_service</wsdd:XAddrs>"
    "<wsdd:MetadataVersion>1</wsdd:MetadataVersion></wsdd:ProbeMatch></wsdd:ProbeMatches>"
    "</SOAP-ENV:Body></SOAP-ENV:Envelope>"
)
SCOPES = (
    "onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/Profile/Streaming"
    " onvif://www.onvif.org/hardware/DB-2 onvif://www.onvif.org/name/Front%20Doorbell"
)


def answer_to(message_id: str, *, types: str = "dn:NetworkVideoTransmitter", scopes: str = SCOPES) -> bytes:
    """Return the answer of one camera to one probe."""
    return ANSWER.format(relates_to=message_id, types=types, scopes=scopes).encode()


TIME_ANSWER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema"><SOAP-ENV:Body>'
    "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType>"
    "<tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>CST-0:00:00</tt:TZ></tt:TimeZone>"
    "<tt:UTCDateTime><tt:Time><tt:Hour>{0.hour}</tt:Hour><tt:Minute>{0.minute}</tt:Minute>"
    "<tt:Second>{0.second}</tt:Second></tt:Time><tt:Date><tt:Year>{0.year}</tt:Year><tt:Month>{0.month}</tt:Month>"
    "<tt:Day>{0.day}</tt:Day></tt:Date></tt:UTCDateTime><tt:LocalDateTime><tt:Time><tt:Hour>1</tt:Hour>"
    "<tt:Minute>2</tt:Minute><tt:Second>3</tt:Second></tt:Time></tt:LocalDateTime></tds:SystemDateAndTime>"
    "</tds:GetSystemDateAndTimeResponse></SOAP-ENV:Body></SOAP-ENV:Envelope>"
)


def time_answer(epoch_s: float) -> bytes:
    """Return what a camera says when it is asked for its time (ONVIF Core Specification 8.2.1): in whole seconds."""
    return TIME_ANSWER.format(datetime.fromtimestamp(int(epoch_s), UTC)).encode()


class _Device(asyncio.DatagramProtocol):
    """Answers from an address of its own, as a device does that was asked at the group's."""

    def __init__(self, answers: Callable[[str], list[bytes]], probes: list[bytes], voice: socket.socket) -> None:
        self._answers = answers
        self._probes = probes
        self._voice = voice

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._probes.append(data)
        found = re.search(rb"MessageID>([^<]+)<", data)
        assert found is not None
        for each in self._answers(found[1].decode()):
            self._voice.sendto(each, addr)


@asynccontextmanager
async def answering(port: int, answers: Callable[[str], list[bytes]]) -> AsyncIterator[list[bytes]]:
    """Answer each probe that comes to the group's address on the loopback; yield the probes."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(
        socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP) + socket.inet_aton(LOOPBACK)
    )
    listener.bind((GROUP, port))
    listener.settimeout(0)
    probes: list[bytes] = []
    loop = asyncio.get_running_loop()
    voice = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    voice.bind((CAMERA, 0))
    transport, _ = await loop.create_datagram_endpoint(lambda: _Device(answers, probes, voice), sock=listener)
    try:
        yield probes
    finally:
        transport.close()
        voice.close()


@asynccontextmanager
async def _alone() -> AsyncIterator[None]:
    """Wait until no other process of this machine announces: all hear each other on the one loopback."""
    with (Path(tempfile.gettempdir()) / "milton-share-announcing.lock").open("w") as file:
        await asyncio.to_thread(fcntl.flock, file, fcntl.LOCK_EX)
        yield


@asynccontextmanager
async def announcing(*cameras: tuple[str, str, dict[str, str]]) -> AsyncIterator[AsyncZeroconf]:
    """Announce cameras (kind, name, properties) on the loopback; yield another's instance that can hear them."""
    async with _alone():
        speaker, listener = AsyncZeroconf(interfaces=[LOOPBACK]), AsyncZeroconf(interfaces=[LOOPBACK])
        try:
            for number, (kind, name, properties) in enumerate(cameras):
                host = f"camera{number}.local."
                address = socket.inet_aton(f"127.0.0.{10 + number}")
                info = ServiceInfo(kind, f"{name}.{kind}", 80, addresses=[address], properties=properties, server=host)
                await (await speaker.async_register_service(info))
            yield listener
        finally:
            await speaker.async_close()
            await listener.async_close()


@asynccontextmanager
async def pointing(kind: str, name: str) -> AsyncIterator[None]:
    """Say on the loopback, again and again, that there is a device of a kind by any name, as nothing honest does."""
    liar = AsyncZeroconf(interfaces=[LOOPBACK])

    async def lie() -> None:
        while True:
            answer = DNSOutgoing(_FLAGS_QR_RESPONSE | _FLAGS_AA)
            answer.add_answer_at_time(DNSPointer(kind, _TYPE_PTR, _CLASS_IN, 120, name), 0)
            liar.zeroconf.async_send(answer)
            await asyncio.sleep(0.1)

    lying = asyncio.create_task(lie())
    try:
        yield
    finally:
        lying.cancel()
        await asyncio.gather(lying, return_exceptions=True)
        await liar.async_close()
