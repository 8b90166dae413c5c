"""What homes send: shares in clear facts, sealed bodies by resumable upload."""
