"""Runs as a script of its own: become ffmpeg, but die with the parent.

Home Assistant may be killed without a chance to stop its children; a recorder left behind would fill the disk.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Take the parent's process id and the command."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606  no shell is the point


if __name__ == "__main__":
    main()
