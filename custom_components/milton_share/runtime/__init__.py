"""The composition root: builds the services and drives their update sequence."""
