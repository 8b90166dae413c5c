"""`python -m tests.simulators.doorbell serve` films until stopped; `decode FILE` prints what a file says."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from dataclasses import asdict, replace

from aiohttp import web

from .coding import CODINGS
from .control import Control
from .pixels import samples
from .rtsp import Clock, Server
from .sound import SOUNDS
from .studio import Options, Studio


def _size(text: str) -> tuple[int, int]:
    width, height = map(int, text.split("x"))
    return width, height


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="doorbell", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve")
    serve.add_argument("--bind", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=0, help="RTSP; 0: any free one")
    serve.add_argument("--control", type=int, default=0, help="HTTP; 0: any free one")
    serve.add_argument("--cameras", type=int, default=1)
    serve.add_argument("--size", type=_size, default=(1280, 720), metavar="WxH")
    serve.add_argument("--fps", type=int, default=15)
    serve.add_argument("--gop", type=int, default=30, help="pictures between key pictures")
    serve.add_argument("--bframes", type=int, default=0)
    serve.add_argument("--kbit", type=int, default=1500)
    serve.add_argument("--coding", choices=CODINGS, default="h264")
    serve.add_argument("--sound", choices=SOUNDS, default="aac")
    serve.add_argument("--user")
    serve.add_argument("--password", default="")
    serve.add_argument("--clock-offset-ms", type=int, default=0, help="how wrong the camera's own clock is")
    serve.add_argument("--no-reports", action="store_true", help="send no RTCP sender reports")
    serve.add_argument("--report-after", type=float, default=1.0, metavar="S")
    serve.add_argument("--report-every", type=float, default=5.0, metavar="S")
    serve.add_argument("--wraps-after", type=float, metavar="S", help="when time stamps begin anew from 0")
    serve.add_argument("--sound-late", type=float, default=0.0, metavar="S", help="than the pictures; below 0: they")
    serve.add_argument("--sound-reported-first", action="store_true")
    serve.add_argument("--kept", type=float, default=0.0, metavar="S", help="before pictures and sound are sent")
    serve.add_argument("--by-sending", action="store_true", help="reports are of the moment of sending")
    serve.add_argument("--mid-group", action="store_true", help="begin with no key picture")
    decode = commands.add_parser("decode")
    decode.add_argument("file")
    return parser


def _studios(arguments: argparse.Namespace) -> dict[str, Studio]:
    width, height = arguments.size
    main = Options(
        width=width,
        height=height,
        fps=arguments.fps,
        gop=arguments.gop,
        bframes=arguments.bframes,
        kbit_s=arguments.kbit,
        sound=SOUNDS[arguments.sound],
        coding=CODINGS[arguments.coding],
    )
    sub = replace(main, width=width // 4 * 2, height=height // 4 * 2, kbit_s=max(100, arguments.kbit // 3))
    born_s = time.time()
    studios = {}
    for camera in range(1, arguments.cameras + 1):
        studios[f"/cam{camera}"] = Studio(camera, main, born_s)
        studios[f"/cam{camera}/sub"] = Studio(camera, sub, born_s)
    return studios


async def _serve(arguments: argparse.Namespace) -> None:
    clock = Clock(
        offset_ms=arguments.clock_offset_ms,
        report_after_s=arguments.report_after,
        report_every_s=arguments.report_every,
        reports=not arguments.no_reports,
    )
    login = (arguments.user, arguments.password) if arguments.user else None
    server = Server(
        studios=_studios(arguments),
        clock=clock,
        login=login,
        mid_group=arguments.mid_group,
        sound_late_s=arguments.sound_late,
        sound_reported_first=arguments.sound_reported_first,
        wraps_after_s=arguments.wraps_after,
        kept_s=arguments.kept,
        by_sending=arguments.by_sending,
    )
    listener = await asyncio.start_server(server.connected, arguments.bind, arguments.port)
    port = listener.sockets[0].getsockname()[1]
    runner = web.AppRunner(Control(server).app())
    await runner.setup()
    await web.TCPSite(runner, arguments.bind, arguments.control).start()
    control_port = runner.addresses[0][1]
    cameras = [f"rtsp://{arguments.bind}:{port}/cam{camera}" for camera in range(1, arguments.cameras + 1)]
    _say({"rtsp": cameras, "control": f"http://{arguments.bind}:{control_port}"})
    try:
        await asyncio.Event().wait()
    finally:
        listener.close()
        await runner.cleanup()


def _decode(file: str) -> int:
    unread = 0
    for sample in samples(file):
        unread += sample.stamp is None
        _say({"pts_s": round(sample.pts_s, 6), **(asdict(sample.stamp) if sample.stamp else {})})
    return 1 if unread else 0


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run a command; decode fails when a picture can't be read."""
    arguments = _parser().parse_args()
    if arguments.command == "decode":
        return _decode(arguments.file)
    try:
        asyncio.run(_serve(arguments))
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
