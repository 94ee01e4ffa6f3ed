"""The service that the demonstration works on: the files it begins with, and what each executor does to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SPEC = "specs/shortlink"

_APP = '''\
"""The service: a request passes through STEPS, each of which may change the answer."""

from importlib import import_module

STEPS = [
    "shortlink.links:find",
{further}]


def handle(code):
    request = {{"code": code}}
    for step in STEPS:
        module, name = step.split(":")
        getattr(import_module(module), name)(request)
    return request["answer"]
'''
_COUNT = '    "shortlink.visits:count",\n'
_EXPIRE = '    "shortlink.expiry:refuse",\n'

_LINKS = '''\
"""Links: a short code and the address it stands for."""

LINKS = {"docs": "https://example.org/documentation", "sale": "https://example.org/spring-sale"}


def find(request):
    address = LINKS.get(request["code"])
    request["answer"] = (302, address) if address else (404, "no such link")
'''

_CODES = '''\
"""Codes for new addresses."""

from hashlib import sha256

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks alike
'''
_CODE_FOR = '''

def code_for(address):
    """Six letters; the same address always gets the same ones."""
    digest = sha256(address.encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:6])
'''
_TEST_CODES = """\
from unittest import TestCase

from shortlink.codes import ALPHABET, code_for


class Codes(TestCase):
    def test_the_same_address_gets_the_same_code(self):
        self.assertEqual(code_for("https://example.org/"), code_for("https://example.org/"))

    def test_a_code_can_be_read_aloud(self):
        self.assertLessEqual(set(code_for("https://example.org/")), set(ALPHABET))
"""

_VISITS = '''\
"""How often each link was followed."""

from collections import Counter

VISITS = Counter()


def count(request):
    if request["answer"][0] == 302:
        VISITS[request["code"]] += 1
'''
_TEST_VISITS = """\
from unittest import TestCase

from shortlink.app import handle
from shortlink.visits import VISITS


class Visits(TestCase):
    def test_only_links_that_lead_somewhere_count(self):
        VISITS.clear()
        for code in ("docs", "docs", "nobody-knows-this"):
            handle(code)
        self.assertEqual(VISITS, {"docs": 2})
"""

_EXPIRY = '''\
"""Links that have a last day."""

from datetime import date

LAST_DAY = {"sale": date(2024, 5, 31)}


def refuse(request):
    if LAST_DAY.get(request["code"], date.max) < date.today():
        request["answer"] = (410, "this link has expired")
'''
_TEST_EXPIRY = """\
from unittest import TestCase

from shortlink.app import handle


class Expiry(TestCase):
    def test_a_link_leads_nowhere_after_its_last_day(self):
        self.assertEqual(handle("sale")[0], 410)
        self.assertEqual(handle("docs")[0], 302)
"""

_STATE = """\
{
  "source": "spec",
  "name": "shortlink",
  "basePath": "./specs/shortlink",
  "phase": "execution",
  "taskIndex": 1,
  "totalTasks": 7,
  "taskIteration": 1,
  "maxTaskIterations": 5,
  "globalIteration": 2,
  "maxGlobalIterations": 100,
  "awaitingApproval": false
}
"""
_PROGRESS = """\
# Progress: shortlink

## Completed Tasks

- [x] 1.1 Follow a short link

## Learnings

- The order of STEPS matters: each step sees the answer of those before it.
"""

# What git keeps from the first commit on. The state file belongs to the orchestrator, and is never committed.
FILES: Mapping[str, str] = {
    ".gitignore": "__pycache__/\n.ralph-state.json\n",
    "README.md": "# shortlink\n\nA small service: a short code in, a long address out.\n",
    "shortlink/__init__.py": "",
    "shortlink/app.py": _APP.format(further=""),
    "shortlink/links.py": _LINKS,
    "specs/.current-spec": "shortlink\n",
    f"{SPEC}/tasks.md": Path(__file__).with_name("tasks.md").read_text(encoding="utf-8"),
    f"{SPEC}/.progress.md": _PROGRESS,
}
UNTRACKED: Mapping[str, str] = {f"{SPEC}/.ralph-state.json": _STATE}


@dataclass(frozen=True, slots=True)
class Step:
    """One commit of an executor."""

    subject: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Job:
    """What one executor does. `pause`: seconds before each step; `learning`: what it puts into its progress file."""

    author: str
    pause: float
    steps: tuple[Step, ...]
    learning: str


# The later the task, the sooner its executor is done. 1.3 and 1.4 both put a step at the same place of the service;
# 1.4 does not even declare that file. That is the conflict.
JOBS: Mapping[str, Job] = {
    "1.2": Job(
        "Ada",
        0.5,
        (
            Step("Choose an alphabet", {"shortlink/codes.py": _CODES}),
            Step("Derive a code from the address", {"shortlink/codes.py": _CODES + _CODE_FOR}),
            Step("Test the codes", {"shortlink/test_codes.py": _TEST_CODES}),
        ),
        "Letters that look alike (0 and o, 1 and l) stay out of codes.",
    ),
    "1.3": Job(
        "Grace",
        0.3,
        (
            Step("Count what is followed", {"shortlink/visits.py": _VISITS}),
            Step("Put counting into the service", {"shortlink/app.py": _APP.format(further=_COUNT)}),
            Step("Test the counting", {"shortlink/test_visits.py": _TEST_VISITS}),
        ),
        "Only an answer of 302 is a visit.",
    ),
    "1.4": Job(
        "Edsger",
        0.1,
        (
            Step("Keep the last day of a link", {"shortlink/expiry.py": _EXPIRY}),
            Step("Put expiry into the service", {"shortlink/app.py": _APP.format(further=_EXPIRE)}),
            Step("Test the last day", {"shortlink/test_expiry.py": _TEST_EXPIRY}),
        ),
        "A link without a last day never expires.",
    ),
}

# The decision that no merge can make: expiry comes first, so that a link that has expired counts no visit.
RESOLUTION = Job(
    "Edsger",
    0.1,
    (Step("Let links expire before visits are counted", {"shortlink/app.py": _APP.format(further=_EXPIRE + _COUNT)}),),
    "Expiry comes before counting, or expired links would count visits.",
)
