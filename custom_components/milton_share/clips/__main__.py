"""The cutter by hand: `python <this folder> cut|check|compare …`, with nothing but Python and PyAV."""

import sys
from importlib import import_module
from pathlib import Path

if not __package__:  # run as a folder: its modules are not for others to import by their short names
    sys.path[:] = [place for place in sys.path if place != str(Path(__file__).parent)]
    sys.path.append(str(Path(__file__).resolve().parent.parent))
sys.exit(import_module(f"{__package__ or 'clips'}.expert.command").main(sys.argv[1:]))
