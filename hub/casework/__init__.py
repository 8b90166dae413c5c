"""What officers work with all day: the pages of cases, of their requests and shares, and search."""
