"""A real hub with the demo's people at their devices: signing keys in the directory, sessions, the JSON API."""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from hub.__main__ import main
from hub.app import build_hub
from hub.directory.proposal import credential_proposal
from hub.directory.service import DirectoryService
from hub.directory.setup import read_root_public_key
from hub.identity.passkeys.reverify import HEADER as FRESH_HEADER
from hub.identity.passkeys.reverify import Reverification
from hub.identity.sessions.guard import COOKIE, SECURE_COOKIE, Gate
from hub.identity.sessions.service import Sessions
from hub.kit.passkeys.service import relying_of
from hub.kit.settings import Settings
from hub.kit.settings_table import SETTINGS_NAME
from milton_protocol.base64_text import b64
from milton_protocol.times import format_time
from tests.simulators.city import Passkey
from tests.simulators.hub_bench import MovableClock, copy_city, found_city, model_folder
from tests.simulators.loopback import serving
from tests.simulators.proofs import intent_of, prove

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from hub.requests.residents import Residents
    from hub.web.context import Hub

SIGNERS = ("officer", "supervisor")


@dataclass(kw_only=True)
class Desk:
    """One signed-in person."""

    agency: Agency
    person_id: str
    cookie: str

    @property
    def headers(self) -> dict[str, str]:
        """What a page of this person's sends with each call."""
        return {
            "Cookie": f"{self.agency.cookie_name}={self.cookie}",
            "Origin": self.agency.settings.officers_origin,
        }

    async def ask(self, method: str, path: str, body: object = None, **headers: str | None) -> tuple[int, Any]:
        """Call the officers' API; return status and JSON. A header that is None is not sent.

        Where the hub wants the passkey again it is proven, as the page has it done, unless a header says otherwise.
        """
        status, answer = await self._ask(method, path, body, headers)
        if FRESH_HEADER not in headers and answer_rule(answer) == "fresh_needed":
            hub = self.agency.hub
            intent = intent_of(self.cookie, method, path)
            proof = await prove(hub.database, hub.keys.enrollment_secret, intent, self.agency.clock())
            status, answer = await self._ask(method, path, body, headers | proof)
        return status, answer

    async def _ask(self, method: str, path: str, body: object, headers: Mapping[str, str | None]) -> tuple[int, Any]:
        sent = {name: value for name, value in {**self.headers, **headers}.items() if value is not None}
        async with self.agency.session.request(
            method, self.agency.officers_url + path, json=body, headers=sent
        ) as response:
            return response.status, json.loads(await response.read())

    async def draft(self, **changes: object) -> dict[str, Any]:
        """Draft an ordinary request, with changes; return the verdict with the request."""
        status, answer = await self.ask("POST", "/api/requests", self.agency.draft(**changes))
        assert status == 200, answer
        return answer

    async def sign(self, request_id: str, role: str = "officer", **bent: object) -> tuple[int, Any]:
        """Sign a request's payload by this person's key."""
        assertion = self.agency.passkeys[self.person_id].assertion(request_id, role, **bent)
        return await self.ask("POST", f"/api/requests/{request_id}/assertions", dict(assertion.value()))

    async def act(self, request_id: str, what: str) -> tuple[int, Any]:
        """Publish, withdraw or resolve."""
        return await self.ask("POST", f"/api/requests/{request_id}/{what}", {})


@dataclass(kw_only=True)
class Agency:
    """A running hub and its people."""

    settings: Settings
    hub: Hub
    clock: MovableClock
    session: aiohttp.ClientSession
    homes_url: str
    officers_url: str
    passkeys: dict[str, Passkey]
    desks: dict[str, Desk] = field(default_factory=dict)

    @property
    def cookie_name(self) -> str:
        """What a browser knows a session by."""
        return SECURE_COOKIE if self.settings.officers_origin.startswith("https://") else COOKIE

    @property
    def directory(self) -> DirectoryService:
        """The directory as the hub reads it."""
        root = read_root_public_key(self.settings.folder)
        return DirectoryService(self.settings.agency_id, root, self.hub.topics)

    def gate(self, origin: str) -> Gate:
        """Return what a door of the officers' application at ``origin`` judges by."""
        return Gate(
            database=self.hub.database,
            sessions=Sessions(self.directory),
            clock=self.clock,
            origin=origin,
            reverification=Reverification(self.hub.keys.enrollment_secret, relying_of(origin, "test")),
        )

    async def desk(self, person_id: str) -> Desk:
        """Sign a person in."""
        async with self.hub.database.session("test") as session:
            token = await Sessions(self.directory).open(
                session, person_id=person_id, credential_id="key", device="desk", at=self.clock()
            )
        return Desk(agency=self, person_id=person_id, cookie=token)

    def draft(self, **changes: object) -> dict[str, object]:
        """Return an ordinary draft as the page sends it."""
        return ordinary_draft(self.clock(), **changes)

    async def get(self, path: str, token: str | None = None, **headers: str) -> tuple[int, bytes]:
        """Call the homes' application."""
        sent = headers | ({} if token is None else {"Authorization": f"Bearer {token}"})
        async with self.session.get(self.homes_url + path, headers=sent) as response:
            return response.status, await response.read()

    async def published(self, **changes: object) -> str:
        """Publish an ordinary request; return its id."""
        officer = await self.desk("officer")
        request_id: str = (await officer.draft(**changes))["id"]
        assert (await officer.sign(request_id))[0] == 200
        status, answer = await officer.act(request_id, "publish")
        assert (status, answer["state"]) == (200, "published"), answer
        return request_id


def answer_rule(answer: object) -> object:
    """Return the rule of a refusal, None for any other answer."""
    return answer.get("error") if isinstance(answer, dict) else None


def ordinary_draft(at: datetime, **changes: object) -> dict[str, object]:
    """Return a draft that breaks no rule and needs no second person, with changes."""
    now = at.replace(microsecond=0)
    ordinary: dict[str, object] = {
        "draft_id": secrets.token_hex(16),
        "case_number": "26-104417",
        "contact": "+1 555 0100",
        "offence_code": "16-8-18",
        "reason": "Several cars were opened overnight by one person on foot with a backpack.",
        "why_larger": "",
        "urgency": "routine",
        "drill": False,
        "by_code": False,
        "area": {"kind": "circle", "center": [341_400_000, -843_000_000], "radius_m": 250},
        "from": format_time(now - timedelta(hours=5)),
        "until": format_time(now - timedelta(hours=4)),
        "expires_in_h": 72,
    }
    return ordinary | changes


def signers_passkeys(settings: Settings) -> dict[str, Passkey]:
    """Return a software passkey for each of the demo's people who sign."""
    return {
        person_id: Passkey(person_id=person_id, rp_id=settings.signer_rp_id, origin=settings.signer_origin)
        for person_id in SIGNERS
    }


def sign_into_directory(folder: Path, *passkeys: Passkey) -> None:
    """Let both directory keys sign the passkeys into the directory, as administrators do."""
    for passkey in passkeys:
        path = folder / f"{passkey.person_id}-{secrets.token_hex(4)}.json"
        path.write_text(json.dumps(credential_proposal(passkey.person_id, passkey.credential)))
        assert main(["directory", "sign", str(folder), "--yes", "--proposal", str(path)]) == 0


def found_agency(folder: Path, *options: str) -> tuple[Settings, dict[str, Passkey]]:
    """Found a demo city whose officer and supervisor can sign; without options a copy, as ``found_city``'s."""
    if options:
        settings = found_city(folder, *options)
        sign_into_directory(folder, *signers_passkeys(settings).values())
    else:
        copy_city(_model(), folder)
        settings = Settings.load(folder)
    return settings, signers_passkeys(settings)


@cache
def _model() -> Path:
    folder = model_folder("agency")
    sign_into_directory(folder, *signers_passkeys(found_city(folder)).values())
    return folder


@asynccontextmanager
async def running_agency(
    folder: Path, *options: str, officers: str = "", residents: Residents | None = None
) -> AsyncIterator[Agency]:
    """Run a hub whose officer and supervisor can sign; ``options`` go to ``milton-hub init``.

    ``officers`` are more lines of that table of ``hub.toml``; ``residents`` is the house of the residents.
    """
    settings, passkeys = await asyncio.to_thread(found_agency, folder, *options)
    if officers:
        file = settings.folder / SETTINGS_NAME
        file.write_text(file.read_text().replace("[officers]\n", f"[officers]\n{officers}\n"))
        settings = Settings.load(folder)
    async with serving_agency(settings, passkeys, MovableClock(), residents=residents) as agency:
        yield agency


@asynccontextmanager
async def serving_agency(
    settings: Settings,
    passkeys: dict[str, Passkey],
    clock: MovableClock,
    *,
    homes_port: int = 0,
    residents: Residents | None = None,
) -> AsyncIterator[Agency]:
    """Run the hub of a city that was founded, for the first time or again; homes find it at ``homes_port``, or any."""
    hub = build_hub(settings, clock=clock, residents=residents)
    async with AsyncExitStack() as stack:
        heard = hub.topics.listen()
        await stack.enter_async_context(hub.running())
        await hub.topics.wait_for_change(heard)  # the live statement of the start
        homes = await stack.enter_async_context(serving(_runner(hub.homes), port=homes_port))
        officers = await stack.enter_async_context(serving(_runner(hub.officers)))
        session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        yield Agency(
            settings=settings,
            hub=hub,
            clock=clock,
            session=session,
            homes_url=homes.url,
            officers_url=officers.url,
            passkeys=passkeys,
        )


def _runner(application: web.Application) -> web.AppRunner:
    """Return what runs one application, and ends a page's stream when its reader has gone: none is waited for."""
    return web.AppRunner(application, access_log=None, handler_cancellation=True)


def other_key(passkey: Passkey) -> Passkey:
    """Return another key of the same person, which the directory does not have."""
    return replace(passkey, name="another")


def enrol_body(code: str, home_id: str, device_key: bytes = b"\x2a" * 32) -> dict[str, object]:
    """Return the body of ``POST /v1/enrol``."""
    return {"type": "milton/enrol", "version": 1, "code": code, "home_id": home_id, "device_key": b64(device_key)}
