"""The hub's signed, hourly word on which requests are live."""
