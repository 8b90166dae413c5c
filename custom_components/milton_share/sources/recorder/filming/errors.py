"""Why our own line to a camera can't be, or a run can't go on."""


class LineError(Exception):
    """A server doesn't keep to what is read here, or refuses. The words are fit for a log."""


class StampsError(Exception):
    """A camera's time stamps begin anew. The words are fit for a log."""


class PicturesError(Exception):
    """A camera's pictures are in a coding that no clip is cut from; the words name it."""
