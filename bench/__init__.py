"""The same job, on the same broker, for Weft and two others: how fast, how late, how much memory."""
