"""Clips for the owner's own use on disk, and their way into Home Assistant's media folder. Blocking: call off the loop.

Nothing here outlives a start: what lies in the private folder is for an hour. What is saved in the media folder is the
owner's from then on: written aside, synced, and named last, so that a file of that name is whole or isn't there.
"""

from __future__ import annotations

import errno
import os
import shutil
import unicodedata
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from ..errors import MiltonShareError
from ..sources.media_folder.listing import OWN_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, tzinfo

MEDIA_FOLDER: Final = OWN_FOLDER
FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600  # Home Assistant alone reads it, and shows it to the people who may use its media
FREE_BYTES_MIN: Final = 2**30  # with less free than this nothing is cut or saved: Home Assistant's database needs it
NAME_MAX_BYTES: Final = 120  # of a camera's name: with the time and a number it fits any file system's 255
SAME_NAME_MAX: Final = 100
PIECE_BYTES: Final = 2**20
NO_SPACE: Final = "no_space"
NO_MEDIA_FOLDER: Final = "no_media_folder"
_NO_LINKS: Final = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


class OwnShelf:
    """The private folder of clips that nobody saved yet."""

    def __init__(self, folder: Path) -> None:
        """Do nothing yet."""
        self._folder = folder

    def empty(self) -> None:
        """Wipe all of it, and make it anew."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)

    def clip(self, clip_id: str) -> Path:
        """Return where a clip lies, or is to be cut."""
        return self._folder / f"{clip_id}.mp4"

    def preview(self, clip_id: str) -> Path:
        """Return where the cutter puts what a browser can play, where it can't play the clip."""
        return self._folder / f"{clip_id}.preview.mp4"

    def wipe(self, clip_ids: Iterable[str]) -> None:
        """Delete clips; it doesn't matter whether they are there."""
        for clip_id in clip_ids:
            for path in (self.clip(clip_id), self.preview(clip_id)):
                path.unlink(missing_ok=True)

    def check_room(self, needed_bytes: int) -> None:
        """Raise MiltonShareError `no_space` where a clip of that size would fill the disk."""
        check_room(self._folder, needed_bytes)


def check_room(folder: Path, needed_bytes: int) -> None:
    """Raise MiltonShareError `no_space` where a file of that size would fill the disk."""
    if shutil.disk_usage(folder).free < needed_bytes + FREE_BYTES_MIN:
        raise MiltonShareError(NO_SPACE)


def file_name(camera_name: str, from_: datetime, zone: tzinfo) -> str:
    """Name a file by its camera and the home's time: `Front door 2026-11-10 02.10.00 -0500.mp4`.

    Of a camera's name only letters, digits, spaces, `-` and `_` are kept: no name is a path, hidden, or a device.
    """
    plain = unicodedata.normalize("NFC", camera_name)
    kept = " ".join("".join(letter if letter.isalnum() or letter in " -_" else " " for letter in plain).split())
    short = kept.encode()[:NAME_MAX_BYTES].decode(errors="ignore").strip(" -")
    return f"{short or 'Camera'} {from_.astimezone(zone):%Y-%m-%d %H.%M.%S %z}.mp4"


def media_folder(media_dirs: Mapping[str, str]) -> Path:
    """Return where saved clips go: `local` of Home Assistant's media folders, else the first."""
    if not media_dirs:
        raise MiltonShareError(NO_MEDIA_FOLDER)
    return Path(media_dirs.get("local") or media_dirs[min(media_dirs)]) / MEDIA_FOLDER


def save(clip: Path, folder: Path, name: str) -> str:
    """Copy a clip into the media folder under its name, or the next that is free, and return that.

    Nothing that is there is ever written over, and no link is followed. Raises MiltonShareError `no_space`,
    `no_media_folder` (the folder is something else), OSError.
    """
    handle = _opened(folder)
    try:
        check_room(folder, clip.stat().st_size)
        return _copied(clip, handle, name)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise MiltonShareError(NO_SPACE) from error
        raise
    finally:
        os.close(handle)


def _opened(folder: Path) -> int:
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except (FileExistsError, NotADirectoryError) as error:
        raise MiltonShareError(NO_MEDIA_FOLDER) from error


def _copied(clip: Path, folder: int, name: str) -> str:
    aside = f".{token_hex(8)}.part"
    target = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE, dir_fd=folder)
    try:
        with os.fdopen(target, "wb") as out, clip.open("rb") as source:
            shutil.copyfileobj(source, out, PIECE_BYTES)
            out.flush()
            os.fsync(out.fileno())
        taken = _named(folder, aside, name)
        os.fsync(folder)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(aside, dir_fd=folder)
    return taken


def _named(folder: int, aside: str, name: str) -> str:
    """Give the finished file the first name that is free."""
    stem = name.removesuffix(".mp4")
    for number in range(1, SAME_NAME_MAX + 1):
        wanted = name if number == 1 else f"{stem} ({number}).mp4"
        with suppress(FileExistsError):
            _link(folder, aside, wanted)
            return wanted
    rule = "already_saved"
    raise MiltonShareError(rule)


def _link(folder: int, aside: str, wanted: str) -> None:
    """Name a file without writing over another, also on a disk (FAT, a share) that has no second names."""
    try:
        os.link(aside, wanted, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(wanted, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE, dir_fd=folder))
        os.replace(aside, wanted, src_dir_fd=folder, dst_dir_fd=folder)
