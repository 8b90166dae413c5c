"""What no custodian of today opens is listed, with what to do, before a court asks for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from milton_protocol.base64_text import b64
from milton_protocol.sealing.age import Identity, rewrap
from tests.hub.shares.desks import DONE, Custody, received
from tests.simulators.joining import joins, joins_with_key, leaves, proposal_of, sign, with_key

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.hub_bench import HubBench

BANNER = 'data-test="unopened"'


def folder_of(bench: HubBench) -> Path:
    """Return the folder of ``milton-hub init``."""
    return bench.settings.folder.parent


def offline_key(bench: HubBench, name: str) -> Identity:
    """Return one of the city's opening keys."""
    return Identity.parse((folder_of(bench) / "offline" / f"{name}.age").read_text(encoding="ascii").strip())


async def page_of(bench: HubBench, who: str, path: str) -> str:
    """Return a page as somebody sees it."""
    status, _, page = await bench.officer_asks(await bench.sign_in(who), "GET", path)
    assert status == 200, path
    return page.decode()


async def unopened(bench: HubBench, who: str) -> list[str]:
    """Return the shares that the page says no custodian opens."""
    page = await page_of(bench, who, "/leavers")
    found = re.findall(r'data-unopened="([0-9a-f]{32})"', page)
    assert ('id="each-opened"' in page) is not bool(found)
    return found


async def lets_in(custody: Custody, who: str, key: Identity, recipient_id: str, recipient: str) -> tuple[int, str]:
    """Let somebody open the share by a key that opens it, as the page's script does."""
    parts = custody.share.share.parts
    headers = [{"part": part.name.value, "header": b64(rewrap(part.header, key, [recipient]))} for part in parts]
    return await custody.act(who, f"readers/{recipient_id}", headers=headers)


async def test_what_was_sealed_to_a_custodian_who_left_is_listed_until_one_of_today_is_let_in(bench: HubBench) -> None:
    """By the recovery key, which the page asks for; what can't be read any more is not in the list."""
    custody, other, gone = await received(bench), await received(bench), await received(bench)
    new = await joins_with_key(folder_of(bench), "third", "custodian", badge="1603")
    path = f"/shares/{custody.share.share.share_id}/custody"
    assert await unopened(bench, "third") == []
    assert BANNER not in await page_of(bench, "third", path)
    await leaves(folder_of(bench), "custodian")
    assert await gone.withdraw() == DONE
    theirs = [each.share.share.share_id for each in (custody, other)]
    assert await unopened(bench, "third") == theirs
    listed = await page_of(bench, "third", "/leavers")
    assert "2 shares are opened by no custodian of today" in listed.replace("\n", " ")
    assert "Ask the city clerk for the recovery key" in listed
    assert BANNER in await page_of(bench, "third", path)
    recovery = offline_key(bench, "recovery")
    assert await lets_in(custody, "third", recovery, "third-key", new.recipient) == DONE
    assert await unopened(bench, "third") == theirs[1:]
    assert BANNER not in await page_of(bench, "third", path)
    await leaves(folder_of(bench), "third")
    await joins_with_key(folder_of(bench), "fourth", "custodian", badge="1604")
    assert await unopened(bench, "fourth") == theirs  # who was let in has left, too


async def test_who_is_no_custodian_any_more_opens_nothing_as_one(bench: HubBench) -> None:
    """They are an officer now, and keep their key in the directory."""
    custody = await received(bench)
    await joins_with_key(folder_of(bench), "third", "custodian", badge="1603")
    await joins(folder_of(bench), "custodian", "officer")
    assert await unopened(bench, "third") == [custody.share.share.share_id]


async def test_an_officers_key_that_became_a_custodians_opens_what_was_sealed_to_it_and_no_more(
    bench: HubBench,
) -> None:
    """Not what its owner flagged: that was sealed to the custodians of then alone."""
    await received(bench)
    flagged = bench.share(clip=b"clip" * 1_000, flagged=True)
    await bench.home.send(flagged)
    path = proposal_of(folder_of(bench), "officer", "custodian", "officer", badge="4117")
    with_key(path, "officer", "custodian", offline_key(bench, "officer").recipient)
    await sign(folder_of(bench), path)
    assert await unopened(bench, "officer") == []
    await leaves(folder_of(bench), "custodian")
    assert await unopened(bench, "officer") == [flagged.share.share_id]
