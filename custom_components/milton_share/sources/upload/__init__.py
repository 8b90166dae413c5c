"""Files that the owner adds to a request, such as an export of a maker's app, as a source. No Home Assistant in it."""

from __future__ import annotations

from .errors import UploadError, UploadRule
from .model import AddedFile, FileFacts, Timing, file_camera, is_file
from .source import UploadSource

__all__ = ["AddedFile", "FileFacts", "Timing", "UploadError", "UploadRule", "UploadSource", "file_camera", "is_file"]
