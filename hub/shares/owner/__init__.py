"""What a share's owner still decides, and is answered."""
