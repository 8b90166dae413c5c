"""How the cutter says no."""


class ClipRefused(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """A clip that is not made, with the rule that forbids it."""

    def __init__(self, rule: str, detail: str = "") -> None:
        """Name the broken `rule` (a stable key) and, for people, a `detail`."""
        super().__init__(f"{rule}: {detail}" if detail else rule)
        self.rule = rule
        self.detail = detail
