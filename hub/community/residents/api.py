"""Joining, signing in and out, and erasing one's account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.community import routes
from hub.community.guard import TOKEN, account_of_request, clear_cookie, set_cookie
from hub.community.invitations.service import forget_used
from hub.community.residents.accounts import Joining, erase_account, find_account, open_account, read_key
from hub.community.sessions import LASTS, close_session, open_session
from hub.kit.errors import HubError
from hub.web.bodies import read_object
from milton_protocol import dsse
from milton_protocol.base64_text import standard_base64
from milton_protocol.canonical import encode
from milton_protocol.messages.homes.erasure import Erasure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiohttp.typedefs import Handler

    from hub.community.context import Community
    from hub.community.invitations.service import Invitations
    from hub.community.wrong import WrongTries
    from hub.web.routing import Route
    from milton_protocol.canonical import JsonValue


class ResidentsApi:
    """The handlers; ``erased`` is called after an account is gone."""

    def __init__(
        self, community: Community, invitations: Invitations, wrong: WrongTries, erased: Callable[[], None]
    ) -> None:
        """Keep what the handlers use."""
        self._community, self._invitations, self._wrong, self._erased = community, invitations, wrong, erased

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route."""
        return {
            routes.JOIN: self.join,
            routes.SIGN_IN: self.sign_in,
            routes.SIGN_OUT: self.sign_out,
            routes.ERASE: self.erase,
        }

    async def join(self, request: web.Request) -> web.Response:
        """Open an account by a letter's code; the same call again signs the same browser in."""
        joining, now = Joining.of(await read_object(request)), self._community.clock()
        try:
            async with self._community.database.reading() as session:  # a wrong code keeps no writer waiting
                await self._invitations.find(session, joining.code, joining.account_id, now)
        except HubError:
            await self._wrong.note(request, now)
            raise
        async with self._community.database.session("community.joined") as session:
            letter = await self._invitations.find(session, joining.code, joining.account_id, now)
            await open_account(session, joining, repeated=letter.account_id is not None)
            if letter.account_id is None:
                letter.account_id, letter.used_at = joining.account_id, now
            token = await open_session(session, joining.account_id, now)
        return self._signed_in({}, token)

    async def sign_in(self, request: web.Request) -> web.Response:
        """Open a session by the printed key."""
        now = self._community.clock()
        try:
            key = read_key(await read_object(request))
            async with self._community.database.reading() as session:
                account_id = await find_account(session, key)
        except HubError:
            await self._wrong.note(request, now)
            raise
        async with self._community.database.session("community.signed_in") as session:
            await find_account(session, key)  # nobody erased it meanwhile
            token = await open_session(session, account_id, now)
        return self._signed_in({"account_id": account_id}, token)

    async def sign_out(self, request: web.Request) -> web.Response:
        """Close this browser's session."""
        account_id = account_of_request(request)
        async with self._community.database.session("community.signed_out") as session:
            await close_session(session, request[TOKEN])
            await forget_used(session, account_id)
        return self._signed_out({})

    async def erase(self, request: web.Request) -> web.Response:
        """Delete everything of the account; answer the signed word on it, which its owner may keep."""
        account_id, at = account_of_request(request), self._community.clock().replace(microsecond=0)
        async with self._community.database.session("community.account_erased") as session:
            await erase_account(session, account_id)
        self._erased()
        erasure = Erasure(agency_id=self._community.settings.agency_id, home_id=account_id, at=at)
        signed = dsse.sign(Erasure.PAYLOAD_TYPE, erasure.to_bytes(), [self._community.keys.hub_key])
        return self._signed_out({"erasure": standard_base64(signed)})

    def _signed_in(self, body: dict[str, JsonValue], token: str) -> web.Response:
        response = web.Response(body=encode(body), content_type="application/json")
        secure = self._community.settings.is_secure
        set_cookie(response, token, int(LASTS.total_seconds()), secure=secure)
        return response

    def _signed_out(self, body: dict[str, JsonValue]) -> web.Response:
        response = web.Response(body=encode(body), content_type="application/json")
        clear_cookie(response, secure=self._community.settings.is_secure)
        return response
