"""Wire the broker into a hub."""

from __future__ import annotations

import logging
import secrets
from functools import partial
from typing import TYPE_CHECKING

from hub.broker.accounts import MqttCredentials
from hub.broker.endpoint import Endpoint
from hub.broker.errors import BrokerError
from hub.broker.mirror import Mirror
from hub.broker.mosquitto import Installed, Listener, Mosquitto
from hub.broker.reach import Reach
from hub.broker.service import SECRET_BYTES, Broker, HomeAccounts
from hub.kit.disk import write_new
from hub.kit.notices import About
from hub.kit.settings import BrokerKind
from hub.web.expiring import watch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from hub.web.context import Hub

_LOGGER = logging.getLogger(__name__)

ACCOUNTS_KEY_NAME = "accounts.key"


def setup(hub: Hub, usernames: Callable[[], Awaitable[frozenset[str]]]) -> Broker:
    """Add the broker that the settings name; ``usernames`` reads the MQTT user names of the enrolled homes.

    Where mosquitto is not installed the hub goes on without a broker and says so.
    """
    broker = _broker(hub, usernames)
    hub.notices.add(broker.notice)
    return broker


def _broker(hub: Hub, usernames: Callable[[], Awaitable[frozenset[str]]]) -> Broker:
    kind = hub.settings.broker.kind
    if kind is BrokerKind.NONE:
        return Broker(reach=None, accounts=None)
    if kind is BrokerKind.EXTERNAL:
        return _external(hub)
    try:
        installed = Installed.find()
    except BrokerError as error:
        absent = f"There is no broker: {error.detail}."
        _LOGGER.warning("%s Homes use the HTTPS feed.", absent)
        return Broker(reach=None, accounts=None, absent=absent)
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
    reach = Reach(hub.clock, child.running)
    mirror = _mirror(hub, endpoint, accounts.publisher, reach)
    if listener.certificate is not None:
        watch(hub, About.BROKER_CERTIFICATE, listener.certificate)
    hub.jobs.background("broker", child.run)
    hub.jobs.background("broker accounts", accounts.run)
    hub.jobs.background("broker topics", mirror.run)
    return Broker(reach=reach, accounts=accounts)


def _external(hub: Hub) -> Broker:
    """Add the mirror to the city's broker; its accounts are the city's."""
    settings = hub.settings.broker
    if settings.url is None or settings.username is None or settings.password_file is None:
        rule = "broker_settings"
        raise BrokerError(rule, "an external broker needs url, username and password_file")
    password = settings.password_file.read_text(encoding="utf-8").strip()
    endpoint = Endpoint.parse(settings.url, settings.ca_file)
    reach = Reach(hub.clock)
    mirror = _mirror(hub, endpoint, MqttCredentials(username=settings.username, password=password), reach)
    hub.jobs.background("broker topics", mirror.run)
    return Broker(reach=reach, accounts=None)


def _mirror(hub: Hub, endpoint: Endpoint, who: MqttCredentials, reach: Reach) -> Mirror:
    return Mirror(
        database=hub.database,
        topics=hub.topics,
        agency_id=hub.settings.agency_id,
        connect=partial(endpoint.client, who),
        reach=reach,
    )


def accounts_secret(folder: Path) -> bytes:
    """Read what the homes' passwords are derived from; make it (0600) at the first start."""
    path = folder / ACCOUNTS_KEY_NAME
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(path, secrets.token_bytes(SECRET_BYTES))
    return path.read_bytes()
