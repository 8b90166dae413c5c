"""What phones are told of a request, and when."""
