"""A real hub for tests: founded as a demo city, its real applications on free ports, a clock that can be moved."""

from __future__ import annotations

import asyncio
import atexit
import secrets
import shutil
import tempfile
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from hub.__main__ import main
from hub.app import build_hub
from hub.cases.joining import ask_in
from hub.cli.city.init import HUB, OFFLINE
from hub.cli.serve import runner_of
from hub.directory.service import DirectoryService
from hub.directory.setup import read_root_public_key
from hub.enrollment.model import Home
from hub.identity.sessions.guard import COOKIE
from hub.identity.sessions.service import Sessions
from hub.kit.access import Actor, Role
from hub.kit.digests import secret_digest
from hub.kit.settings import Settings
from hub.requests.index import keep_request
from hub.requests.model import RequestRow
from hub.requests.states import State
from milton_protocol.custody import open_receipts
from milton_protocol.geometry import Circle, Point
from milton_protocol.messages.requests.request import (
    Audience,
    AudienceKind,
    Officer,
    Request,
    RequestRecipient,
    Urgency,
    request_id,
)
from milton_protocol.messages.shares.receipt import Receipt, SealedReceipts, unpadded
from tests.simulators.compiled_once import compile_once
from tests.simulators.loopback import serving
from tests.simulators.proofs import intent_of, prove
from tests.simulators.sealed_share import HomeClient, SealedShare, seal_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from hub.db.engine import Database
    from hub.shares.upload.limits import Limits
    from hub.web.context import Hub

compile_once()


@dataclass(kw_only=True)
class MovableClock:
    """The hub's clock: real time plus what a test adds."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC) + self.ahead


class StoppedClock(MovableClock):
    """A clock that only goes on as a test says: a slow machine fills no bucket meanwhile."""

    def __init__(self) -> None:
        """Stop it now."""
        super().__init__()
        self._now = datetime.now(UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self._now + self.ahead


def found_city(folder: Path, *options: str) -> Settings:
    """Run ``milton-hub init --demo``; without options it is a copy of a city that was founded once for this process."""
    if options:
        assert main(["init", str(folder), "--demo", *options]) == 0
    else:
        copy_city(_model(), folder)
    return Settings.load(folder)


def copy_city(model: Path, folder: Path) -> None:
    """Copy a city that no hub has served yet: its keys, settings and database, with their modes."""
    for name in (HUB, OFFLINE):
        shutil.copytree(model / name, folder / name)


@cache
def model_folder(name: str) -> Path:
    """Return a folder for a city to copy, gone with this process."""
    folder = Path(tempfile.mkdtemp(prefix=f"milton-{name}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _model() -> Path:
    folder = model_folder("city")
    assert main(["init", str(folder), "--demo"]) == 0
    return folder


async def seed_home(database: Database) -> str:
    """Enrol a home; return its token."""
    token = secrets.token_urlsafe(32)
    async with database.session("test") as session:
        session.add(
            Home(
                home_id=secrets.token_hex(16),
                token_sha256=secret_digest(token),
                device_key=secrets.token_bytes(32),
                mqtt_username=f"home-{secrets.token_hex(16)}",
                cell="3414,-8430",
                enrolled_at=datetime.now(UTC),
            )
        )
    return token


async def seed_request(
    settings: Settings, database: Database, *, at: datetime, drill: bool = False, officer_id: str = "officer"
) -> tuple[Request, str]:
    """Put a published request of the demo's officer into the database; return it and its id."""
    directory = _directory(settings)
    async with database.reading() as session:
        recipients = (await directory.current(session)).directory.recipients
    at = at.replace(microsecond=0)
    request = Request(
        salt=secrets.token_bytes(32),
        agency_id=settings.agency_id,
        agency_name="Milton Police",
        officer=Officer(person_id=officer_id, badge="4117"),
        contact="+1 555 0100",
        case_number="26-1" if officer_id == "officer" else "26-2",
        offence_code="burglary",
        offence_name="Burglary",
        reason="A burglary at night on this street.",
        urgency=Urgency.ROUTINE,
        drill=drill,
        audience=Audience(kind=AudienceKind.AREA, code_sha256=None),
        area=Circle(center=Point(341_400_000, -843_000_000), radius_m=300),
        from_=at - timedelta(hours=2),
        until=at - timedelta(hours=1),
        created_at=at,
        expires_at=at + timedelta(days=7),
        recipients=tuple(
            RequestRecipient(recipient_id=each.recipient_id, role=each.role, age_recipient=each.age_recipient)
            for each in sorted(recipients, key=lambda each: each.recipient_id)
        ),
    )
    payload = request.to_bytes()
    asks = Actor(id=f"person:{officer_id}", roles=frozenset({Role.OFFICER}), person_id=officer_id)
    async with database.session("test") as session:
        await ask_in(session, asks, request.case_number, at)
        row = RequestRow(
            draft_id=secrets.token_hex(16),
            input_sha256="0" * 64,
            request_id=request_id(payload),
            payload=payload,
            state=State.PUBLISHED,
            officer_id=officer_id,
            case_number=request.case_number,
            offence_code=request.offence_code,
            is_drill=drill,
            exceeded="",
            created_at=at,
            expires_at=request.expires_at,
            published_at=at,
        )
        session.add(row)
        await keep_request(session, row)
    return request, request_id(payload)


def _directory(settings: Settings) -> DirectoryService:
    from hub.topics.service import Topics  # noqa: PLC0415

    return DirectoryService(settings.agency_id, read_root_public_key(settings.folder), Topics(settings.agency_id))


@dataclass(kw_only=True)
class HubBench:
    """One running hub and what a test does with it."""

    settings: Settings
    hub: Hub
    clock: MovableClock
    session: aiohttp.ClientSession
    homes_url: str
    officers_url: str
    request: Request
    request_id: str
    home: HomeClient

    async def new_home(self) -> HomeClient:
        """Enrol another home."""
        return HomeClient(self.session, self.homes_url, await seed_home(self.hub.database))

    def share(self, **changes: object) -> SealedShare:
        """Seal a share for the bench's request."""
        return seal_share(self.request, self.request_id, **changes)

    async def foreign_share(self) -> SealedShare:
        """Send a share for a request of another officer."""
        request, identifier = await seed_request(
            self.settings, self.hub.database, at=self.clock(), officer_id="another"
        )
        share = seal_share(request, identifier)
        await self.home.send(share)
        return share

    async def receipts(self, share: SealedShare) -> tuple[Receipt, ...]:
        """Fetch and open the share's receipts as its home does: by the share's key and no token."""
        async with self.session.get(self.homes_url + share.receipts_url, headers=share.key) as answer:
            body = await answer.read()
        if answer.status == HTTPStatus.NOT_FOUND:  # it was never announced
            return ()
        assert answer.status == HTTPStatus.OK, body
        hub_key = self.hub.keys.hub_key.public_key().public_bytes_raw()
        return open_receipts(SealedReceipts.from_bytes(unpadded(body)), share.identity, hub_key, share.sha256)

    async def events(self, share: SealedShare) -> list[str]:
        """Return the events of the receipts, oldest first."""
        return [receipt.event.value for receipt in await self.receipts(share)]

    async def sign_in(self, person_id: str, device: str = "front desk") -> dict[str, str]:
        """Open a session; return the cookies of that browser."""
        sessions = Sessions(_directory(self.settings))
        async with self.hub.database.session("test") as session:
            token = await sessions.open(
                session, person_id=person_id, credential_id="a-passkey", device=device, at=self.clock()
            )
        return {COOKIE: token}

    async def officer_asks(
        self,
        cookies: dict[str, str],
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        *,
        body: object = None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request as a signed-in person, with a body of JSON where there is one."""
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        secret, token = self.hub.keys.enrollment_secret, cookies.get(COOKIE, "")
        sent = {"Cookie": cookie, "Origin": self.settings.officers_origin} | (headers or {})

        async def ask() -> tuple[int, Mapping[str, str], bytes]:
            async with self.session.request(method, self.officers_url + path, headers=sent, json=body) as response:
                return response.status, response.headers, await response.read()

        answer = await ask()
        if b'"error":"fresh_needed"' in answer[2]:  # the passkey is proven, as the page has it done
            sent |= await prove(self.hub.database, secret, intent_of(token, method, path), self.clock())
            answer = await ask()
        return answer


@asynccontextmanager
async def running_hub(
    folder: Path, *, drill: bool = False, limits: Limits | None = None, model: Path | None = None
) -> AsyncIterator[HubBench]:
    """Found a demo city, or copy a ``model`` of one, and run its hub."""
    if model is not None:
        await asyncio.to_thread(copy_city, model, folder)
    settings = await asyncio.to_thread(found_city if model is None else Settings.load, folder)
    clock = MovableClock()
    hub = build_hub(settings, clock=clock, upload_limits=limits)
    async with AsyncExitStack() as stack:
        heard = hub.topics.listen()
        await stack.enter_async_context(hub.running())
        await hub.topics.wait_for_change(heard)  # the live statement of the start, before the request is there
        homes, officers = [
            await stack.enter_async_context(serving(runner_of(application)))
            for application in (hub.homes, hub.officers)
        ]
        session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        request, identifier = await seed_request(settings, hub.database, at=clock(), drill=drill)
        yield HubBench(
            settings=settings,
            hub=hub,
            clock=clock,
            session=session,
            homes_url=homes.url,
            officers_url=officers.url,
            request=request,
            request_id=identifier,
            home=HomeClient(session, homes.url, await seed_home(hub.database)),
        )
