"""Recordings read: hostile input, opened by a forced demuxer, measured, and decoded where that is asked for."""
