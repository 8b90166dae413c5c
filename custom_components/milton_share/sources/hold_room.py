"""How much of this home's disk all kept recordings may take together, whichever source keeps them.

Each keeper says what it has after every change, and asks what is left before it takes more: of the whole, less what it
and all others have. Two that ask at the same moment may be given the same room: then one file too many is kept.
"""

from __future__ import annotations


class HoldBudget:
    """The whole."""

    def __init__(self, total_bytes: int) -> None:
        """Nothing is kept yet."""
        self.total_bytes = total_bytes
        self._rooms: list[HoldRoom] = []

    def room(self) -> HoldRoom:
        """Let one more keeper in."""
        room = HoldRoom(self)
        self._rooms.append(room)
        return room

    @property
    def held_bytes(self) -> int:
        """What all keepers have."""
        return sum(room.held_bytes for room in self._rooms)


class HoldRoom:
    """One keeper's part."""

    def __init__(self, budget: HoldBudget) -> None:
        """Use `HoldBudget.room`."""
        self._budget = budget
        self.held_bytes = 0

    def holds(self, size_bytes: int) -> None:
        """Say what the keeper has now."""
        self.held_bytes = size_bytes

    def beside(self) -> HoldRoom:
        """Return a part of the same budget, for what the same keeper has and does not hold yet."""
        return self._budget.room()

    def left_bytes(self) -> int:
        """Return how much more may be taken by anybody; nothing where others have taken more than there is."""
        return max(0, self._budget.total_bytes - self._budget.held_bytes)


def room_of(size: int | HoldRoom) -> HoldRoom:
    """Return a keeper's part; of a number of bytes, all of a budget of its own."""
    return size if isinstance(size, HoldRoom) else HoldBudget(size).room()
