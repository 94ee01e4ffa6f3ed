"""The only place that runs git: processes and their environment, objects, refs, merges, worktrees."""
