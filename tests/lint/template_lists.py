"""Lists after the grammar of the two families' templates, with all that a strict reader trips over."""

from __future__ import annotations

RALPH = """\
---
spec: shortlink
phase: tasks
total_tasks: 9
---

# Tasks: Shortlink

## Phase 1: Make It Work (POC)

- [ ] 1.1 [P] Make codes
  - **Do**:
    1. Create `src/codes.py`
    2. Return six characters
  - **Files**: `src/codes.py` (new)
  - **Done when**: A code comes back
  - **Verify**: `python -m pytest -k codes`
  - **Commit**: `feat(codes): make codes`
  - _Requirements: FR-1, AC-1.1_
  - _Design: Codes_

- [ ] 1.2 [P] Count visits
  - **Do**: Count them
  - **Files**: `src/visits.py`
  - **Done when**: The count goes up
  - **Verify**: `python -m pytest -k visits`
  - **Commit**: `feat(visits): count visits`

- [ ] 1.3 [VERIFY] Quality checkpoint: `ruff check` and `mypy`
  - **Do**: Run the quality commands
  - **Verify**: All commands exit 0
  - **Done when**: No lint errors, no type errors
  - **Commit**: `chore(shortlink): pass quality checkpoint` (only if fixes were needed)

## Phase 2: Testing

- [ ] 2.1 [P] [RED] Failing test: codes differ
  - **Do**: Write the test
  - **Files**: `tests/test_codes.py`
  - **Done when**: The test fails
  - **Verify**: `python -m pytest tests/test_codes.py; test $? -eq 1`
  - **Commit**: `test(codes): red - codes differ`

- [ ] 2.2 [GREEN] Pass test: codes differ
  - **Do**: Draw from a larger alphabet
  - **Files**: `src/codes.py`
  - **Done when**: The test passes
  - **Verify**: `python -m pytest tests/test_codes.py`
  - **Commit**: `feat(codes): green - codes differ`

- [ ] 2.3 [YELLOW] Refactor: codes
  - **Do**: Tidy up
  - **Files**: `src/codes.py`
  - **Done when**: The test still passes
  - **Verify**: `python -m pytest tests/test_codes.py`
  - **Commit**: `refactor(codes): yellow - clean up`

## Phase 4: Quality Gates

- [ ] V4 [VERIFY] Full local CI
  - **Do**: Run everything
  - **Verify**: `make ci`
  - **Done when**: It passes
  - **Commit**: `chore(shortlink): pass local CI`

- [ ] V5 [VERIFY] CI pipeline passes
  - **Do**: Push, open the pull request
  - **Verify**: `gh pr checks`
  - **Done when**: CI is green
  - **Commit**: None

  gh pr create --body "$(cat <<'EOF'
## Summary

- [x] Zero regressions
- [ ] CI checks green
EOF
  )"

- [ ] V6 [VERIFY] AC checklist
  - **Do**: Read requirements.md, verify each criterion
  - **Verify**: `grep -c AC requirements.md`
  - **Done when**: All criteria are met
  - **Commit**: None

## Notes

- **POC shortcuts taken**: `[P]` tasks share no file
"""

SPECKIT = """\
---
description: "Task list template for feature implementation"
---

# Tasks: [FEATURE NAME]

**Input**: Design documents from `/specs/[###-feature-name]/`

## Format: `[ID] [P?] [Story] Description`

- **[P]**: Can run in parallel (different files, no dependencies)
- **[Story]**: Which user story this task belongs to (US1, US2)

## Phase 1: Setup (Shared Infrastructure)

- [ ] T001 Create project structure per implementation plan
- [ ] T002 Initialize the project with its framework dependencies
- [ ] T003 [P] Configure linting and formatting tools

---

## Phase 2: Foundational (Blocking Prerequisites)

- [ ] T004 Set up database schema and migrations framework
- [ ] T005 [P] Implement authentication framework
- [ ] T006 [P] Set up API routing and middleware structure
- [ ] T007 Create base models that all stories depend on

**Checkpoint**: Foundation ready - user story implementation can now begin in parallel

## Phase 3: User Story 1 - [Title] (Priority: P1)

### Tests for User Story 1 (OPTIONAL)

- [ ] T010 [P] [US1] Contract test for [endpoint] in tests/contract/test_[name].py
- [ ] T011 [P] [US1] Integration test for [user journey] in tests/integration/test_[name].py

### Implementation for User Story 1

- [ ] T012 [P] [US1] Create [Entity1] model in src/models/[entity1].py
- [ ] T013 [P] [US1] Create [Entity2] model in src/models/[entity2].py
- [ ] T014 [US1] Implement [Service] in src/services/[service].py (depends on T012, T013)
- [ ] T015 [US1] Implement [endpoint/feature] in src/[location]/[file].py

## Phase N: Polish & Cross-Cutting Concerns

- [ ] TXXX [P] Documentation updates in docs/
- [ ] TXXX Code cleanup and refactoring
- [ ] TXXX [P] Additional unit tests (if requested) in tests/unit/

## Dependencies & Execution Order

- **Setup (Phase 1)**: No dependencies - can start immediately

### Parallel Opportunities

- All Setup tasks marked [P] can run in parallel

```text
Task: "T010 Contract test for [endpoint] in tests/contract/test_[name].py"
- [ ] T999 an example
```

## Notes

- [P] tasks = different files, no dependencies
- [Story] label maps task to specific user story for traceability
"""

PLAIN = """\
# Release

### [PARALLEL] Screens

- [ ] Draw them
- [ ] (P) Test them

### [/PARALLEL]

### [SEQUENTIAL after Screens] Ship

- [-] Tag it
  - Files: `CHANGELOG.md`
- [ ]* Tell people
"""

LISTS = {"ralph": RALPH, "speckit": SPECKIT, "plain": PLAIN}
