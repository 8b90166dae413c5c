"""A share's manifest may have 4 MiB: while it is signed and read again, Home Assistant's loop goes on."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.shared.milton_protocol.messages.manifest import Manifest

from .conftest import PIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from .conftest import Home

WRITE, READ = Manifest.to_bytes, Manifest.from_bytes.__func__


@contextmanager
def threads_of(*functions: Callable[..., object]) -> Iterator[dict[Callable[..., object], set[int]]]:
    """Yield which threads call each of the functions while it lasts, as the interpreter tells."""
    found: dict[Callable[..., object], set[int]] = {function: set() for function in functions}
    by_code = {function.__code__: found[function] for function in functions}

    def called(frame: FrameType, event: str, _arg: object) -> None:
        if event == "call" and frame.f_code in by_code:
            by_code[frame.f_code].add(threading.get_ident())

    before = sys.getprofile()
    threading.setprofile_all_threads(called)
    try:
        yield found
    finally:
        threading.setprofile_all_threads(before)


@pytest.mark.usefixtures("recorded")
async def test_a_manifest_is_signed_sealed_and_flagged_where_the_loop_does_not_wait_for_it(home: Home) -> None:
    """Approval writes it, sealing and a flag read it: each of them in a thread."""
    await home.place_camera()
    case = await home.looked_at()
    here = threading.get_ident()
    with threads_of(WRITE, READ) as shared:
        share_id = await home.approve(case)
        await home.until(lambda: home.case(case.request_id).state == "receipted")
    with threads_of(READ) as flagged:
        await home.desk.shares.flag(home.owner.session, share_id, PIN)
    for threads in (shared[WRITE], shared[READ], flagged[READ]):
        assert threads
        assert here not in threads
