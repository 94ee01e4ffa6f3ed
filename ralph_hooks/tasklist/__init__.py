"""Task lists: `parse` reads a `tasks.md`, `plan` groups its tasks, `edit` ticks boxes without touching another byte."""
