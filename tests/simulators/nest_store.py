"""Home Assistant's own store of Nest's event clips, run as a program: its code writes them, by its own rules.

Its library, google-nest-sdm, is not among this project's packages: names of it are stood in for, as far as the store's
module needs them to be imported. Google's side (a stream of Pub/Sub over gRPC, and its login) is not simulated: what
comes of it, a clip and its event's time, is read from the command line.

`python -m tests.simulators.nest_store CONFIG NEST_DEVICE HA_DEVICE EPOCH_S KIND CLIP`: prints the clip's path.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.abc
import importlib.machinery
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LIBRARIES = {"google_nest_sdm", "google"}


class _Names(ModuleType):
    """A module that has any name: a class of its own each."""

    __path__: Sequence[str] = ()

    def __getattr__(self, name: str) -> type:
        """Make it."""
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (), {"NAME": SimpleNamespace(value=f"sdm.devices.events.{name}")})
        setattr(self, name, made)
        return made


class _Library(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds such modules."""

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> importlib.machinery.ModuleSpec | None:
        """Find what belongs to the library."""
        here = fullname.partition(".")[0] in LIBRARIES
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True) if here else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Make one."""
        return _Names(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing more."""


class _House:
    """As much of Home Assistant as the store asks for."""

    def __init__(self, config: Path) -> None:
        self.config = SimpleNamespace(path=lambda *parts: str(config.joinpath(*parts)))

    async def async_add_executor_job[**P, T](self, work: Callable[P, T], *args: P.args, **_no: P.kwargs) -> T:
        return await asyncio.to_thread(work, *args)


def _store_folder(source: Any, config: Path) -> str:  # noqa: ANN401  a module of either version
    """Where this version of Home Assistant has the store."""
    if hasattr(source, "MEDIA_PATH"):
        return str(config / source.MEDIA_PATH)
    kind: Any = importlib.import_module("homeassistant.core_config").Config
    settings = object.__new__(kind)
    settings.config_dir = str(config)
    return str(settings.cache_path(source.DOMAIN, source.MEDIA_CACHE_PATH))


async def save(config: Path, device: tuple[str, str], at_s: int, kind: str, clip: bytes) -> str:
    """Save a clip by the store's own code, and return where it says that it is."""
    sys.meta_path.insert(0, _Library())
    source: Any = importlib.import_module("homeassistant.components.nest.media_source")
    event_kind = next(name for name, said in source.EVENT_NAME_MAP.items() if said == kind)
    store = object.__new__(source.NestEventMediaStore)
    store._hass = _House(config)
    store._devices = dict([device])
    store._media_path = _store_folder(source, config)
    event = SimpleNamespace(timestamp=datetime.fromtimestamp(at_s, UTC), event_type=event_kind)
    key = store.get_clip_preview_media_key(device[0], event)
    await store.async_save_media(key, clip)
    return str(store.get_media_filename(key))


def main() -> None:
    """Save one clip."""
    config, nest_device, device, at_s, kind, clip = sys.argv[1:]
    path = asyncio.run(save(Path(config), (nest_device, device), int(at_s), kind, Path(clip).read_bytes()))
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
