"""The embedded store: SQLite files in one folder, one a day of `observed_timestamp`."""
