#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""crash.py kill|power|faults|flips|planted COUNT [SEED]: hurt fundstelle-index in every way that a machine has, and look what is left.

	kill	kill -9 at each open, write, sync, rename, delete and cut of a run (before, in the midst, behind), then at random moments
	power	the writes and syncs of a run are recorded; every state that a disk may hold then is built: all prefixes, and random subsets and torn
		sectors of what was not yet synced
	faults	each request of a run fails: full disk, quota, file-size limit, I/O error, interrupted call, short transfer, no memory, no thread, no map
	planted	all of it with programs that have bugs (store/planted.h): each must be found; COUNT: so many of the bugs, 0: all
	flips	bits of the index flip: a query answers as before or exits with 2, --verify never dies and finds what a query meets

COUNT is the number of states to look at (faults: at most; 0: all). Programs are taken from $CRASH_BIN (planted: from tests/planted below it), and so is the library to preload. $CRASH_ONLY:
one kind of request; $CRASH_STOP: at the first finding. The last line has the counts; exit 1 where anything was found wrong, 0 else."""
import os, random, shutil, subprocess, sys, tempfile, time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import faults, flips, kill, power
from site_under_test import Site, Wrong

MODES = {"kill": kill.run, "power": power.run, "faults": faults.run, "flips": flips.run}
FINDINGS_SHOWN = 20


# bug, mode that must find it, states to look at, kind of request. The first are quick to find.
PLANTED = [("publish-early", "kill", 300, ""), ("no-sync", "power", 300, ""), ("checksum-unchecked", "flips", 12000, ""), ("commit-unchecked", "faults", 300, "sync"),
           ("verify-blind", "flips", 3000, ""), ("bound-unchecked", "flips", 3000, ""), ("copy-unsynced", "power", 1000, ""),
           ("memory-unchecked", "faults", 0, "alloc")]


def planted(count):
    """Does the harness find what is there to be found?"""
    missed, start = [], time.monotonic()
    chosen = PLANTED[:count or None]
    for bug, mode, states, only in chosen:
        env = dict(os.environ, FUNDSTELLE_PLANT=bug, CRASH_PLANTED="1", CRASH_STOP="1", CRASH_ONLY=only)
        run = subprocess.run([sys.executable, __file__, mode, str(states)], env=env, stdout=subprocess.PIPE, text=True)
        lines = run.stdout.splitlines() or [""]
        found = run.returncode == 1 and lines[-1].startswith(mode + ":")
        print("planted: %s: %s" % (bug, lines[0] if found else "NOT FOUND"), flush=True)
        if not found:
            missed.append(bug)
    print("planted: %d of %d bugs found, %.0f s" % (len(chosen) - len(missed), len(chosen), time.monotonic() - start))
    return 1 if missed else 0


class Enough(Exception):
    pass


class Report:
    def __init__(self):
        self.n = self.n_wrong = 0
        self.counts = {}

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def check(self, where, judge):
        """One state: judge() raises Wrong or returns what to count it as."""
        self.n += 1
        try:
            self.count(judge())
        except Wrong as why:
            self.n_wrong += 1
            if self.n_wrong <= FINDINGS_SHOWN:
                print("%s: %s" % (where, str(why).strip()), flush=True)
            if "CRASH_STOP" in os.environ:
                raise Enough


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in list(MODES) + ["planted"]:
        sys.exit(__doc__)
    if sys.argv[1] == "planted":
        return planted(int(sys.argv[2]))
    mode, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1
    # no disk is needed for this, and syncs to one are slow: what power loss leaves is built from what was recorded
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None
    work = tempfile.mkdtemp(prefix="fundstelle-crash-", dir=os.environ.get("TMPDIR", memory))
    report, start, site = Report(), time.monotonic(), None
    try:
        where = os.environ["CRASH_BIN"]
        planted_ones = where + "/tests/planted"
        with_bugs = "CRASH_PLANTED" in os.environ
        site = Site(work, planted_ones if with_bugs else where, planted_ones if with_bugs else where + "/tests/crash", where + "/tests/crash/inject.so")
        MODES[mode](site, count, random.Random(seed), report)
    except Enough:
        pass
    finally:
        if site:
            site.close()
        shutil.rmtree(work, ignore_errors=True)
    print("%s: %d states: %s; %d wrong; %d programs run, %.0f s" % (mode, report.n, ", ".join("%d %s" % (n, what) for what, n in sorted(report.counts.items())),
                                                               report.n_wrong, site.n_processes, time.monotonic() - start))
    return 1 if report.n_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
