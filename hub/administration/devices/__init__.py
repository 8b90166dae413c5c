"""The agency's devices as administrators see and change them."""
