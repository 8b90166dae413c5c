"""A city that is no demonstration: whom the command line invites, and until when."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from hub.__main__ import main
from hub.accounts.invitations import invited
from hub.accounts.model import SignInCredential
from hub.cli.desk import opened
from hub.errors import HubError
from tests.simulators.joining import joins

if TYPE_CHECKING:
    from pathlib import Path

    from hub.cli.desk import Desk

BORDERS = {
    "type": "Polygon",
    "coordinates": [[[-84.4, 34.07], [-84.2, 34.07], [-84.2, 34.22], [-84.4, 34.22], [-84.4, 34.07]]],
}


async def command(*words: str) -> int:
    """Run ``milton-hub``."""
    return await asyncio.to_thread(main, list(words))


async def signs_in(desk: Desk, person_id: str) -> None:
    """Let a person have a passkey."""
    made = {"public_key": b"", "sign_count": 0, "aaguid": "", "device": "desk", "created_at": desk.now}
    async with desk.database.session("test") as session:
        session.add(SignInCredential(credential_id=f"key-of-{person_id}", person_id=person_id, **made))


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

    async def opens(desk: Desk) -> None:
        async with desk.database.reading() as session:
            assert (await invited(session, desk.directory, spare, desk.now)).person_id == "ada"

    async def is_dead(desk: Desk) -> None:
        with pytest.raises(HubError, match="invitation_unknown"):
            await opens(desk)

    async with opened(city) as desk:
        await signs_in(desk, "ida")
        await opens(desk)
        await joins(city, "ada", "auditor", badge="-")
        await is_dead(desk)
        await joins(city, "ada", "administrator", badge="-")
        await signs_in(desk, "lou")
        await is_dead(desk)
    assert await command("invite", str(city), "ada") == 1
