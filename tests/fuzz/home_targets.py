"""Everything that is read in a home."""

TARGETS: dict[str, object] = {}
