"""What things are found by: their words, kept in the transaction of the act that makes them."""
