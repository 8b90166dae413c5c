"""Why a run can't go on."""


class StampsError(Exception):
    """A camera's time stamps begin anew. The words are fit for a log."""


class PicturesError(Exception):
    """A camera's pictures are in a coding that no clip is cut from; the words name it."""
