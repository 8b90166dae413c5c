"""What runs in the process that records cameras. It imports nothing of the integration, and no Home Assistant."""
