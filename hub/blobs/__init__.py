"""Sealed bodies at rest: one code path for a local folder and S3-likes (obstore)."""
