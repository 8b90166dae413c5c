"""What approvers were shown of clips and recordings: in memory alone, and forgotten with what it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..cases.state import UNDECIDED
from .served import ServedClips
from .thumbnails import Thumbnails

if TYPE_CHECKING:
    from ..cases.repository import CaseRepository
    from ..storage.private_folder import PrivateFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The small pictures, and what was sent of each clip."""

    book: CaseRepository
    folder: PrivateFolder
    thumbnails: Thumbnails = field(default_factory=Thumbnails, init=False)
    served: ServedClips = field(default_factory=ServedClips, init=False)

    def forget_wiped(self) -> None:
        """Forget what was shown of clips that are wiped, and of cases that are decided or over."""
        in_use = self.book.clips_in_use()
        self.served.keep_only(frozenset().union(*in_use.values()))
        self.thumbnails.keep_only(
            clips={self.folder.clip(case_id, sha256) for case_id, files in in_use.items() for sha256 in files},
            case_ids={case.case_id for case in self.book.cases.values() if case.state in UNDECIDED},
        )
