"""The broker as the rest of the hub sees it: what it is, how it does, and the accounts of homes.

Three kinds: the hub's own mosquitto, the city's broker (its accounts are the city's: homes get no MQTT credentials
from the hub unless it says that the broker has mosquitto's dynamic security), or none (homes use the HTTPS feed).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from hub.broker.accounts import (
    ACCOUNT_KEEPER,
    ACCOUNT_KEEPER_ROLE,
    PUBLISHER,
    PUBLISHER_ROLE,
    MqttCredentials,
    account_changes,
    credentials_for,
    security_document,
)
from hub.broker.control import run_commands
from hub.broker.errors import BrokerError
from hub.kit.notices import About, Notice
from hub.kit.steps import durable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.broker.endpoint import Endpoint
    from hub.broker.reach import Reach
    from milton_protocol.canonical import JsonValue

_LOGGER = logging.getLogger(__name__)

SECRET_BYTES = 32
SYNC_RETRY_S = 5.0
BY_FEED = (
    "Homes ask the HTTPS feed meanwhile: they hear of requests and withdrawals up to a quarter of an hour later, and"
    " nothing is lost."
)
SYNC_EVERY_S = 60.0  # another worker's enrolment rings no bell here


class State(StrEnum):
    """How the broker does, in one word."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state and one plain sentence for a page."""

    state: State
    sentence: str


class HomeAccounts:
    """Keeps the accounts of homes at a mosquitto with dynamic security equal to the enrolled homes.

    ``usernames`` reads the user names of every home that is enrolled now.
    """

    def __init__(
        self,
        *,
        agency_id: str,
        secret: bytes,
        endpoint: Endpoint,
        usernames: Callable[[], Awaitable[frozenset[str]]],
    ) -> None:
        """Keep what the accounts are derived from; nothing is known of the broker yet."""
        self._agency_id = agency_id
        self._secret = secret
        self._endpoint = endpoint
        self._usernames = usernames
        self._known: frozenset[str] = frozenset()
        self._lock = asyncio.Lock()
        self._bell = asyncio.Event()
        # New at each start: nobody but this process needs them.
        run_secret = secrets.token_bytes(SECRET_BYTES)
        self.publisher = credentials_for(run_secret, PUBLISHER)
        self._keeper = credentials_for(run_secret, ACCOUNT_KEEPER)

    def credentials(self, username: str) -> MqttCredentials:
        """Return what the home ``username`` signs in with: the same at every call."""
        return credentials_for(self._secret, username)

    async def document(self) -> dict[str, JsonValue]:
        """Return the whole document for a mosquitto that starts now."""
        async with self._lock:
            wanted = await self._usernames()
            homes = [credentials_for(self._secret, username) for username in sorted(wanted)]
            hub = ((self.publisher, PUBLISHER_ROLE), (self._keeper, ACCOUNT_KEEPER_ROLE))
            document = await asyncio.to_thread(security_document, self._agency_id, hub, homes)
            self._known = wanted
            return document

    async def sync(self) -> None:
        """Bring the broker's accounts up to date; raise BrokerError when it can't be done now."""
        async with self._lock:
            wanted = await self._usernames()
            changes = account_changes(self._secret, self._known, wanted)
            if changes:
                with durable("broker.accounts_changed"):
                    await run_commands(self._endpoint, self._keeper, changes)
            self._known = wanted

    async def changed(self) -> None:
        """Bring the accounts up to date after a commit; what fails is done again by :meth:`run`."""
        try:
            await self.sync()
        except BrokerError as error:
            _LOGGER.warning("The broker's accounts wait (%s)", error.rule)
            self._bell.set()

    async def run(self) -> None:
        """Keep the accounts up to date until cancelled."""
        while True:
            self._bell.clear()
            try:
                await self.sync()
            except BrokerError:
                await asyncio.sleep(SYNC_RETRY_S)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(SYNC_EVERY_S):
                    await self._bell.wait()


class Broker:
    """What other slices hold: the state in words and the credentials of homes."""

    def __init__(self, *, reach: Reach | None, accounts: HomeAccounts | None, absent: str | None = None) -> None:
        """Keep how the broker is reached and the homes' accounts; ``absent`` says why one that is set is not there."""
        self._reach = reach
        self._accounts = accounts
        self._absent = absent

    def status(self) -> Status:
        """Say how the broker does."""
        if self._reach is None:
            return Status(state=State.NONE, sentence=self._absent or "No broker is set up. Homes use the HTTPS feed.")
        if self._reach.up.is_set():
            return Status(state=State.UP, sentence="The broker is up.")
        return Status(state=State.DOWN, sentence="The broker is not reached. Homes use the HTTPS feed meanwhile.")

    def notice(self) -> Notice | None:
        """Say what homes do without the broker, once it has been away for a while; None where none is set up."""
        if self._absent is not None:
            return Notice(about=About.BROKER, sentence=f"{self._absent} {BY_FEED}")
        since = None if self._reach is None else self._reach.away_since()
        if since is None:
            return None
        return Notice(about=About.BROKER, sentence=f"The broker is not reached. {BY_FEED}", since=since)

    def credentials(self, username: str) -> MqttCredentials | None:
        """Return the credentials of a home, None when the hub gives none (no broker, or the city's own accounts)."""
        return None if self._accounts is None else self._accounts.credentials(username)

    async def accounts_changed(self) -> None:
        """Call after the commit of an enrolment or a leave: the account exists (or is gone) when this returns.

        When the broker is down nothing is lost: the accounts are made when it is back.
        """
        if self._accounts is not None:
            await self._accounts.changed()
