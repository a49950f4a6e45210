"""Records in PostgreSQL: a table partitioned by the observed day, searchable by trace, service, time and words."""
