"""On the night on which clocks are changed a time on the owner's page says which of the two hours it is."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

FRONTEND = Path(__file__).parents[3] / "frontend"
ESBUILD = FRONTEND / "node_modules" / ".bin" / "esbuild"
PROGRAM = """
import { Format } from "./format.mjs";
const [zone, from, until] = process.argv.slice(2);
console.log(JSON.stringify(new Format("en-US", zone).seconds(from, until)));
"""

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not ESBUILD.exists(), reason="Node and the page's tool chain are not installed"
)


@pytest.mark.parametrize(
    ("zone", "from_", "until", "shown"),
    [
        ("Europe/Berlin", "2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z", ["2:30:00", "GMT+2", "2:30:00", "GMT+1"]),
        ("America/New_York", "2027-11-07T05:30:00Z", "2027-11-07T06:30:00Z", ["1:30:00", "EDT", "1:30:00", "EST"]),
        ("America/New_York", "2027-03-14T06:59:00Z", "2027-03-14T07:01:00Z", ["1:59:00", "EST", "3:01:00", "EDT"]),
        ("Europe/Berlin", "2027-03-28T00:59:00Z", "2027-03-28T01:01:00Z", ["1:59:00", "GMT+1", "3:01:00", "GMT+2"]),
        ("America/New_York", "2027-07-01T06:59:00Z", "2027-07-01T07:01:00Z", ["2:59:00", "3:01:00"]),
    ],
)
def test_a_range_over_a_change_of_clocks_names_both_zones(
    tmp_path: Path, zone: str, from_: str, until: str, shown: list[str]
) -> None:
    """An ordinary night names none."""
    source = FRONTEND / "home" / "src" / "format.ts"
    bundle = ["--bundle", "--format=esm", f"--outfile={tmp_path / 'format.mjs'}"]
    subprocess.run([str(ESBUILD), str(source), *bundle], check=True, capture_output=True)
    (tmp_path / "main.mjs").write_text(PROGRAM)
    run = ["node", str(tmp_path / "main.mjs"), zone, from_, until]
    text = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    words = text.replace("\u202f", " ").replace("\u2013", " ").split()
    assert [word for word in words if word not in {"AM", "PM"}] == shown
