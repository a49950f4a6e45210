"""What examines a normalised record and may augment it: one processor a file."""
