"""Shapes and vocabularies of everything Weft writes: what other programs may rely on."""
