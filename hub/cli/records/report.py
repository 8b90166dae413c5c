"""``milton-hub report``: the quarter's report, as lines and as a PDF."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hub.auditors.report import figures
from hub.auditors.report.pdf import pdf_of
from hub.auditors.report.quarters import Quarter
from hub.cli.context import opened
from hub.cli.says import say, say_wrapped
from hub.kit.access import OPERATOR
from hub.kit.disk import write_new

if TYPE_CHECKING:
    import argparse

    from hub.auditors.report.report import Report


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("report", help="say what a quarter came to, in figures that single out nobody")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--quarter", metavar="2026-Q3", help="default: the last one that is over")
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="write it as a PDF too")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Say it."""
    report, agency_name = asyncio.run(_report(args.folder, args.quarter))
    if args.pdf is not None:
        write_new(args.pdf, pdf_of(report, agency_name))
    say(f"{agency_name}: footage requests, {report.quarter.name}")
    say_wrapped(report.note)
    for section in report.sections:
        say("", section.title)
        for words, figure in section.lines:
            say(f"  {words}: {figure}")
    return 0


async def _report(folder: Path, name: str | None) -> tuple[Report, str]:
    async with opened(folder) as context, context.database.reading() as session:
        zone = ZoneInfo(context.settings.time_zone)
        quarter = Quarter.of(context.now, zone).before() if name is None else Quarter.parse(name)
        current = await context.directory.current(session)
        report = await figures.report(session, OPERATOR, quarter, context.now, zone)
        return report, current.city_record.agency_name
