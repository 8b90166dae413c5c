"""How work leaves the event loop: threads, child processes, and tasks that are begun again after a bug."""
