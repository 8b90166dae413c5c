"""The home's cameras: where each looks, what triggers it, and which of them a request covers."""
