"""Clips and sealed bodies on disk, all below one private folder. Blocking: call off the loop."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from .disk import remove, sync_folder, wipe_recordings
from .durable_steps import Step, durable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ..shared.milton_protocol.messages.shares.share import PartName

CHUNK_SIZE_BYTES = 1024 * 1024
_TRIAL = "trial"  # where an earlier version cut test clips


class PrivateFolder:
    """`recordings/`, `copies/`, `added/`, `own/`, `clips/{case}/`, `sealed/{share}/`; mode 0700."""

    def __init__(self, root: Path) -> None:
        """Do nothing yet."""
        self.root = root

    def make(self) -> None:
        """Make the folder, closed to other accounts; its names outlive a power cut before anything is kept in it."""
        for folder in (self.root, self.recordings, self.root / "clips", self.root / "sealed"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        sync_folder(self.root)
        sync_folder(self.root.parent)

    def wipe(self) -> None:
        """Delete it; where it or a folder in it is a link, all of ours that is behind: others' things may be there."""
        for folder in (self.recordings, self.copies, self.added):
            wipe_recordings(folder)
        for folder in (self.own, self.root / _TRIAL, self.root / "clips", self.root / "sealed"):
            shutil.rmtree(folder, ignore_errors=True)
        if self.root.is_symlink():
            self.root.unlink()
        else:
            shutil.rmtree(self.root, ignore_errors=True)

    def has_link(self) -> bool:
        """Whether it or a folder in it is a link: one may lead elsewhere from another place."""
        return any(path.is_symlink() for path in (self.root, self.recordings, self.copies, self.added))

    def is_empty(self) -> bool:
        """Whether no file is in it: the recorder's own list is, once a home has started."""
        return not any(names for _, _, names in os.walk(self.root, followlinks=True))

    @property
    def recordings(self) -> Path:
        """Where the recorder keeps its ring and its holds."""
        return self.root / "recordings"

    @property
    def copies(self) -> Path:
        """Where copies of others' recordings are held."""
        return self.root / "copies"

    @property
    def added(self) -> Path:
        """Where files are that the owner added to requests."""
        return self.root / "added"

    @property
    def own(self) -> Path:
        """Where clips for the owner's own use are, for an hour."""
        return self.root / "own"

    def clips(self, case_id: str) -> Path:
        """Where the clips of a case are."""
        return self.root / "clips" / case_id

    def clip(self, case_id: str, sha256: str) -> Path:
        """Return the clip or transcode with this digest."""
        return self.clips(case_id) / f"{sha256}.mp4"

    def sealed(self, share_id: str, part: PartName) -> Path:
        """Return the sealed body of one part."""
        return self.root / "sealed" / share_id / part

    def has_sealed(self, share_id: str, sizes_bytes: Mapping[PartName, int]) -> bool:
        """Say whether all sealed bodies of a share are there, whole."""
        bodies = {self.sealed(share_id, part): size_bytes for part, size_bytes in sizes_bytes.items()}
        return all(body.is_file() and body.stat().st_size == size_bytes for body, size_bytes in bodies.items())

    def make_clip_folder(self, case_id: str) -> Path:
        """Return the folder for a clip that is about to be cut."""
        folder = self.clips(case_id)
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def take_clip(self, case_id: str, cut: Path, sha256: str) -> None:
        """Keep a finished file under its digest; its name lasts when this returns."""
        cut.chmod(0o400)
        folder = self.clips(case_id)
        with durable(Step.CLIP_KEPT):
            cut.replace(self.clip(case_id, sha256))
            sync_folder(folder)
            sync_folder(folder.parent)

    def wipe_clips(self, case_id: str, keep: Iterable[str] = ()) -> None:
        """Delete all files of a case but those with these digests."""
        kept = {f"{sha256}.mp4" for sha256 in keep}
        folder = self.clips(case_id)
        with suppress(FileNotFoundError):  # the owner and a round may do this at the same moment
            gone = [file for file in folder.iterdir() if file.name not in kept]
            if gone or not kept:
                with durable(Step.CLIPS_WIPED):
                    remove(gone)
                    if not kept:
                        folder.rmdir()

    def wipe_sealed(self, share_id: str) -> None:
        """Delete the sealed bodies of a share."""
        with durable(Step.BODIES_WIPED):
            shutil.rmtree(self.root / "sealed" / share_id, ignore_errors=True)

    def wipe_strays(self, clips: Mapping[str, Iterable[str]], shares: Iterable[str]) -> None:
        """Delete what a kill in the middle left: all but these digests of each case, and these shares' bodies.

        What can't be deleted, as on a bad place of the disk, is tried again with the next start.
        """
        shutil.rmtree(self.root / _TRIAL, ignore_errors=True)
        for folder in tuple((self.root / "clips").iterdir()):
            with suppress(OSError):
                self.wipe_clips(folder.name, keep=clips.get(folder.name, ()))
        for share_id in {folder.name for folder in (self.root / "sealed").iterdir()} - set(shares):
            self.wipe_sealed(share_id)


def sha256_of(path: Path) -> str:
    """Return the hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_piece(path: Path, offset: int, length: int) -> bytes:
    """Return a piece of a file."""
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(length)
