"""What other recorders in the house have is copied when it is held: they overwrite by their own rules.

One archive for all of them. A recorder is a `Peer`: a folder beside this one. No Home Assistant in it.
"""

from __future__ import annotations

from .errors import CopyError, Rule
from .peer import Known, Peer, PeerCamera, Server, Standing
from .source import CopiedSource

__all__ = ["CopiedSource", "CopyError", "Known", "Peer", "PeerCamera", "Rule", "Server", "Standing"]
