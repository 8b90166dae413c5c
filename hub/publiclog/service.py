"""The public log: append, checkpoint, prove (protocol section 6; RFC 6962, C2SP tlog-tiles and tlog-proof).

Invariants: a leaf is appended in the transaction of the act it tells of; leaves, nodes and checkpoints are only ever
added (checkpoints are forgotten when the log's key is replaced); a checkpoint is signed once for a size, after the
leaves under it are in the same or an earlier transaction; witnesses' cosignatures are kept beside it (who keeps one has
checked it). A leaf has no victim, address, plate or name in it (the caller's ``Leaf`` has no field for one).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.exc import IntegrityError

from hub.db.counters import hold, last_number, next_number
from hub.kit.errors import HubError
from hub.publiclog.model import LogCheckpoint, LogCosignature, LogLeaf, LogNode
from milton_protocol.translog import merkle, tree_nodes
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.note import SIGNATURES_MAX, SignedNote
from milton_protocol.translog.proof import TlogProof
from milton_protocol.translog.tiles import Tile, entry_bundle

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy.ext.asyncio import AsyncSession

    from milton_protocol.translog.tree_nodes import NodeId

COUNTER = "log"
NOT_FOUND = 404


class PublicLog:
    """The log of one agency."""

    def __init__(self, origin: str, log_key: Ed25519PrivateKey) -> None:
        """Name the log by its ``origin`` and sign its checkpoints with ``log_key``."""
        self._origin = origin
        self._log_key = log_key

    async def append(self, session: AsyncSession, leaf: bytes, *, kind: str, at: datetime) -> int:
        """Append ``leaf`` (canonical JSON) in ``session``'s transaction and return its index."""
        index = await next_number(session, COUNTER) - 1
        known = await _nodes(session, tree_nodes.needed_to_append(index, 1))
        made = tree_nodes.append(index, [merkle.leaf_hash(leaf)], known)
        session.add(LogLeaf(index=index, leaf=leaf, kind=kind, at=at))
        session.add_all(LogNode(level=node.level, position=node.position, value=value) for node, value in made.items())
        await session.flush()
        return index

    async def hold(self, session: AsyncSession) -> None:
        """Let no other transaction append until this one ends; what is read after it is what the next one finds."""
        await hold(session, COUNTER)

    async def size(self, session: AsyncSession) -> int:
        """Return the number of leaves."""
        return await last_number(session, COUNTER)

    async def checkpoint(self, session: AsyncSession, at: datetime) -> str:
        """Return the signed note over every leaf; it is signed once for a size and kept."""
        size = await self.size(session)
        kept = await session.get(LogCheckpoint, size)
        if kept is not None:
            return kept.note
        root = tree_nodes.root_from(await _nodes(session, tree_nodes.needed([merkle.Span(0, size)])), size)
        note = Checkpoint(origin=self._origin, size=size, root=root).sign(self._log_key).format()
        with suppress(IntegrityError):  # on Postgres another worker may have signed it meanwhile: the very same
            async with session.begin_nested():
                session.add(LogCheckpoint(size=size, note=note, at=at))
        return note

    async def proof(self, session: AsyncSession, index: int, note: str) -> str:
        """Return the C2SP tlog-proof of leaf ``index`` under the checkpoint ``note``."""
        signed = SignedNote.parse(note)
        size = Checkpoint.parse(signed.text).size
        known = await _nodes(session, tree_nodes.needed(merkle.inclusion_spans(index, size)))
        hashes = tree_nodes.inclusion_proof_from(known, index, size)
        return TlogProof(index=index, hashes=hashes, checkpoint_note=signed).format()

    async def consistency(self, session: AsyncSession, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """Return the proof that the log of ``old_size`` leaves is the start of the one of ``new_size``."""
        if not 0 <= old_size <= new_size <= await self.size(session):
            rule = "log_size_unknown"
            raise HubError(rule, NOT_FOUND, "The log has no such size.")
        known = await _nodes(session, tree_nodes.needed(merkle.consistency_spans(old_size, new_size)))
        return tree_nodes.consistency_proof_from(known, old_size, new_size)

    async def forget_checkpoints(self, session: AsyncSession) -> None:
        """Forget what an earlier key signed and witnesses cosigned; leaves and nodes stay."""
        await session.execute(delete(LogCosignature))
        await session.execute(delete(LogCheckpoint))

    async def newest_checkpoint(self, session: AsyncSession) -> str:
        """Return the newest signed note, with its cosignatures; raise ``no_checkpoint`` before the first."""
        size = await session.scalar(select(func.max(LogCheckpoint.size)))
        if size is None:
            rule = "no_checkpoint"
            raise HubError(rule, NOT_FOUND, "The log has signed no checkpoint yet.")
        return await self.cosigned_note(session, size)

    async def cosigned_note(self, session: AsyncSession, size: int) -> str:
        """Return the signed note over the first ``size`` leaves with the cosignatures that it has."""
        lines = select(LogCosignature.line).where(LogCosignature.size == size)
        kept = await session.scalars(lines.order_by(LogCosignature.vkey).limit(SIGNATURES_MAX - 1))
        return (await session.get_one(LogCheckpoint, size)).note + "".join(kept)

    async def keep_cosignature(self, session: AsyncSession, size: int, vkey: str, line: str, at: datetime) -> None:
        """Keep a checked cosignature of the checkpoint of ``size``, in place of an earlier one by the same key."""
        await session.merge(LogCosignature(size=size, vkey=vkey, line=line, at=at))

    async def cosigners(self, session: AsyncSession, size: int) -> frozenset[str]:
        """Return the vkeys of who cosigned the checkpoint of ``size``."""
        rows = select(LogCosignature.vkey).where(LogCosignature.size == size)
        return frozenset((await session.scalars(rows)).all())

    async def most_cosigned(self, session: AsyncSession, index: int, vkeys: Collection[str]) -> tuple[int, int] | None:
        """Return the size over leaf ``index`` that most of ``vkeys`` cosigned, the newest such, and how many did."""
        count = func.count()
        sizes = select(LogCosignature.size, count).where(LogCosignature.size > index, LogCosignature.vkey.in_(vkeys))
        best = sizes.group_by(LogCosignature.size).order_by(count.desc(), LogCosignature.size.desc()).limit(1)
        found = (await session.execute(best)).one_or_none()
        return None if found is None else (found[0], found[1])

    async def tile(self, session: AsyncSession, path: str) -> bytes:
        """Return the bytes of ``tile/...``; raise ProtocolError ``tile_unknown`` or HubError of the same name."""
        tile = Tile.parse(path)
        if not tile.in_tree_of(await self.size(session)):
            rule = "tile_unknown"
            raise HubError(rule, NOT_FOUND, "The log has no such tile.")
        if tile.level is not None:
            return tile.content(await _nodes(session, tile.nodes()))
        first = tile.nodes()[0].position
        leaves = select(LogLeaf.leaf).where(LogLeaf.index >= first, LogLeaf.index < first + tile.width)
        return entry_bundle((await session.scalars(leaves.order_by(LogLeaf.index))).all())


async def _nodes(session: AsyncSession, wanted: Iterable[NodeId]) -> dict[NodeId, bytes]:
    """Read nodes in one query."""
    keys = [tuple(node) for node in wanted]
    if not keys:
        return {}
    rows = await session.scalars(select(LogNode).where(tuple_(LogNode.level, LogNode.position).in_(keys)))
    return {tree_nodes.NodeId(row.level, row.position): row.value for row in rows}
