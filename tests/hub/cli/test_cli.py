"""The command: a city founded, shown, changed; keys where they belong."""

from __future__ import annotations

import json
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.directory.proposal import TYPE, credential_proposal
from hub.kit.settings import ClientCertificate, Settings
from milton_protocol.sealing.age import Identity, seal, split
from milton_protocol.words import fingerprint_words
from tests.simulators.agency import signers_passkeys

ROOT = Path(__file__).parents[3]
OFFLINE = {"root.key", "directory-1.key", "directory-2.key", "recovery.age", "officer.age", "custodian.age"}


@pytest.fixture
def city(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Found a demo city; what it said is read away."""
    assert main(["init", str(tmp_path), "--demo"]) == 0
    capsys.readouterr()
    return tmp_path


def proposal(city: Path, *changes: dict[str, object]) -> str:
    """Write a proposal's file."""
    path = city / "proposal.json"
    path.write_text(json.dumps({"type": TYPE, "version": 1, "changes": changes}))
    return str(path)


def test_init_writes_what_must_leave_the_machine_apart_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every file is its owner's alone, and the words of the root are shown."""
    assert main(["init", str(tmp_path), "--demo"]) == 0
    said = capsys.readouterr().out
    offline, keys = tmp_path / "offline", tmp_path / "hub" / "keys"
    assert {path.name for path in offline.iterdir()} == OFFLINE
    assert all(name in said for name in OFFLINE)
    assert "Must leave this machine" in said
    assert {path.name for path in keys.iterdir()} == {
        *("hub.key", "log.key", "enrolment.key"),
        *("device-ca.key", "device-ca.crt"),
    }
    for path in (*offline.iterdir(), *keys.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (offline, keys, tmp_path / "hub"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_nothing_that_opens_footage_or_signs_the_directory_is_among_the_hubs_files(city: Path) -> None:
    """A stolen hub can stop requests, not make them, and opens nothing."""
    held = b"".join(path.read_bytes() for path in (city / "hub").rglob("*") if path.is_file())
    assert b"AGE-SECRET-KEY" not in held
    for path in (city / "offline").iterdir():
        secret = path.read_bytes().splitlines()
        assert secret[1 if len(secret) > 1 else 0] not in held


def borders(folder: Path) -> str:
    """Write a city's borders; return the file."""
    corners = [[-84.4, 34.07], [-84.4, 34.22], [-84.2, 34.22], [-84.2, 34.07], [-84.4, 34.07]]
    path = folder / "borders.geojson"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [corners]}))
    return str(path)


@pytest.mark.parametrize(("typed", "zone"), [("America/Chicago\n", "America/Chicago"), ("\n", "America/New_York")])
def test_init_asks_at_a_terminal_on_which_clocks_times_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, zone: str
) -> None:
    """A name that is typed is taken, nothing is the standard's; one that is no zone founds nothing."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdin.readline", lambda: "Atlantis\n")
    real = ["init", str(tmp_path), "--home-url", "https://hub.example", "--jurisdiction", borders(tmp_path)]
    assert main(real) == 2
    assert not (tmp_path / "hub").exists()
    monkeypatch.setattr("sys.stdin.readline", lambda: typed)
    assert main(real) == 0
    assert Settings.load(tmp_path).time_zone == zone


def test_init_takes_the_time_zone_that_it_is_given(tmp_path: Path) -> None:
    """Without a question; a demonstration asks nothing either."""
    assert main(["init", str(tmp_path), "--demo", "--time-zone", "Nowhere"]) == 2
    assert main(["init", str(tmp_path), "--demo", "--time-zone", "Europe/Berlin"]) == 0
    assert Settings.load(tmp_path).time_zone == "Europe/Berlin"


def test_init_replaces_no_city(city: Path) -> None:
    """A second one is refused and changes nothing."""
    before = (city / "offline" / "root.key").read_bytes()
    assert main(["init", str(city), "--demo"]) == 2
    assert (city / "offline" / "root.key").read_bytes() == before


def test_a_city_that_is_no_demonstration_needs_its_borders_and_has_no_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The borders come from GeoJSON, longitude first."""
    assert main(["init", str(tmp_path)]) == 2
    ring = [[-84.4, 34.0], [-84.2, 34.0], [-84.2, 34.2], [-84.4, 34.2], [-84.4, 34.0]]
    borders = tmp_path / "borders.json"
    borders.write_text(json.dumps({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}}))
    arguments = ("--jurisdiction", str(borders), "--home-url", "https://homes.milton.example")
    origins = ("--officers-origin", "https://officers.milton.example", "--signer-origin", "https://sign.milton.example")
    assert main(["init", str(tmp_path), *arguments, *origins]) == 0
    capsys.readouterr()
    assert main(["directory", "show", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "recovery" in said
    assert "badge" not in said
    settings = Settings.load(tmp_path)
    assert settings.signer_rp_id == "sign.milton.example"
    assert settings.client_certificate is ClientCertificate.HEADER  # until it is told otherwise


@pytest.mark.parametrize(
    "borders",
    [
        {"type": "Point", "coordinates": [0, 0]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0], [1, 0], [1, 1], [0]]]},
        {"type": "Polygon", "coordinates": [1]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1e999, 0], [1, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[["0", 0], [1, 0], [1, 1], ["0", 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], *([n / 100, 1] for n in range(513)), [0, 0]]]},
        {"type": "FeatureCollection", "features": []},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
    ],
)
def test_borders_that_are_no_simple_outline_are_refused(
    tmp_path: Path, borders: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line, and nothing is founded."""
    path = tmp_path / "borders.json"
    path.write_text(json.dumps(borders))
    assert main(["init", str(tmp_path), "--jurisdiction", str(path)]) == 1
    assert capsys.readouterr().err.startswith("milton-hub: ")
    assert not (tmp_path / "offline").exists()


@pytest.mark.parametrize("text", ["", "[" * 100_000, "[]" + " " * 2**20], ids=["empty", "deep", "large"])
def test_borders_that_are_no_json_are_refused(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line, too."""
    path = tmp_path / "borders.json"
    path.write_text(text)
    assert main(["init", str(tmp_path), "--jurisdiction", str(path)]) == 1
    assert capsys.readouterr().err.startswith("milton-hub: the file is ")


def test_a_city_is_founded_in_the_database_that_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And its hub goes on with it; so with the store of the sealed bodies."""
    url, blobs = f"sqlite+aiosqlite:///{tmp_path / 'elsewhere.sqlite'}", (tmp_path / "sealed").as_uri()
    city = tmp_path / "city"
    assert main(["init", str(city), "--demo", "--database-url", url, "--blobs-url", blobs]) == 0
    assert (tmp_path / "elsewhere.sqlite").exists()
    assert not (city / "hub" / "hub.sqlite").exists()
    settings = Settings.load(city)
    assert (settings.database_url, settings.blobs_url) == (url, blobs)
    capsys.readouterr()
    assert main(["directory", "show", str(city)]) == 0
    assert "Dana Whitfield" in capsys.readouterr().out


def test_a_city_that_no_home_would_believe_is_not_founded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong is said by its rule; nothing is written, so the command can be given again."""
    ring = [[-84.4, 34.0], [-84.2, 34.0], [-84.2, 34.2], [-84.4, 34.2], [-84.4, 34.0]]
    borders = tmp_path / "borders.json"
    borders.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    city = tmp_path / "city"
    given = ("init", str(city), "--jurisdiction", str(borders))
    assert main([*given, "--home-url", "http://hub.milton.example"]) == 1
    assert "not_an_address" in capsys.readouterr().err
    assert not city.exists()
    assert main([*given, "--home-url", "https://hub.milton.example", "--broker", "mosquitto"]) == 2
    assert "--mqtt-url" in capsys.readouterr().out
    assert main([*given, "--home-url", "https://hub.milton.example"]) == 0


def test_a_change_of_the_directory_is_shown_in_words_and_asked_before_it_is_signed(
    city: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A no signs nothing; a yes publishes it."""
    person = {"change": "add_person", "person_id": "new-one", "name": "Ana Diaz", "badge": "77", "roles": ["officer"]}
    path = proposal(city, person)
    for answer, code, words in (("\n", 1, "Nothing was signed."), ("y\n", 0, "Signed")):
        monkeypatch.setattr("sys.stdin.readline", lambda answer=answer: answer)
        assert main(["directory", "sign", str(city), "--proposal", path]) == code
        said = capsys.readouterr().out
        assert "Ana Diaz (badge 77, new-one) is: officer." in said
        assert words in said
    main(["directory", "show", str(city)])
    said = capsys.readouterr().out
    assert "Directory 2" in said
    assert "new-one is Ana Diaz, badge 77: officer" in said


def test_both_directory_keys_are_needed(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One key twice, or the root, signs no directory."""
    keys = city / "offline"
    for rule, names in (
        ("duplicate_item", ("directory-1.key", "directory-1.key")),
        ("signature_missing", ("directory-1.key", "root.key")),
    ):
        given = [part for name in names for part in ("--key", str(keys / name))]
        assert main(["directory", "sign", str(city), "--yes", *given]) == 1
        assert rule in capsys.readouterr().err
    main(["directory", "show", str(city)])
    assert "Directory 1" in capsys.readouterr().out


def test_every_kind_of_change_is_made_and_can_be_signed_again(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Adding twice adds once; a revocation stays; whoever leaves takes their keys along."""
    key = signers_passkeys(Settings.load(city))["officer"]
    (credential,) = credential_proposal("officer", key.credential)["changes"]
    recipient = Identity.generate().recipient
    changes = (
        credential,
        {
            "change": "add_recipient",
            "recipient_id": "officer-laptop",
            "person_id": "officer",
            "role": "officer",
            "age_recipient": recipient,
        },
        {"change": "revoke", "kind": "recipient", "id": "officer", "reason": "lost"},
        {"change": "remove_person", "person_id": "supervisor"},
    )
    assert main(["directory", "sign", str(city), "--yes", "--proposal", proposal(city, *changes)]) == 0
    assert main(["directory", "sign", str(city), "--yes", "--proposal", proposal(city, *changes[:-1])]) == 0
    capsys.readouterr()
    main(["directory", "show", str(city)])
    said = capsys.readouterr().out
    assert said.count("officer signs with") == 1
    assert said.count(recipient) == 1
    assert said.count("recipient officer (lost)") == 1
    assert "Luis Ortega" not in said


@pytest.mark.parametrize("command", ["draft", "sign"])
def test_a_change_that_removes_somebody_unknown_is_refused(
    city: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistyped id would leave in the directory who was to leave; the error says how to find the right one."""
    path = proposal(city, {"change": "remove_person", "person_id": "supervisr"})
    given = {"draft": [str(city / "draft.json")], "sign": ["--yes"]}[command]
    assert main(["directory", command, str(city), *given, "--proposal", path]) == 1
    said = capsys.readouterr().err
    assert "supervisr" in said
    assert "milton-hub directory show" in said
    assert not (city / "draft.json").exists()


def test_the_guides_example_is_refused_until_its_placeholder_is_replaced(
    city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing can be sealed to it, nobody has it, and the error says what belongs there."""
    guide = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
    example = guide.split("## 6. People and devices", 1)[1].split("```json\n", 1)[1].split("```", 1)[0]
    assert re.search("age1[0-9a-z]{58}", example) is None
    path = city / "example.json"
    path.write_text(example, encoding="utf-8")
    assert main(["directory", "draft", str(city), str(city / "draft.json"), "--proposal", str(path)]) == 1
    said = capsys.readouterr().err
    assert "not_an_age_recipient" in said
    assert "age1 and 58 characters" in said


def test_a_proposal_that_is_none_is_refused(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the rule's name, and nothing is signed."""
    for change, rule in (
        ({"change": "make_me_root"}, "unknown_choice"),
        ({"change": "add_person", "person_id": "x"}, "missing_field"),
        ({"change": "add_credential", "person_id": "nobody", "credential": {}}, "missing_field"),
    ):
        assert main(["directory", "sign", str(city), "--yes", "--proposal", proposal(city, change)]) == 1
        assert rule in capsys.readouterr().err


def test_a_code_is_shown_once_with_the_citys_words(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As code, as link, and the words that the home shows too."""
    assert main(["code", "new", str(city), "--cell", "3414,-8430"]) == 0
    lines = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert lines["link"].endswith(f"/enrol#code={lines['code']}")
    assert len(lines["words"].split()) == len(fingerprint_words(bytes(32)))
    for cell in ("3415,-8430", "34.1,-84.3", "here"):
        with pytest.raises(SystemExit):
            main(["code", "new", str(city), "--cell", cell])


def test_a_sealed_part_is_opened_offline(tmp_path: Path) -> None:
    """With header and body apart and an identity; a wrong identity opens nothing and leaves no file."""
    identity = Identity.generate()
    header, body = split(seal(b"footage" * 100_000, [identity.recipient]))
    for name, data in (("header", header), ("body", body), ("me.age", identity.secret_text().encode())):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "other.age").write_text(f"# a comment\n{Identity.generate().secret_text()}\n")
    parts = ["--header", str(tmp_path / "header"), "--body", str(tmp_path / "body"), "--out", str(tmp_path / "clip")]
    assert main(["open", "--identity", str(tmp_path / "other.age"), *parts]) == 1
    assert not (tmp_path / "clip").exists()
    assert main(["open", "--identity", str(tmp_path / "me.age"), *parts]) == 0
    assert (tmp_path / "clip").read_bytes() == b"footage" * 100_000
    assert (tmp_path / "clip").stat().st_mode & 0o077 == 0  # footage in plain is nobody else's on this machine
    assert main(["open", "--identity", str(tmp_path / "me.age"), *parts]) == 1
    assert (tmp_path / "clip").read_bytes() == b"footage" * 100_000


def test_a_folder_without_a_hub_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line."""
    assert main(["directory", "show", str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_hub_serves_its_applications_and_ends_when_it_is_told_to(city: Path) -> None:
    """It says when it is ready, and ends in order."""
    settings = city / "hub" / "hub.toml"
    text = settings.read_text()
    for port in ("8441", "8442", "8443", "8444"):
        text = text.replace(f'127.0.0.1:{port}"', '127.0.0.1:0"', 1)
    settings.write_text(text)
    child = subprocess.Popen(
        [sys.executable, "-m", "hub", "serve", str(city)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert child.stdout is not None
        lines = [child.stdout.readline().split(":")[0].strip() for _ in range(5)]
        assert lines == ["homes", "officers", "signer", "residents", "The hub is ready."]
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=20) == 0
    finally:
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def test_the_officers_pages_listen_on_this_machine_only(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Until their door asks for a device's certificate."""
    settings = city / "hub" / "hub.toml"
    settings.write_text(settings.read_text().replace('officers = "127.0.0.1:8442"', 'officers = "0.0.0.0:8442"'))
    assert main(["serve", str(city)]) == 1
    assert "on this machine only" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        "expiry_max_h = 241",
        "requests_per_case_max = 6",
        "requests_per_case = 9",
        "area_max_m2 = 1",
        'expiry_max_h = "1"',
    ],
)
def test_a_policy_wider_than_what_homes_take_is_refused_at_the_start(
    city: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A city may be stricter, never wider."""
    with (city / "hub" / "hub.toml").open("a") as file:
        file.write(f"\n[policy]\n{line}\n")
    assert main(["serve", str(city)]) == 1
    assert "[policy]" in capsys.readouterr().err
