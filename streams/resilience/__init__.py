"""What keeps a call to something outside from harming the stream: retries, circuit breakers, caches."""
