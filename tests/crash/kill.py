# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 at each request that changes files, and at random moments."""
import os, signal, subprocess, time

from site_under_test import scenarios

KINDS = ["open", "write", "sync", "rename", "unlink", "truncate"]
NEXT_RUN_EACH = 20  # of the random kills


def points(site, scenario):
    scenario.prepare()
    counts = site.count(scenario.arguments, site.work + "/")
    for kind in KINDS:
        for at in range(1, counts[kind] + 1):
            for do in ("kill", "kill-half", "kill-after") if kind == "write" else ("kill", "kill-after"):
                yield kind, at, do


def judged(scenario, next_run):
    state = scenario.judge()
    if next_run:
        scenario.goes_on()
    return state


def at_points(site, scenario, chosen, report):
    for kind, at, do in chosen:
        scenario.prepare()
        site.injected(scenario.arguments, under=site.work + "/", kinds=kind, at=at, do=do)
        report.check("%s, %s at %s %d" % (scenario.name, do, kind, at), lambda: judged(scenario, True))


def duration(site, scenario):
    scenario.prepare()
    start = time.monotonic()
    site.run(scenario.arguments)
    return time.monotonic() - start


def at_random(site, scenario, n, rng, report):
    longest = 1.1 * max(duration(site, scenario) for _ in range(3))
    for i in range(n):
        scenario.prepare()
        wait = rng.random() * longest
        child = subprocess.Popen([site.programs + "/" + scenario.arguments[0]] + scenario.arguments[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        site.n_processes += 1
        time.sleep(wait)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        report.check("%s, killed after %.2f ms" % (scenario.name, wait * 1000), lambda: judged(scenario, i % NEXT_RUN_EACH == 0))


def run(site, count, rng, report):
    every = [(scenario, list(points(site, scenario))) for scenario in scenarios(site)]
    n_points = sum(len(p) for _, p in every)
    share = min(1, count / 2 / n_points)
    for scenario, all_points in every:
        at_points(site, scenario, [p for p in all_points if rng.random() < share], report)
    left = max(0, count - report.n)
    for i, (scenario, _) in enumerate(every):
        at_random(site, scenario, left // len(every) + (i < left % len(every)), rng, report)
