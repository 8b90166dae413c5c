"""A city that is no demonstration: whom the command line invites, and until when."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from hub.__main__ import main
from hub.cli.context import opened
from hub.identity.accounts.invitations import invited
from hub.identity.accounts.registration import Registration, register_device
from hub.identity.model import SignInCredential
from hub.kit.errors import HubError
from hub.kit.passkeys.challenges import Begun
from hub.kit.passkeys.service import NewCredential
from milton_protocol.base64_text import b64
from milton_protocol.messages.city.directory import Attestation
from tests.simulators.joining import joins

if TYPE_CHECKING:
    from pathlib import Path

BORDERS = {
    "type": "Polygon",
    "coordinates": [[[-84.4, 34.07], [-84.2, 34.07], [-84.2, 34.22], [-84.4, 34.22], [-84.4, 34.07]]],
}


async def command(*words: str) -> int:
    """Run ``milton-hub``."""
    return await asyncio.to_thread(main, list(words))


async def signs_in(city: Path, person_id: str) -> None:
    """Let a person have a passkey."""
    async with opened(city) as desk, desk.database.session("test") as session:
        made = {"public_key": b"", "sign_count": 0, "aaguid": "", "device": "desk", "created_at": desk.now}
        session.add(SignInCredential(credential_id=f"key-of-{person_id}", person_id=person_id, **made))


async def registers(city: Path, code: str, person_id: str) -> None:
    """Let a person use a link."""
    made = NewCredential(
        credential_id=f"key-of-{person_id}".encode(),
        algorithm=-7,
        public_key=b"",
        cose_key=b"",
        sign_count=0,
        aaguid="",
        device_bound=True,
        attestation=Attestation.NONE,
    )
    begun = Begun(ceremony_id="", challenge=b"", person_id=person_id)
    async with opened(city) as desk, desk.database.session("test") as session:
        invitation = await invited(session, desk.directory, code, desk.now)
        registration = Registration(invitation=invitation, begun=begun, device="desk", age_recipient=None)
        await register_device(session, desk.directory, registration, made, desk.now)


async def test_the_command_lines_links_are_administrators_and_end_with_the_founding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A spare link opens nothing once two administrators can sign in, nor does one of somebody who left."""
    borders, city = tmp_path / "borders.json", tmp_path / "city"
    borders.write_text(json.dumps(BORDERS))
    real = ("--home-url", "https://hub.example", "--officers-origin", "https://officers.example")
    signer = ("--signer-origin", "https://sign.example", "--signer-served-by", "hub")
    assert await command("init", str(city), "--jurisdiction", str(borders), *real, *signer) == 0
    for person_id in ("ida", "lou", "ada"):
        await joins(city, person_id, "administrator", badge="-")
    await joins(city, "officer", "officer")
    assert await command("invite", str(city), "officer") == 1
    assert "administrators_invite" in capsys.readouterr().err
    assert await command("invite", str(city), "ada") == 0
    spare = capsys.readouterr().out.partition("#code=")[2].split()[0]

    async def opens() -> None:
        async with opened(city) as desk, desk.database.reading() as session:  # its clock is later than what was signed
            assert (await invited(session, desk.directory, spare, desk.now)).person_id == "ada"

    async def is_dead() -> None:
        with pytest.raises(HubError, match="invitation_unknown"):
            await opens()

    await signs_in(city, "ida")
    await opens()
    await joins(city, "ada", "auditor", badge="-")
    await is_dead()
    await joins(city, "ada", "administrator", badge="-")
    await opens()
    assert await command("invite", str(city), "lou") == 0
    await registers(city, capsys.readouterr().out.partition("#code=")[2].split()[0], "lou")
    await is_dead()
    assert await command("invite", str(city), "ada") == 1
    async with opened(city) as desk, desk.database.session("test") as session:
        (await session.get_one(SignInCredential, b64(b"key-of-lou"))).removed_at = desk.now
    await is_dead()  # who puts the other out has no second person in a drawer
    assert await command("invite", str(city), "ada") == 0  # the operator founds again
