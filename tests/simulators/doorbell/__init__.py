"""A doorbell to test against: RTSP with pictures and sound that say when they were taken."""
