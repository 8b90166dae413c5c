"""Commands about the directory: who is in it, their keys, devices and codes."""
