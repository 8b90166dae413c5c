"""One child that misbehaves: a program in ffmpeg's place that does what ffmpeg never should."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.recorder import RecorderError, Rule, run
from custom_components.milton_share.sources.recorder.run import Run

from .conftest import until

if TYPE_CHECKING:
    from pathlib import Path

URL = "rtsp://olivia:hunter2secret@camera.example/stream"


def program(tmp_path: Path, script: str) -> str:
    """Write a program that runs this script."""
    path = tmp_path / "ffmpeg"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)


async def test_a_child_that_does_not_end_when_asked_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop takes a bounded time, whatever the child is at."""
    monkeypatch.setattr(run, "STOP_S", 0.3)
    script = 'trap "" TERM; echo ready >&2; while :; do sleep 0.1; done'
    child = await Run.start(program(tmp_path, script), (), URL)

    async def is_ready() -> bool:
        return child.last_words == "ready"

    await until(is_ready)
    async with asyncio.timeout(10):
        await child.stop()
        assert [closed async for closed in child.closed(5)] == []


async def test_a_complaint_without_end_does_not_stop_the_child(tmp_path: Path) -> None:
    """More than a pipe's buffer in one line: it is read on, and what follows is still heard."""
    script = "head -c 300000 /dev/zero | tr '\\0' x >&2; echo >&2; echo the last words >&2; echo a.mp4,0.0,2.0"
    child = await Run.start(program(tmp_path, script), (), URL)
    async with asyncio.timeout(30):
        (closed,) = [closed async for closed in child.closed(20)]
    assert (closed.name, closed.start_s, closed.end_s) == ("a.mp4", 0.0, 2.0)
    assert child.last_words.endswith("the last words")


@pytest.mark.parametrize("line", ["a.mp4", "a.mp4,now,later", "a.mp4,1.0"])
async def test_a_list_of_segments_that_is_none_is_refused_by_its_rule(tmp_path: Path, line: str) -> None:
    """No segment is entered by a guess."""
    child = await Run.start(program(tmp_path, f"echo {line}; exec sleep 60"), (), URL)
    try:
        with pytest.raises(RecorderError) as refused:
            await anext(aiter(child.closed(20)))
        assert refused.value.rule is Rule.SEGMENT_LIST_BROKEN
    finally:
        await child.stop()


async def test_an_address_in_a_complaint_is_not_kept(tmp_path: Path) -> None:
    """Cameras' logins are in their addresses."""
    child = await Run.start(program(tmp_path, f"echo can not open {URL} >&2"), (), URL)
    async with asyncio.timeout(20):
        assert [closed async for closed in child.closed(10)] == []
    assert "can not open" in child.last_words
    assert "hunter2secret" not in child.last_words
