"""Git's side: hooks that keep executors in their lane, and merge drivers for the spec's pages."""
