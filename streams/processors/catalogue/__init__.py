"""What is known of services, and where it is read: entries, CSV and YAML files, compacted topics."""
