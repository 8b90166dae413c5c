"""Where a broker is and how it is spoken to."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import aiomqtt

from hub.broker.errors import BrokerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub.broker.accounts import MqttCredentials

PLAIN_PORT = 1883
TLS_PORT = 8883
KEEPALIVE_S = 30
CALL_TIMEOUT_S = 10  # an answer from a broker takes milliseconds; ten seconds is a broken one


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Host, port, and the certificates to trust when TLS is spoken (None: no TLS)."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None

    @classmethod
    def parse(cls, url: str, ca_file: Path | None = None) -> Self:
        """Read ``mqtts://host:port`` or ``mqtt://host:port``; raise BrokerError ``broker_url`` on anything else."""
        rule = "broker_url"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:  # a bracket without its other, a port that is no number
            raise BrokerError(rule, "not an address") from error
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname or parts.path not in {"", "/"}:
            raise BrokerError(rule, "not mqtt://host:port or mqtts://host:port")
        is_tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname,
            port=port or (TLS_PORT if is_tls else PLAIN_PORT),
            tls=ssl.create_default_context(cafile=ca_file) if is_tls else None,
        )

    @classmethod
    def of_listener(cls, host: str, port: int, certificate: Path | None) -> Self:
        """Return the way to the hub's own listener; with TLS exactly its own certificate is trusted.

        The certificate names the public host, which is not where the hub reaches its own child, so the name is not
        compared: the certificate itself is.
        """
        tls = None
        if certificate is not None:
            tls = ssl.create_default_context(cafile=certificate)
            tls.check_hostname = False
            tls.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
        return cls(host=local, port=port, tls=tls)

    def client(self, who: MqttCredentials) -> aiomqtt.Client:
        """Return a client that keeps no session at the broker: what is retained is all there is to know."""
        return hanging_up(
            aiomqtt.Client(
                self.host,
                self.port,
                username=who.username,
                password=who.password,
                identifier=who.username,
                clean_session=True,
                keepalive=KEEPALIVE_S,
                timeout=CALL_TIMEOUT_S,
                tls_context=self.tls,
            )
        )


def hanging_up(client: aiomqtt.Client) -> aiomqtt.Client:
    """Let ``client`` end its connection where the library fails at what a broker sent (a topic that is no UTF-8, say).

    It would neither pass over the packet nor close its socket, and fail at it again in each turn of the loop.
    """
    paho: Any = client._client  # noqa: SLF001 - there is no other place to close it
    read: Callable[[], int] = paho.loop_read

    def read_or_hang_up() -> int:
        try:
            return read()
        except Exception:
            paho._sock_close()  # noqa: SLF001 - as above
            raise

    paho.loop_read = read_or_hang_up
    return client
