"""The quarter's figures and report."""
