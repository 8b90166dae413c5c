"""What ``hub.toml`` may say of witnesses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.kit.settings import Settings
from hub.kit.settings_table import SETTINGS_NAME
from hub.witnesses.settings import read_witnesses
from milton_protocol.translog.verifier_key import SignatureType, VerifierKey
from tests.simulators.city import ed25519, public
from tests.simulators.hub_bench import found_city

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = "log.example/milton"
OWN = (public(ed25519("log")), public(ed25519("hub")))


def vkey(name: str = "witness.example/w1", key: str = "w1", kind: SignatureType = SignatureType.COSIGNATURE) -> str:
    """Return a verifier key."""
    return VerifierKey.of(name, ed25519(key), kind).format()


def table(url: str = "https://witness.example/prefix/", **changes: object) -> dict[str, object]:
    """Return a table, with changes."""
    return {"vkey": vkey(), "url": url} | changes


def test_a_witness_is_a_key_and_where_it_is_asked() -> None:
    """The slash at the end is of no meaning."""
    (witness,) = read_witnesses([table()], demo=False, origin=ORIGIN, own_keys=OWN)
    assert (witness.name, witness.url, witness.vkey) == ("witness.example/w1", "https://witness.example/prefix", vkey())


@pytest.mark.parametrize(
    ("bent", "said"),
    [
        (table(vkey="nothing"), "no verifier key"),
        (table(vkey=vkey(kind=SignatureType.ED25519)), "not that of a witness"),
        (table(vkey=vkey(key="log")), "a key of this hub"),
        (table(vkey=vkey(key="hub")), "a key of this hub"),
        (table(vkey=vkey(ORIGIN)), "the log's own name"),
        (table(vkey=7), "vkey is no text"),
        (table(url=None), "url is no text"),
        (table("https://witness.example/" + "a" * 500), "url is no text"),
        (table("http://witness.example/"), "no https address"),
        (table("http://127.0.0.1:7380/"), "plain http"),
        (table("ftp://witness.example/"), "no https address"),
        (table("https://"), "no https address"),
        (table("https://user:password@witness.example/"), "a user or a fragment"),
        (table("https://witness.example/#x"), "a user or a fragment"),
        (table("https://witness.example/?to=elsewhere"), "a query"),
        (table("https://169.254.169.254/latest"), "nobody's"),
        (table("https://2130706433/"), "not written as one"),
        (table(name="w1"), "and nothing else"),
        ({"url": "https://witness.example/"}, "and nothing else"),
    ],
)
def test_what_is_no_witness_is_refused(bent: dict[str, object], said: str) -> None:
    """By a sentence that names it."""
    with pytest.raises(ValueError, match=said):
        read_witnesses([bent], demo=False, origin=ORIGIN, own_keys=OWN)


def test_plain_http_is_for_a_demonstration_on_this_machine() -> None:
    """And for no other machine even there."""
    (witness,) = read_witnesses([table("http://127.0.0.1:7380/")], demo=True, origin=ORIGIN, own_keys=OWN)
    assert witness.url == "http://127.0.0.1:7380"
    with pytest.raises(ValueError, match="no https address"):
        read_witnesses([table("http://witness.example/")], demo=True, origin=ORIGIN, own_keys=OWN)


def test_nobody_is_counted_twice_and_not_too_many_are_asked() -> None:
    """One key under two names is one witness."""
    with pytest.raises(ValueError, match="one key twice"):
        read_witnesses([table(), table(vkey=vkey("other.example"))], demo=False, origin=ORIGIN, own_keys=OWN)
    many = [table(vkey=vkey(key=f"w{number}")) for number in range(17)]
    assert len(read_witnesses(many[:16], demo=False, origin=ORIGIN, own_keys=OWN)) == 16
    with pytest.raises(ValueError, match="more than 16"):
        read_witnesses(many, demo=False, origin=ORIGIN, own_keys=OWN)


def test_two_keys_that_were_made_to_have_one_id_are_not_taken_together() -> None:
    """Four bytes are found in a second; each line of the one would be a false one of the other at every home."""
    pair = [vkey(key=f"witness collision {number}") for number in (17609, 91544)]
    assert [each.split("+")[1] for each in pair] == ["12082892"] * 2
    for each in pair:
        assert read_witnesses([table(vkey=each)], demo=False, origin=ORIGIN, own_keys=OWN)
    with pytest.raises(ValueError, match="one name and key id twice"):
        read_witnesses([table(vkey=each) for each in pair], demo=False, origin=ORIGIN, own_keys=OWN)


@pytest.mark.parametrize("text", ['witness = "w1"', "witness = [1]", "[witness]\nvkey = 1"])
def test_each_witness_is_a_table_of_its_own(tmp_path: Path, text: str) -> None:
    """Else the file is refused."""
    file = found_city(tmp_path).folder / SETTINGS_NAME
    known = file.read_text()
    file.write_text(f"{known}\n{text}\n" if text.startswith("[") else f"{text}\n\n{known}")
    with pytest.raises(ValueError, match="table of its own"):
        Settings.load(tmp_path)
