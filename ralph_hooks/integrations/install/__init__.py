"""Wiring hooks, merge drivers and settings into a repository, and taking them out again without a trace."""
