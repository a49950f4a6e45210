"""Faust agents, one file a role."""
