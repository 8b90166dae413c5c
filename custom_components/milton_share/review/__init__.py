"""Looking before sharing: cutting, playing, and small pictures of what would be sent."""
