"""The programs that do the job."""
