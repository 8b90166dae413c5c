"""The registry: cameras that residents put on the map, each as exactly as its owner chose."""
