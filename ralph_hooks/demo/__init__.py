"""The demonstration: a small service, three executors that really run, a conflict and what comes of it."""
