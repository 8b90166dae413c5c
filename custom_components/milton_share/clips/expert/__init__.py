"""The cutter by hand, for whoever examines a clip."""
