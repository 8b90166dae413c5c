"""Bech32 and the keys of age in it."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from milton_protocol.errors import ProtocolError
from milton_protocol.sealing import bech32
from milton_protocol.sealing.age import Identity, format_recipient, parse_recipient
from tests.simulators.unusable_keys import LOW_ORDER, NOT_CANONICAL

# The pair printed in the age specification.
RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
SECRET = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("A12UEL5L", "a"),
        ("a12uel5l", "a"),
        (
            "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
            "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio",
        ),
    ],
)
def test_valid_strings_of_bip_173_without_data_are_read(text: str, prefix: str) -> None:
    """In lower or in upper case."""
    assert bech32.decode(text, prefix) == b""
    assert bech32.encode(prefix, b"") == text.lower()


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx", "a"),
        ("pzry9x0s0muk", "a"),
        ("1pzry9x0s0muk", "a"),
        ("x1b4n0q5v", "x"),
        ("li1dgmt3", "li"),
        ("de1lg7wt\xff", "de"),
        ("A1G7SGD8", "a"),
        ("10a06t8", "a"),
        ("A12uEL5L", "a"),
        ("a12uel5l", "b"),
        ("a12uel5m", "a"),
    ],
)
def test_invalid_strings_of_bip_173_are_refused(text: str, prefix: str) -> None:
    """Too long, no separator, a wrong character, a short or wrong checksum, mixed case, another prefix."""
    with pytest.raises(ProtocolError, match="age_key_malformed"):
        bech32.decode(text, prefix)


@pytest.mark.parametrize("text", ["age1lae6aamz", "age1luqrr2q7m"], ids=["a bit set", "a group too many"])
def test_padding_that_is_not_canonical_is_refused(text: str) -> None:
    """Else one key would have two texts. Both are the byte FF with a right checksum."""
    with pytest.raises(ProtocolError, match="padding"):
        bech32.decode(text, "age")
    assert bech32.decode("age1luyvfgxs", "age") == bytes([255])


@pytest.mark.parametrize("size", range(33))
def test_bytes_of_each_length_come_back(size: int) -> None:
    """Up to the 32 that a key has."""
    data = bytes(range(7, 7 + size))
    assert bech32.decode(bech32.encode("age", data), "age") == data


def test_the_pair_of_the_specification_belongs_together() -> None:
    """Both read, and the identity gives its recipient."""
    identity = Identity.parse(SECRET)
    assert identity.recipient == RECIPIENT
    assert identity.secret_text() == SECRET
    assert format_recipient(parse_recipient(RECIPIENT)) == RECIPIENT


@pytest.mark.parametrize(
    "text",
    [
        RECIPIENT.upper(),
        RECIPIENT.replace("age1", "age2"),
        RECIPIENT[:-1] + "q",
        RECIPIENT + " ",
        bech32.encode("age", bytes(31)),
        bech32.encode("age", bytes(33)),
        bech32.encode("agf", bytes(32)),
        SECRET,
        "",
    ],
)
def test_what_is_not_a_recipient_is_refused(text: str) -> None:
    """A secret key among them."""
    with pytest.raises(ProtocolError, match="age_key_malformed"):
        parse_recipient(text)


@pytest.mark.parametrize("key", LOW_ORDER, ids=bytes.hex)
def test_the_published_points_of_low_order_are_just_those_that_an_exchange_refuses(key: bytes) -> None:
    """Whatever the other side's secret is."""
    for _ in range(3):
        with pytest.raises(ValueError, match="shared key"):
            X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(key))


@pytest.mark.parametrize("key", [*LOW_ORDER, *NOT_CANONICAL], ids=bytes.hex)
def test_a_key_that_nobody_could_open_with_is_not_a_recipient(key: bytes) -> None:
    """However it is written: with its top bit set, or as a number beyond the field."""
    with pytest.raises(ProtocolError, match="age_key_malformed"):
        parse_recipient(format_recipient(key))


def test_every_key_that_an_identity_gives_is_a_recipient() -> None:
    """As many as a city has."""
    for _ in range(1_000):
        recipient = Identity.generate().recipient
        assert format_recipient(parse_recipient(recipient)) == recipient


@pytest.mark.parametrize("text", [SECRET.lower(), SECRET[:-1] + "Q", RECIPIENT, ""])
def test_what_is_not_an_identity_is_refused_without_repeating_it(text: str) -> None:
    """An error is logged; a secret is not."""
    with pytest.raises(ProtocolError, match="age_key_malformed") as refused:
        Identity.parse(text)
    assert SECRET[20:40].lower() not in str(refused.value).lower()


def test_an_identity_does_not_show_its_key() -> None:
    """In no log line that prints it."""
    identity = Identity.generate()
    assert repr(identity) == "Identity()"
    assert identity.secret_text() not in str(identity)
