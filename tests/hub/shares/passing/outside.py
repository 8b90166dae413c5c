"""A custodian, an owner and somebody outside, for the tests of passing on."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from milton_protocol.base64_text import read_b64
from milton_protocol.messages.shares.passed_on import PassedOnTo
from milton_protocol.sealing.age import Identity, open_body, open_header
from milton_protocol.times import format_time
from tests.hub.shares.desks import DONE, Custody, accepted
from tests.hub.shares.readers import headers_for

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench

RUTH = PassedOnTo(
    name="Ruth Ellery",
    organisation="Fulton County District Attorney",
    until=datetime.now(UTC).replace(microsecond=0) + timedelta(days=20),
)
ASKED = {"name": RUTH.name, "organisation": RUTH.organisation, "until": format_time(RUTH.until)}
UNKNOWN = (404, "link_unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What is in a link, and never at the hub."""

    id: str = field(default_factory=lambda: secrets.token_hex(16))
    identity: Identity = field(default_factory=Identity.generate)

    @property
    def sha256(self) -> str:
        """Return what the hub keeps of it."""
        return hashlib.sha256(self.id.encode()).hexdigest()


async def say(custody: Custody, envelope: bytes) -> tuple[int, str]:
    """Send the owner's word; return the status, and the rule of a refusal."""
    bench = custody.bench
    async with bench.session.post(f"{bench.homes_url}/v1/consents", data=envelope) as answer:
        said = await answer.json()
        return answer.status, said.get("error", "done")


async def make(custody: Custody, link: Link, *, number: int = 1, who: str = "custodian") -> tuple[int, str]:
    """Make a link, as a custodian's browser does."""
    body = {"link_sha256": link.sha256, **headers_for(custody, link.identity.recipient)}
    return await custody.act(who, f"passing/{number}/link", **body)


async def passing(custody: Custody) -> list[dict[str, Any]]:
    """Return what the custodian is told."""
    cookies = await custody.bench.sign_in("custodian")
    status, _, answer = await custody.bench.officer_asks(cookies, "GET", f"{custody.path}/passing")
    assert status == 200
    told: list[dict[str, Any]] = json.loads(answer)["passing"]
    return told


async def standings(custody: Custody) -> list[str]:
    """Return where each question stands."""
    return [each["standing"] for each in await passing(custody)]


async def view(bench: HubBench, link: Link | str, view_id: str) -> tuple[int, Any]:
    """Open a link as its page does; return the status, and what is answered, or the rule."""
    body = {"link": link if isinstance(link, str) else link.id, "view": view_id}
    async with bench.session.post(f"{bench.homes_url}/v1/passed", json=body) as answer:
        said = await answer.json()
        return answer.status, said if answer.status == 200 else said["error"]


async def body(bench: HubBench, view_id: str, name: str = "clip", **headers: str) -> tuple[int, bytes]:
    """Fetch a sealed body as the page's worker does."""
    url = f"{bench.homes_url}/v1/passed/{view_id}/{name}/body"
    async with bench.session.get(url, headers=headers) as answer:
        return answer.status, await answer.read()


async def opened(bench: HubBench, link: Link, view_id: str) -> bytes:
    """Open the link and the clip behind it with its own key."""
    status, viewed = await view(bench, link, view_id)
    assert status == 200, viewed
    status, sealed = await body(bench, view_id)
    assert status == 200
    file_key = open_header(read_b64(viewed["headers"]["clip"], "header"), link.identity)
    return b"".join(open_body(file_key, [sealed]))


async def passed_on(bench: HubBench) -> tuple[Custody, Link]:
    """Accept a share, have its owner agree to Ruth Ellery, and make the link."""
    custody, link = await accepted(bench), Link()
    assert await custody.act("custodian", "passing", **ASKED) == DONE
    assert await say(custody, custody.share.consent(RUTH)) == DONE
    assert await make(custody, link) == DONE
    return custody, link
