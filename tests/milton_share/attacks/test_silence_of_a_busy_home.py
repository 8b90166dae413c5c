"""Law 1: a home that is busy with a request speaks as soon as one that is not, to the hub and to a phone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.runtime import scheduler

if TYPE_CHECKING:
    from tests.milton_share.conftest import Home

pytestmark = pytest.mark.usefixtures("recorded")

PROOF = "GET /v1/log/consistency"


async def test_a_disk_that_hangs_while_footage_is_held_keeps_no_word_back(home: Home) -> None:
    """The second request's proof is asked for, and its message sent, while the first one's footage is not held yet.

    Before, both waited for the hold: the hub and a phone maker's relay saw who was late, so who had footage.
    """
    told = home.phone()
    await home.tell_phones()
    await home.place_camera()
    await home.held()  # an earlier request, so that the log's growth has to be proven
    await home.round()  # nothing more is done about that one: it would wait for the disk, too
    recorder = home.services.footage.recorder
    async with recorder._ledger:  # noqa: SLF001 - as above: who holds it is writing, for ever
        first = await home.receive()
        await home.until(lambda: home.case(first).state == "received")
        proofs = home.hub.paths().count(PROOF)
        await home.receive()
        await home.until(lambda: home.hub.paths().count(PROOF) > proofs)
        await home.until(lambda: len(told) == 3)
        assert home.case(first).state == "received", "still waiting for the disk"
    await home.until(lambda: home.case(first).state == "held")


async def test_a_clip_that_is_being_cut_keeps_no_word_back(home: Home) -> None:
    """The owner looks; what the hub says meanwhile is answered before the clip is there."""
    await home.place_camera()
    case = await home.held()
    assert case.footage_from is not None
    proofs = home.hub.paths().count(PROOF)
    recorder = home.services.footage.recorder
    await recorder._ledger.acquire()  # noqa: SLF001 - as above
    start = case.footage_from + timedelta(seconds=2)
    look = home.hass.async_create_task(
        home.panel.review.look(home.owner.session, case.case_id, start, start + timedelta(seconds=5), audio=False)
    )
    await home.until(lambda: home.case(case.request_id).cutting is not None)
    await home.receive()
    await home.until(lambda: home.hub.paths().count(PROOF) > proofs)
    assert not look.done()
    recorder._ledger.release()  # noqa: SLF001 - as above
    assert (await look).clip_sha256


def test_a_home_gathers_by_chance_alone_and_for_longer_than_a_round_takes() -> None:
    """Between one second and ten, whatever there is to do: what a slow disk adds to a step is lost in it."""
    low, high = scheduler.GATHER_S
    assert (low, high) == (1.0, 10.0)
