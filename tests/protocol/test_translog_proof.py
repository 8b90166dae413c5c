"""Offline proofs under a reader's own witness policy, and the tiles that the log serves."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from milton_protocol.errors import ProtocolError
from milton_protocol.limits import PROOF_MAX_CHARS
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.cosignature import cosign
from milton_protocol.translog.merkle import inclusion_proof, leaf_hash, root
from milton_protocol.translog.note import SignatureType, SignedNote, VerifierKey
from milton_protocol.translog.proof import TlogProof
from milton_protocol.translog.tiles import Tile, entry_bundle, tiles_of
from milton_protocol.translog.tree_nodes import append
from milton_protocol.translog.witness import WitnessPolicy, verify_logged, verify_witnessed
from tests.simulators.city import ed25519

LOG_NAME = "log.example/milton"
LOG = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG_KEY = VerifierKey.of(LOG_NAME, LOG)
WITNESSES = [Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2, 3)]
WITNESS_KEYS = tuple(
    VerifierKey.of(f"w{number}", key, SignatureType.COSIGNATURE) for number, key in enumerate(WITNESSES)
)
AT = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)
LEAVES = [b"leaf %d" % number for number in range(11)]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
NOBODY = WitnessPolicy(quorum=0, witnesses=())


def proof(index: int = 4, cosigners: int = 0) -> TlogProof:
    """Return the proof of one leaf under a checkpoint that so many witnesses cosigned."""
    note = Checkpoint(origin=LOG_NAME, size=len(LEAVES), root=root(HASHES)).sign(LOG)
    for number in range(cosigners):
        note = cosign(note, f"w{number}", WITNESSES[number], AT)
    return TlogProof(index=index, hashes=inclusion_proof(HASHES, index), checkpoint_note=note)


@pytest.mark.parametrize("index", range(len(LEAVES)))
def test_a_logged_leaf_is_found_at_its_place(index: int) -> None:
    """Through the text that travels in a bundle."""
    logged = verify_logged(proof(index).format(), LEAVES[index], LOG_KEY, NOBODY, AT)
    assert (logged.index, logged.witnessed.checkpoint.size, logged.witnessed.cosigned) == (index, len(LEAVES), ())


def test_another_leaf_is_not_logged() -> None:
    """A request whose leaf differs in one letter has no button."""
    with pytest.raises(ProtocolError, match="not_in_log"):
        verify_logged(proof().format(), b"leaf 5", LOG_KEY, NOBODY, AT)


def test_a_proof_of_another_log_is_refused() -> None:
    """By key, whatever the name says."""
    with pytest.raises(ProtocolError, match="note_not_signed"):
        verify_logged(proof().format(), LEAVES[4], VerifierKey.of(LOG_NAME, WITNESSES[0]), NOBODY, AT)


@pytest.mark.parametrize(("cosigners", "quorum"), [(0, 0), (2, 2), (3, 2), (3, 3)])
def test_a_quorum_of_the_readers_witnesses_passes(cosigners: int, quorum: int) -> None:
    """Each of them with its time."""
    policy = WitnessPolicy(quorum=quorum, witnesses=WITNESS_KEYS)
    logged = verify_logged(proof(cosigners=cosigners).format(), LEAVES[4], LOG_KEY, policy, AT)
    assert logged.witnessed.cosigned == tuple((key, AT) for key in WITNESS_KEYS[:cosigners])


def test_too_few_witnesses_are_refused() -> None:
    """Those that the reader doesn't know do not count."""
    with pytest.raises(ProtocolError, match="not_witnessed"):
        verify_logged(
            proof(cosigners=1).format(), LEAVES[4], LOG_KEY, WitnessPolicy(quorum=2, witnesses=WITNESS_KEYS), AT
        )
    with pytest.raises(ProtocolError, match="not_witnessed"):
        verify_logged(
            proof(cosigners=2).format(), LEAVES[4], LOG_KEY, WitnessPolicy(quorum=1, witnesses=WITNESS_KEYS[2:]), AT
        )


def test_one_witness_twice_is_one_witness() -> None:
    """A repeated line adds nothing."""
    note = cosign(proof(cosigners=1).checkpoint_note, "w0", WITNESSES[0], AT)
    with pytest.raises(ProtocolError, match="not_witnessed"):
        verify_witnessed(note, LOG_KEY, WitnessPolicy(quorum=2, witnesses=WITNESS_KEYS), AT)


def test_the_logs_own_key_is_no_witness() -> None:
    """Else the log could witness itself under another name."""
    own = VerifierKey.of("independent.example", LOG, SignatureType.COSIGNATURE)
    note = cosign(proof().checkpoint_note, own.name, LOG, AT)
    with pytest.raises(ProtocolError, match="not_witnessed"):
        verify_witnessed(note, LOG_KEY, WitnessPolicy(quorum=1, witnesses=(own,)), AT)


def test_a_false_cosignature_of_a_known_witness_refuses_the_proof() -> None:
    """Even where the quorum does not need it."""
    note = proof(cosigners=1).checkpoint_note.with_signature(WITNESS_KEYS[1], bytes(72))
    with pytest.raises(ProtocolError, match="note_signature_wrong"):
        verify_witnessed(note, LOG_KEY, WitnessPolicy(quorum=1, witnesses=WITNESS_KEYS), AT)


@pytest.mark.parametrize("ahead", [timedelta(minutes=5, seconds=1), timedelta(days=1), timedelta(days=365 * 974)])
def test_a_cosignature_from_the_future_is_passed_over(ahead: timedelta) -> None:
    """It counts toward no quorum, and one bad witness stops no proof that has enough good ones."""
    note = cosign(proof().checkpoint_note, "w0", WITNESSES[0], AT + ahead)
    with pytest.raises(ProtocolError, match="not_witnessed"):
        verify_witnessed(note, LOG_KEY, WitnessPolicy(quorum=1, witnesses=WITNESS_KEYS), AT)
    both = cosign(note, "w1", WITNESSES[1], AT + timedelta(minutes=5))
    policy = WitnessPolicy(quorum=1, witnesses=WITNESS_KEYS)
    assert [key for key, _ in verify_witnessed(both, LOG_KEY, policy, AT).cosigned] == [WITNESS_KEYS[1]]
    again = cosign(note, "w0", WITNESSES[0], AT)
    assert verify_witnessed(again, LOG_KEY, policy, AT).cosigned == ((WITNESS_KEYS[0], AT),)


def test_a_city_raises_the_quorum_and_never_lowers_it() -> None:
    """The greater of both holds."""
    policy = WitnessPolicy(quorum=2, witnesses=WITNESS_KEYS)
    assert policy.at_least(3).quorum == 3
    assert policy.at_least(1).quorum == 2


MANY_KEYS = tuple(
    VerifierKey.of(f"witness.example/{number}", ed25519(f"witness {number}"), SignatureType.COSIGNATURE)
    for number in range(17)
)
ONE_ID = tuple(  # found in a second: an id has four bytes
    VerifierKey.of("witness.example/w1", ed25519(f"witness collision {number}"), SignatureType.COSIGNATURE)
    for number in (17609, 91544)
)


@pytest.mark.parametrize(
    ("quorum", "witnesses"),
    [
        (-1, ()),
        (9, WITNESS_KEYS),
        (1, MANY_KEYS),
        (1, WITNESS_KEYS[:1] * 2),
        (1, (LOG_KEY,)),
        (2, (WITNESS_KEYS[0], replace(WITNESS_KEYS[0], name="again"))),
        (2, ONE_ID),
    ],
)
def test_a_policy_that_could_count_wrongly_is_refused(quorum: int, witnesses: tuple[VerifierKey, ...]) -> None:
    """Bounds, the kind of key, one key under two names, two keys under one name and id."""
    with pytest.raises(ProtocolError, match="witness_policy_malformed"):
        WitnessPolicy(quorum=quorum, witnesses=witnesses)


def test_sixteen_witnesses_of_whom_eight_must_have_signed_are_a_policy() -> None:
    """The bounds themselves; and a witness may have two keys, as when it changes them."""
    assert WitnessPolicy(quorum=8, witnesses=MANY_KEYS[:16]).quorum == 8
    keys = (MANY_KEYS[0], VerifierKey.of(MANY_KEYS[0].name, ed25519("its next"), SignatureType.COSIGNATURE))
    assert WitnessPolicy(quorum=1, witnesses=keys).witnesses == keys


def test_extra_data_reads_and_formats() -> None:
    """It is there, and nothing trusts it."""
    with_extra = replace(proof(), extra=b"extra information")
    assert TlogProof.parse(with_extra.format()) == with_extra
    assert "\nextra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 4\n" in with_extra.format()


def test_a_log_of_one_leaf_needs_no_hash() -> None:
    """The leaf is the root."""
    note = Checkpoint(origin=LOG_NAME, size=1, root=HASHES[0]).sign(LOG)
    text = TlogProof(index=0, hashes=(), checkpoint_note=note).format()
    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example/milton\n1\n")
    assert verify_logged(text, LEAVES[0], LOG_KEY, NOBODY, AT).index == 0


HASH = b64encode(bytes(32)).decode()
NOTE = proof().checkpoint_note.format()


@pytest.mark.parametrize(
    "head",
    [
        "",
        "c2sp.org/tlog-proof@v2\nindex 0",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\nindex",
        "c2sp.org/tlog-proof@v1\n0",
        "c2sp.org/tlog-proof@v1\nindex 00",
        "c2sp.org/tlog-proof@v1\nindex -5",
        "c2sp.org/tlog-proof@v1\nindex notanumber",
        "c2sp.org/tlog-proof@v1\nindex 9007199254740992",
        "c2sp.org/tlog-proof@v1\nextra AA==",
        "c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0",
        f"c2sp.org/tlog-proof@v1\nextra {b64encode(bytes(1_025)).decode()}\nindex 0",
        "c2sp.org/tlog-proof@v1\nindex 0\nextra AA==",
        "c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!",
        f"c2sp.org/tlog-proof@v1\nindex 0\n{b64encode(bytes(64)).decode()}",
        f"c2sp.org/tlog-proof@v1\nindex 0\n{HASH} ",
        "c2sp.org/tlog-proof@v1\nindex 0" + f"\n{HASH}" * 65,
        " c2sp.org/tlog-proof@v1\nindex 0",
        "c2sp.org/tlog-proof@v1\r\nindex 0",
    ],
)
def test_what_is_not_a_proof_is_refused(head: str) -> None:
    """Each by the same rule."""
    with pytest.raises(ProtocolError, match="log_proof_malformed"):
        TlogProof.parse(f"{head}\n\n{NOTE}")


def test_a_proof_without_a_checkpoint_or_too_long_is_refused() -> None:
    """Before anything of it is decoded."""
    with pytest.raises(ProtocolError, match="log_proof_malformed"):
        TlogProof.parse("c2sp.org/tlog-proof@v1\nindex 0\n")
    with pytest.raises(ProtocolError, match="log_proof_malformed"):
        TlogProof.parse("c2sp.org/tlog-proof@v1\nindex 0")
    with pytest.raises(ProtocolError, match="log_proof_malformed"):
        TlogProof.parse("c2sp.org/tlog-proof@v1\nindex 0\n\n" + "x" * PROOF_MAX_CHARS)
    with pytest.raises(ProtocolError, match="note_malformed"):
        TlogProof.parse("c2sp.org/tlog-proof@v1\nindex 0\n\nno note")


def test_a_proof_keeps_the_checkpoint_verbatim() -> None:
    """Signatures of strangers included."""
    stranger = VerifierKey.of("stranger", WITNESSES[2])
    text = replace(proof(), checkpoint_note=proof().checkpoint_note.with_signature(stranger, b"any")).format()
    assert TlogProof.parse(text).format() == text
    assert isinstance(TlogProof.parse(text).checkpoint_note, SignedNote)


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("tile/0/000", Tile(level=0, index=0)),
        ("tile/0/x001/x234/067", Tile(level=0, index=1234067)),
        ("tile/1/000.p/17", Tile(level=1, index=0, width=17)),
        ("tile/entries/x001/000.p/255", Tile(level=None, index=1000, width=255)),
    ],
)
def test_tile_paths_are_those_of_the_specification(path: str, tile: Tile) -> None:
    """Both ways."""
    assert Tile.parse(path) == tile
    assert tile.path == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/8/000",
        "tile/00/000",
        "tile/-1/000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/300",
        "tile/0/000.p/01",
        "tile/0/000/../000",
        "tile/0/000\n",
        "tile/0/" + "x001/" * 7 + "000",
        "tile/data/000",
    ],
)
def test_what_is_not_a_tile_path_is_refused(path: str) -> None:
    """Nothing of a path reaches a file system but what parses."""
    with pytest.raises(ProtocolError, match="tile_unknown"):
        Tile.parse(path)


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification() -> None:
    """273 full and one of 112 at level 0; one full and one of 17 at level 1; one of 1 at level 2."""
    tiles = list(tiles_of(70_000))
    assert len(tiles) == 273 + 1 + 1 + 1 + 1
    assert [(tile.level, tile.width) for tile in tiles if tile.width < 256] == [(0, 112), (1, 17), (2, 1)]
    assert all(tile.in_tree_of(70_000) for tile in tiles)
    assert not Tile(level=0, index=273, width=113).in_tree_of(70_000)
    assert not Tile(level=0, index=0, width=0).in_tree_of(70_000)
    assert Tile(level=None, index=273, width=112).in_tree_of(70_000)


def test_a_tile_of_the_next_level_holds_the_roots_of_full_tiles() -> None:
    """And level 0 the leaves' hashes."""
    hashes = [leaf_hash(b"%d" % number) for number in range(600)]
    nodes = append(0, hashes, {})
    assert Tile(level=1, index=0, width=2).content(nodes) == root(hashes[:256]) + root(hashes[256:512])
    assert Tile(level=0, index=2, width=88).content(nodes) == b"".join(hashes[512:])
    assert Tile(level=None, index=2, width=1).nodes() == ((0, 512),)


def test_a_tree_has_a_size() -> None:
    """No tiles of less than nothing."""
    assert list(tiles_of(0)) == []
    with pytest.raises(ProtocolError, match="log_size_out_of_bounds"):
        list(tiles_of(-1))


def test_entries_carry_their_lengths() -> None:
    """Big-endian, sixteen bits; a longer leaf has no bundle."""
    assert entry_bundle([b"ab", b"", b"c" * 256]) == b"\x00\x02ab\x00\x00\x01\x00" + b"c" * 256
    with pytest.raises(ProtocolError, match="leaf_too_long"):
        entry_bundle([bytes(65_536)])
