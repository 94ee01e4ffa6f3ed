"""Findings that were there before the linter came: counted in a file, so that only new ones are reported.

An entry is told by path, rule and task id, or where a finding is about no task, by what its line says. So tasks and
lines can move. A count that is too high now is reported: the file only ever gets shorter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ralph_hooks.errors import UsageError
from ralph_hooks.lint.model import Finding, Rule
from ralph_hooks.records import NamedTuple

NAME = ".ralph-hooks-baseline.json"
VERSION = 1

Key = tuple[str, str, str]  # path, code, what it is about


class Baseline(NamedTuple):
    """How many findings of each kind are known. `lines`: where each stands in the file, for those that are stale."""

    path: str
    counts: Mapping[Key, int]
    lines: Mapping[Key, int]

    def new(self, keyed: Iterable[tuple[Key, Finding]]) -> tuple[Finding, ...]:
        """Those findings that are more than the known ones, in their order."""
        left = Counter(self.counts)
        kept = []
        for key, finding in keyed:
            if left[key] > 0:
                left[key] -= 1
            else:
                kept.append(finding)
        return tuple(kept)

    def stale(self, found: Iterable[Key], paths: frozenset[str], rules: Iterable[Rule], meta: Rule) -> list[Finding]:
        """A finding of `meta` for each entry that counts more than `found`.

        Looks at `paths` and `rules` alone: what was not looked for cannot be missed.
        """
        there = Counter(found)
        codes = {rule.code for rule in rules}
        return [
            self._finding(key, count - there[key], meta)
            for key, count in self.counts.items()
            if key[0] in paths and key[1] in codes and count > there[key]
        ]

    def _finding(self, key: Key, missing: int, meta: Rule) -> Finding:
        path, code, about = key
        line = self.lines[key]
        message = f"the baseline expects {missing} more {code} in {path} ({about}): write it anew"
        return Finding(self.path, line, 1, line, 1, meta.code, meta.name, meta.severity, message)


def key(path: str, finding: Finding, line: str) -> Key:
    """What a finding is known by. `path`: relative to the top of the repository; `line`: the text of its line."""
    if finding.task is not None:
        return path, finding.code, f"task {finding.task}"
    import hashlib  # noqa: PLC0415 - few runs have a baseline

    words = " ".join(line.split()).encode("utf-8", "surrogateescape")
    return path, finding.code, f"line {hashlib.sha256(words).hexdigest()[:16]}"


def write(counts: Mapping[Key, int]) -> str:
    """The text of a baseline file: an entry a line, in order, so that diffs and merges are readable."""
    import json  # noqa: PLC0415 - few runs have a baseline

    entries = [
        json.dumps({"path": path, "code": code, "about": about, "count": count})
        for (path, code, about), count in sorted(counts.items())
    ]
    body = ",\n    ".join(entries)
    return f'{{\n  "version": {VERSION},\n  "findings": [{f"{chr(10)}    {body}{chr(10)}  " if entries else ""}]\n}}\n'


def read(path: str, text: str) -> Baseline:
    """Raises UsageError for anything that `write` did not write."""
    import json  # noqa: PLC0415 - few runs have a baseline

    try:
        document = json.loads(text)
        if document["version"] != VERSION:
            raise UsageError(f"{path} has version {document['version']}", f"this is version {VERSION}: write it anew")
        counts: Counter[Key] = Counter()
        for entry in document["findings"]:
            counts[str(entry["path"]), str(entry["code"]), str(entry["about"])] += int(entry["count"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(f"{path} is no baseline: {error}", "write it anew with --write-baseline") from error
    return Baseline(path, counts, _entry_lines(text, counts))


def _entry_lines(text: str, counts: Mapping[Key, int]) -> dict[Key, int]:
    import json  # noqa: PLC0415 - few runs have a baseline

    numbered = {}
    for number, line in enumerate(text.split("\n"), 1):
        try:
            entry = json.loads(line.strip().rstrip(","))
            numbered[entry["path"], entry["code"], entry["about"]] = number
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
    return {key: numbered.get(key, 1) for key in counts}
