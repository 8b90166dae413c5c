"""How the cutter says no."""

from enum import StrEnum


class CutRule(StrEnum):
    """The rules that can forbid a clip."""

    BAD_JOB = "bad_job"
    UNREADABLE_SEGMENT = "unreadable_segment"
    SEGMENTS_OVERLAP = "segments_overlap"
    NOTHING_RECORDED = "nothing_recorded"
    TIMES_UNKNOWN = "times_unknown"
    UNDECODABLE = "undecodable"
    SOUND_UNDECODABLE = "sound_undecodable"
    NO_ENCODER = "no_encoder"
    UNAPPROVED_FRAMES = "unapproved_frames"
    UNAPPROVED_AUDIO = "unapproved_audio"
    METADATA = "metadata"
    HIDDEN_DATA = "hidden_data"
    SLICES_DIFFER = "slices_differ"
    CLIP_TOO_LARGE = "clip_too_large"
    NO_SPACE = "no_space"
    OUT_OF_MEMORY = "out_of_memory"
    CUT_TIMED_OUT = "cut_timed_out"
    CUT_FAILED = "cut_failed"


class ClipRefused(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """A clip that is not made, with the rule that forbids it."""

    def __init__(self, rule: CutRule, detail: str = "") -> None:
        """Name the broken `rule` and, for people, a `detail`."""
        super().__init__(f"{rule}: {detail}" if detail else rule)
        self.rule = rule
        self.detail = detail
