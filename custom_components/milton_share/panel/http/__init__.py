"""Files over HTTP: clips, added files, and their pictures."""
