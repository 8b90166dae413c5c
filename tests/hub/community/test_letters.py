"""The clerk's command: letter codes, and the sheet to print."""

from __future__ import annotations

import asyncio
import re
from datetime import date
from typing import TYPE_CHECKING

from hub.__main__ import main
from hub.community.invitations.sheet import Letter
from hub.kit.codes import normalise
from tests.simulators.community import running_community
from tests.simulators.hub_bench import found_city

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


async def test_the_clerk_makes_letters_that_open_accounts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each code is printed once; the sheet has eight slips a page and is its owner's alone."""
    await asyncio.to_thread(found_city, tmp_path / "model")
    sheet = tmp_path / "letters.pdf"
    arguments = ["community", "letters", str(tmp_path / "model"), "--count", "9", "--sheet", str(sheet)]
    assert await asyncio.to_thread(main, arguments) == 0
    codes = capsys.readouterr().out.split()
    assert [normalise(code) for code in codes] == codes
    assert len(set(codes)) == 9
    assert len(re.findall(rb"/Type /Page\b", sheet.read_bytes())) == 2
    assert sheet.stat().st_mode & 0o077 == 0
    assert await asyncio.to_thread(main, [*arguments[:4], "0"]) == 1
    async with running_community(tmp_path / "model", found=False) as bench:
        body = {"code": codes[8], "account_id": "1" * 32, "key_sha256": "2" * 64, "language": "es"}
        assert await bench.ask("POST", "/api/join", body) == (200, {})


def test_a_slips_link_keeps_the_code_out_of_every_servers_log() -> None:
    """It's behind the ``#``."""
    letter = Letter(city_name="Milton", origin="https://cameras.example", code="MS-0", good_until=date(2027, 6, 1))
    assert letter.link == "https://cameras.example/join#MS-0"
