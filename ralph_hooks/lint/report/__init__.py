"""Findings for people and for machines: one module per format, each a pure function from a `Report` to a text."""
