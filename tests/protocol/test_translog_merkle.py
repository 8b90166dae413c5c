"""The Merkle tree, against proofs made and broken by others, and against every small tree."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from milton_protocol.errors import ProtocolError
from milton_protocol.translog import tree_nodes
from milton_protocol.translog.merkle import (
    EMPTY_ROOT,
    TREE_SIZE_MAX,
    Span,
    consistency_proof,
    consistency_spans,
    inclusion_proof,
    inclusion_spans,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

VECTORS = Path(__file__).parent / "vectors" / "merkle"
# Passes elsewhere with the text "don't care 2" as both roots. We ask for 32 bytes.
STRICTER_HERE = {"consistency/additional/sizes-are-equal-one-and-proof-is-empty.json"}
LEAVES = [leaf_hash(b"leaf %d" % number) for number in range(40)]
ROOTS = [root(LEAVES[:size]) for size in range(len(LEAVES) + 1)]

# The eight leaves and the roots of the certificate-transparency project's tests (merkletree/merkle_tree_test.cc).
CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def vectors(kind: str) -> list[Any]:
    """Return the proofs of one kind, each under its file's name."""
    lines = [json.loads(line) for line in (VECTORS / f"{kind}.jsonl").read_text().splitlines()]
    return [pytest.param(line, id=line["file"]) for line in lines]


def hashes(values: Sequence[str] | None) -> list[bytes]:
    """Return the decoded hashes of a proof."""
    return [b64decode(value) for value in values or ()]


def is_included(case: dict[str, Any]) -> bool:
    """Say what the code under test thinks of an inclusion proof."""
    try:
        verify_inclusion(
            b64decode(case["leafHash"]),
            case["leafIdx"],
            case["treeSize"],
            hashes(case["proof"]),
            b64decode(case["root"]),
        )
    except ProtocolError as error:
        return error.rule != "not_in_log"
    return True


def is_consistent(case: dict[str, Any]) -> bool:
    """Say what the code under test thinks of a consistency proof."""
    old_root, new_root = b64decode(case["root1"]), b64decode(case["root2"])
    try:
        verify_consistency(case["size1"], old_root, case["size2"], new_root, hashes(case["proof"]))
    except ProtocolError as error:
        return error.rule != "log_not_consistent"
    return True


@pytest.mark.parametrize("case", vectors("inclusion"))
def test_inclusion_proofs_of_others_are_judged_as_they_judge_them(case: dict[str, Any]) -> None:
    """Good ones pass, each broken one is refused by its rule."""
    assert is_included(case) is not case["wantErr"]


@pytest.mark.parametrize("case", vectors("consistency"))
def test_consistency_proofs_of_others_are_judged_as_they_judge_them(case: dict[str, Any]) -> None:
    """Good ones pass, each broken one is refused by its rule."""
    assert is_consistent(case) is not (case["wantErr"] or case["file"] in STRICTER_HERE)


def test_roots_are_those_of_certificate_transparency() -> None:
    """Each size from nothing to eight leaves."""
    computed = [root([leaf_hash(leaf) for leaf in CT_LEAVES[:size]]).hex() for size in range(1, 9)]
    assert computed == CT_ROOTS
    assert root([]) == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, len(LEAVES) + 1))
def test_each_leaf_of_each_small_tree_is_proven_at_its_place_only(size: int) -> None:
    """The same proof shows no other leaf, place or root."""
    for index in range(size):
        proof = inclusion_proof(LEAVES[:size], index)
        verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
        for wrong_index in {0, size - 1, size // 2} - {index}:
            with pytest.raises(ProtocolError, match="not_in_log"):
                verify_inclusion(LEAVES[index], wrong_index, size, proof, ROOTS[size])


@pytest.mark.parametrize("size", range(len(LEAVES) + 1))
def test_each_earlier_tree_is_proven_and_no_altered_proof_passes(size: int) -> None:
    """One flipped bit anywhere is refused."""
    for old_size in range(size + 1):
        proof = consistency_proof(LEAVES[:size], old_size)
        verify_consistency(old_size, ROOTS[old_size], size, ROOTS[size], proof)
        for place, value in enumerate(proof):
            altered = [*proof[:place], bytes([value[0] ^ 1]) + value[1:], *proof[place + 1 :]]
            with pytest.raises(ProtocolError, match="log_not_consistent"):
                verify_consistency(old_size, ROOTS[old_size], size, ROOTS[size], altered)


def test_a_log_that_rewrote_a_leaf_is_not_consistent() -> None:
    """What a home must notice when the hub's log changes its past."""
    rewritten = [LEAVES[0], leaf_hash(b"another"), *LEAVES[2:20]]
    proof = consistency_proof(rewritten, 7)
    with pytest.raises(ProtocolError, match="log_not_consistent"):
        verify_consistency(7, ROOTS[7], 20, root(rewritten), proof)


def test_an_empty_tree_has_one_root() -> None:
    """Every tree continues it; whoever names another root for it is not believed."""
    verify_consistency(0, ROOTS[0], 5, ROOTS[5], [])
    for size in (0, 5):
        with pytest.raises(ProtocolError, match="log_not_consistent"):
            verify_consistency(0, ROOTS[1], size, ROOTS[size], [])
    with pytest.raises(ProtocolError, match="log_not_consistent"):
        verify_consistency(0, ROOTS[1], 0, ROOTS[1], [])


@pytest.mark.parametrize(("old", "new"), [(2, 1), (-1, 3), (1, TREE_SIZE_MAX + 1)])
def test_a_tree_that_shrinks_or_has_no_size_is_refused(old: int, new: int) -> None:
    """By the same rule as a wrong proof."""
    with pytest.raises(ProtocolError, match="log_not_consistent"):
        verify_consistency(old, ROOTS[2], new, ROOTS[1], [])
    with pytest.raises(ProtocolError, match="log_size_out_of_bounds"):
        consistency_spans(old, new)


@pytest.mark.parametrize(("index", "size"), [(1, 1), (-1, 1), (0, TREE_SIZE_MAX + 1), (0, 0)])
def test_a_leaf_outside_the_tree_is_refused(index: int, size: int) -> None:
    """By its own rule when proofs are made, as a wrong proof when they are checked."""
    with pytest.raises(ProtocolError, match="not_in_log"):
        verify_inclusion(LEAVES[0], index, size, [], LEAVES[0])
    with pytest.raises(ProtocolError, match="log_size_out_of_bounds"):
        inclusion_spans(index, size)


def test_appending_by_stored_nodes_gives_the_same_roots_and_proofs() -> None:
    """Each computation gets only the nodes that it said it would read."""
    stored: dict[tree_nodes.NodeId, bytes] = {}

    def only(wanted: frozenset[tree_nodes.NodeId]) -> dict[tree_nodes.NodeId, bytes]:
        return {node: stored[node] for node in wanted}

    size = 0
    for count in (0, 1, 2, 5, 1, 16, 15):
        wanted = tree_nodes.needed_to_append(size, count)
        stored |= tree_nodes.append(size, LEAVES[size : size + count], only(wanted))
        size += count
        assert tree_nodes.root_from(only(tree_nodes.needed([Span(0, size)])), size) == ROOTS[size]
    assert size == len(LEAVES)
    for index in range(size):
        nodes = only(tree_nodes.needed(inclusion_spans(index, size)))
        assert tree_nodes.inclusion_proof_from(nodes, index, size) == inclusion_proof(LEAVES, index)
        nodes = only(tree_nodes.needed(consistency_spans(index, size)))
        assert tree_nodes.consistency_proof_from(nodes, index, size) == consistency_proof(LEAVES, index)


def test_appending_to_a_long_log_reads_a_node_a_level_at_most() -> None:
    """A log of a billion leaves is appended to in constant work."""
    assert len(tree_nodes.needed_to_append(2**30 - 1, 1)) == 30
    assert len(tree_nodes.needed(inclusion_spans(12_345, 2**30))) == 30
