"""`python -m ralph_hooks` is `ralph-hooks`."""

from ralph_hooks.cli import program

if __name__ == "__main__":
    program()
