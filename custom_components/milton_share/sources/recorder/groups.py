"""Which cameras are recorded by one process. Pure.

One process for all costs a tenth of the memory. But libav reads what cameras send, and one that makes it crash must not
take the others along again and again: after each sudden end the cameras of that process are split into two halves, each
with a process of its own, so that after three ends one of eight is alone. After a calm day all come together again.
"""

from __future__ import annotations

CALM_S = 86_400.0
ALL = ""


class Groups:
    """The group of each camera: a path of halves, as `01` is the second half of the first half."""

    def __init__(self) -> None:
        """Put all into one."""
        self._groups: dict[str, str] = {}
        self._ended_s = 0.0

    def of(self, camera_id: str, now_s: float) -> str:
        """Return the group in which a camera's next run belongs, by a clock that nobody puts."""
        if self._groups and now_s - self._ended_s > CALM_S:
            self._groups.clear()
        return self._groups.get(camera_id, ALL)

    def ended(self, group: str, camera_ids: frozenset[str], now_s: float) -> None:
        """Note that a group's process ended by itself while it recorded these."""
        self._ended_s = now_s
        members = sorted(camera_ids)
        if len(members) > 1:
            half = len(members) // 2
            self._groups |= dict.fromkeys(members[:half], f"{group}0")
            self._groups |= dict.fromkeys(members[half:], f"{group}1")
