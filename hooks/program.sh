# shellcheck shell=sh
# For the launchers beside this file, which source it: which ralph-hooks is to run?

# become_ralph_hooks DIRECTORY ARG...: run it in place of this shell. Returns, with 127, only where there is none.
# DIRECTORY is the one of this file.
become_ralph_hooks() {
    here=$1
    shift
    # An installed one goes first: hooks and the person at the keyboard use the same. RALPH_HOOKS names one that is not
    # on PATH; the third is that of the virtual environment that this file is installed in, at
    # lib/python3.x/site-packages/ralph_hooks/launchers.
    if [ -n "${RALPH_HOOKS-}" ] && [ -x "$RALPH_HOOKS" ]; then
        exec "$RALPH_HOOKS" "$@"
    elif command -v ralph-hooks >/dev/null 2>&1; then
        exec ralph-hooks "$@"
    elif [ -x "$here/../../../../../bin/ralph-hooks" ]; then
        exec "$here/../../../../../bin/ralph-hooks" "$@"
    elif [ -x "$here/../.venv/bin/ralph-hooks" ]; then
        exec "$here/../.venv/bin/ralph-hooks" "$@"
    elif [ -d "$here/../ralph_hooks" ] && python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        PYTHONPATH=$(CDPATH='' cd "$here/.." && pwd -P)${PYTHONPATH:+:$PYTHONPATH}
        export PYTHONPATH
        # -P: a module of the current directory must not be taken for one of ours.
        exec python3 -P -m ralph_hooks "$@"
    fi
    return 127
}
