"""Everything that talks to Kafka: source, commits, publisher, partitioner, topics, ledger."""
