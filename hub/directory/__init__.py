"""The city record, the directory and revocations, as the hub was handed them."""
