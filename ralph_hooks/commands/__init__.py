"""One module per verb: `EXAMPLE`, `arguments(parser)`, `run(args) -> exit code`. The docstring is the help text."""
