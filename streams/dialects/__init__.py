"""Detection and one file a dialect or close family: what a value says, as one record."""
