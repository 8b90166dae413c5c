"""A hub that may die at any step, and what its people and homes remember of it."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import aiomqtt
from aiomqtt.exceptions import MqttConnectError

from hub.broker.endpoint import Endpoint
from hub.db.engine import Database
from hub.directory.service import DirectoryService
from hub.directory.setup import read_root_public_key
from hub.identity.sessions.guard import COOKIE
from hub.identity.sessions.service import Sessions
from hub.kit.keys import HubKeys
from hub.kit.settings import Settings
from hub.topics.service import Topics
from milton_protocol.topics import every_topic
from tests.simulators.hub_books import check_books, check_follows, read_books
from tests.simulators.mortal_hub import PATIENCE_S, DiedError, End, Mortal, Mortals
from tests.simulators.ports import free_port
from tests.simulators.proofs import intent_of, prove
from tests.simulators.sealed_share import HomeClient, SealedShare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub.broker.accounts import MqttCredentials
    from tests.e2e.passkey import SoftwarePasskey
    from tests.simulators.city import Passkey
    from tests.simulators.hub_books import Books

LOOK_S = 0.1
FORBIDDEN = 403
QUIET_S = 0.5  # for what comes at once; whoever has not got all of it asks again
LISTENERS = ("homes", "officers", "signer", "community", "mqtt")
NAMES = (*LISTENERS, "webhook", "witness")  # the last two are others': the city's own program, a witness
type Fact = tuple[str, Callable[[Books], bool]]


@dataclass(kw_only=True)
class Known:
    """What the people and the homes have in hand: it outlives the hub."""

    home_id: str
    token: str = ""
    mqtt: MqttCredentials | None = None
    codes: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    devices: dict[str, SoftwarePasskey] = field(default_factory=dict)
    passkeys: dict[str, Passkey] = field(default_factory=dict)
    drafts: dict[str, dict[str, object]] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    shares: dict[str, SealedShare] = field(default_factory=dict)
    words: dict[str, bytes] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def copy(self) -> Known:
        """Return a copy that is changed apart; what is in it is never changed."""
        kinds = {name: value.copy() for name, value in vars(self).items() if isinstance(value, dict | set)}
        return Known(**vars(self) | kinds)


class Town:
    """One hub folder with its people; ``end`` is where the next process dies."""

    def __init__(self, mortals: Mortals, folder: Path, ports: dict[str, int], known: Known) -> None:
        """Nothing runs yet."""
        self.mortals, self.folder, self.ports, self.known = mortals, folder, ports, known
        self.end: End | None = None
        self.tells = False
        self.hub: Mortal | None = None
        self.processes: list[Mortal] = []
        self.facts: list[Fact] = []
        self.books: Books | None = None
        self._http: aiohttp.ClientSession | None = None

    # Processes

    async def command(self, *arguments: object, codes: tuple[str, ...] = ("0",)) -> list[str]:
        """Run a command to its end; return its lines."""
        process = self._start(*arguments)
        await process.until_ended()
        if process.killed.is_set():
            raise DiedError(arguments[0])
        assert process.code in codes, "\n".join(process.lines)
        return process.lines

    async def open(self) -> None:
        """Serve, unless it does already."""
        if self.hub is None or self.hub.ended.is_set():
            self.hub = self._start("serve", self.folder)
            await self.hub.until_ready()

    async def stop(self) -> None:
        """Stop the hub as its operator does."""
        if self.hub is not None:
            await self.hub.signal(signal.SIGTERM)

    async def clear_away(self) -> None:
        """Kill what lives still, and forget the connections to it."""
        for process in self.processes:
            await process.signal(signal.SIGKILL)
        self.hub, self.processes = None, []
        if self._http is not None:
            await self._http.close()
        self._http = None

    async def until_killed(self) -> None:
        """Wait until one of the processes has reached its end: whoever spoke to it noticed first."""
        waiting = [asyncio.create_task(process.killed.wait()) for process in self.processes]
        await asyncio.wait(waiting, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()

    def _start(self, *arguments: object) -> Mortal:
        self.processes.append(self.mortals.start(*arguments, end=self.end, tells=self.tells))
        return self.processes[-1]

    # People and homes

    @property
    def settings(self) -> Settings:
        """What is set for the hub."""
        return Settings.load(self.folder)

    @property
    def http(self) -> aiohttp.ClientSession:
        """The connections to this run of the hub."""
        if self._http is None:
            connector = aiohttp.TCPConnector(force_close=True)  # an idle one might be closed just when it is used
            self._http = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._http

    @property
    def home(self) -> HomeClient:
        """The enrolled home."""
        return HomeClient(self.http, f"http://127.0.0.1:{self.ports['homes']}", self.known.token)

    async def post(self, who: str, path: str, body: object) -> tuple[int, Any]:
        """Post as a person's page does; keep the session that the answer gives, prove the passkey where wanted."""
        status, answer = await self._post(who, path, body, {})
        if status == FORBIDDEN and answer["error"] == "fresh_needed":
            database = Database(self.settings.database_url)
            intent = intent_of(self.known.cookies[who], "POST", path)
            try:
                proof = await prove(database, self._secret, intent, datetime.now(UTC))
            finally:
                await database.close()
            status, answer = await self._post(who, path, body, proof)
        return status, answer

    async def _post(self, who: str, path: str, body: object, proof: dict[str, str]) -> tuple[int, Any]:
        cookie = self.known.cookies.get(who, "")
        headers = {
            "Origin": self.settings.officers_origin,
            "Cookie": f"{COOKIE}={cookie}",
        }
        url = f"http://127.0.0.1:{self.ports['officers']}{path}"
        async with self.http.post(url, json=body, headers=headers | proof, allow_redirects=False) as answer:
            if COOKIE in answer.cookies:
                self.known.cookies[who] = answer.cookies[COOKIE].value
            text = await answer.read()
            return answer.status, json.loads(text) if answer.content_type == "application/json" else text

    @property
    def _secret(self) -> bytes:
        return HubKeys.load(self.settings.keys_folder).enrollment_secret

    async def get(self, who: str, path: str) -> tuple[int, Any]:
        """Read as a person's page does."""
        headers = {"Cookie": f"{COOKIE}={self.known.cookies[who]}"}
        async with self.http.get(f"http://127.0.0.1:{self.ports['officers']}{path}", headers=headers) as answer:
            return answer.status, json.loads(await answer.read())

    async def body(self, who: str, share: SealedShare, name: str) -> bytes:
        """Fetch a sealed body as an officer's page does."""
        headers = {"Cookie": f"{COOKIE}={self.known.cookies[who]}"}
        path = f"/api/shares/{share.share.share_id}/parts/{name}/body"
        async with self.http.get(f"http://127.0.0.1:{self.ports['officers']}{path}", headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.read()

    async def sign_in(self, *people: str) -> None:
        """Open sessions that were last used a while ago, while no hub runs."""
        database = Database(self.settings.database_url)
        topics = Topics(self.settings.agency_id)
        directory = DirectoryService(self.settings.agency_id, read_root_public_key(self.settings.folder), topics)
        try:
            async with database.session("test") as session:
                for who in people:
                    self.known.cookies[who] = await Sessions(directory).open(
                        session, person_id=who, credential_id="key", device="desk", at=datetime.now(UTC)
                    )
        finally:
            await database.close()
        self.later("UPDATE officer_session SET last_seen_at = datetime('now', '-5 minutes')")

    async def sees(self, wanted: Callable[[dict[str, bytes]], bool]) -> dict[str, bytes]:
        """Listen as the home does until the broker has what is wanted; return all that it sent."""
        credentials, found = self.known.mqtt, {}
        assert credentials is not None
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with suppress(aiomqtt.MqttError):
                    async with Endpoint(host="127.0.0.1", port=self.ports["mqtt"]).client(credentials) as client:
                        found = {}
                        await client.subscribe(every_topic(self.settings.agency_id), qos=1)
                        async for message in client.messages:
                            found[str(message.topic).split("/", 3)[3]] = message.payload
                            if wanted(found):
                                return found
                self.check_alive()
                await asyncio.sleep(LOOK_S)

    async def until_broker(self, credentials: MqttCredentials, *, lets_in: bool) -> None:
        """Wait until there is a broker and it lets an account in, or refuses it: one that was away learns it late."""
        async with asyncio.timeout(PATIENCE_S):
            while await self._is_let_in(credentials) is not lets_in:
                self.check_alive()
                await asyncio.sleep(LOOK_S)

    async def _is_let_in(self, credentials: MqttCredentials) -> bool | None:
        try:
            async with Endpoint(host="127.0.0.1", port=self.ports["mqtt"]).client(credentials):
                return True
        except MqttConnectError:
            return False
        except aiomqtt.MqttError:
            return None

    async def retained(self) -> list[tuple[str, bytes]]:
        """Return every message that the broker keeps, as a home gets them that subscribes now."""
        found = []
        assert self.known.mqtt is not None
        async with Endpoint(host="127.0.0.1", port=self.ports["mqtt"]).client(self.known.mqtt) as client:
            await client.subscribe(every_topic(self.settings.agency_id), qos=1)
            with suppress(TimeoutError):
                async with asyncio.timeout(QUIET_S):
                    messages = aiter(client.messages)
                    while True:
                        found.append(await anext(messages))
        return sorted((str(each.topic).split("/", 3)[3], each.payload) for each in found if each.retain)

    # Books

    async def until(self, wanted: Callable[[Books], bool]) -> None:
        """Wait until the books say so."""
        async with asyncio.timeout(PATIENCE_S):
            while (books := await read_books(self.folder)) is None or not wanted(books):
                self.check_alive()
                await asyncio.sleep(LOOK_S)

    def check_alive(self) -> None:
        """Raise DiedError when the hub has died."""
        if self.hub is not None and self.hub.ended.is_set():
            raise DiedError("\n".join(self.hub.lines[-20:]))

    def acknowledged(self, sentence: str, holds: Callable[[Books], bool]) -> None:
        """Note what the hub has said is so: it holds from now on."""
        self.facts.append((sentence, holds))

    async def audit(self) -> None:
        """Check the books: by themselves, against what they were before, and against what was acknowledged."""
        books = await read_books(self.folder)
        if books is None:
            assert self.books is None
            return
        check_books(books)
        if self.books is not None:
            check_follows(books, self.books)
        broken = [sentence for sentence, holds in self.facts if not holds(books)]
        assert not broken, broken
        self.books = books

    def later(self, *statements: str) -> None:
        """Let time pass for some rows, while no hub runs: each statement moves a time back."""
        with closing(sqlite3.connect(self.settings.folder / "hub.sqlite", isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)


def free_ports() -> dict[str, int]:
    """Return a port for each listener."""
    return {name: free_port() for name in NAMES}
