"""`python -m ralph_hooks` is `ralph-hooks`."""

import sys

from ralph_hooks.cli import main

if __name__ == "__main__":
    sys.exit(main())
