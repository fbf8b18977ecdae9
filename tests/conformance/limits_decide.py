"""What Python's `limits` decides, for tests/python_limits_conform.rs.

First it prints one line about itself. Then each line on stdin is a case, {"strategy", "amount", "seconds", "requests":
[[nanoseconds, cost], ...]}, and each line on stdout its decisions: 1 for every request let through, 0 for every other.
"""

import json
import platform
import sys
from importlib.metadata import version
from types import SimpleNamespace

from limits import RateLimitItemPerSecond, storage, strategies

STRATEGIES = {
    "fixed": strategies.FixedWindowRateLimiter,
    "moving": strategies.MovingWindowRateLimiter,
    "counter": strategies.SlidingWindowCounterRateLimiter,
}


class Clock:
    """Stands in for the module `time`, of which both modules use `time()` alone."""

    def __init__(self):
        self.seconds = 0.0

    def time(self):
        return self.seconds


def still_storage(clock):
    """A memory store that goes by `clock`, without the thread that sweeps what has expired every 10 ms of real time.

    It only saves memory: each operation looks at the clock itself. But in a test it would come at a different moment
    in every run, and it also drops an entry of exactly one window's age, which `acquire_entry` still counts.
    """
    storage.memory.time = strategies.time = clock
    storage.memory.threading = SimpleNamespace(RLock=storage.memory.threading.RLock, Timer=Idle)
    return storage.MemoryStorage()


class Idle:
    """A timer that never goes off, and says that it is still running so that nobody starts another."""

    def __init__(self, *_):
        pass

    def start(self):
        pass

    def is_alive(self):
        return True


def main():
    clock = Clock()
    limiters = {name: strategy(still_storage(clock)) for name, strategy in STRATEGIES.items()}
    print(json.dumps({"limits": version("limits"), "python": platform.python_version()}), flush=True)
    for number, line in enumerate(sys.stdin):
        case = json.loads(line)
        limiter = limiters[case["strategy"]]
        item = RateLimitItemPerSecond(case["amount"], multiples=case["seconds"])
        decisions = []
        for nanoseconds, cost in case["requests"]:
            clock.seconds = nanoseconds / 1e9  # as `Nanos::as_secs_f64`: one conversion, one division
            # Every case has a key of its own, so none sees what another left behind.
            decisions.append("1" if limiter.hit(item, str(number), cost=cost) else "0")
        print("".join(decisions))


main()
