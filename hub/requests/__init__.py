"""Footage requests: policy, signatures, durable publication."""
