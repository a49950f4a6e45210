"""Records as Parquet files in a folder or an object store, listed by a log of what was committed."""
