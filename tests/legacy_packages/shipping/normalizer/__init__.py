"""Shipping's normaliser, which has nothing in common with billing's but the name."""
