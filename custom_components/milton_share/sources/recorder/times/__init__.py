"""When a segment was: what its media, the camera, and this home say of UTC, and how sure that is."""
