"""What this home believes of its city: trust documents judged, pinned against rollback, and kept."""
