"""A file that the owner added to a request: what it is, and when it was filmed by the owner's word. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_PREFIX = "file."
"""Begins the camera id of a file's case: no entity of Home Assistant's is in such a domain."""
NAME_MAX_CHARS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What the file holds, as the limited child says; seconds of the file's own clock, tags as it has them.

    `anew`: where it counts anew, and nobody knows how long nothing was filmed.
    """

    start_s: float
    length_s: float
    width: int
    height: int
    codec: str
    sound: bool
    gaps: tuple[tuple[float, float], ...]
    tags: Mapping[str, str]
    anew: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The owner's word: when the first picture was taken (UTC), how sure that is, and by which camera, if one is named.

    `offset_ms`: by how much that corrects what the file says of itself.
    """

    from_ms: int
    uncertainty_ms: int
    offset_ms: int
    camera_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedFile:
    """One file of one case. Its name stays at home."""

    file_id: str
    case_id: str
    request_id: str
    name: str
    size_bytes: int
    sha256: str
    facts: FileFacts
    deadline_ms: int
    timing: Timing | None = None

    @property
    def camera_id(self) -> str:
        """Stands where other cases have their camera."""
        return file_camera(self.file_id)

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return round(self.facts.length_s * 1000)


def file_camera(file_id: str) -> str:
    """Return what stands for a file where other cases have their camera."""
    return f"{FILE_PREFIX}{file_id}"


def is_file(camera_id: str) -> bool:
    """Whether this stands for a file that the owner added."""
    return camera_id.startswith(FILE_PREFIX)


def plain_name(name: str) -> str:
    """Return a file's name as it can be shown: without folders, control characters, or more length than needed."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if letter.isprintable()).strip()
    return shown[-NAME_MAX_CHARS:] or "video"
