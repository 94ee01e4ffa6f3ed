"""Print a script that completes commands and options in your shell."""

from __future__ import annotations

import pkgutil
import shlex
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Iterator
from importlib import import_module

from ralph_hooks import commands
from ralph_hooks.commands.printing import put
from ralph_hooks.records import NamedTuple

EXAMPLE = 'eval "$(ralph-hooks completion bash)"'


class Option(NamedTuple):
    """One option of a verb. `values`: what it takes, where that is a choice; `takes`: whether it takes anything."""

    names: tuple[str, ...]
    help: str
    takes: bool
    values: tuple[str, ...]


class Verb(NamedTuple):
    name: str
    help: str
    options: tuple[Option, ...]
    values: tuple[str, ...]  # of its first argument, where that is a choice


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=tuple(SHELLS), help="for which shell")


def run(args: Namespace) -> int:
    put(SHELLS[args.shell](list(verbs())).removesuffix("\n"))
    return 0


def verbs() -> Iterator[Verb]:
    """Every verb, from its parser: there is no second list that could be out of date."""
    for found in pkgutil.iter_modules(commands.__path__):
        module = import_module(f"{commands.__name__}.{found.name}")
        if hasattr(module, "EXAMPLE"):  # the others are no verbs
            parser = ArgumentParser(add_help=True)
            module.arguments(parser)
            actions = parser._actions  # noqa: SLF001 - argparse tells its options in no other way
            first = next((_values(action) for action in actions if not action.option_strings), ())
            help_line = (module.__doc__ or "").strip().split("\n")[0].rstrip(".")
            yield Verb(found.name, help_line, tuple(map(_option, filter(_is_option, actions))), first)


def _is_option(action: Action) -> bool:
    return bool(action.option_strings)


def _option(action: Action) -> Option:
    return Option(tuple(action.option_strings), (action.help or "").split("\n")[0], action.nargs != 0, _values(action))


def _values(action: Action) -> tuple[str, ...]:
    return tuple(map(str, action.choices or ()))


def _bash(listed: list[Verb]) -> str:
    names = " ".join(verb.name for verb in listed)
    lines = [
        "_ralph_hooks() {",
        '    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"',
        '    local verb="${COMP_WORDS[1]}" words=""',
        "    COMPREPLY=()",
        "    if [[ $COMP_CWORD -eq 1 ]]; then",
        f'        COMPREPLY=($(compgen -W "{names} --help --version" -- "$word"))',
        "        return",
        "    fi",
        '    case "$verb $before" in',
    ]
    for verb in listed:
        for option in verb.options:
            if option.takes:
                pattern = "|".join(shlex.quote(f"{verb.name} {name}") for name in option.names)
                source = f'-W "{" ".join(option.values)}"' if option.values else "-f"
                lines.append(f'        {pattern}) COMPREPLY=($(compgen {source} -- "$word")); return ;;')
    lines += ["    esac", '    case "$verb" in']
    for verb in listed:
        words = " ".join([*verb.values, *(name for option in verb.options for name in option.names)])
        lines.append(f'        {verb.name}) words="{words}" ;;')
    lines += [
        "    esac",
        '    COMPREPLY=($(compgen -W "$words" -- "$word"))',
        '    [[ $word == -* ]] || COMPREPLY+=($(compgen -f -- "$word"))',
        "}",
        "complete -o filenames -F _ralph_hooks ralph-hooks",
    ]
    return "\n".join(lines)


def _zsh(listed: list[Verb]) -> str:
    lines = ["#compdef ralph-hooks", "_ralph_hooks() {", "    if (( CURRENT == 2 )); then", "        local -a verbs=("]
    lines += [f"            {shlex.quote(f'{verb.name}:{verb.help}')}" for verb in listed]
    lines += ["        )", "        _describe command verbs", "        return", "    fi", "    local verb=$words[2]"]
    lines += ["    shift words", "    (( CURRENT-- ))", "    case $verb in"]
    for verb in listed:
        specs = [shlex.quote(_zsh_option(option, name)) for option in verb.options for name in option.names]
        rest = f"*:value:({' '.join(verb.values)})" if verb.values else "*:file:_files"
        lines.append(f"        {verb.name}) _arguments {' '.join([*specs, shlex.quote(rest)])} ;;")
    lines += ["    esac", "}", "compdef _ralph_hooks ralph-hooks"]
    return "\n".join(lines)


def _zsh_option(option: Option, name: str) -> str:
    text = option.help.translate(str.maketrans("[]:", "() "))
    values = f"({' '.join(option.values)})" if option.values else "_files"
    return f"{name}[{text}]" + (f":value:{values}" if option.takes else "")


def _fish(listed: list[Verb]) -> str:
    lines = ["complete -c ralph-hooks -n __fish_use_subcommand -f"]
    for verb in listed:
        lines.append(f"complete -c ralph-hooks -n __fish_use_subcommand -a {verb.name} -d {_fish_quoted(verb.help)}")
        here = f"-n '__fish_seen_subcommand_from {verb.name}'"
        if verb.values:
            lines.append(f"complete -c ralph-hooks {here} -f -a {_fish_quoted(' '.join(verb.values))}")
        for option in verb.options:
            names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
            takes = (
                f" -x -a {_fish_quoted(' '.join(option.values))}" if option.values else " -r" if option.takes else ""
            )
            lines.append(f"complete -c ralph-hooks {here} {names}{takes} -d {_fish_quoted(option.help)}")
    return "\n".join(lines)


def _fish_takes(option: Option) -> list[str]:
    if option.values:
        return ["-x", "-a", _fish_quoted(" ".join(option.values))]
    return ["-r"] if option.takes else []


def _fish_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


SHELLS = {"bash": _bash, "zsh": _zsh, "fish": _fish}
