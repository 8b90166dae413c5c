"""Answering a request from a browser: the page, what it reads of the city, and tickets to upload by."""
