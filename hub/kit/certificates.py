"""What reading a certificate, or a request for one, can raise when somebody else made it.

``cryptography`` has exceptions of its own beside ValueError, which no common class joins.
"""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import DuplicateExtension, InvalidVersion, UnsupportedGeneralNameType

UNREADABLE = (ValueError, UnsupportedAlgorithm, DuplicateExtension, InvalidVersion, UnsupportedGeneralNameType)
