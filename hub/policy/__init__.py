"""The agency's own limits: versions of them, which two administrators make, and which one judges what."""
