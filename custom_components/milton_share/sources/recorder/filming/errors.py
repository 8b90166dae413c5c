"""Why our own line to a camera can't be."""


class LineError(Exception):
    """A server doesn't keep to what is read here, or refuses. The words are fit for a log."""
