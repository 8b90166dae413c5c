"""What goes to homes: the table of topics, and who hears of a change."""
