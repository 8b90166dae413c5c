"""A home that has had 500 requests shows them as quickly as it can: what costs is counted, not timed."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from custom_components.milton_share.city.request_reader import RequestReader
from custom_components.milton_share.city.verdicts import refuse_all
from custom_components.milton_share.shared.milton_protocol.messages.requests.bundle import Bundle
from tests.milton_share.long_history import CAMERAS, REQUESTS, give_history

if TYPE_CHECKING:
    from collections.abc import Iterator, ValuesView

    import pytest

    from custom_components.milton_share.cases.state import ConsentCase
    from tests.milton_share.conftest import Home


class Watched(dict[str, "ConsentCase"]):
    """Cases by id that count how often each is looked at."""

    def __init__(self, cases: dict[str, ConsentCase], looks: Counter[str]) -> None:
        """Take the cases."""
        super().__init__(cases)
        self._looks = looks

    def __getitem__(self, case_id: str) -> ConsentCase:
        """Count one."""
        self._looks[case_id] += 1
        return super().__getitem__(case_id)

    def __iter__(self) -> Iterator[str]:
        """Count all."""
        self._looks.update(super().keys())
        return super().__iter__()

    def values(self) -> ValuesView[ConsentCase]:
        """Count all."""
        self._looks.update(super().keys())
        return super().values()


async def test_a_state_of_500_requests_looks_at_each_case_once_and_reads_no_message_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opens the page, and at each change of it; cases that are forgotten leave nothing behind."""
    ids = await give_history(home, await home.receive())
    book = home.services.book
    looks: Counter[str] = Counter()
    monkeypatch.setattr(book, "_cases", Watched(dict(book.cases), looks))
    looks.clear()
    read: list[bytes] = []
    parse = Bundle.from_bytes
    here = threading.get_ident()  # a round that begins meanwhile judges in a thread of its own

    def count(data: bytes) -> Bundle:
        if threading.get_ident() == here:
            read.append(data)
        return parse(data)

    monkeypatch.setattr(Bundle, "from_bytes", count)
    shown = home.state().requests
    assert (len(shown), {len(one.cases) for one in shown}) == (REQUESTS, {len(CAMERAS)})
    assert (len(looks), set(looks.values())) == (REQUESTS * len(CAMERAS), {1})
    assert len(read) == REQUESTS // 2, "those that are refused; the others were read when they were judged"
    assert home.state().requests == shown
    assert len(read) == REQUESTS // 2
    book.drop(set(ids[1:]))
    assert book.requests == {ids[0]}
    assert [one.request_id for one in home.state().requests if one.cases] == [ids[0]]


def test_a_message_that_changed_is_read_again_and_one_that_went_is_not_kept() -> None:
    """What a reader keeps is what it showed last."""
    reader = RequestReader()
    assert reader.read(refuse_all("expired", {"a": b"{", "b": b"{"}), set()) == {"a": None, "b": None}
    assert reader.read(refuse_all("expired", {"a": b"["}), set()) == {"a": None}
    assert reader._known == {"a": (b"[", None)}  # noqa: SLF001
