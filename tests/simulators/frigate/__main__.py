"""`python -m tests.simulators.frigate --camera front_door=rtsp://…` records and serves until stopped."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import tempfile
from pathlib import Path

from .peer import Frigate
from .recording import Recording


async def _serve(arguments: argparse.Namespace, folder: Path) -> None:
    cameras = dict(camera.split("=", maxsplit=1) for camera in arguments.camera)
    peer = Frigate(folder, dict.fromkeys(cameras, True))
    recordings = [
        Recording(name, url, folder, peer.rows, segment_s=arguments.segment_s) for name, url in cameras.items()
    ]
    await peer.start()
    stopped = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    for recording in recordings:
        await recording.start()
    moving = [asyncio.create_task(recording.run()) for recording in recordings]
    sys.stdout.write(json.dumps({"url": peer.url}) + "\n")
    sys.stdout.flush()
    await stopped.wait()
    for task in moving:
        task.cancel()
    for recording in recordings:
        await recording.stop()
    await peer.stop()


def main() -> int:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(prog="frigate", description=__doc__)
    parser.add_argument("--camera", action="append", required=True, metavar="NAME=URL")
    parser.add_argument("--segment-s", type=int, default=10)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="frigate-") as folder:
        asyncio.run(_serve(arguments, Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
