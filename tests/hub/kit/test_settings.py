"""What the hub is told in its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hub.kit.keys import read_key, write_key
from hub.kit.settings import STANDARD_TIME_ZONE, Address, ClientCertificate, Settings, read_time_zone
from tests.simulators.hub_bench import found_city

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("text", ["", "8441", ":8441", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:-1"])
def test_an_address_is_a_host_and_a_port(text: str) -> None:
    """Neither is guessed."""
    with pytest.raises(ValueError, match="not an address"):
        Address.parse(text)


def test_an_ipv6_address_keeps_its_colons() -> None:
    """The port follows the last one."""
    assert Address.parse("::1:8441") == Address(host="::1", port=8441)


def test_the_hub_is_found_by_its_folder_and_by_the_one_that_init_was_given(tmp_path: Path) -> None:
    """Either may be named to the command."""
    assert found_city(tmp_path) == Settings.load(tmp_path / "hub") == Settings.load(tmp_path)


def test_the_files_of_a_broker_lie_in_the_data_folder(tmp_path: Path) -> None:
    """So that a hub can be moved whole."""
    settings = found_city(tmp_path)
    file = settings.folder / "hub.toml"
    more = 'certificate = "tls/broker.pem"\npassword_file = "/run/secrets/mqtt"\n'
    file.write_text(file.read_text().replace("[broker]\n", f"[broker]\n{more}"))
    broker = Settings.load(tmp_path).broker
    assert broker.certificate == settings.folder / "tls" / "broker.pem"
    assert str(broker.password_file) == "/run/secrets/mqtt"
    assert broker.key is None


@pytest.mark.parametrize(
    "name", ["Atlantis/Capital", "../../etc/passwd", "America", "", "/usr/share/zoneinfo/UTC", "\0"]
)
def test_a_time_zone_is_one_that_the_machine_knows(name: str) -> None:
    """No path is followed, and nothing is guessed."""
    with pytest.raises(ValueError, match="not a time zone"):
        read_time_zone(name)


def test_a_hub_of_before_has_the_standard_time_zone(tmp_path: Path) -> None:
    """The setting may be missing, and what it says holds."""
    file = found_city(tmp_path).folder / "hub.toml"
    line = f'time_zone = "{STANDARD_TIME_ZONE}"\n'
    text = file.read_text()
    assert line in text
    file.write_text(text.replace(line, ""))
    assert Settings.load(tmp_path).time_zone == STANDARD_TIME_ZONE
    file.write_text(text.replace(line, 'time_zone = "America/Chicago"\n'))
    assert Settings.load(tmp_path).time_zone == "America/Chicago"


@pytest.mark.parametrize("said", ["", 'client_certificate = "none"\n'])
def test_only_a_demonstration_lets_officers_in_without_a_devices_certificate(tmp_path: Path, said: str) -> None:
    """A city that says nothing of it does not start, nor one that says that nobody asks."""
    file = found_city(tmp_path).folder / "hub.toml"
    demonstration = file.read_text().replace("[officers]\n", f"[officers]\n{said}")
    file.write_text(demonstration)
    assert Settings.load(tmp_path).client_certificate is ClientCertificate.NONE
    file.write_text(demonstration.replace("demo = true", "demo = false"))
    with pytest.raises(ValueError, match="officers act at enrolled devices alone"):
        Settings.load(tmp_path)


@pytest.mark.parametrize(
    ("line", "instead", "words"),
    [
        ("demo = true", "", "demo is missing, or no bool"),
        ("[listen]", "[listens]", r"no table \[listen\]"),
        ('kind = "none"', "kind = 1", r"\[broker\] kind is missing, or no str"),
        ("[broker]", '[zeroconf]\ninterfaces = "lo"\n[broker]', "interfaces is no list of texts"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path: Path, line: str, instead: str, words: str) -> None:
    """In one line at the start, not as a fault in the middle."""
    file = found_city(tmp_path).folder / "hub.toml"
    assert line in file.read_text()
    file.write_text(file.read_text().replace(line, instead, 1))
    with pytest.raises(ValueError, match=words):
        Settings.load(tmp_path)


def test_a_key_is_read_back_and_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    """Before anything is signed with it."""
    key = Ed25519PrivateKey.generate()
    write_key(tmp_path / "hub.key", key)
    assert read_key(tmp_path / "hub.key").private_bytes_raw() == key.private_bytes_raw()
    assert (tmp_path / "hub.key").stat().st_mode & 0o777 == 0o600
    other = generate_private_key(SECP256R1())
    (tmp_path / "p256.key").write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError, match=r"p256\.key is not an Ed25519 key"):
        read_key(tmp_path / "p256.key")
