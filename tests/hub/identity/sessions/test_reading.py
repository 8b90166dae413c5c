"""How much one person, and one device, may read: an honest day is below it, whatever plays and changes by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.identity.sessions.reading import (
    BEGUN_MAX,
    LOOKS_OF_A_DEVICE,
    LOOKS_OF_A_PERSON,
    PIECES_OF_A_PERSON,
    SPARE_FOR_HANDS,
    Reading,
)
from hub.kit.access import Actor
from hub.kit.errors import HubError

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PIECE_BYTES = 2 * 2**20  # what a player fetches at a time (frontend/officer/src/workers/clips.ts)
CLIPS, RANGES_OF_A_SEEK = 4, 3  # on one board; where it was gone to, and twice ahead


def person(name: str, device: str) -> Actor:
    """Return somebody at a device."""
    return Actor(id=f"person:{name}", roles=frozenset(), person_id=name, device=device)


def looks(reading: Reading, who: Actor, at: datetime, *, unattended: bool = False) -> int:
    """Look until it is refused; return how often it was not."""
    for count in range(100_000):
        try:
            reading.count_look(who, at, unattended=unattended)
        except HubError:
            return count
    pytest.fail("it has no end")


def test_a_person_reads_so_much_and_another_is_untouched() -> None:
    """The refusal says when to try again, in its header and in words."""
    reading, ada, bob = Reading(), person("ada", "one"), person("bob", "two")
    assert looks(reading, ada, NOON) == LOOKS_OF_A_PERSON.burst
    with pytest.raises(HubError, match=r"too_much_read: More was read here .* in 1 second; nothing is lost") as refused:
        reading.count_look(person("ada", "three"), NOON)
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})
    assert looks(reading, bob, NOON) == LOOKS_OF_A_PERSON.burst
    assert looks(reading, ada, NOON + 10 * SECOND) == 10 * LOOKS_OF_A_PERSON.per_s


def test_a_device_has_a_bound_for_all_who_sit_at_it() -> None:
    """Many people's sessions at one device are no way around."""
    reading = Reading()
    people = [person(f"person {number}", "desk") for number in range(3)]
    assert sum(looks(reading, each, NOON) for each in people) == LOOKS_OF_A_DEVICE.burst


def test_pages_that_ask_by_themselves_leave_some_for_hands() -> None:
    """And the wait that they are told is until there is more than that."""
    reading, ada = Reading(), person("ada", "one")
    assert looks(reading, ada, NOON, unattended=True) == LOOKS_OF_A_PERSON.burst - SPARE_FOR_HANDS
    assert looks(reading, ada, NOON) == SPARE_FOR_HANDS
    with pytest.raises(HubError) as refused:
        reading.count_look(ada, NOON, unattended=True)
    assert refused.value.headers == {"Retry-After": "76"}  # 301 of them, four a second


def test_a_day_of_a_hurried_officer_is_never_refused() -> None:
    """Twelve hours: a page every three seconds, a page that is told of something each second, a board of clips.

    Every quarter of an hour a clip of 1 GiB is read through as fast as a browser decrypts, and four clips on one board
    are gone through by a held key for a minute: five places a second, each of which every clip is asked for.
    """
    reading, ada = Reading(), person("ada", "one")
    of_a_gigabyte, begun = 2**30 // PIECE_BYTES, 0
    for second in range(12 * 3_600):
        at = NOON + second * SECOND
        reading.count_look(ada, at, unattended=True)
        if second % 3 == 0:
            for _ in range(5):
                reading.count_look(ada, at)
        quarter = second % 900
        if quarter < 9:
            for _ in range(of_a_gigabyte // 9 + 1):
                reading.count_piece(ada, f"clip {begun}", at)
        elif quarter < 70:
            for each in range(CLIPS * 5 * RANGES_OF_A_SEEK):
                reading.count_piece(ada, f"board {begun} {each % CLIPS}", at)
        elif quarter == 70:
            begun += 1
    assert begun == 48


def test_two_thousand_arrivals_in_ten_minutes_are_followed_by_a_page_beside_hands() -> None:
    """Each is told, each is asked about, and the officer goes on opening pages."""
    reading, ada = Reading(), person("ada", "one")
    for second in range(600):
        at = NOON + second * SECOND
        for _ in range(2_000 // 600 + 1):
            reading.count_look(ada, at, unattended=True)
        if second % 3 == 0:
            for _ in range(5):
                reading.count_look(ada, at)


def test_each_body_that_is_begun_is_a_look_and_its_ranges_are_not() -> None:
    """So who fetches all of the agency's bodies by ranges is stopped as who reads all of its pages is."""
    reading, ada = Reading(), person("ada", "one")
    for body in range(LOOKS_OF_A_PERSON.burst):
        reading.count_piece(ada, f"body {body}", NOON)
    with pytest.raises(HubError, match="too_much_read"):
        reading.count_piece(ada, "one more", NOON)
    reading.count_piece(ada, "body 5", NOON)
    reading = Reading()
    for _ in range(PIECES_OF_A_PERSON.burst):
        reading.count_piece(ada, "body", NOON)
    with pytest.raises(HubError, match="too_much_read"):
        reading.count_piece(ada, "body", NOON)


def test_what_is_kept_of_bodies_has_an_end() -> None:
    """The oldest is forgotten, and costs a look when it is fetched again."""
    reading, ada = Reading(begun_max=3), person("ada", "one")
    for body in ("a", "b", "c", "a", "d"):
        reading.count_piece(ada, body, NOON)
    left = looks(reading, ada, NOON)
    assert left == LOOKS_OF_A_PERSON.burst - 4
    reading.count_piece(ada, "a", NOON)
    with pytest.raises(HubError):
        reading.count_piece(ada, "b", NOON)
    assert BEGUN_MAX >= 2_000


def test_each_process_counts_by_itself_and_a_restart_begins_anew() -> None:
    """As docs/operations.md says (section 17): nothing of it is in the database."""
    ada = person("ada", "one")
    first, after_a_restart = Reading(), Reading()
    assert looks(first, ada, NOON) == looks(after_a_restart, ada, NOON) == LOOKS_OF_A_PERSON.burst
