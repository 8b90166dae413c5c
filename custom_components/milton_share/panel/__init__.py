"""What the panel and whoever an approver drives it with can do and see."""
