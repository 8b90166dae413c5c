"""Shares: how they come, what becomes of them, who opens them, and who outside of the agency is shown one."""
