"""What goes to homes: the table of topics, and the HTTPS feed that reads it."""
