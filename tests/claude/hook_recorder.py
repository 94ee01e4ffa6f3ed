"""A hook that writes down what it is given, and the commit that the project then has checked out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def main(log: str) -> None:
    began = time.time()
    payload = json.load(sys.stdin)
    project = os.environ["CLAUDE_PROJECT_DIR"]  # its own directory may go while it runs, see test_client_facts.py
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=project, capture_output=True, text=True, check=False).stdout
    record = {"time": began, "head": head.strip(), "payload": payload}
    with Path(log).open("a") as file:
        file.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
