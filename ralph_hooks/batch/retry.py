"""When a task that failed for a cause outside of it may be tried again. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from ralph_hooks.batch.choice import Earlier

LONGEST = 900.0  # seconds: from then on the pause does not grow


def pause(times: int, first: float) -> float:
    """Seconds to wait after so many failures in a row from outside: `first`, twice that, four times that, …"""
    if times < 1:
        return 0.0
    return max(first, min(LONGEST, first * 2.0 ** min(times - 1, 30)))


def not_before(earlier: Earlier | None, first: float) -> datetime | None:
    """When the pause after the last attempt ends (UTC); None where it did not fail from outside."""
    if earlier is None or not earlier.outside or earlier.ended is None:
        return None
    return datetime.fromisoformat(earlier.ended) + timedelta(seconds=pause(earlier.outside, first))
