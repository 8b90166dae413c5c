"""The book of approvers by itself: what a PIN that is being set or tried meets when the book changed meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.milton_share.approvers.rules import with_pin
from custom_components.milton_share.approvers.service import ApproverService
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.storage.database import HomeDatabase
from tests.milton_share.good_session import GOOD as OWNER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PIN, OTHER_PIN = "271828", "161803"
PARTNER = replace(OWNER, user_id="paul", is_owner=False, credential_id="login-2")


class Threads:
    """Runs blocking work at once, and before it whatever is to happen meanwhile, once."""

    def __init__(self) -> None:
        """Have nothing happen."""
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def __call__[T](self, work: Callable[[], T], /) -> T:
        """Run ``work``."""
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            await happens()
        return work()


@pytest.fixture
def threads() -> Threads:
    """Return where PINs are reckoned."""
    return Threads()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[HomeDatabase]:
    """Open a database of its own."""
    one = HomeDatabase(tmp_path / "home.db", Threads())
    await one.open()
    yield one
    await one.close()


@pytest.fixture
async def book(database: HomeDatabase, threads: Threads) -> ApproverService:
    """Return a book with the owner, whose PIN is set, and a person whom the owner named."""
    one = ApproverService(database, threads, lambda: NOW)
    await one.bind(with_pin("olivia", "login-1", PIN, b"s" * 16))
    await one.name(OWNER, "paul", PIN)
    return one


async def kept(database: HomeDatabase) -> dict[str, bool]:
    """Return who is in the book after a restart."""
    again = ApproverService(database, Threads(), lambda: NOW)
    await again.load()
    return again.named()


async def test_who_is_removed_while_their_pin_is_reckoned_is_not_written_back(
    database: HomeDatabase, threads: Threads, book: ApproverService
) -> None:
    """Neither in memory nor on the disk."""
    threads.meanwhile = lambda: book.remove(OWNER, "paul", PIN)
    with pytest.raises(MiltonShareError, match="not_approver"):
        await book.set_pin(PARTNER, OTHER_PIN, None)
    assert book.named() == await kept(database) == {"olivia": True}


async def test_of_two_logins_that_set_a_first_pin_at_once_the_first_one_has_it(
    database: HomeDatabase, threads: Threads, book: ApproverService
) -> None:
    """The other one, made for the same person, does not take it over."""
    later = replace(PARTNER, credential_id="login-3")
    threads.meanwhile = lambda: book.set_pin(PARTNER, OTHER_PIN, None)
    with pytest.raises(MiltonShareError, match="other_login"):
        await book.set_pin(later, "314159", None)
    await book.check_pin(PARTNER, OTHER_PIN)
    assert await kept(database) == {"olivia": True, "paul": True}


async def test_the_right_pin_gives_all_tries_back_for_good(database: HomeDatabase, book: ApproverService) -> None:
    """Also after a restart; a wrong one takes one of five."""
    for left in (4, 3):
        with pytest.raises(MiltonShareError, match="wrong_pin"):
            await book.check_pin(OWNER, OTHER_PIN)
        assert book.view(OWNER).tries_left == left
    await book.check_pin(OWNER, PIN)
    again = ApproverService(database, Threads(), lambda: NOW)
    await again.load()
    assert (book.view(OWNER).tries_left, again.view(OWNER).tries_left) == (5, 5)


async def test_a_try_counts_before_its_pin_is_compared(
    database: HomeDatabase, threads: Threads, book: ApproverService
) -> None:
    """Whoever cuts the power then has used it up all the same."""
    seen: list[int] = []

    async def look() -> None:
        again = ApproverService(database, Threads(), lambda: NOW)
        await again.load()
        seen.append(again.view(OWNER).tries_left)

    threads.meanwhile = look
    await book.check_pin(OWNER, PIN)
    assert seen == [4]


NO_SESSIONS = [
    ({"token_type": "long_lived_access_token"}, "not_interactive"),
    ({"token_type": None}, "no_session"),
    ({"provider": ("trusted_networks", None)}, "wrong_login"),
    ({"credential_id": None}, "wrong_login"),
    ({"active": False}, "not_a_person"),
    ({"credential_id": "login-9"}, "other_login"),
    ({"user_id": "adam"}, "not_approver"),
]


@pytest.mark.parametrize(("change", "rule"), NO_SESSIONS)
async def test_the_right_pin_is_worth_nothing_in_another_session(
    book: ApproverService, change: dict[str, Any], rule: str
) -> None:
    """No act is allowed by it, no other PIN set, and no try is used up by a wrong one."""
    other = replace(OWNER, **change)
    for act in (
        lambda: book.check_pin(other, PIN),
        lambda: book.check_pin(other, OTHER_PIN),
        lambda: book.require_owner(other, PIN),
        lambda: book.set_pin(other, OTHER_PIN, PIN),
        lambda: book.name(other, "somebody", PIN),
        lambda: book.remove(other, "paul", PIN),
    ):
        with pytest.raises(MiltonShareError, match=rule):
            await act()
    assert book.view(OWNER).tries_left == 5
    assert book.named() == {"olivia": True, "paul": False}
    await book.check_pin(OWNER, PIN)


async def test_only_the_owner_names_and_removes_and_only_with_the_pin(book: ApproverService) -> None:
    """An approver with a PIN of their own does neither, and the owner stays."""
    await book.set_pin(PARTNER, OTHER_PIN, None)
    for session, pin, user_id, rule in (
        (PARTNER, OTHER_PIN, "olivia", "not_owner"),
        (OWNER, OTHER_PIN, "paul", "wrong_pin"),
        (OWNER, PIN, "olivia", "owner_stays"),
    ):
        with pytest.raises(MiltonShareError, match=rule):
            await book.remove(session, user_id, pin)
    for session, pin, rule in ((PARTNER, OTHER_PIN, "not_owner"), (OWNER, OTHER_PIN, "wrong_pin")):
        with pytest.raises(MiltonShareError, match=rule):
            await book.name(session, "somebody", pin)
    assert book.named() == {"olivia": True, "paul": True}
    await book.name(OWNER, "paul", PIN)  # named before: the PIN stays
    assert book.named() == {"olivia": True, "paul": True}
    await book.remove(OWNER, "paul", PIN)
    assert book.named() == {"olivia": True}


async def test_a_lock_is_shown_until_it_ends(database: HomeDatabase) -> None:
    """Then all tries are there again."""
    now = [NOW]
    book = ApproverService(database, Threads(), lambda: now[0])
    await book.bind(with_pin("olivia", "login-1", PIN, b"s" * 16))
    for _ in range(5):
        with pytest.raises(MiltonShareError, match="wrong_pin"):
            await book.check_pin(OWNER, OTHER_PIN)
    now[0] = NOW + timedelta(hours=24)
    shown = book.view(OWNER)
    assert (shown.tries_left, shown.locked_until) == (5, None)
    await book.check_pin(OWNER, PIN)


async def test_what_a_person_is_shown_of_their_pin(book: ApproverService) -> None:
    """Of nobody's there is none; of a locked one until when."""
    stranger = replace(OWNER, user_id="adam")
    shown = [book.view(each) for each in (OWNER, PARTNER, stranger)]
    assert [(each.refusal, each.has_pin, each.tries_left, each.locked_until) for each in shown] == [
        (None, True, 5, None),
        ("no_pin", False, 5, None),
        ("not_approver", False, 0, None),
    ]
    for _ in range(5):
        with pytest.raises(MiltonShareError, match="wrong_pin"):
            await book.check_pin(OWNER, OTHER_PIN)
    with pytest.raises(MiltonShareError, match="pin_locked"):
        await book.check_pin(OWNER, PIN)
    locked = book.view(OWNER)
    assert (locked.tries_left, locked.locked_until) == (0, NOW + timedelta(hours=24))
