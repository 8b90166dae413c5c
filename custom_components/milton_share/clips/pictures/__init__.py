"""Small pictures of recordings and clips, for the owner's eyes alone."""
