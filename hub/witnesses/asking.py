"""Ask one witness for its cosignature of one checkpoint, from the size that it has seen on (c2sp.org/tlog-witness)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hub.witnesses.add_checkpoint import PATH, body_of, read_cosignature, read_size
from hub.witnesses.troubles import NotCosignedError, Trouble

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from hub.witnesses.add_checkpoint import Answer, Cosignature
    from hub.witnesses.settings import Witness
    from milton_protocol.translog.note import SignedNote

TRIES_MAX = 3  # from what the hub knows, from what the witness says, once more where another call came between
OK, FORBIDDEN, UNKNOWN, CONFLICT, BUSY, UNPROVEN = 200, 403, 404, 409, 429, 422
FAILING = range(500, 600)


class Posts(Protocol):
    """What carries a call."""

    async def post(self, url: str, body: bytes) -> Answer:
        """Return the answer; raise NotCosignedError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCheckpoint:
    """A signed checkpoint, its size, and how the log proves that it goes on from a smaller one."""

    note: SignedNote
    size: int
    prove: Callable[[int], Awaitable[Sequence[bytes]]]


async def ask(line: Posts, witness: Witness, asked: AskedCheckpoint, seen_size: int, now: datetime) -> Cosignature:
    """Return the witness's cosignature; raise NotCosignedError with what became of it.

    ``seen_size`` is what it cosigned last as far as the hub knows, 0 for nothing. It may say another, ``TRIES_MAX``
    times in all.
    """
    old_size = min(seen_size, asked.size)
    for _ in range(TRIES_MAX):
        proof = await asked.prove(old_size)
        answer = await line.post(witness.url + PATH, body_of(old_size, proof, asked.note.format()))
        if answer.status == OK:
            return read_cosignature(answer.body, asked.note, witness.key, now)
        if answer.status != CONFLICT:
            raise NotCosignedError(_trouble_of(answer.status, old_size), size=old_size)
        old_size = _named(answer, old_size, asked.size)
    raise NotCosignedError(Trouble.RESTLESS)


def _trouble_of(status: int, old_size: int) -> Trouble:
    if status == UNPROVEN and old_size:  # the proof is the log's own: what the witness has seen is not in it
        return Trouble.FORKED
    if status == BUSY or status in FAILING:
        return Trouble.AWAY
    return {UNKNOWN: Trouble.LOG_UNKNOWN, FORBIDDEN: Trouble.KEY_UNTRUSTED}.get(status, Trouble.FOREIGN)


def _named(answer: Answer, old_size: int, size: int) -> int:
    """Return the size from which a conflict wants to be asked; raise NotCosignedError where it denies this log."""
    named = read_size(answer)
    if named is not None and named > size:
        raise NotCosignedError(Trouble.AHEAD, size=named)
    if old_size == size > 0 and named in {None, size}:
        raise NotCosignedError(Trouble.FORKED, size=size)
    if named is None:
        raise NotCosignedError(Trouble.FOREIGN)
    return named
