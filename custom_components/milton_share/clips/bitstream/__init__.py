"""What coded pictures and sound say of themselves, below any container. Pure, over bytes."""
