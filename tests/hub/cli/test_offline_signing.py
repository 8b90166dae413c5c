"""Documents signed where the keys lie: drafted at the hub, endorsed elsewhere, taken by the hub."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hub.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def city(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Found a demo city and move its offline keys away from it."""
    folder = tmp_path / "city"
    assert main(["init", str(folder), "--demo"]) == 0
    (folder / "offline").rename(tmp_path / "keepers")
    capsys.readouterr()
    return folder


def run(*arguments: object) -> int:
    """Run the command."""
    return main([str(each) for each in arguments])


def endorse(city: Path, draft: str, out: str, key: str) -> int:
    """Sign at the keeper's."""
    away = city.parent
    return run("endorse", away / draft, away / out, "--key", away / "keepers" / key, "--yes")


def test_a_directory_is_signed_by_two_keys_that_never_meet_the_hub(
    city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each keeper signs apart; with one signature the hub refuses it."""
    away = city.parent
    change = {"change": "add_person", "person_id": "new-one", "name": "Ana Diaz", "badge": "77", "roles": ["officer"]}
    (away / "p.json").write_text(json.dumps({"type": "milton/directory-proposal", "version": 1, "changes": [change]}))
    assert run("directory", "draft", city, away / "draft.json", "--proposal", away / "p.json") == 0
    assert endorse(city, "draft.json", "one.json", "directory-1.key") == 0
    assert "Ana Diaz" in capsys.readouterr().out
    assert run("take", city, away / "one.json") == 1
    assert "signature_missing" in capsys.readouterr().err
    assert endorse(city, "one.json", "both.json", "directory-2.key") == 0
    assert run("take", city, away / "both.json") == 0
    assert run("directory", "show", city) == 0
    assert "new-one is Ana Diaz" in capsys.readouterr().out


def test_a_keeper_sees_what_differs_from_the_last_directory_and_may_say_no(
    city: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A no writes nothing."""
    away = city.parent
    assert run("directory", "draft", city, away / "first.json") == 0
    assert run("directory", "draft", city, away / "second.json") == 0
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin.readline", lambda: "\n")
    key = away / "keepers" / "directory-1.key"
    asked = ("endorse", away / "second.json", away / "no.json", "--key", key, "--last", away / "first.json")
    assert run(*asked) == 1
    assert "nothing but the dates" in capsys.readouterr().out
    assert not (away / "no.json").exists()


def test_the_city_record_is_renewed_by_the_root_and_by_nobody_else(
    city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next serial, another year, the broker's new address; an administrator's key is not enough."""
    away = city.parent
    assert run("record", "draft", city, away / "record.json", "--mqtt-url", "mqtt://127.0.0.1:1884") == 0
    assert endorse(city, "record.json", "wrong.json", "directory-1.key") == 0
    assert run("take", city, away / "wrong.json") == 1
    assert "signature_missing" in capsys.readouterr().err
    assert endorse(city, "record.json", "signed.json", "root.key") == 0
    assert run("take", city, away / "signed.json") == 0
    capsys.readouterr()
    assert run("record", "show", city) == 0
    said = capsys.readouterr().out
    assert "City record 2" in said
    assert "mqtt://127.0.0.1:1884" in said


def test_a_record_that_no_home_would_read_is_not_drafted(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the rule's name, and no file is left."""
    assert run("record", "draft", city, city.parent / "record.json", "--home-url", "ftp://nowhere") == 1
    assert "not_an_address" in capsys.readouterr().err
    assert not (city.parent / "record.json").exists()


def test_one_key_revokes_a_person_at_once(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A revocation travels alone; the person can't be invited any more."""
    away = city.parent
    revocation = {
        "type": "milton/revocation",
        "version": 1,
        "agency_id": "milton-pd",
        "kind": "person",
        "id": "officer",
        "revoked_at": "2026-01-01T00:00:00Z",
        "reason": "left the agency",
    }
    (away / "revocation.json").write_text(json.dumps(revocation, indent=2))
    assert run("invite", city, "officer") == 0
    assert endorse(city, "revocation.json", "signed.json", "directory-2.key") == 0
    assert run("take", city, away / "signed.json") == 0
    assert "left the agency" in capsys.readouterr().out
    assert run("invite", city, "officer") == 1
    assert "does not have this person" in capsys.readouterr().err
    assert run("directory", "show", city) == 0
    assert "person officer (left the agency)" in capsys.readouterr().out


def test_what_is_no_document_of_the_city_is_not_signed(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key is not used for anything else."""
    (city.parent / "other.json").write_text('{"type": "milton/request"}')
    assert endorse(city, "other.json", "signed.json", "root.key") == 1
    assert "unknown_type" in capsys.readouterr().err


def test_a_lost_directory_key_is_replaced_by_the_root_and_the_other_goes_on(
    city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Record and directory are taken together or not at all; what the lost key revoked alone is left aside."""
    away = city.parent
    revocation = {
        "type": "milton/revocation",
        "version": 1,
        "agency_id": "milton-pd",
        "kind": "person",
        "id": "officer",
        "revoked_at": "2026-01-01T00:00:00Z",
        "reason": "by the lost key",
    }
    (away / "revocation.json").write_text(json.dumps(revocation))
    assert endorse(city, "revocation.json", "revocation.signed.json", "directory-1.key") == 0
    assert run("take", city, away / "revocation.signed.json") == 0
    capsys.readouterr()
    assert run("key", away / "keepers" / "new.key") == 0
    public = capsys.readouterr().out.splitlines()[0].removeprefix("public: ")
    assert run("record", "draft", city, away / "record.json", "--administrator", "3", public) == 1
    assert run("record", "draft", city, away / "record.json", "--administrator", "1", public) == 0
    assert endorse(city, "record.json", "record.signed.json", "root.key") == 0
    assert run("directory", "draft", city, away / "draft.json") == 0
    assert endorse(city, "draft.json", "old.json", "directory-1.key") == 0
    for before, after, key in (("draft", "one", "new.key"), ("one", "both", "directory-2.key")):
        assert endorse(city, f"{before}.json", f"{after}.json", key) == 0
    assert run("take", city, away / "record.signed.json", away / "old.json") == 1
    assert run("take", city, away / "record.signed.json", away / "both.json") == 0
    capsys.readouterr()
    assert run("directory", "show", city) == 0
    said = capsys.readouterr().out
    assert "Directory 2" in said
    assert "by the lost key" not in said
