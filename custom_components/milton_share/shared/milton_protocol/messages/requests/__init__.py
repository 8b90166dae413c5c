"""What officers sign, how it is published, and which requests are live."""
