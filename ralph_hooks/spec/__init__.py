"""The files of a spec beside its task list: which list, its state, its progress, its verdict."""
