"""What a hub that was taken over can't show officers: a log that homes don't follow, a share that never came.

The hub is a real one, whose thief has all of its keys and writes into its database and its store while it runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

from hub.cli.context import CommandContext, opened
from hub.db.counters import Counter
from hub.kit.access import OPERATOR
from hub.publiclog.model import LogCheckpoint, LogLeaf, LogNode
from hub.requests.model import RequestRow
from hub.shares.record.custody import ReceiptRow
from hub.shares.record.days import CustodyDays
from hub.shares.record.model import SharePartRow, ShareRow
from hub.shares.record.receipts import Receipts
from milton_protocol.messages.log.leaf import leaf_of
from milton_protocol.messages.requests.request import Request
from milton_protocol.messages.shares.receipt import ReceiptEvent
from milton_protocol.translog import merkle
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.proof import TlogProof
from tests.browser.asking import FurtherDevice
from tests.browser.conftest import found, serving
from tests.browser.homes import Answer, enrol, film, heard_film, seal, share
from tests.browser.officers import Wanted, come_in
from tests.browser.test_provenance import DONE, plain
from tests.browser.test_shares import officers_key, open_share

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.conftest import City
    from tests.simulators.sealed_share import SealedShare


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Found a city of its own: what is done to its hub must not be met by other tests."""
    with serving(found(tmp_path_factory.mktemp("taken"), demo=True)) as running:
        yield running


@pytest.fixture(scope="module")
def profile(chromium: Browser, city: City) -> Iterator[BrowserContext]:
    """Register the officer's device."""
    context = chromium.new_context(timezone_id="America/New_York")
    come_in(context.new_page(), city, "officer")
    yield context
    context.close()


@pytest.fixture
def officer(city: City, profile: BrowserContext) -> Iterator[Page]:
    """Return a page of the officer's, in a browser that knows no log yet."""
    page = profile.new_page()
    page.goto(f"{city.officers}/account")
    page.evaluate("localStorage.removeItem('milton-log')")
    yield page
    page.close()


@pytest.fixture(scope="module")
def device(city: City) -> Iterator[FurtherDevice]:
    """Register one more device of the officer's, which asks without a browser."""
    with ThreadPoolExecutor(1) as pool, contextlib.closing(FurtherDevice(city, pool)) as further:
        yield further


@pytest.fixture(scope="module")
def home(city: City) -> str:
    """Enrol a home."""
    return enrol(city)


@pytest.fixture
def answered(city: City, device: FurtherDevice, home: str) -> SealedShare:
    """Publish a request that isn't the log's first entry, and let the home answer it."""
    device.publish(Wanted())
    return share(city, home, device.publish(Wanted()), Answer(clip=film()))


def thief(city: City, work: Callable[[CommandContext], Awaitable[None]]) -> None:
    """Work at the hub's desk, with its keys; in a thread: the browser's driver has this one's event loop."""

    async def at_the_desk() -> None:
        async with opened(city.folder / "hub") as desk:
            await work(desk)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, at_the_desk()).result()


def said_of(page: Page, city: City, sealed: SealedShare) -> str:
    """Open a share; return what its provenance says."""
    open_share(page, city, sealed.share.share_id, officers_key(city))
    page.wait_for_selector(DONE)
    return plain(page.inner_text("#provenance"))


def is_warned(page: Page) -> bool:
    """Say whether the page warns above all."""
    return page.is_visible("#not-proven")


async def _throw_away(desk: CommandContext, request_id: str) -> None:
    """Prove a request in a tree of one entry, signed with the log's own key."""
    async with desk.database.session("thief") as session:
        row = (await session.scalars(select(RequestRow).where(RequestRow.request_id == request_id))).one()
        leaf = merkle.leaf_hash(leaf_of(Request.from_bytes(row.payload), request_id).to_bytes())
        note = Checkpoint(origin=desk.settings.log_origin, size=1, root=leaf).sign(desk.keys.log_key)
        row.log_proof = TlogProof(index=0, hashes=(), checkpoint_note=note).format()


async def _another_log(desk: CommandContext, request_id: str) -> None:
    """Write the whole log again with the hub's own code, and show it to homes and officers alike."""
    async with desk.database.session("thief") as session:
        row = (await session.scalars(select(RequestRow).where(RequestRow.request_id == request_id))).one()
        for table in (LogLeaf, LogNode, LogCheckpoint):
            await session.execute(delete(table))
        await session.execute(update(Counter).where(Counter.name == "log").values(value=0))
        for _ in range(9):
            await desk.log.append(session, secrets.token_bytes(8), kind="refusal", at=desk.now)
        leaf = leaf_of(Request.from_bytes(row.payload), request_id)
        index = await desk.log.append(session, leaf.to_bytes(), kind=leaf.kind.value, at=desk.now)
        row.log_proof = await desk.log.proof(session, index, await desk.log.checkpoint(session, desk.now))
        await desk.live.issue(session, OPERATOR, desk.now)


async def _seal_the_day(desk: CommandContext) -> None:
    """Seal each day that the hub's own job would have sealed by tomorrow, and tell homes of the log."""
    tomorrow = desk.now + timedelta(days=1, minutes=20)
    days = CustodyDays(agency_id=desk.settings.agency_id, database=desk.database, log=desk.log, clock=lambda: tomorrow)
    await days.seal_due()
    async with desk.database.session("thief") as session:
        await desk.live.issue(session, OPERATOR, desk.now)


async def _swap(desk: CommandContext, swapped: SealedShare) -> None:
    """Put another share in a share's place: key, manifest, clip, digests, and the hub's receipts."""
    share_id, blobs = swapped.share.share_id, desk.settings.folder / "blobs"
    async with desk.database.session("thief") as session:
        row = await session.get_one(ShareRow, share_id)
        row.payload, row.envelope = swapped.share.to_bytes(), swapped.envelope
        for part in swapped.share.parts:
            kept = await session.get_one(SharePartRow, (share_id, part.name.value))
            kept.body_sha256, kept.size_bytes = part.body_sha256, part.body_size_bytes
            (body,) = blobs.rglob(f"*{share_id}/{part.name.value}*")
            body.chmod(0o600)
            body.write_bytes(swapped.bodies[part.name.value])
        receipts = (await session.scalars(select(ReceiptRow).where(ReceiptRow.share_id == share_id))).all()
        day = receipts[0].sealed_day
        for each in receipts:
            await session.delete(each)
        await session.flush()
        writes = Receipts(agency_id=desk.settings.agency_id, hub_key=desk.keys.hub_key, topics=desk.topics)
        await writes.add(session, row, ReceiptEvent.RECEIVED, at=row.received_at or desk.now)
        await session.execute(update(ReceiptRow).where(ReceiptRow.share_id == share_id).values(sealed_day=day))


def other_share(city: City, sealed: SealedShare) -> SealedShare:
    """Return another clip under the same id and request, with a key of its own: all that a pseudonymous share has."""
    found_requests: list[Request] = []

    async def read(desk: CommandContext) -> None:
        async with desk.database.reading() as session:
            of = select(RequestRow.payload).where(RequestRow.request_id == sealed.share.request_id)
            found_requests.append(Request.from_bytes((await session.scalars(of)).one()))

    thief(city, read)
    swapped = seal(Answer(clip=heard_film()), found_requests[0], sealed.share.request_id, sealed.share.share_id)
    assert swapped.share.one_time_key != sealed.share.one_time_key
    return swapped


def test_a_request_in_a_log_that_homes_do_not_follow_is_not_proven(
    city: City, officer: Page, answered: SealedShare
) -> None:
    """The thief signs a throw-away tree of this one entry by the log's key."""
    assert "It is in the log that homes follow" in said_of(officer, city, answered)
    assert not is_warned(officer)
    thief(city, lambda desk: _throw_away(desk, answered.share.request_id))
    said = said_of(officer, city, answered)
    assert "Not in the log that homes follow" in said
    assert "(log_not_followed)" in said
    assert "In the public log" not in said
    assert is_warned(officer)


def test_a_share_is_in_the_public_log_once_its_day_is_sealed_and_a_swapped_one_is_not(
    city: City, officer: Page, answered: SealedShare
) -> None:
    """Until then the page says so without alarm. Everything of the share is swapped, the hub's receipt too."""
    said = said_of(officer, city, answered)
    assert "This share is not in the public log yet" in said
    assert "Check again tomorrow" in said
    assert not is_warned(officer)
    thief(city, _seal_the_day)
    said = said_of(officer, city, answered)
    assert "The public log has this share" in said
    assert not is_warned(officer)
    swapped = other_share(city, answered)
    thief(city, lambda desk: _swap(desk, swapped))
    said = said_of(officer, city, answered)
    assert "This may not be the share that the home sent" in said
    assert "(receipt_not_sealed)" in said
    assert "The public log has this share" not in said
    assert is_warned(officer)


def test_another_log_than_this_browser_saw_before_is_found(city: City, officer: Page, answered: SealedShare) -> None:
    """The hub writes its whole log again and shows it to everybody: what was seen before is not in it."""
    assert "It is in the log that homes follow" in said_of(officer, city, answered)
    thief(city, lambda desk: _another_log(desk, answered.share.request_id))
    said = said_of(officer, city, answered)
    assert "This is not the log that this browser knows" in said
    assert "(log_not_consistent)" in said
    assert is_warned(officer)
