# SPDX-License-Identifier: BSD-2-Clause
"""What else ran on the machine, before and while something was measured.

The load average has in it what has ended minutes ago, our own processes among
it, so it is told as of before the first of several parts, and decides nothing
but where a part has run for no time that could be measured.  While a part runs,
what others had is all the processors' time but that of our processes; those
whose parent has ended first (ThreadSanitizer's symbolizer) come to us, or they
would be counted as others.
"""

import contextlib
import ctypes
import os
import resource
import time

OTHERS = 0.15  # processors that others had meanwhile; more, and they were at work
LOAD = 0.5  # before it began; likewise, where the other is not known
KNOWN_S = 1  # the clock of /proc/stat ticks a hundred times in it


def busy_s():
    """Time that all processors were not idle, or were withheld from this machine."""
    with open("/proc/stat", encoding="utf-8") as lines:
        user, nice, system, _idle, _waiting, hard, soft, withheld = map(
            int, next(lines).split()[1:9])  # fmt: skip
    return (user + nice + system + hard + soft + withheld) / os.sysconf("SC_CLK_TCK")


def own_s():
    """Of this process, and of those it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def adopt():
    """From now on the orphans of our processes are ours."""
    PR_SET_CHILD_SUBREAPER = 36
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def bury():
    """Wait for orphans that have ended.  There is no process that somebody else waits for."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass


class Machine:
    """load: the average before all began; None: as it is now."""

    def __init__(self, load=None):
        self.load = os.getloadavg()[0] if load is None else load
        self.goes_on = False  # some of what is told was measured earlier
        adopt()
        self.busy, self.own, self.begin = busy_s(), own_s(), time.monotonic()

    def spent(self):
        return time.monotonic() - self.begin

    def others(self):
        """Processors that others had since, on the average.  None of our processes runs."""
        bury()
        theirs = busy_s() - self.busy - (own_s() - self.own)
        return max(0, theirs / max(self.spent(), 0.01))

    @property
    def loaded(self):
        return self.load > LOAD if self.spent() < KNOWN_S else self.others() > OTHERS

    def words(self):
        if self.goes_on:
            return "some of it earlier: what else ran there then is not known"
        text = f"load before it began {self.load:.2f}, others had {self.others():.2f} processors meanwhile"
        return text + (" (**loaded: rates are too low, times too long**)" if self.loaded else "")
