"""What runs in the processes that record cameras. It imports nothing of the integration, and no Home Assistant.

The two times stand here for who starts a process to read them and load nothing else of what runs in there.
"""

from __future__ import annotations

from typing import Final

OPEN_S: Final = 15.0
"""A camera that was asked and gave no packet after this long is given up."""
KILL_S: Final = 10.0
"""A run that was told to stop and hasn't after this long is killed."""
