"""How commands speak: to standard output, a line at a time."""

from __future__ import annotations

import sys
import textwrap

WIDTH = 100


def say(*lines: str) -> None:
    """Print ``lines``."""
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def say_wrapped(text: str) -> None:
    """Print one paragraph, wrapped."""
    say(*textwrap.wrap(text, WIDTH))


def asked(question: str) -> bool:
    """Ask a yes/no question; only ``y`` or ``yes`` is a yes."""
    sys.stdout.write(f"{question} [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def answered(question: str, standard: str) -> str:
    """Ask for a word; nothing is ``standard``."""
    sys.stdout.write(f"{question} [{standard}] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip() or standard
