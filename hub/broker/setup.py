"""Wire the broker into a hub."""

from __future__ import annotations

import asyncio
import logging
import secrets
from functools import partial
from typing import TYPE_CHECKING

from hub.broker.accounts import MqttCredentials
from hub.broker.certificate import notice_of
from hub.broker.endpoint import Endpoint
from hub.broker.errors import BrokerError
from hub.broker.mirror import Mirror
from hub.broker.mosquitto import Installed, Listener, Mosquitto
from hub.broker.service import SECRET_BYTES, Broker, HomeAccounts
from hub.disk import write_new
from hub.settings import BrokerKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from pathlib import Path

    from hub.context import Hub

_LOGGER = logging.getLogger(__name__)

ACCOUNTS_KEY_NAME = "accounts.key"
LOOK_AT_CERTIFICATE_EVERY_S = 21_600  # four lines a day until somebody renews it


def setup(hub: Hub, usernames: Callable[[], Awaitable[frozenset[str]]]) -> Broker:
    """Add the broker that the settings name; ``usernames`` reads the MQTT user names of the enrolled homes.

    Where mosquitto is not installed the hub goes on without a broker and says so.
    """
    kind = hub.settings.broker.kind
    if kind is BrokerKind.NONE:
        return Broker(connected=None, accounts=None)
    if kind is BrokerKind.EXTERNAL:
        return _external(hub)
    try:
        installed = Installed.find()
    except BrokerError as error:
        sentence = f"There is no broker: {error.detail}. Homes use the HTTPS feed."
        _LOGGER.warning(sentence)
        return Broker(connected=None, accounts=None, absent=sentence)
    return _own(hub, installed, usernames)


def _own(hub: Hub, installed: Installed, usernames: Callable[[], Awaitable[frozenset[str]]]) -> Broker:
    """Add mosquitto as a child, the accounts of homes and the mirror."""
    settings = hub.settings.broker
    listener = Listener(
        host=settings.listen.host, port=settings.listen.port, certificate=settings.certificate, key=settings.key
    )
    endpoint = Endpoint.of_listener(listener.host, listener.port, listener.certificate)
    accounts = HomeAccounts(
        agency_id=hub.settings.agency_id,
        secret=accounts_secret(hub.settings.broker_folder),
        endpoint=endpoint,
        usernames=usernames,
    )
    child = Mosquitto(
        installed=installed, listener=listener, folder=hub.settings.broker_folder, document=accounts.document
    )
    mirror = _mirror(hub, endpoint, accounts.publisher, child.running)
    if listener.certificate is not None:
        hub.jobs.every(
            "broker certificate", LOOK_AT_CERTIFICATE_EVERY_S, partial(_look, listener.certificate, hub.clock)
        )
    hub.jobs.background("broker", child.run)
    hub.jobs.background("broker accounts", accounts.run)
    hub.jobs.background("broker topics", mirror.run)
    return Broker(connected=mirror.connected, accounts=accounts)


async def _look(path: Path, clock: Callable[[], datetime]) -> None:
    """Say in the log when the certificate is over, or soon will be."""
    notice = notice_of(await asyncio.to_thread(path.read_bytes), clock())
    if notice is not None:
        _LOGGER.log(notice.level, notice.sentence)


def _external(hub: Hub) -> Broker:
    """Add the mirror to the city's broker; its accounts are the city's."""
    settings = hub.settings.broker
    if settings.url is None or settings.username is None or settings.password_file is None:
        rule = "broker_settings"
        raise BrokerError(rule, "an external broker needs url, username and password_file")
    password = settings.password_file.read_text(encoding="utf-8").strip()
    endpoint = Endpoint.parse(settings.url, settings.ca_file)
    mirror = _mirror(hub, endpoint, MqttCredentials(username=settings.username, password=password))
    hub.jobs.background("broker topics", mirror.run)
    return Broker(connected=mirror.connected, accounts=None)


def _mirror(hub: Hub, endpoint: Endpoint, who: MqttCredentials, listening: asyncio.Event | None = None) -> Mirror:
    return Mirror(
        database=hub.database,
        topics=hub.topics,
        agency_id=hub.settings.agency_id,
        connect=partial(endpoint.client, who),
        listening=listening,
    )


def accounts_secret(folder: Path) -> bytes:
    """Read what the homes' passwords are derived from; make it (0600) at the first start."""
    path = folder / ACCOUNTS_KEY_NAME
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(path, secrets.token_bytes(SECRET_BYTES))
    return path.read_bytes()
