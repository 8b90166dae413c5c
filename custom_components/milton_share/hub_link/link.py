"""Both ways to the hub, supervised: the feed on its own clock, MQTT beside it where the city has a broker."""

from __future__ import annotations

import asyncio
import sqlite3
from enum import StrEnum
from typing import TYPE_CHECKING

from ..const import LOGGER
from ..shared.milton_protocol.errors import ProtocolError
from .certificates import refused_certificate
from .client import HubAwayError, HubRefusedError
from .feed import pause_s
from .state import LinkState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from ..processes.supervise import Run
    from .certificates import Certificate
    from .feed import Feed, Uniform
    from .mqtt import MqttReader

    type Keep = Callable[[Run, str], asyncio.Task[None]]

FIRST_READ_S = (0.0, 2.0)
RETRY_S = (10.0, 1_200.0)
HOME_UNKNOWN = "home_unknown"  # the hub's own rule; a 401 without it is a box on the way


class Server(StrEnum):
    """Whom a home calls."""

    HUB = "hub"
    BROKER = "broker"


class HubLink:
    """Keeps reading until stopped; says how it goes."""

    def __init__(  # noqa: PLR0913  two ways, a clock, chance, and whom to tell
        self,
        *,
        feed: Feed,
        after_read: Callable[[], Awaitable[None]],
        demo: bool,
        make_mqtt: Callable[[str, Callable[[bool], None]], MqttReader | None],
        now: Callable[[], datetime],
        uniform: Uniform,
        keep: Keep,
        on_change: Callable[[], None],
        on_refused: Callable[[], None],
    ) -> None:
        """Do nothing yet. ``after_read()`` is called after each read of the feed: it asks what hangs on its clock."""
        self._feed = feed
        self._after_read = after_read
        self._make_mqtt = make_mqtt
        self._now = now
        self._uniform = uniform
        self._keep = keep
        self._on_change = on_change
        self._on_refused = on_refused
        self._demo = demo
        self._city: tuple[str | None, bytes] = (None, b"")
        self._mqtt_task: asyncio.Task[None] | None = None
        self._mqtt: MqttReader | None = None
        self._certificate: Certificate | None = None
        self._mqtt_connected = False
        self._feed_state = LinkState.CONNECTING
        self._told_refused = False
        self.last_contact: datetime | None = None

    @property
    def state(self) -> LinkState:
        """How the hub is reached now."""
        if self._feed_state is LinkState.REFUSED:
            return LinkState.REFUSED
        return LinkState.MQTT if self._mqtt_connected else self._feed_state

    @property
    def certificates(self) -> dict[Server, Certificate]:
        """Which servers' certificates were refused at the last try, and why."""
        found = {
            Server.HUB: self._certificate,
            Server.BROKER: self._mqtt.certificate if self._mqtt is not None else None,
        }
        return {server: certificate for server, certificate in found.items() if certificate is not None}

    def start(self) -> None:
        """Start reading the feed; MQTT follows once the city's trust documents name its address."""
        self._keep(self._read_feed, "milton_share feed")

    def follow_city(self, mqtt_url: str | None, hub_key: bytes) -> None:
        """Use the broker that the city record names, and only that; call it again where the hub's key was replaced.

        A stolen hub's broker would else keep the line, and talk on it, for as long as it likes.
        """
        if (mqtt_url, hub_key) == self._city:
            return
        self._city = (mqtt_url, hub_key)
        if self._mqtt_task is not None:
            self._mqtt_task.cancel()
            self._mqtt_task = None
        reader = self._mqtt = self._make_mqtt(mqtt_url, self._set_mqtt) if mqtt_url else None
        if reader is not None:
            self._mqtt_task = self._keep(reader.run, "milton_share mqtt")

    def contact(self) -> None:
        """Remember that something came from the hub."""
        self.last_contact = self._now()

    def _keep_contact_past(self) -> None:
        """Leave no contact in the future when the clock was put back: a day without one would never be over."""
        if self.last_contact is not None:
            self.last_contact = min(self.last_contact, self._now())

    def _set_mqtt(self, connected: bool) -> None:  # noqa: FBT001  a callback's only word
        if connected:
            self.contact()
        if connected != self._mqtt_connected:
            self._mqtt_connected = connected
            self._on_change()

    async def _read_feed(self) -> None:
        await asyncio.sleep(self._uniform(*FIRST_READ_S))
        ceiling_s = RETRY_S[0]
        while True:
            state = await self._read_once()
            if state is not self._feed_state:
                if state is LinkState.AWAY:
                    LOGGER.info("No contact with the hub; trying again by itself")
                elif self._feed_state is LinkState.AWAY:
                    LOGGER.info("Contact with the hub again")
                self._feed_state = state
            self._keep_contact_past()
            self._on_change()
            if state is LinkState.FEED:
                await self._after_read()
            if state is LinkState.REFUSED and not self._told_refused:
                self._on_refused()
            self._told_refused = state is LinkState.REFUSED
            if state is LinkState.REFUSED:  # a hub that was restored from a backup may know this home again
                await asyncio.sleep(self._uniform(RETRY_S[1] / 2, RETRY_S[1]))
            elif state is LinkState.FEED:
                ceiling_s = RETRY_S[0]
                await asyncio.sleep(pause_s(mqtt=self._mqtt_connected, demo=self._demo, uniform=self._uniform))
            else:
                await asyncio.sleep(self._uniform(ceiling_s / 2, ceiling_s))
                ceiling_s = min(ceiling_s * 2, RETRY_S[1])

    async def _read_once(self) -> LinkState:
        try:
            await self._feed.read()
        except HubRefusedError as error:
            return LinkState.REFUSED if error.rule == HOME_UNKNOWN else LinkState.AWAY
        except (HubAwayError, ProtocolError) as error:
            self._certificate = refused_certificate(error)
            LOGGER.debug("Feed not read: %r", error)
            return LinkState.AWAY
        except sqlite3.Error as error:  # the disk is full: the page is asked for again
            LOGGER.warning("What the hub sent could not be kept, trying again: %s", error)
            return LinkState.AWAY
        self._certificate = None
        self.contact()
        return LinkState.FEED
