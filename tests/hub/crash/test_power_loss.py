"""What the hub has said is on its disk: the order of its writes, syncs and answers, as the kernel saw them.

A kill leaves what was written in the kernel's memory; a power cut does not. So the whole journey is walked under
``strace``, and at each answer nothing that was written may still be unsynced.
"""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.hub.crash.legs import LEGS
from tests.hub.crash.town import Known, Town, free_ports
from tests.simulators.mortal_hub import Mortals
from tests.simulators.syscalls import Disk, loose_when_said, tracer

if TYPE_CHECKING:
    from pathlib import Path

ANSWERS_MIN = 40  # a trace that shows fewer was not read


NEED_NOT_SURVIVE = (
    "-shm",  # SQLite builds its map of the log anew after a crash
    "/broker/dynamic-security.json",  # the broker's own copy of accounts that the hub derives at each start
    "/broker/dynamic-security.json.new",
    "/broker/dynamic-security.json.part",
    "/broker/mosquitto.conf",
    "/broker/mosquitto.conf.part",
    "/draft.json",  # what the commands write for their operator, who sees whether it is there
    "/one.json",
    "/both.json",
    "/copy.header",
    "/copy.body",
)


def keeps_data(path: str) -> bool:
    """Say whether a file has to survive."""
    return not path.endswith(NEED_NOT_SURVIVE)


def is_yes(said: str) -> bool:
    """Say whether what was sent begins an answer that says that something was done, or is a command's good end."""
    return said.startswith(("HTTP/1.1 200", "HTTP/1.1 201", "HTTP/1.1 204", "HTTP/1.1 303", "exit 0"))


async def test_nothing_is_said_before_it_would_survive_a_power_cut(tmp_path: Path) -> None:
    """From the founding to the last receipt: at no answer is anything loose."""
    trace = tmp_path / "trace"
    before = tracer(trace)
    if before is None:
        pytest.skip("no strace here (apt-get install strace)")
    mortals = Mortals(before=before)
    town = Town(mortals, tmp_path / "town", free_ports(), Known(home_id=secrets.token_hex(16)))
    town.folder.mkdir()
    try:
        for leg in LEGS:
            await leg.prepare(town)
            await leg.walk(town)
            await town.stop()
            await town.clear_away()
            town.facts = []  # a later leg ends some of them, as in the journey that is walked for the kills
    finally:
        await town.clear_away()
        mortals.close()
    disk = Disk(folder=town.folder, counts=keeps_data)
    with trace.open(encoding="utf-8", errors="replace") as lines:
        answers = list(loose_when_said(lines, disk, is_yes))
    assert len(answers) >= ANSWERS_MIN
    assert any(said.startswith("exit") for said, _ in answers)
    assert [
        (said[:160], sorted(each.replace(f"{town.folder}/", "") for each in loose)) for said, loose in answers if loose
    ] == []


WRITE = "f = open(folder + '/data', 'w'); f.write('x'); f.flush();"
SYNC = "os.fsync(f.fileno());"
SYNC_FOLDER = "d = os.open(folder, os.O_RDONLY); os.fsync(d);"
MOVE = "os.rename(folder + '/data', folder + '/kept');"
OPEN = "import sqlite3; db = sqlite3.connect(folder + '/d'); db.execute('PRAGMA journal_mode=WAL');"
BEGIN = "db.execute('CREATE TABLE t (a)'); db.commit(); db.execute('PRAGMA cache_size=1');"
FILL = "db.execute('BEGIN'); [db.execute('INSERT INTO t VALUES (zeroblob(9000))') for _ in range(20)];"


@pytest.mark.parametrize(
    ("does", "loose"),
    [
        (WRITE, {"data", "the name of data"}),
        (WRITE + SYNC, {"the name of data"}),
        (WRITE + SYNC_FOLDER, {"data"}),
        (SYNC_FOLDER + WRITE + SYNC, {"the name of data"}),
        (WRITE + SYNC + "f.write('y'); f.flush();" + SYNC_FOLDER, {"data"}),
        (WRITE + SYNC + SYNC_FOLDER, set()),
        (WRITE + SYNC + SYNC_FOLDER + MOVE, {"the name of kept"}),
        (WRITE + MOVE + SYNC_FOLDER, {"kept"}),
        (WRITE + SYNC + MOVE + SYNC_FOLDER, set()),
        (WRITE + "os.unlink(folder + '/data');", set()),
        (WRITE + "os.link(folder + '/data', folder + '/two'); os.unlink(folder + '/data');" + SYNC_FOLDER, {"two"}),
        (OPEN + BEGIN + FILL + "db.commit();" + SYNC_FOLDER, set()),
        (OPEN + BEGIN + FILL + SYNC_FOLDER, set()),  # in the log already, but nobody can read of it
        (OPEN + BEGIN + "db.execute('PRAGMA synchronous=OFF');" + FILL + "db.commit();" + SYNC_FOLDER, {"d-wal"}),
        ("os.mkdir(folder + '/a');" + SYNC_FOLDER + "open(folder + '/a/b', 'w').close();", {"the name of a/b"}),
    ],
)
def test_what_a_power_cut_would_take_is_seen(tmp_path: Path, does: str, loose: set[str]) -> None:
    """A program that answers too early is found out, whatever it forgot."""
    trace, folder = tmp_path / "trace", tmp_path / "folder"
    folder.mkdir()
    before = tracer(trace)
    if before is None:
        pytest.skip("no strace here (apt-get install strace)")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        program = f"import os, socket; folder = {str(folder)!r}; {does} s = socket.create_connection({address!r});"
        program += "s.sendall(b'HTTP/1.1 200 OK')"
        subprocess.run([*before, sys.executable, "-c", program], check=True)
    disk = Disk(folder=folder, counts=keeps_data)
    with trace.open(encoding="utf-8", errors="replace") as lines:
        ((_, found),) = loose_when_said(lines, disk, is_yes)
    assert {each.replace(f"{folder}/", "") for each in found} == loose
