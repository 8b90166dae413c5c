"""Walks through the pages of one host as one visitor, then puts every payload everywhere; bounded in both."""

from __future__ import annotations

import random
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from tests.long.crawl.answers import Answer, faults, stored
from tests.long.crawl.pages import Page
from tests.long.crawl.targets import Seen, Target, of_form, of_link, trials

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from tests.long.crawl.answers import Host
    from tests.long.crawl.payloads import Payload

PAGES_MAX: Final = 400  # a demo's town has under a hundred
SEED: Final = 7
ANSWER_S: Final = 60
STREAM = "text/event-stream"
NOT_FOUND = 404
BAD_REQUEST = 400

type Headers = Mapping[str, str]


@dataclass(kw_only=True)
class Visitor:
    """Whoever asks, at one host. ``proves`` returns headers with which what was refused is asked for once more."""

    host: Host
    url: str
    session: aiohttp.ClientSession
    headers: Headers = field(default_factory=dict)
    is_secure: bool = False
    proves: Callable[[Target, Answer], Awaitable[Headers | None]] | None = None
    encode: Callable[[object], bytes]
    requests: int = 0
    found: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)

    async def ask(self, target: Target) -> Answer:
        """Ask for one thing, and judge the answer."""
        try:
            answer = await self._ask(target, {})
        except aiohttp.ClientError as error:
            error.add_note(f"no answer to {target.method} {target.address}")
            raise
        more = None if self.proves is None else await self.proves(target, answer)
        if more is not None:
            answer = await self._ask(target, more)
        what = f"{target.method} {target.path}"
        where = "" if target.payload is None else f" with {target.payload.name}"
        for fault in faults(answer):
            self.note(f"{what}: {fault}", where)
        return answer

    def note(self, fault: str, where: str = "") -> None:
        """Write down a finding, the first payload that found it beside it."""
        known = next((each for each in self.found if each.startswith(fault)), fault + where)
        self.found[known] += 1

    async def _ask(self, target: Target, more: Headers) -> Answer:
        sent = {"Accept": "text/html, application/json", **self.headers, **target.headers, **more}
        data: bytes | None = None
        if target.form is not None:
            data, sent["Content-Type"] = urlencode(target.form).encode(), "application/x-www-form-urlencoded"
        elif target.body is not None:
            data = self.encode(target.body)
            sent.setdefault("Content-Type", "application/json")
        self.requests += 1
        async with self.session.request(
            target.method,
            URL(self.url + target.address, encoded=True),
            data=data,
            headers=sent,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=ANSWER_S),
        ) as response:
            body = b"" if response.content_type == STREAM else await response.read()
            self.statuses[response.status] += 1
            return Answer(
                host=self.host,
                method=target.method,
                path=target.address,
                status=response.status,
                headers=response.headers,
                body=body,
                is_secure=self.is_secure,
                payload=target.payload,
            )


async def walk(visitor: Visitor, beginning: Iterable[Target]) -> list[Target]:
    """Follow every link and form; return all that was found. A link of a page leads to something that opens."""
    seen, found = Seen(), list[Target]()
    waiting: deque[tuple[Target, str | None]] = deque((each, None) for each in beginning if seen.is_new(each))
    while waiting and len(found) < PAGES_MAX:
        target, page = waiting.popleft()
        found.append(target)
        if target.method != "GET":
            continue
        answer = await visitor.ask(target)
        if page is not None and answer.status >= BAD_REQUEST:
            visitor.note(f"{page} leads to {target.path}, which is a {answer.status}")
        if not answer.is_page:
            continue
        read = Page.of(answer.text)
        linked = [of_link(target.path, each) for each in read.links]
        linked += [of_link(target.path, to) for tag, to in read.addresses if tag in {"script", "link", "img"}]
        linked += [of_form(target.path, each) for each in read.forms]
        waiting += [(each, target.path) for each in linked if each is not None and seen.is_new(each)]
    return found


async def attack(visitor: Visitor, targets: Sequence[Target], texts: Sequence[Payload], most: int) -> int:
    """Send the payloads, at most ``most`` times, evenly over all; return how many trials were left out."""
    wanted = list(trials(targets, texts))
    left_out = max(0, len(wanted) - most)
    if left_out:
        wanted = random.Random(SEED).sample(wanted, most)  # noqa: S311 - which trials, no secret
    for trial in sorted(wanted, key=lambda each: each.method == "POST"):  # what changes something comes last
        await visitor.ask(trial)
    return left_out


async def look_again(visitor: Visitor, targets: Iterable[Target], texts: tuple[Payload, ...]) -> None:
    """Look at every page once more, and at what it leads to now, for anything that was sent."""
    for target in await walk(visitor, [each for each in targets if each.method == "GET"]):
        if target.method == "GET":
            answer = await visitor.ask(target)
            for fault in stored(answer, texts):
                visitor.note(f"{target.path}: {fault}")
