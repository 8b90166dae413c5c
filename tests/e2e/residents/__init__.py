"""Residents without Home Assistant in the demonstration: the camera registry, and what is asked at doors."""
