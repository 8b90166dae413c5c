"""A crawl of the hub in the manner of a scanner: what is sent, where, and what no answer may be."""
