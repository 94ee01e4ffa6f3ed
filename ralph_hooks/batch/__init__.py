"""The life of a batch: start, finish, land, recover, undo. Knows git and task lists, nothing of any orchestrator."""
