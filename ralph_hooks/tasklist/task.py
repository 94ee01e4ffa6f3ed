"""From a checkbox and its head to a `Task`: its fields, what it declares, where it stands."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist import blocks, declared, references
from ralph_hooks.tasklist.fields import fields
from ralph_hooks.tasklist.grammar import Head, Place
from ralph_hooks.tasklist.model import Block, Dialect, Field, Span, Task
from ralph_hooks.tasklist.structure import Item, Outline


class Box(NamedTuple):
    """A list item with a checkbox. `text`: what follows the box on its line, from the offset `start` on."""

    item: Item
    state: str
    span: Span
    text: str
    start: int


class TaskReader:
    """Reads the tasks of one list."""

    def __init__(self, shape: Outline, dialect: Dialect, found: Sequence[Block], known: references.Known) -> None:
        self._shape = shape
        self._dialect = dialect
        self._known = known
        self._block_at = blocks.innermost(found)
        self._heading_lines = [heading.line for heading in shape.headings]
        self._phases = _phases(shape)

    def tasks(self, chosen: Sequence[tuple[Box, Head]]) -> Iterator[Task]:
        """The tasks, numbered from 0."""
        for index, (box, head) in enumerate(chosen):
            following = chosen[index + 1][0].item.line if index + 1 < len(chosen) else box.item.end
            yield self._task(index, box, head, min(box.item.end, following))

    def _task(self, index: int, box: Box, head: Head, own_end: int) -> Task:
        """`own_end`: the line after the task's own lines, before the tasks that are nested in it."""
        item, lines = box.item, self._shape.lines
        found = fields(lines, self._shape.opaque, item.body, own_end)
        first = next((field.text for field in found if field.name == "Commit"), "")
        section = bisect_left(self._heading_lines, item.line + 1) - 1
        description = "\n".join([head.title, *(line.text for line in lines[item.body : min(item.paragraph, own_end)])])
        return Task(
            index=index,
            id=head.ids[0] if head.ids else None,
            aliases=head.ids[1:],
            title=head.title,
            markers=head.markers,
            state=box.state,
            line=item.line + 1,
            end_line=max(item.end, item.line + 1),
            span=Span(lines[item.line].start, lines[max(item.end - 1, item.line)].end),
            box=box.span,
            fields=found,
            files=self._files(found, description),
            depends=self._depends(found, description),
            commit=declared.commit(first),
            section=section if section >= 0 else None,
            phase=self._phases[section] if section >= 0 else None,
            block=self._block_at(item.line + 1),
            id_spans=tuple(_span(box, place) for place in head.id_places),
            marker_spans=tuple(_span(box, place) for place in head.marker_places),
            title_span=_span(box, head.title_place),
        )

    def _files(self, found: Sequence[Field], description: str) -> tuple[str, ...]:
        listed = [field.text for field in found if field.name == "Files"]
        if listed or self._dialect is not Dialect.SPECKIT:
            return declared.files("\n".join(listed))
        return declared.named_files(description)

    def _depends(self, found: Sequence[Field], description: str) -> tuple[str, ...]:
        if self._dialect is Dialect.SPECKIT:
            return references.in_description(description, self._known)
        text = "\n".join(field.text for field in found if field.name == "Depends on")
        return references.in_field(text, self._dialect, self._known)


def _span(box: Box, place: Place) -> Span:
    return Span(box.start + place[0], box.start + place[1])


def _phases(shape: Outline) -> list[str | None]:
    """For each heading, the text of the `##` heading that it is or stands under."""
    phases: list[str | None] = []
    current: str | None = None
    for heading in shape.headings:
        if heading.level <= 2:
            current = heading.text if heading.level == 2 else None
        phases.append(current)
    return phases
