"""A key that nothing can be sealed to never becomes a recipient: not by registration, a wrap, or the directory's keys.

One such key in a request would stop every answer to it, after its owner had agreed.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hub.__main__ import main
from hub.cli.city.founding import DIRECTORY_KEY_NAMES
from hub.identity.accounts.proposals import waiting
from hub.kit.access import OPERATOR
from hub.kit.keys import read_key
from milton_protocol.dsse import sign
from milton_protocol.errors import ProtocolError
from milton_protocol.messages.city.directory import Directory
from milton_protocol.sealing.age import Identity, format_recipient
from tests.cases import in_ci
from tests.simulators.agency import running_agency
from tests.simulators.officer_device import Device
from tests.simulators.unusable_keys import LOW_ORDER, NOT_CANONICAL
from tests.simulators.wraps import a_wrap

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from tests.simulators.agency import Agency

GOOD = Identity.generate().recipient
BAD_CHECKSUM = GOOD[:-1] + ("q" if GOOD[-1] != "q" else "p")
UNUSABLE = (BAD_CHECKSUM, *map(format_recipient, (*LOW_ORDER, *NOT_CANONICAL)))


@pytest.fixture
async def agency(tmp_path: Path) -> AsyncIterator[Agency]:
    """Run a hub with its people."""
    async with running_agency(tmp_path) as started:
        yield started


async def words_waiting(agency: Agency) -> Sequence[str]:
    """Return what waits for the directory's two keys, in words."""
    async with agency.hub.database.reading() as session:
        directory = (await agency.directory.current(session)).directory
        return [words for each in await waiting(session, directory, agency.clock()) for words in each.words]


async def test_an_officer_who_registers_with_an_unusable_key_is_refused_and_may_try_again(agency: Agency) -> None:
    """Nothing is proposed, and the invitation isn't used up."""
    device, before = Device.new(agency), await words_waiting(agency)
    await device.open_invitation("officer")
    for recipient in UNUSABLE:
        status, answer = await device.register(age_recipient=recipient)
        assert (status, answer["error"]) == (400, "age_key_malformed"), recipient
    assert await words_waiting(agency) == before
    await device.open_code(device.begun["code"])
    assert (await device.register(age_recipient=GOOD))[0] == 200


async def test_an_unusable_key_is_not_kept_under_a_security_key(agency: Agency) -> None:
    """It would be proposed with the second one."""
    officer, before = await agency.desk("officer"), await words_waiting(agency)
    for recipient in UNUSABLE:
        for name in ("blue", "red"):
            status, answer = await officer.ask("POST", "/api/wraps", a_wrap(recipient, name))
            assert (status, answer["error"]) == (400, "age_key_malformed"), recipient
    assert await words_waiting(agency) == before


def run(*arguments: object) -> int:
    """Run the command."""
    return main([str(each) for each in arguments])


@pytest.fixture
def city(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Found a demo city."""
    folder = tmp_path / "city"
    assert run("init", folder, "--demo") == 0
    capsys.readouterr()
    return folder


@pytest.mark.parametrize("role", in_ci(["officer", "custodian", "recovery"], ["officer"]))
def test_no_command_signs_a_directory_with_an_unusable_key(
    role: str, city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither with both keys at hand nor as a draft; the refusal names the key, and nothing is written."""
    change = {"change": "add_recipient", "recipient_id": role, "role": role}
    path = city / "proposal.json"
    for recipient in UNUSABLE:
        whole = change | {"age_recipient": recipient, "person_id": None if role == "recovery" else role}
        path.write_text(json.dumps({"type": "milton/directory-proposal", "version": 1, "changes": [whole]}))
        assert run("directory", "sign", city, "--yes", "--proposal", path) == 1, recipient
        assert f"age_key_malformed: recipient {role}" in capsys.readouterr().err
        assert run("directory", "draft", city, city / "draft.json", "--proposal", path) == 1, recipient
        assert "age_key_malformed" in capsys.readouterr().err
    assert not (city / "draft.json").exists()
    assert run("directory", "show", city) == 0
    assert "Directory 1 " in capsys.readouterr().out


def test_what_other_tools_drafted_with_an_unusable_key_is_neither_endorsed_nor_taken(
    city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A keeper's own machine refuses to sign it, and the hub refuses it though both keys signed."""
    assert run("directory", "draft", city, city / "draft.json") == 0
    drafted = Directory.from_bytes((city / "draft.json").read_bytes())
    keys = [read_key(city / "offline" / name) for name in DIRECTORY_KEY_NAMES]
    for number, recipient in enumerate(UNUSABLE):
        bad = with_key(drafted, recipient).to_bytes()
        (city / f"bad{number}").write_bytes(bad)
        asked = ("endorse", city / f"bad{number}", city / "one", "--key", city / "offline" / DIRECTORY_KEY_NAMES[0])
        assert run(*asked, "--yes") == 1, recipient
        assert "age_key_malformed" in capsys.readouterr().err
        (city / f"signed{number}").write_bytes(sign(Directory.PAYLOAD_TYPE, bad, keys))
        assert run("take", city, city / f"signed{number}") == 1, recipient
        assert "age_key_malformed" in capsys.readouterr().err
    assert not (city / "one").exists()


async def test_the_hub_itself_takes_no_directory_with_an_unusable_key(agency: Agency, tmp_path: Path) -> None:
    """Whichever way it comes."""
    async with agency.hub.database.session("test") as session:
        now = (await agency.directory.current(session)).directory
        bad = replace(with_key(now, format_recipient(bytes(32))), serial=now.serial + 1)
        keys = [read_key(tmp_path / "offline" / name) for name in DIRECTORY_KEY_NAMES]
        with pytest.raises(ProtocolError, match="age_key_malformed"):
            await agency.directory.take_directory(
                session, OPERATOR, sign(Directory.PAYLOAD_TYPE, bad.to_bytes(), keys), agency.clock()
            )


def with_key(directory: Directory, recipient: str) -> Directory:
    """Return the directory with another key in the place of the first."""
    first, *others = directory.recipients
    return replace(directory, recipients=(replace(first, age_recipient=recipient), *others))
