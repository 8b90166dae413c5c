"""A broker that homes are told to reach by TLS is never served without it: their passwords would be read on the way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from hub.__main__ import main
from hub.kit.settings import Settings
from tests.simulators.hub_bench import found_city

if TYPE_CHECKING:
    from pathlib import Path

BORDERS = """{"type": "Polygon", "coordinates":
 [[[-84.40, 34.07], [-84.20, 34.07], [-84.20, 34.22], [-84.40, 34.22], [-84.40, 34.07]]]}"""
OWN = ["--broker", "mosquitto", "--listen-mqtt", "0.0.0.0:8883"]
MQTTS = ["--mqtt-url", "mqtts://hub.milton.example:8883"]
CERTIFICATE, KEY = ["--mqtt-certificate", "broker.crt"], ["--mqtt-key", "broker.key"]


def found(folder: Path, *options: str) -> int:
    """Found a city as the guide says, with options."""
    borders = folder / "borders.geojson"
    borders.write_text(BORDERS)
    city = ["--jurisdiction", str(borders), "--home-url", "https://hub.milton.example"]
    city += ["--officers-origin", "https://officers.milton.example", "--signer-origin", "https://sign.milton.example"]
    return main(["init", str(folder / "city"), *city, *options])


@pytest.mark.parametrize(
    "options",
    [
        [*OWN, *MQTTS],
        [*OWN, *MQTTS, *CERTIFICATE],
        [*OWN, *MQTTS, *KEY],
        ["--demo", *OWN],
        ["--demo", "--broker", "mosquitto", *MQTTS],
    ],
    ids=["no certificate", "no key", "key alone", "demonstration for other machines", "demonstration by TLS"],
)
def test_no_city_is_founded_whose_broker_would_speak_plainly(
    tmp_path: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The answer names what to give; nothing is made."""
    assert found(tmp_path, *options) == 2
    assert "--mqtt-certificate FILE --mqtt-key FILE" in capsys.readouterr().out
    assert not (tmp_path / "city" / "hub").exists()


def test_a_city_whose_broker_has_a_certificate_is_founded(tmp_path: Path) -> None:
    """The settings name it; its files may come later, with the hub's own machine."""
    assert found(tmp_path, *OWN, *MQTTS, *CERTIFICATE, *KEY) == 0
    broker = Settings.load(tmp_path / "city").broker
    assert (broker.certificate, broker.key) == (tmp_path / "city/hub/broker.crt", tmp_path / "city/hub/broker.key")


@pytest.mark.parametrize(
    ("demo", "listen", "lines"),
    [
        ("false", "0.0.0.0:8883", ""),
        ("false", "127.0.0.1:1883", ""),
        ("true", "0.0.0.0:1883", ""),
        ("true", "127.0.0.1:1883", 'certificate = "broker.crt"'),
    ],
)
def test_a_hub_whose_broker_would_speak_plainly_does_not_start(
    tmp_path: Path, demo: str, listen: str, lines: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that was founded before, or whose settings were changed; the error says what to write."""
    file = found_city(tmp_path).folder / "hub.toml"
    text = file.read_text().replace("demo = true", f"demo = {demo}", 1)
    text = text.replace("[officers]\n", '[officers]\nclient_certificate = "header"\n', 1)
    broker = f'[broker]\nkind = "mosquitto"\nlisten = "{listen}"\n{lines}\n'
    text = re.sub(r"\[broker\]\nkind = .*\nlisten = .*\n", broker, text)
    file.write_text(text)
    assert main(["serve", str(tmp_path)]) == 1
    assert "[broker] certificate and key" in capsys.readouterr().err
