"""The blob store (an object store over the network) refuses, is not there, or does not answer."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import aiohttp
import pytest
from obstore.exceptions import BaseError

from hub.db.faults import STORE_UNREACHABLE, fault_of
from hub.kit.access import Role
from hub.kit.blobs import Blobs, Waits
from tests.cases import in_ci
from tests.simulators.answered import answered_agency, payload_of
from tests.simulators.object_store import ObjectStore, serving_bucket
from tests.simulators.ports import free_port
from tests.simulators.sealed_share import seal_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SHORT = Waits(connect=timedelta(seconds=1), answer=timedelta(seconds=1), retries=1, retrying=timedelta(seconds=1))


@pytest.fixture
async def store(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ObjectStore]:
    """Serve a bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "hub")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of a test")
    async with serving_bucket("evidence") as peer:
        yield peer


def url_of(endpoint: str) -> str:
    """Return the setting of a store."""
    return f"s3://evidence/milton?endpoint={quote(endpoint, safe='')}&region=us-east-1"


@asynccontextmanager
async def failing(store: ObjectStore, status: int) -> AsyncIterator[None]:
    """Let the store refuse everything."""
    store.status = status
    try:
        yield
    finally:
        store.status = None


@pytest.mark.parametrize("status", in_ci([500, 503, 403, 507], [503, 403]))
async def test_a_share_waits_at_the_hub_until_the_store_is_back(
    tmp_path: Path, store: ObjectStore, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    """503 ``store_unreachable``, no receipt, no byte lost; the home's next question finishes the share, once."""
    async with answered_agency(tmp_path, "--blobs-url", url_of(store.url)) as town:
        share = seal_share(await payload_of(town.agency, town.request_id), town.request_id, clip=b"c" * 200_000)
        home = town.home
        assert await home.announce(share) == 201
        body = share.bodies["clip"]
        async with failing(store, status):
            told, _, answer = await home.patch(share, 0, body)
            assert (told, json.loads(answer)["error"]) == (503, "store_unreachable")
            supervisor_page = f"/api/shares/{town.share.share.share_id}/parts/clip/body"
            told, refusal = await town.desks[Role.OFFICER].ask("GET", supervisor_page)
            assert (told, refusal["error"]) == (503, "store_unreachable")
            assert "does not reach its store" in refusal["message"]
        assert await home.offset(share) == len(body)
        await home.send(share)
        names = [name for name in store.objects if share.share.share_id in name]
        assert len(names) == len(share.bodies)
    assert [each for each in caplog.messages if "the blob store is not reached" in each]


async def test_a_body_whose_store_goes_while_it_is_sent_is_cut_off_and_not_followed_by_another_answer(
    tmp_path: Path, store: ObjectStore
) -> None:
    """The officer's page sees an end that came too early, never an error's words as if they were the clip's bytes."""
    async with answered_agency(tmp_path, "--blobs-url", url_of(store.url)) as town:
        store.refused = "GET"
        path = f"/api/shares/{town.share.share.share_id}/parts/clip/body"
        headers = {"Cookie": f"milton_session={town.desks[Role.OFFICER].cookie}"}
        async with town.agency.session.get(town.agency.officers_url + path, headers=headers) as answer:
            assert (answer.status, answer.content_length) == (200, len(town.share.bodies["clip"]))
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.read()
        store.refused = None
        async with town.agency.session.get(town.agency.officers_url + path, headers=headers) as answer:
            assert await answer.read() == town.share.bodies["clip"]


@pytest.mark.parametrize("away", ["refused", "silent"])
async def test_a_store_that_is_not_there_or_does_not_answer_is_not_waited_for_without_end(
    tmp_path: Path, store: ObjectStore, away: str
) -> None:
    """Both ways of being away are the same fault."""
    source = tmp_path / "source"
    source.write_bytes(b"sealed")
    store.held = asyncio.Event()
    endpoint = store.url if away == "silent" else f"http://127.0.0.1:{free_port()}"
    blobs = Blobs.open(url_of(endpoint), SHORT)
    for call in (blobs.put("shares/00/clip", source), blobs.size_bytes("shares/00/clip")):
        with pytest.raises(BaseError) as failed:
            await call
        assert fault_of(failed.value) is STORE_UNREACHABLE
    store.held.set()
