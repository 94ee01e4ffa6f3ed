"""Checking task lists. Pure: a task list and settings in, findings out. Knows nothing of git and of batches."""
