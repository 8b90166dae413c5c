"""The integration's parts in a process without Home Assistant: to import that takes two seconds of processor time.

`without_home_assistant()` comes before the first of them: their package is then a folder, whose own start is left out.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

NAME = "custom_components.milton_share"
FOLDER = Path(__file__).parents[2] / "custom_components" / "milton_share"


def without_home_assistant() -> None:
    """Let parts that need no Home Assistant be imported by themselves."""
    package = ModuleType(NAME)
    package.__path__ = [str(FOLDER)]
    sys.modules.setdefault(NAME, package)
