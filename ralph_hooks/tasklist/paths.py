"""Which words are paths."""

from __future__ import annotations

from ralph_hooks.patterns import pattern

_BOLD = pattern(r"\A\*\*([^*]+)\*\*\Z")
_LINE_NUMBERS = pattern(r"(?::[0-9]+(?:[-\u2013][0-9]+)?|#L[0-9].*)$")
_KNOWN_EXTENSIONS = """
    py pyi pyx ipynb toml cfg ini txt md mdx rst adoc json jsonc json5 jsonl yaml yml lock xml html htm css scss
    sass less js jsx mjs cjs ts tsx mts cts vue svelte astro sh bash zsh fish ps1 psm1 psd1 bat cmd c h cc cpp hpp
    cs csproj sln props java kt kts gradle swift m mm go mod sum rs rb erb php pl lua r scala ex exs erl hs ml dart
    sql prisma graphql gql proto tf tfvars hcl env example tmpl tpl template svg png jpg jpeg gif ico webp pdf csv
    tsv parquet bats feature snap conf service plist xcconfig pbxproj storyboard strings razor cshtml sol zig nix
    cypher http rules
"""
_EXTENSIONS = frozenset(_KNOWN_EXTENSIONS.split())
_FRAMEWORK = pattern(r"[A-Z]\w*\.js$")  # Node.js, Next.js
BARE_NAMES = frozenset({"Makefile", "Dockerfile", "LICENSE", "Procfile", "Gemfile", "Rakefile", "CODEOWNERS"})
_DOT_FILES = (".git", ".env", ".eslint", ".prettier", ".docker", ".editor", ".npm")
_PATH = pattern(r"[\w.~@$+\-/\\*?\[\](){},=%]+$")
# Folders that a path begins with: `tests/unit` is one, `read/write` and `client/server` are words.
_KNOWN_ROOTS = """
    src test tests lib app apps docs doc packages backend frontend specs spec scripts components internal cmd
    pkg config migrations plugins examples public static assets tools bin .github .specify .claude
"""
_ROOTS = frozenset(_KNOWN_ROOTS.split())


def clean(word: str) -> str:
    """`word` without quotes, the punctuation of its sentence, bold marks and line numbers."""
    word = _BOLD.sub(r"\1", word.strip().strip("\"'`").rstrip(",;:").removesuffix("."))
    if word.startswith("(") and (word.endswith(")") or ")" not in word):
        word = word[1:]
    if word.endswith(")") and "(" not in word:
        word = word[:-1]
    return _LINE_NUMBERS.sub("", word.strip("\"'`"))


def is_declared(word: str) -> bool:
    """In a Files field a single word is a path unless it cannot be one."""
    return bool(_PATH.match(word)) and not word.endswith("()") and any(char.isalnum() or char == "*" for char in word)


def is_path(word: str) -> bool:
    """Whether `word` is a path wherever it stands: `and/or`, `text/html` and `/api/users` are not, `src/a` is."""
    if not _PATH.match(word) or word.endswith("()") or word.startswith(("@", "-", "$")):
        return False
    if _has_extension(word):
        return not _FRAMEWORK.match(word)
    if "/" not in word:
        return word in BARE_NAMES or word.startswith(_DOT_FILES)
    return word.removeprefix("./").split("/")[0] in _ROOTS


def _has_extension(word: str) -> bool:
    stem, _, extension = word.rpartition(".")
    return extension in _EXTENSIONS and stem[-1:] not in {"", "/"}
