"""The clip written: copied groups, encoded edges, masks, sound, and a transcode to look at."""
