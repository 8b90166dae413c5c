"""The Merkle tree hash, its proofs and how they are checked (RFC 6962 section 2.1, RFC 9162 section 2.1).

The tree is made of *spans* (ranges of leaves). ``tree_nodes`` computes the same hashes from stored nodes,
for a log that is too long to be read on each append.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from ..errors import ProtocolError
from ..limits import INTEGER_MAX
from .rules import LogRule

if TYPE_CHECKING:
    from collections.abc import Sequence

HASH_SIZE_BYTES = 32
TREE_SIZE_MAX = INTEGER_MAX  # what every reader, JavaScript's too, counts without loss
PROOF_HASHES_MAX = 64  # one a level of the largest tree, and one more for a consistency proof

EMPTY_ROOT = hashlib.sha256(b"").digest()


class Span(NamedTuple):
    """The leaves from ``start`` to before ``end``."""

    start: int
    end: int


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of one leaf's bytes."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above ``left`` and ``right``."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split_point(size: int) -> int:
    """Return the largest power of two that is smaller than ``size`` (``size`` of at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_spans(index: int, size: int) -> tuple[Span, ...]:
    """Return the spans whose hashes prove leaf ``index`` in a tree of ``size`` leaves, from the leaf up."""
    if not 0 <= index < size <= TREE_SIZE_MAX:
        raise ProtocolError(LogRule.LOG_SIZE_OUT_OF_BOUNDS, f"leaf {index} of {size}")
    spans: list[Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split_point(end - start)
        if index < middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    return tuple(reversed(spans))


def consistency_spans(old_size: int, size: int) -> tuple[Span, ...]:
    """Return the spans whose hashes prove that a tree of ``old_size`` leaves is the start of one of ``size``."""
    if not 0 <= old_size <= size <= TREE_SIZE_MAX:
        raise ProtocolError(LogRule.LOG_SIZE_OUT_OF_BOUNDS, f"from {old_size} to {size}")
    if old_size in (0, size):
        return ()
    spans: list[Span] = []
    start, end = 0, size
    while end != old_size:
        middle = start + split_point(end - start)
        if old_size <= middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    if start:  # else the old tree is itself a node of the new one, and its root is known
        spans.append(Span(start, end))
    return tuple(reversed(spans))


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the tree's root hash."""
    return _span_hash(leaf_hashes, Span(0, len(leaf_hashes))) if leaf_hashes else EMPTY_ROOT


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the proof that leaf ``index`` is in the tree, from the leaf's sibling up to the root's child."""
    return tuple(_span_hash(leaf_hashes, span) for span in inclusion_spans(index, len(leaf_hashes)))


def consistency_proof(leaf_hashes: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """Return the proof that the tree's first ``old_size`` leaves are an earlier state of it."""
    return tuple(_span_hash(leaf_hashes, span) for span in consistency_spans(old_size, len(leaf_hashes)))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes) -> None:
    """Check that the leaf with the hash ``leaf`` is number ``index`` of ``size``; raise ProtocolError if not."""
    if not 0 <= index < size <= TREE_SIZE_MAX:
        raise ProtocolError(LogRule.NOT_IN_LOG, f"leaf {index} of {size}")
    spans = inclusion_spans(index, size)
    _check_hashes(LogRule.NOT_IN_LOG, leaf, expected_root, *proof)
    if len(spans) != len(proof):
        raise ProtocolError(LogRule.NOT_IN_LOG, f"{len(proof)} hashes where {len(spans)} are needed")
    computed = leaf
    for span, sibling in zip(spans, proof, strict=True):
        computed = node_hash(sibling, computed) if span.start < index else node_hash(computed, sibling)
    if computed != expected_root:
        raise ProtocolError(LogRule.NOT_IN_LOG, "the proof leads to another root")


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the new tree only adds leaves to the old one; raise ProtocolError if not."""
    if not 0 <= old_size <= new_size <= TREE_SIZE_MAX:
        raise ProtocolError(LogRule.LOG_NOT_CONSISTENT, f"from {old_size} to {new_size}")
    spans = consistency_spans(old_size, new_size)
    _check_hashes(LogRule.LOG_NOT_CONSISTENT, old_root, new_root, *proof)
    if len(spans) != len(proof):
        raise ProtocolError(LogRule.LOG_NOT_CONSISTENT, f"{len(proof)} hashes where {len(spans)} are needed")
    shared = EMPTY_ROOT if old_size == 0 else old_root
    old, new = _roots_from_proof(old_size, shared, spans, proof)
    if old_size == 0 < new_size:
        new = new_root  # every tree continues the empty one
    if (old, new) != (old_root, new_root):
        raise ProtocolError(LogRule.LOG_NOT_CONSISTENT, "the proof leads to another root")


def _check_hashes(rule: LogRule, *hashes: bytes) -> None:
    if any(len(given) != HASH_SIZE_BYTES for given in hashes):
        raise ProtocolError(rule, "not the length of a hash")


def _roots_from_proof(
    old_size: int, shared: bytes, spans: Sequence[Span], proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Return the old and the new root that the proof leads to, starting at the node that both trees share."""
    old = new = shared
    for number, (span, sibling) in enumerate(zip(spans, proof, strict=True)):
        if number == 0 and 0 < span.start < old_size:
            old = new = sibling
        elif span.start < old_size:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    return old, new


def _span_hash(leaf_hashes: Sequence[bytes], span: Span) -> bytes:
    size = span.end - span.start
    if size == 1:
        return leaf_hashes[span.start]
    middle = span.start + split_point(size)
    return node_hash(_span_hash(leaf_hashes, Span(span.start, middle)), _span_hash(leaf_hashes, Span(middle, span.end)))
