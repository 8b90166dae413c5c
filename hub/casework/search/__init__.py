"""Search over cases, requests and shares, and the searches that people keep."""
