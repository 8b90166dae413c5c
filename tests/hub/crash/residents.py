"""A leg: a resident joins by a letter, signs out and in again, and erases the account."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.community.guard import COOKIE
from hub.community.settings import CommunitySettings
from hub.kit.codes import PREFIX
from hub.kit.digests import secret_digest
from tests.simulators.registered import Camera

if TYPE_CHECKING:
    from tests.hub.crash.town import Town

KEY = "0123456789ABCDEFGHJKMNPQRS"
ACCOUNT_ID = hashlib.sha256(KEY.encode()).hexdigest()[:32]
WHO = "resident"


async def come_and_go(town: Town) -> None:
    """Whoever has the key signs in; else the letter opens the account, unless it was erased already."""
    if WHO not in town.known.codes:
        lines = await town.command("community", "letters", town.folder, "--count", "1")
        town.known.codes[WHO] = next(line for line in lines if line.startswith(PREFIX))
    await town.open()
    if await _sign_in(town) or await _join(town):
        await _put_a_camera(town)
        assert (await _call(town, "DELETE", "/api/session"))[0] == 200
        assert await _sign_in(town)
        assert (await _call(town, "DELETE", "/api/account"))[0] == 200
    assert not await _sign_in(town)


async def new_ticket(town: Town) -> str:
    """Return a ticket to announce a share by."""
    status, answer = await _call(town, "POST", "/api/tickets")
    assert status == 200, answer
    return str(answer["ticket"])


async def _put_a_camera(town: Town) -> None:
    """Put the same camera, whoever died before; the clerk counts."""
    camera = Camera(key=Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    assert (await _call(town, "PUT", camera.path, camera.body()))[0] == 200
    assert (await _call(town, "POST", f"{camera.path}/confirm"))[0] == 200
    await town.command("community", "count", town.folder)


async def _join(town: Town) -> bool:
    joining = {"account_id": ACCOUNT_ID, "key_sha256": secret_digest(KEY), "language": "en"}
    status, _ = await _call(town, "POST", "/api/join", {"code": town.known.codes[WHO], **joining})
    assert status in {200, 404}
    return status == 200


async def _sign_in(town: Town) -> bool:
    status, _ = await _call(town, "POST", "/api/session", {"key": KEY})
    assert status in {200, 404}
    return status == 200


async def _call(town: Town, method: str, path: str, body: object = None) -> tuple[int, Any]:
    own = CommunitySettings.of(town.settings)
    assert own is not None
    headers = {"Origin": own.origin, "Cookie": f"{COOKIE}={town.known.cookies.get(WHO, '')}"}
    url = f"http://127.0.0.1:{town.ports['community']}{path}"
    async with town.http.request(method, url, json=body, headers=headers) as answer:
        if COOKIE in answer.cookies:
            town.known.cookies[WHO] = answer.cookies[COOKIE].value
        return answer.status, json.loads(await answer.read())
