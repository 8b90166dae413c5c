"""What a home and the hub exchange to join, read the feed, and leave."""
