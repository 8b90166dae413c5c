"""Cuts bent recordings by the whole pipeline of the child, one after the other, in one process that has its limits.

    python -m tests.fuzz.cut_worker SEEDS_FOLDER SEED FIRST COUNT OUT_FOLDER

It says each input's number before it begins and its outcome after it; the last line is what else happened. Every input
can be made again from its number.
"""

from __future__ import annotations

import gc
import hashlib
import importlib
import json
import os
import resource
import signal
import sys
import traceback
from pathlib import Path
from random import Random

from tests.fuzz.film_bending import bend_film

INTEGRATION = Path(__file__).parents[2] / "custom_components" / "milton_share"
START_MS = 1_760_000_000_000
LENGTH_MS, FROM_MS, UNTIL_MS = 1_000, START_MS + 200, START_MS + 800
HANG_S = 10  # of CPU time: an input takes some milliseconds
MEMORY_MAX_BYTES = 2**30  # of address space; a recording of 32 by 32 pixels takes a fifth of it
FILE_MAX_BYTES = 2**26
MASK = {"keys": [{"at_ms": START_MS, "corners": [[0, 0], [2_500, 0], [2_500, 2_500], [0, 2_500]]}]}
CLIP = "clip"


def input_of(seeds: list[bytes], seed: int, number: int) -> tuple[bytes, Random]:
    """Return the bent recording of a number, and the dice for its job."""
    random = Random(f"{seed}:{number}")  # noqa: S311 - mutations, not secrets
    return bend_film(random.choice(seeds), seeds, random), random


def job_of(path: Path, out: Path, random: Random) -> bytes:
    """Return a job over one file: with or without its sound, now and then with a mask."""
    job = {
        "version": 1,
        "segments": [{"path": str(path), "from_ms": START_MS, "until_ms": START_MS + LENGTH_MS, "uncertainty_ms": 0}],
        "from_ms": FROM_MS,
        "until_ms": UNTIL_MS,
        "further": [],
        "audio": random.random() < 0.7,
        "masks": [MASK] if random.random() < 0.1 else [],
        "out": str(out),
        "preview": True,
        "limits": {"memory_bytes": 2**30, "cpu_s": 100, "file_size_bytes": FILE_MAX_BYTES, "open_files": 64},
    }
    return json.dumps(job).encode()


def judge(answer: dict[str, object], out: Path) -> str:
    """Return the rule or `clip`; what is said must be so, and a refusal leaves nothing."""
    preview = out.with_name(f"{out.stem}.preview.mp4")
    if "refused" in answer:
        assert not out.exists(), "a refusal left its file"
        assert not preview.exists(), "a refusal left its preview"
        return str(answer["refused"])
    result = answer["result"]
    assert isinstance(result, dict)
    assert hashlib.sha256(out.read_bytes()).hexdigest() == result["clip"]["sha256"], "another file than it says"
    for part in result["ranges"]:
        first, last = part["first_frame_ms"], part["last_frame_ms"]
        assert FROM_MS <= first <= last < UNTIL_MS, "a frame outside"
    out.unlink()
    preview.unlink(missing_ok=True)
    return CLIP


def main(seeds_folder: str, seed: str, first: str, count: str, out_folder: str) -> None:
    """Cut so many."""
    sys.path.append(str(INTEGRATION))  # as the child has it: the package alone
    child = importlib.import_module("clips.child")
    importlib.import_module("av").logging.set_level(None)
    seeds = [path.read_bytes() for path in sorted(Path(seeds_folder).iterdir())]
    path, out = Path(out_folder) / "segment", Path(out_folder) / "clip.mp4"
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_MAX_BYTES, FILE_MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    defects: dict[str, int] = {}
    gc.collect()
    gc.freeze()  # what was imported is in no input's way
    for number in range(int(first), int(first) + int(count)):
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        data, random = input_of(seeds, int(seed), number)
        path.write_bytes(data)
        signal.setitimer(signal.ITIMER_PROF, HANG_S)  # its signal ends the process
        try:
            found = judge(child.answer(job_of(path, out, random), lambda _: None, lambda _: None), out)
        except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
            frames = traceback.extract_tb(sys.exc_info()[2])
            place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
            defects.setdefault(f"{type(sys.exc_info()[1]).__name__}: {sys.exc_info()[1]} at {place}", number)
            out.unlink(missing_ok=True)
            found = "defect"
        gc.collect()  # a child cuts one clip: encoders and files that are in circles, as by PyAV 19, end with it
        sys.stdout.write(f"={found}\n")
    signal.setitimer(signal.ITIMER_PROF, 0)
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = {"defects": defects, "peak_kib": _peak_kib(), "cpu_s": used.ru_utime + used.ru_stime}
    sys.stdout.write(json.dumps(end) + "\n")
    sys.stdout.flush()
    os._exit(0)  # libraries that were misled need not be asked to tidy up


def _peak_kib() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(*sys.argv[1:])
