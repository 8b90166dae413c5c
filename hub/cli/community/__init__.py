"""``milton-hub community``: the residents' house by itself, and what its clerk does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.cli.community import count, letters, serve

if TYPE_CHECKING:
    import argparse

_ACTIONS = (serve, letters, count)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommands."""
    parser = commands.add_parser("community", help="the residents' camera registry")
    actions = parser.add_subparsers(dest="action", required=True)
    for each in _ACTIONS:
        each.add(actions)
