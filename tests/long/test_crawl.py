"""A crawl in the manner of a scanner: every link, form and route as each role, with every payload in every place.

As each of the five roles over the officers' pages, as a home and as somebody outside over the residents' hostname, and
over the signer's. ``CRAWL_REQUESTS=2000 scripts/test --long -k crawl`` sends fewer. What it found is a test by its own
name in ``tests/attacks``.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hub.kit.access import ALLOWED, Action
from hub.openapi.document import document
from hub.openapi.sides import HOMES, OFFICERS
from milton_protocol.base64_text import b64
from tests.attacks.routes.listed import all_of
from tests.hub.shares.passing.outside import passed_on, view
from tests.long.crawl.answers import Host
from tests.long.crawl.crawler import Visitor, attack, look_again, walk
from tests.long.crawl.payloads import payloads
from tests.long.crawl.targets import Target, documented
from tests.long.crawl.visitors import at_desk, body_of, canary, canonical_bytes, client, json_bytes, own_id
from tests.long.report import write_row
from tests.simulators.answered import PEOPLE, answered_agency
from tests.simulators.hub_bench import running_hub
from tests.simulators.hub_doors import serving_doors
from tests.simulators.sealed_share import PIECE_TYPE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hub.kit.access import Role
    from hub.web.routing import RouteAccess
    from tests.hub.shares.desks import Custody
    from tests.hub.shares.passing.outside import Link
    from tests.simulators.hub_bench import HubBench

REQUESTS_MAX = int(os.environ.get("CRAWL_REQUESTS", "12000"))  # of one visitor: some minutes
LEFT_OUT = frozenset({"/sign-out", "/v1/enrolment"})  # they end the session, or the token, that all others need
HEADING = "A crawl with hostile input"
WORDS = (
    "`scripts/test --long -k crawl`; fewer requests: `CRAWL_REQUESTS=2000` before it. Each visitor follows every link",
    "and form of the pages that they see, and asks for every route of the OpenAPI documents that is theirs; then each",
    "payload (marks of script, SQL, templates, split lines, paths, addresses, overlong and mistyped things) is put",
    "into each id of a path, field of a query, a form and a body, and into headers; then everybody looks at all pages",
    "again. A finding is a 5xx, a payload that comes back as it was sent, a page without its headers or with an open",
    "policy, a cookie without its marks, an address outside, a stack or a version that is told, an answer that may be",
    "kept and should not be, a redirect that leads away, a link to what does not open, or another server that the hub",
    "was made to ask.",
    "",
    "| visitor | pages and routes | requests | trials left out | findings |",
    "|---|---|---|---|---|",
)
A_HOME, OUTSIDE, SIGNER = "a home", "somebody outside", "at the signer"
VISITORS = [*(each.value for each in PEOPLE), A_HOME, OUTSIDE, SIGNER]


async def crawl(visitor: Visitor, name: str, beginning: Sequence[Target], others: Sequence[Visitor] = ()) -> None:
    """Walk, attack, and look again as everybody; write the row; fail on any finding."""
    async with canary() as (where, asked):
        texts = payloads(where)
        found = await walk(visitor, beginning)
        left_out = await attack(visitor, found, texts, max(0, REQUESTS_MAX - visitor.requests))
        for each in (visitor, *others):
            await look_again(each, found, texts)
    findings = sum((each.found for each in others), visitor.found.copy())
    findings.update({f"the hub asked another server: {path}": 1 for path in asked})
    print(name, dict(sorted(visitor.statuses.items())), *findings.items(), sep="\n")  # noqa: T201 - for who reads it
    write_row(HEADING, WORDS, VISITORS, name, f"{len(found)} | {visitor.requests} | {left_out} | {len(findings)}")
    assert dict(findings) == {}


def is_theirs(role: Role, target: Target, opens: Action | RouteAccess) -> bool:
    """Say whether a route is this role's, and has an end."""
    is_left_out = target.path in LEFT_OUT or target.path.endswith("/events")
    return not is_left_out and (not isinstance(opens, Action) or role in ALLOWED[opens])


@pytest.mark.parametrize("role", PEOPLE)
async def test_nothing_that_a_role_sends_opens_the_officers_pages(role: Role, tmp_path: Path) -> None:
    """Nor stands in anybody's page afterwards."""
    async with answered_agency(tmp_path) as town, serving_doors(town.agency.hub) as doors, client() as session:
        made = json.loads(json.dumps(document(town.agency.hub.officers, OFFICERS)))
        wanted = documented(
            made,
            lambda method, path, name: own_id(town, method, path, name),
            lambda method, path: body_of(town, role, method, path),
        )
        opens = all_of().officers
        theirs = [each for each in wanted if is_theirs(role, each, opens[each.method, each.path])]
        others = [at_desk(town, each, doors.officers, session) for each in PEOPLE if each is not role]
        await crawl(at_desk(town, role, doors.officers, session), role.value, theirs, others)


def said_by_homes(custody: Custody, link: Link, seen: str) -> dict[tuple[str, str], object]:
    """Return bodies in form, by the route that reads them."""
    enrol = {"type": "milton/enrol", "version": 1, "code": "1" * 8, "home_id": seen, "device_key": b64(b"\x2a" * 32)}
    return {
        ("POST", "/v1/enrol"): enrol,
        ("POST", "/v1/shares"): json.loads(custody.share.envelope),
        ("POST", "/v1/consents"): json.loads(custody.share.consent()),
        ("POST", "/v1/withdrawals"): json.loads(custody.share.withdrawal()),
        ("POST", "/v1/passed"): {"link": link.id, "view": seen},
        ("PATCH", "/v1/uploads/{share_id}/{name}"): {},
    }


def of_homes(bench: HubBench, custody: Custody, link: Link, seen: str) -> list[Target]:
    """Return the routes of the homes' application, with ids that there are."""
    made = json.loads(json.dumps(document(bench.hub.homes, HOMES)))
    bodies = said_by_homes(custody, link, seen)
    ids = {"share_id": custody.share.share.share_id, "view": seen, "path": "tile/0/000.p/1"}
    names = {"/passed/{name}": "index.html", "/workers/{name}": "clips.js"}

    def own(_method: str, path: str, name: str) -> str:
        return ids.get(name) or names.get(path, "clip")

    tus = {"Upload-Offset": "0", "Upload-Length": "1", "Upload-Checksum": "sha256 1", "Content-Type": PIECE_TYPE}
    headers = {"PATCH": tus, "POST": {"Upload-Length": "1"}}
    found = documented(made, own, lambda method, path: bodies.get((method, path)))
    return [
        replace(each, headers=headers.get(each.method, {})) if each.path.startswith("/v1/uploads/") else each
        for each in found
        if each.path not in LEFT_OUT
    ]


@pytest.mark.parametrize("who", [A_HOME, OUTSIDE])
async def test_nothing_that_is_sent_to_the_residents_hostname_opens_it(who: str, tmp_path: Path) -> None:
    """By an enrolled home, and by whoever holds a link."""
    async with running_hub(tmp_path) as bench, client() as session:
        custody, link = await passed_on(bench)
        seen = secrets.token_hex(16)
        assert (await view(bench, link, seen))[0] == 200
        headers = custody.share.tus | (bench.home.headers if who == A_HOME else {})
        visitor = Visitor(
            host=Host.HOMES, url=bench.homes_url, session=session, headers=headers, encode=canonical_bytes
        )
        await crawl(visitor, who, of_homes(bench, custody, link, seen))


async def test_nothing_that_is_sent_to_the_signer_opens_it(tmp_path: Path) -> None:
    """It has its own few files."""
    async with running_hub(tmp_path) as bench, serving_doors(bench.hub) as doors, client() as session:
        visitor = Visitor(host=Host.SIGNER, url=doors.signer, session=session, encode=json_bytes)
        files = [Target(method="GET", path="/{name}", ids={"name": each}) for each in ("config.json", "index.html")]
        await crawl(visitor, SIGNER, [Target(method="GET", path="/"), *files])
