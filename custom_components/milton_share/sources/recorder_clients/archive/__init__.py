"""Files copied from recorders, on this disk: what is in them, and how far the copying of a hold has come."""
