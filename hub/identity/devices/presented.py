"""The certificate that a request comes with: from the hub's own TLS, or from a web server in front.

Invariants: who asks has proven the certificate's key, to this process or to a web server on this machine; what a
header says is believed from loopback alone, where it is there once; where the hub speaks TLS itself no header is read.
"""

from __future__ import annotations

import ssl
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from hub.kit.errors import HubError
from hub.kit.settings import ClientCertificate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aiohttp import web

HEADER = "X-Client-Certificate"  # percent-encoded PEM: nginx calls it $ssl_client_escaped_cert
HEADER_MAX_CHARS = 8_000  # aiohttp takes heads of that size
FORBIDDEN = 403

type Presented = Callable[[web.Request], bytes]


def presented_by(kind: ClientCertificate) -> Presented | None:
    """Return what finds a request's certificate (DER), None where none is asked for.

    It raises ``certificate_needed`` (403) when there is none that can be believed.
    """
    return _FINDERS.get(kind)


def server_context(certificate: Path, key: Path, authority_pem: str) -> ssl.SSLContext:
    """Return the officers' TLS: a device's certificate is asked for in the handshake, and demanded by the guard.

    One of another authority ends the handshake; a client that shows none is refused by the guard, which writes down
    whose session it tried. Nothing is resumed: each connection proves its key. In TLS 1.2 one could be, without any
    ticket, by its number; so 1.3 alone is spoken, which every browser that has passkeys does.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.num_tickets = 0
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(cadata=authority_pem)
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


def read_header(values: Sequence[str]) -> bytes:
    """Return the certificate (DER) that the one header has; raise ``certificate_needed`` (403) for anything else.

    Nothing of it is parsed: who it is of is found by its digest.
    """
    if len(values) != 1 or len(values[0]) > HEADER_MAX_CHARS:
        raise _needed()
    try:
        return ssl.PEM_cert_to_DER_cert(unquote_to_bytes(values[0]).decode("ascii"))
    except ValueError as error:
        raise _needed() from error


def _of_tls(request: web.Request) -> bytes:
    tls = None if request.transport is None else request.transport.get_extra_info("ssl_object")
    found: bytes | None = None if tls is None else tls.getpeercert(binary_form=True)
    if found is None:
        raise _needed()
    return found


def _of_header(request: web.Request) -> bytes:
    peer = None if request.transport is None else request.transport.get_extra_info("peername")
    if not peer or not ip_address(peer[0]).is_loopback:
        raise _needed()
    return read_header(request.headers.getall(HEADER, []))


def _needed() -> HubError:
    rule = "certificate_needed"
    return HubError(rule, FORBIDDEN, "Only an enrolled device gets in here.")


_FINDERS: Final = {ClientCertificate.TLS: _of_tls, ClientCertificate.HEADER: _of_header}
