"""Billing's normaliser."""

from .rules import normalize

__all__ = ["normalize"]
