"""Lists and search of a hub that has 100,000 requests and a case with 2,000 clips, and how soon an arrival is told.

Requests and shares are written straight into the SQLite file of a real hub, whose real pages are then asked over
loopback, one at a time: the time is that from the request to the whole answer. The peer of search is SQLite's FTS5 over
the same texts, without a hub around it. Nothing is asserted: machines are noisy.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import aclosing, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hub.identity.sessions.guard import COOKIE
from hub.index.words import words_of
from hub.web.pages.paging import PAGE_ROWS, Cursor
from tests.bench.full_hub import CLIPS, PER_CASE, REQUESTS, WORDS, case_number_of, fill, fill_case
from tests.bench.report import write_section
from tests.simulators.agency import running_agency
from tests.simulators.answered import case_of, payload_of
from tests.simulators.hub_bench import seed_home
from tests.simulators.sealed_share import HomeClient, seal_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from milton_protocol.messages.requests.request import Request
    from tests.simulators.agency import Agency, Desk

ROUNDS, ARRIVALS = 100, 30
HANDS = timedelta(seconds=0.3)  # of the hub's clock between two looks: it takes four a second from one person
BAR_MS, ARRIVAL_BAR_S = 150, 1
CASES = REQUESTS // PER_CASE


async def ask(desk: Desk, path: str) -> bytes:
    """Ask for a page or for JSON."""
    desk.agency.clock.ahead += HANDS
    headers = {"Cookie": f"{COOKIE}={desk.cookie}", "Accept": "text/html" if "/api/" not in path else "*/*"}
    async with desk.agency.session.get(desk.agency.officers_url + path, headers=headers) as answer:
        assert answer.status == 200, path
        return await answer.read()


def centile(times_ms: Sequence[float], percent: int) -> float:
    """Return a percentile."""
    return statistics.quantiles(times_ms, n=100, method="inclusive")[percent - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What rounds took, in milliseconds: by the clock, and of the processors, which others' work does not change."""

    clock_ms: list[float]
    cpu_ms: list[float]

    @property
    def words(self) -> str:
        """Return the columns of a table."""
        return f"{statistics.median(self.clock_ms):.0f} | {centile(self.clock_ms, 95):.0f} | {self.cpu_p95:.0f}"

    @property
    def cpu_p95(self) -> float:
        """Return the 95th percentile of the processors' time."""
        return centile(self.cpu_ms, 95)


async def timed(act: Callable[[int], Awaitable[object]], rounds: int = ROUNDS) -> Took:
    """Return the milliseconds of each round; a first one is left out."""
    await act(0)
    took = Took(clock_ms=[], cpu_ms=[])
    for number in range(rounds):
        began, cpu = time.perf_counter(), time.process_time()
        await act(number)
        took.clock_ms.append((time.perf_counter() - began) * 1_000)
        took.cpu_ms.append((time.process_time() - cpu) * 1_000)
    return took


async def cursors(desk: Desk, path: str) -> list[str]:
    """Return where each page of a list begins."""
    found, after = [""], ""
    while after is not None:
        after = json.loads(await ask(desk, f"{path}{after}"))["next"]
        if after is not None:
            found.append(after)
    return found


async def lists(agency: Agency, case_id: str) -> list[tuple[str, Took]]:
    """Time the lists."""
    officer, custodian = await agency.desk("officer"), await agency.desk("custodian")
    shares = f"/api/cases/{case_id}/shares?after="
    pages = await cursors(officer, shares)
    chance = random.Random(7)  # noqa: S311 - the same each time
    began = datetime.now(UTC) - timedelta(days=3_600)

    def anywhere() -> str:
        return str(Cursor(at=began + timedelta(days=chance.randrange(3_000)), id="0" * 64))

    return [
        (f"the page of the case with {CLIPS:,} clips", await timed(lambda _: ask(officer, f"/cases/{case_id}"))),
        (
            f"its list of clips, any of its {len(pages)} pages",
            await timed(lambda number: ask(officer, f"{shares}{pages[number % len(pages)]}")),
        ),
        ("what changed in it", await timed(lambda _: ask(officer, f"/api/cases/{case_id}/changes?after=0"))),
        ("the list of cases, a custodian's", await timed(lambda _: ask(custodian, "/cases"))),
        ("the list of cases, an officer's", await timed(lambda _: ask(officer, "/cases"))),
        (
            f"the list of requests, any of its {REQUESTS // PAGE_ROWS:,} pages",
            await timed(lambda _: ask(custodian, f"/requests?after={anywhere()}")),
        ),
        *[
            (f"{path} narrowed by {query}, {desk.person_id}'s", await timed(partial(narrowed, desk, path, query)))
            for path, query in NARROWED
            for desk in (custodian, officer)
        ],
    ]


async def narrowed(desk: Desk, path: str, query: str, _number: int) -> None:
    """Ask for a list that is narrowed."""
    await ask(desk, f"{path}?{query}")


NARROWED = (
    ("/requests", "only=open"),
    ("/requests", "only=waiting&offence=16-7-1&from=2020-01-01"),
    ("/requests", "offence=missing-person&until=2019-01-01&from=2018-12-01"),
    ("/requests", "offence=nothing"),
    ("/requests", "held=yes"),
    ("/requests", "soon=yes"),
    ("/cases", "only=closed"),
    ("/cases", "offence=nothing"),
    ("/cases", "offence=16-7-1&until=2019-01-01&from=2018-12-01"),
    ("/cases", "from=2030-01-01"),
    ("/cases", "held=yes&soon=yes"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a person looks for, each time with other words."""

    name: str
    who: str
    words: Callable[[random.Random], str]
    only: str = ""


A_MONTH = "&offence=16-7-1&from=2018-12-01&until=2018-12-31"
SEARCHES = (
    Sought(name="a case number", who="custodian", words=lambda chance: case_number_of(chance.randrange(CASES))),
    Sought(name="a rare word", who="custodian", words=lambda chance: f"item{chance.randrange(0, REQUESTS, 10):06d}"),
    Sought(name="a common word", who="custodian", words=lambda chance: chance.choice(WORDS)),
    Sought(name="three common words", who="custodian", words=lambda chance: " ".join(chance.sample(WORDS, 3))),
    Sought(name="two letters", who="custodian", words=lambda chance: chance.choice(WORDS)[:2]),
    Sought(name="common words that never meet", who="custodian", words=lambda _: "burglary entering 16-8-18 16-7-1"),
    Sought(name="a case number", who="officer", words=lambda chance: case_number_of(chance.randrange(CASES))),
    Sought(name="three common words", who="officer", words=lambda chance: " ".join(chance.sample(WORDS, 3))),
    Sought(name="all that is open", who="officer", words=lambda _: "", only="&only=open"),
    Sought(name="all that is held or goes soon", who="custodian", words=lambda _: "", only="&held=yes&soon=yes"),
    Sought(name="burglaries of a month", who="custodian", words=lambda _: "", only=A_MONTH),
    Sought(name="a common word of a month", who="custodian", words=lambda chance: chance.choice(WORDS), only=A_MONTH),
    Sought(name="what never is", who="officer", words=lambda _: "", only="&offence=nothing"),
)


async def searches(agency: Agency, texts: sqlite3.Connection) -> list[tuple[Sought, Took, Took | None]]:
    """Time searches, and the peer's for words of the same kind."""
    found = []
    for sought in SEARCHES:
        desk, chance = await agency.desk(sought.who), random.Random(8)  # noqa: S311 - the same each time

        async def act(_: int, desk: Desk = desk, sought: Sought = sought, chance: random.Random = chance) -> None:
            await ask(desk, f"/search?q={sought.words(chance).replace(' ', '+')}{sought.only}")

        async def peer(_: int, sought: Sought = sought, chance: random.Random = chance) -> None:
            match = " ".join(f'"{word}"*' for word in words_of(sought.words(chance)))
            query = "SELECT rowid FROM text WHERE text MATCH ? ORDER BY rowid DESC LIMIT 50"
            texts.execute(query, (match,)).fetchall()

        found.append((sought, await timed(act), None if sought.only else await timed(peer)))
    return found


async def events(desk: Desk, path: str) -> AsyncIterator[str]:
    """Yield the names of a page's events."""
    headers = {"Cookie": f"{COOKIE}={desk.cookie}"}
    async with desk.agency.session.get(desk.agency.officers_url + path, headers=headers) as answer:
        async for line in answer.content:
            if line.startswith(b"event: "):
                yield line.decode().strip().removeprefix("event: ")


async def arrivals(agency: Agency, case_id: str, to: str, like: Request) -> list[float]:
    """Return the milliseconds from sending a share's last body to when an open page, told by its stream, has it."""
    officer = await agency.desk("officer")
    home = HomeClient(agency.session, agency.homes_url, await seed_home(agency.hub.database))
    times = []
    at = json.loads(await ask(officer, f"/api/cases/{case_id}/changes?after=0"))["at"]
    async with aclosing(events(officer, f"/cases/{case_id}/events")) as stream:
        assert await anext(stream) == "ready"
        for _ in range(ARRIVALS):
            sealed = seal_share(like, to)
            await home.announce(sealed)
            *others, last = sealed.bodies.items()
            for name, body in others:
                await home.patch(sealed, 0, body, name=name)
            began = time.perf_counter()
            await home.patch(sealed, 0, last[1], name=last[0])
            shown = False
            while not shown:
                assert await anext(stream) == "changed"
                changed = json.loads(await ask(officer, f"/api/cases/{case_id}/changes?after={at}"))
                at, ids = changed["at"], {each["share_id"] for each in changed["shares"]}
                shown = sealed.share.share_id in ids
            times.append((time.perf_counter() - began) * 1_000)
    return times


def page(
    listed: list[tuple[str, Took]],
    searched: list[tuple[Sought, Took, Took | None]],
    told: list[float],
    size_mb: float,
) -> list[str]:
    """Return the section's lines."""
    took = [each for _, each, *_ in (*listed, *searched)]
    over = (
        sum(centile(each.clock_ms, 95) > BAR_MS for each in took),
        sum(each.cpu_p95 > BAR_MS for each in took),
    )
    return [
        f"A hub on SQLite with {REQUESTS:,} requests in {CASES:,} cases and one case of {CLIPS:,} clips",
        f"({size_mb:.0f} MB), {ROUNDS} rounds each over loopback, one at a time, from the request to the whole answer,",
        f"in milliseconds; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end.",
        "CPU is the processors' time of hub, database and who asks, all one process: what else the machine does makes",
        f"the clock longer, not that. The bar is a p95 of {BAR_MS} ms: {'MISSED' if any(over) else 'held'} (over it by",
        f"the clock: {over[0]} of {len(took)}, in processors' time: {over[1]}). The peer of search is SQLite's FTS5",
        "over the same words, without a hub around it, without who may see what, and without a page.",
        "",
        "| list | p50 | p95 | CPU p95 |",
        "|---|---|---|---|",
        *(f"| {name} | {each.words} |" for name, each in listed),
        "",
        "| search for | by | p50 | p95 | CPU p95 | FTS5 CPU p95 |",
        "|---|---|---|---|---|---|",
        *(
            f"| {sought.name} | {sought.who} | {each.words} | {f'{peer.cpu_p95:.1f}' if peer else '-'} |"
            for sought, each, peer in searched
        ),
        "",
        f"From sending the last body of a share to an open page of the case that has it, {ARRIVALS} times:",
        f"p50 {statistics.median(told):.0f} ms, at most {max(told):.0f} ms; the bar is {ARRIVAL_BAR_S} s.",
    ]


async def main() -> int:
    """Measure once, and write the section."""
    with tempfile.TemporaryDirectory(prefix="milton-bench-") as scratch:
        folder = Path(scratch)
        with closing(sqlite3.connect(folder / "texts.sqlite")) as texts:
            texts.execute("CREATE VIRTUAL TABLE text USING fts5(words)")
            async with running_agency(folder / "hub") as agency:
                to = await agency.published()
                like, case_id = await payload_of(agency, to), await case_of(agency)
                await fill(agency, like, texts)
                texts.commit()
                await fill_case(agency, to, like)
                listed, searched = await lists(agency, case_id), await searches(agency, texts)
                told = await arrivals(agency, case_id, to, like)
                size_mb = sum(path.stat().st_size for path in agency.settings.folder.glob("hub.sqlite*")) / 1e6
    lines = page(listed, searched, told, size_mb)
    write_section("Lists, search and arrivals at the hub", lines)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
