"""What tells of the pod that a record came from: its own fields, names of log files, a list of the cluster's pods."""
