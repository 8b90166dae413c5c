"""``milton-hub witness``, and a quorum that is raised through the city record."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hub.__main__ import main
from hub.kit.settings import Settings
from tests.simulators.hub_bench import found_city
from tests.simulators.log_witness import LogWitness, Manner, serving
from tests.simulators.witnessed import log_key, name_witnesses, set_quorum

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def run(*arguments: object) -> int:
    """Run the command."""
    return main([str(each) for each in arguments])


async def run_beside(*arguments: object) -> int:
    """Run the command while this loop goes on serving."""
    return await asyncio.to_thread(run, *arguments)


async def test_witnesses_are_asked_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its key to publish, what it cosigned, and in words why it did not."""
    async with serving("one.example") as one, serving("two.example") as two:
        settings = await asyncio.to_thread(found_city, tmp_path)
        name_witnesses(settings, one, two)
        assert await run_beside("witness", "list", tmp_path) == 0
        said = capsys.readouterr().out
        assert "was not asked yet" in said
        assert log_key(settings).format() in said  # what witnesses' operators are given
        two.manner = Manner.UNKNOWN
        assert await run_beside("witness", "ask", tmp_path) == 0
        said = capsys.readouterr().out
        assert "asks for 0 witnesses; this hub asks 2" in said
        assert one.key.format() in said
        assert "cosigned up to: 0 entries" in said
        assert "it does not know this log: its operator has to add it" in said
        assert len(one.asked) == 1
        assert await run_beside("witness", "list", tmp_path) == 0
        assert len(one.asked) == 1  # which asks nobody


async def test_the_exit_code_says_when_too_few_cosign(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fit for whoever watches the hub by a command."""
    async with serving() as witness:
        settings = await asyncio.to_thread(found_city, tmp_path)
        name_witnesses(settings, witness)
        await asyncio.to_thread(set_quorum, tmp_path, 1)
        assert await run_beside("witness", "list", tmp_path) == 1
        assert await run_beside("witness", "ask", tmp_path) == 0
        witness.manner = Manner.CLAIMS_MORE
        assert await run_beside("witness", "ask", tmp_path) == 1
        said = capsys.readouterr().out
        assert "it denies this log: ahead, at 1000000 entries" in said
        assert "nothing is published" in said


def test_a_quorum_is_raised_by_the_root_and_not_above_who_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And whoever drafts it reads what it means for homes."""
    settings = found_city(tmp_path)
    draft = tmp_path / "draft.json"
    for quorum in (1, -1):
        assert run("record", "draft", tmp_path, draft, "--witness-quorum", quorum) == 1
        assert "this hub asks 0" in capsys.readouterr().err
    assert not draft.exists()
    name_witnesses(settings, LogWitness(name="one.example", url="http://127.0.0.1:9/w"))
    assert run("record", "draft", tmp_path, draft, "--witness-quorum", 1) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "witnesses that homes ask for: 1" in said
    assert "refuses every request" in said
    set_quorum(tmp_path, 1)
    capsys.readouterr()
    assert run("record", "draft", tmp_path, tmp_path / "next.json") == 0  # kept by the next record
    said = " ".join(capsys.readouterr().out.split())
    assert "witnesses that homes ask for: 1" in said
    assert "refuses every request" not in said
    assert len(Settings.load(tmp_path).witnesses) == 1
