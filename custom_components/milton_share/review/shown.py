"""What approvers were shown of clips and recordings: in memory alone, and forgotten with what it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..cases.state import UNDECIDED
from .served import ServedBook
from .stills import StillsBook
from .thumbnails import RoughBook

if TYPE_CHECKING:
    from ..cases.repository import CaseBook
    from ..storage.private_folder import PrivateFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The small pictures, and what was sent of each clip."""

    book: CaseBook
    folder: PrivateFolder
    stills: StillsBook = field(default_factory=StillsBook, init=False)
    rough: RoughBook = field(default_factory=RoughBook, init=False)
    served: ServedBook = field(default_factory=ServedBook, init=False)

    def forget_wiped(self) -> None:
        """Forget what was shown of clips that are wiped, and of cases that are decided or over."""
        in_use = self.book.clips_in_use()
        self.stills.keep_only(
            frozenset(self.folder.clip(case_id, sha256) for case_id, files in in_use.items() for sha256 in files)
        )
        self.served.keep_only(frozenset().union(*in_use.values()))
        self.rough.keep_only(frozenset(case.case_id for case in self.book.cases.values() if case.state in UNDECIDED))
