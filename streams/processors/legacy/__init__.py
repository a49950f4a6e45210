"""`legacy`: old modules with `normalize(dict) -> dict`, each kept apart from everything else in the process."""
