"""What the hub's applications answer, as an OpenAPI document made of their routes."""
