"""Sign-in, a device's registration, and a person's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import select

from hub.directory.words import fingerprint
from hub.identity import routes
from hub.identity.accounts.invitations import invited
from hub.identity.accounts.proposals import missing_parts, waiting
from hub.identity.accounts.registration import DEVICE_MAX_CHARS, Registration, propose_signing_key, register_device
from hub.identity.accounts.start import start_page
from hub.identity.devices.registry import check_sign_in
from hub.identity.model import SignInCredential
from hub.identity.passkeys import ceremonies
from hub.identity.passkeys.ceremonies import Purpose
from hub.identity.passkeys.challenges import Challenges
from hub.identity.sessions.guard import CERTIFICATE, TOKEN, clear_cookie, set_cookie
from hub.identity.sessions.service import actor_for
from hub.kit.access import Action
from hub.kit.errors import HubError
from hub.kit.passkeys import service
from hub.kit.passkeys.answers import begun_response, read_answer
from hub.kit.passkeys.attestation import authenticators
from hub.kit.passkeys.service import Relying, relying_of
from hub.web.actor import actor_of
from hub.web.bodies import read_object
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.identity.sessions.service import Sessions
    from hub.kit.passkeys.challenges import Begun
    from hub.web.context import Hub
    from hub.web.pages.renderer import Pages
    from hub.web.routing import Route
    from milton_protocol.messages.city.directory import Person

BAD_REQUEST = 400
TOKEN_MAX_CHARS = 64


class AccountPages:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, pages: Pages, sessions: Sessions, directory: DirectoryService) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._pages = pages
        self._sessions = sessions
        self._directory = directory
        self._challenges = Challenges(hub.keys.enrollment_secret)
        settings = hub.settings
        self._secure = settings.officers_origin.startswith("https://")
        self._officers = relying_of(settings.officers_origin, settings.agency_id)
        self._takes = authenticators(settings.passkeys)
        self._signer = Relying(rp_id=settings.signer_rp_id, origin=settings.signer_origin, name=settings.agency_id)

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {
            routes.START: self.start,
            routes.SIGN_IN: self.sign_in,
            routes.RETURN: self.returned,
            routes.SIGN_IN_OPTIONS: self.sign_in_options,
            routes.SIGN_IN_VERIFY: self.verify,
            routes.SESSION: self.session,
            routes.SIGN_OUT: self.sign_out,
            routes.INVITE: self.invite,
            routes.INVITE_OPEN: self.open_invitation,
            routes.INVITE_REGISTER: self.register,
            routes.ACCOUNT: self.account,
            routes.SIGNING_KEY_OPTIONS: self.signing_key_options,
            routes.SIGNING_KEY: self.signing_key,
        }

    async def start(self, request: web.Request) -> web.StreamResponse:
        """Go on to where the person's day begins."""
        raise web.HTTPSeeOther(start_page(actor_of(request)))

    async def sign_in(self, request: web.Request) -> web.Response:
        """Show the sign-in page."""
        return self._pages.render(request, "sign_in.html")

    async def returned(self, request: web.Request) -> web.Response:
        """Show the page that the signer comes back to."""
        return self._pages.render(request, "return.html")

    async def invite(self, request: web.Request) -> web.Response:
        """Show the page that an invitation's link opens."""
        return self._pages.render(request, "invite.html")

    async def sign_in_options(self, _request: web.Request) -> web.Response:
        """Begin a sign-in."""
        begun = self._challenges.begin(self._hub.clock())
        return begun_response(begun, service.request_options(self._officers, begun.challenge))

    async def verify(self, request: web.Request) -> web.Response:
        """End a sign-in: a passkey of the hub's, used by its person, opens a session."""
        body = await read_object(request)
        ceremony_id, credential = read_answer(body)
        now = self._hub.clock()
        begun = self._challenges.check(ceremony_id, now)
        credential_id = str(credential.get("id", ""))
        async with self._hub.database.reading() as session:  # who has no passkey here keeps no writer waiting
            _check_known(await session.get(SignInCredential, credential_id))
        async with self._hub.database.session("session.opened") as session:
            known = _check_known(await session.get(SignInCredential, credential_id, with_for_update=True))
            known.sign_count = service.check_assertion(self._officers, begun.challenge, credential, known)
            await self._challenges.use_up(session, begun, now)
            known.last_used_at = now
            return await self._signed_in(request, session, known, now)

    async def session(self, _request: web.Request) -> web.Response:
        """Answer a page that asks whether there still is a session; the guard refuses it where there is none."""
        return web.json_response({})

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        """Lock this device."""
        async with self._hub.database.session("session.ended") as session:
            await self._sessions.end(session, request[TOKEN], self._hub.clock())
        response = web.HTTPSeeOther("/sign-in")
        clear_cookie(response)
        raise response

    async def open_invitation(self, request: web.Request) -> web.Response:
        """Say whom an invitation is for, and begin the registration of a passkey."""
        body = await read_object(request)
        code = body.raw_text("code", TOKEN_MAX_CHARS)
        body.done()
        now = self._hub.clock()
        async with self._hub.database.reading() as session:  # who has no invitation keeps no writer waiting
            await invited(session, self._directory, code, now)
        async with self._hub.database.session("invitation.opened") as session:
            invitation = await invited(session, self._directory, code, now)
            person = await self._directory.person(session, invitation.person_id, now)
            current = await self._directory.in_force(session, now)
            begun = await ceremonies.begin(session, Purpose.SIGN_IN_KEY, person_id=person.person_id, at=now)
        return begun_response(
            begun,
            self._creation_options(self._officers, begun, person),
            person={"name": person.name, "badge": person.badge},
            needs_opening_key=bool(missing_parts(current.directory, person)),
            signs=actor_for(person, "").may(Action.REQUEST_ASSERT),
        )

    async def register(self, request: web.Request) -> web.Response:
        """Use up an invitation: the device's passkey is known from now on, its opening key is proposed."""
        body = await read_object(request)
        code, device = body.raw_text("code", TOKEN_MAX_CHARS), body.text("device", DEVICE_MAX_CHARS)
        age_recipient = body.optional("age_recipient", body.usable_recipient)
        ceremony_id, credential = read_answer(body)
        now = self._hub.clock()
        async with self._hub.database.reading() as session:
            await ceremonies.check(session, ceremony_id, Purpose.SIGN_IN_KEY, at=now)
        async with self._hub.database.session("registration.answered") as session:
            begun = await ceremonies.take(session, ceremony_id, Purpose.SIGN_IN_KEY, at=now)
        new = service.check_registration(self._officers, begun.challenge, credential, self._takes)
        async with self._hub.database.session("device.registered") as session:
            invitation = await invited(session, self._directory, code, now)
            registration = Registration(invitation=invitation, begun=begun, device=device, age_recipient=age_recipient)
            known = await register_device(session, self._directory, registration, new, now)
            return await self._signed_in(request, session, known, now)

    async def account(self, request: web.Request) -> web.Response:
        """Show a person's keys."""
        person_id = actor_of(request).person_id or ""
        now = self._hub.clock()
        async with self._hub.database.reading() as session:
            person = await self._directory.person(session, person_id, now)
            current = await self._directory.in_force(session, now)
            mine = select(SignInCredential).where(
                SignInCredential.person_id == person_id, SignInCredential.removed_at.is_(None)
            )
            return self._pages.render(
                request,
                "account.html",
                person=person,
                sign_in_credentials=(await session.scalars(mine.order_by(SignInCredential.created_at))).all(),
                signing_credentials=[fingerprint(each.public_key) for each in person.credentials],
                recipients=[each for each in current.directory.recipients if each.person_id == person_id],
                opens=actor_of(request).may(Action.KEY_WRAP),
                signs=actor_of(request).may(Action.REQUEST_ASSERT),
                waiting=await waiting(session, current.directory, now, person_id),
            )

    async def signing_key_options(self, request: web.Request) -> web.Response:
        """Begin the making of a signing credential, on the signer's page."""
        now = self._hub.clock()
        async with self._hub.database.session("signing_key.begun") as session:
            person = await self._directory.person(session, actor_of(request).person_id or "", now)
            begun = await ceremonies.begin(session, Purpose.SIGNING_KEY, person_id=person.person_id, at=now)
        options = self._creation_options(self._signer, begun, person)
        return begun_response(begun, options, signer_origin=self._signer.origin)

    async def signing_key(self, request: web.Request) -> web.Response:
        """Propose the signing credential that the signer made to the directory."""
        actor = actor_of(request)
        ceremony_id, credential = read_answer(await read_object(request))
        now = self._hub.clock()
        async with self._hub.database.session("signing_key.answered") as session:
            begun = await ceremonies.take(session, ceremony_id, Purpose.SIGNING_KEY, at=now)
        if begun.person_id != actor.person_id:
            raise _another_person()
        new = service.check_registration(self._signer, begun.challenge, credential, self._takes)
        async with self._hub.database.session("signing_key.proposed") as session:
            await propose_signing_key(session, actor, self._signer, new, now)
        return web.json_response({"next": "/account"})

    def _creation_options(self, relying: Relying, begun: Begun, person: Person) -> service.Json:
        return service.creation_options(
            relying,
            challenge=begun.challenge,
            user_id=person.person_id.encode(),
            user_name=f"{person.badge} {person.name}",
            display_name=f"{person.name}, badge {person.badge}",
            conveyance=self._takes.conveyance,
        )

    async def _signed_in(
        self, request: web.Request, session: AsyncSession, known: SignInCredential, now: datetime
    ) -> web.Response:
        token = await self._sessions.open(
            session, person_id=known.person_id, credential_id=known.credential_id, device=known.device, at=now
        )
        certificate = request.get(CERTIFICATE)
        if certificate is not None:
            await check_sign_in(session, certificate, known.person_id, now)
            await self._sessions.bind(session, token, certificate)
        response = web.json_response({"next": routes.START.path})
        set_cookie(response, token, secure=self._secure)
        return response


def _check_known(known: SignInCredential | None) -> SignInCredential:
    """Raise ``passkey_unknown`` when a passkey is none of the hub's, or was removed."""
    if known is None or known.removed_at is not None:
        rule = "passkey_unknown"
        raise HubError(rule, BAD_REQUEST, "This passkey is not known here. Ask for an invitation.")
    return known


def _another_person() -> HubError:
    rule = "ceremony_unknown"
    return HubError(rule, BAD_REQUEST, "This was begun by somebody else.")


def setup(hub: Hub, pages: Pages, sessions: Sessions, directory: DirectoryService) -> None:
    """Add the pages to the officers' application."""
    add_routes(hub.officers, AccountPages(hub, pages, sessions, directory).handlers())
