"""Two ways to ask `git merge-tree`: a process for each merge, and from 2.49 on one process for all of them.

Loaded with the first merge: most landings merge nothing that meets, and all this takes milliseconds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path

from ralph_hooks.git.attributes import AttributeFolder
from ralph_hooks.git.conversation import Conversation
from ralph_hooks.git.features import Features
from ralph_hooks.git.merge import Merged
from ralph_hooks.git.merge_drivers import Driver, drivers, moved, settings
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.process import Result, run
from ralph_hooks.git.quarantine import Quarantine


class Way(ABC):
    """How git is asked. Which way it is changes no answer."""

    def __init__(self, objects: Objects) -> None:
        self._objects, self._repository = objects, objects.repository
        self._quarantine = Quarantine(objects)

    def merge(self, ours: str, theirs: str, attributes: str) -> Merged:
        """Merge two commits under the attributes of a third."""
        self._quarantine.lend()
        clean, records = self._answer(ours, theirs, attributes, self._quarantine.env)
        merged = _merged(clean, records)
        self._quarantine.take_in(merged.tree)
        return merged

    def close(self) -> None:
        self._quarantine.close()

    @abstractmethod
    def _answer(self, ours: str, theirs: str, attributes: str, env: Mapping[str, str]) -> tuple[bool, Iterator[str]]:
        """Whether it is clean, and the rest of what git says. `env`: where git's objects are."""

    @cached_property
    def _drivers(self) -> tuple[Driver, ...]:
        return drivers(self._repository)


def way(objects: Objects, features: Features) -> Way:
    """The best way that this git has."""
    return OneForAll(objects) if features.merge_process else OneEach(objects, features)


class OneEach(Way):
    """A process for each merge, which says by its status whether it is clean."""

    def __init__(self, objects: Objects, features: Features) -> None:
        super().__init__(objects)
        self._features = features
        self._folder: AttributeFolder | None = None
        self._folder_of: str | None = None  # the commit whose attribute files stand in it

    def _answer(self, ours: str, theirs: str, attributes: str, env: Mapping[str, str]) -> tuple[bool, Iterator[str]]:
        command = ("merge-tree", "--write-tree", "-z", "--messages", ours, theirs)
        if self._features.attr_source:
            options, env = (f"--attr-source={attributes}",), {**settings(self._drivers), **env}
            done = self._repository.git(*options, *command, env=env, accept=(0, 1))
        else:
            done = self._in_folder(self._attributes(attributes).path, command, env)
        return done.status == 0, iter(done.records)

    def close(self) -> None:
        super().close()
        if self._folder:
            self._folder.close()

    def _in_folder(self, folder: Path, command: Sequence[str], env: Mapping[str, str]) -> Result:
        place = {"GIT_WORK_TREE": str(folder), "GIT_DIR": str(self._repository.git_dir)}
        wrapped = settings(moved(driver, self._repository.top, folder) for driver in self._drivers)
        return run(folder, *command, env={**wrapped, **place, **env}, accept=(0, 1))

    def _attributes(self, commit: str) -> AttributeFolder:
        if self._folder is None or self._folder_of != commit:
            if self._folder:
                self._folder.close()
            self._folder, self._folder_of = AttributeFolder(self._objects, commit), commit
        return self._folder


class OneForAll(Way):
    """One process for all merges, which are asked one by one: each begins where the one before has ended.

    It has the attributes with which it was started, so other ones take another process.
    """

    def __init__(self, objects: Objects) -> None:
        super().__init__(objects)
        self._talk: Conversation | None = None
        self._attributes: str | None = None

    def _answer(self, ours: str, theirs: str, attributes: str, env: Mapping[str, str]) -> tuple[bool, Iterator[str]]:
        if self._talk is None or self._attributes != attributes:
            self._hang_up()
            command = (f"--attr-source={attributes}", "merge-tree", "--stdin", "--messages")
            self._talk = Conversation(self._repository.top, *command, env={**settings(self._drivers), **env})
            self._attributes = attributes
        self._talk.send(f"{ours} {theirs}\n".encode())
        # Not the statuses of a process: here 1 is clean and 0 a conflict.
        return self._talk.record() == "1", iter(self._talk.record, None)

    def close(self) -> None:
        self._hang_up()
        super().close()

    def _hang_up(self) -> None:
        if self._talk:
            self._talk.close()
            self._talk = None


def _merged(clean: bool, records: Iterator[str]) -> Merged:
    """The answer of `merge-tree -z`: tree, conflicted entries, an empty record, then messages as counted groups.

    Another empty record ends the answer of a process that stays.
    """
    tree = next(records, "")
    paths = dict.fromkeys(entry.partition("\t")[2] for entry in _until_empty(records))
    return Merged(tree, clean, tuple(paths), tuple(_messages(records)))


def _messages(records: Iterator[str]) -> Iterator[str]:
    """Each message is: number of paths, the paths, its kind, its text."""
    for count in _until_empty(records):
        *_, text = islice(records, int(count) + 2)
        yield text.strip()


def _until_empty(records: Iterator[str]) -> Iterator[str]:
    return iter(lambda: next(records, ""), "")
