"""The cutter needs nothing of the integration around it."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

CLIPS = Path(__file__).parents[2] / "custom_components" / "milton_share" / "clips"


def test_no_module_of_the_cutter_looks_outside_its_folder() -> None:
    """Its own modules, the standard library and PyAV; never what is above it."""
    for path in CLIPS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert node.level <= len(path.relative_to(CLIPS).parts), f"{path.name} looks outside"
                names = [node.module or ""] if node.level == 0 else []
            else:
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert name.partition(".")[0] in {"av", *sys.stdlib_module_names}, f"{path.name} imports {name}"
