"""Which functions read what others wrote, found in the code, and which of them a target calls."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import re
import sys
from typing import TYPE_CHECKING

from tests.fuzz.floods import FLOOD_BYTES
from tests.fuzz.replay import seeds
from tests.fuzz.target import answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import CodeType, FrameType, FunctionType, ModuleType

    from tests.fuzz.target import Target

NO_PARSERS = re.compile(r".*(?:\.migrations|\.__main__|\.shared)(?:\..*)?")
OURS = re.compile(r"(?:hub|milton_protocol|custom_components)\b")
RAW = re.compile(r"bytes|str|Fields|Mapping\[str, str\]")  # what a parser is given, by its annotation


def functions(package: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    """Yield every function and method that a package's modules define, by its name."""
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if NO_PARSERS.fullmatch(info.name):
            continue
        module = importlib.import_module(info.name)
        for name, found in vars(module).items():
            if getattr(found, "__module__", None) != module.__name__:
                continue
            for inner, function in vars(found).items() if inspect.isclass(found) else [(name, found)]:
                plain = inspect.unwrap(getattr(function, "__func__", function))
                if inspect.isfunction(plain):
                    yield f"{module.__name__}:{plain.__qualname__}:{inner}", plain


def readers(package: ModuleType, names: re.Pattern[str]) -> dict[str, CodeType]:
    """Return the functions whose own name is one of ``names``."""
    return {
        f"{module}.{qualified}": function.__code__
        for key, function in functions(package)
        for module, qualified, own in [key.split(":")]
        if names.fullmatch(own)
    }


def raw_readers(package: ModuleType, names: re.Pattern[str]) -> dict[str, CodeType]:
    """Return those of them that are given text, bytes, fields or a query, and wait for nothing."""
    raw = {
        function.__code__
        for _, function in functions(package)
        if not inspect.iscoroutinefunction(function)
        and not inspect.isasyncgenfunction(function)
        and any(RAW.fullmatch(str(each.annotation)) for each in inspect.signature(function).parameters.values())
    }
    return {name: code for name, code in readers(package, names).items() if code in raw}


def _forget() -> None:
    """Have what of ours keeps its answers read anew: other tests may have asked the same before."""
    for module in [module for name, module in sys.modules.items() if OURS.match(name)]:
        for found in vars(module).values():
            if isinstance(found, functools._lru_cache_wrapper):  # noqa: SLF001 - its type has no other name
                found.cache_clear()


def called_by(targets: Iterable[Target], pick: Callable[[list[bytes]], list[bytes]] = list) -> set[CodeType]:
    """Return every function that targets call while they read what they begin with."""
    called: set[CodeType] = set()
    _forget()

    def profile(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            called.add(frame.f_code)

    for target in targets:
        good = pick([data for data in seeds(target) if len(data) < FLOOD_BYTES // 2])
        sys.setprofile(profile)
        try:
            for data in good:
                answer(target, data)
        finally:
            sys.setprofile(None)
    return called
