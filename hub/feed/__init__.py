"""What homes read over HTTPS: the feed of topics, the city record and the map."""
