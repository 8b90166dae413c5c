"""The same tree from stored nodes: append and prove without reading every leaf.

A *node* is a complete subtree: ``(level, position)`` covers the leaves from ``position << level`` to before
``(position + 1) << level``.
A store keeps each node once, for it never changes. Ask ``needed`` which nodes a computation reads, fetch those in
one query, and pass them in as a mapping. A node that is missing there is a KeyError: a fault of the store, not of a
message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .merkle import EMPTY_ROOT, Span, consistency_spans, inclusion_spans, node_hash, split_point

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class NodeId(NamedTuple):
    """One complete subtree: level 0 is a leaf's hash."""

    level: int
    position: int


def covering(span: Span) -> tuple[NodeId, ...]:
    """Return the complete subtrees that make up a span of the tree, left to right."""
    nodes: list[NodeId] = []
    start = span.start
    while start < span.end:
        size = span.end - start
        width = size if size & (size - 1) == 0 else split_point(size)
        level = width.bit_length() - 1
        nodes.append(NodeId(level, start >> level))
        start += width
    return tuple(nodes)


def needed(spans: Iterable[Span]) -> frozenset[NodeId]:
    """Return every node that the hashes of ``spans`` are made of."""
    return frozenset(node for span in spans for node in covering(span))


def needed_to_append(size: int, count: int) -> frozenset[NodeId]:
    """Return the nodes that appending ``count`` leaves to a tree of ``size`` leaves reads."""
    return needed([Span(0, size)]) if count else frozenset()


def append(size: int, leaf_hashes: Sequence[bytes], nodes: Mapping[NodeId, bytes]) -> dict[NodeId, bytes]:
    """Return the nodes that appending ``leaf_hashes`` to a tree of ``size`` leaves makes."""
    made: dict[NodeId, bytes] = {}
    for index, leaf in enumerate(leaf_hashes, start=size):
        node, computed = NodeId(0, index), leaf
        made[node] = computed
        while node.position % 2:
            left = NodeId(node.level, node.position - 1)
            computed = node_hash(made[left] if left in made else nodes[left], computed)
            node = NodeId(node.level + 1, node.position // 2)
            made[node] = computed
    return made


def root_from(nodes: Mapping[NodeId, bytes], size: int) -> bytes:
    """Return the root of the tree of the first ``size`` leaves (reads ``needed([Span(0, size)])``)."""
    return _span_hash(nodes, Span(0, size)) if size else EMPTY_ROOT


def inclusion_proof_from(nodes: Mapping[NodeId, bytes], index: int, size: int) -> tuple[bytes, ...]:
    """Return the proof of leaf ``index`` (reads ``needed(inclusion_spans(index, size))``)."""
    return tuple(_span_hash(nodes, span) for span in inclusion_spans(index, size))


def consistency_proof_from(nodes: Mapping[NodeId, bytes], old_size: int, size: int) -> tuple[bytes, ...]:
    """Return the consistency proof (reads ``needed(consistency_spans(old_size, size))``)."""
    return tuple(_span_hash(nodes, span) for span in consistency_spans(old_size, size))


def _span_hash(nodes: Mapping[NodeId, bytes], span: Span) -> bytes:
    parts = [nodes[node] for node in covering(span)]
    computed = parts.pop()
    while parts:
        computed = node_hash(parts.pop(), computed)
    return computed
