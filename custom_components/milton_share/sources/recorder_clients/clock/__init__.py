"""The offset of a recorder's clock from this home's."""
