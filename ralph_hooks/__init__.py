"""Git worktrees, ordered landings and hooks for coding agents that work in parallel."""

__version__ = "0.1.0"
