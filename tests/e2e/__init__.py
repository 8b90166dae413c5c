"""The whole journey on real processes: a town is started, a request goes round, the result is checked from outside."""
