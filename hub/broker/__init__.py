"""The MQTT broker: the hub's own mosquitto child, the city's broker, or none, and what is retained in it."""
