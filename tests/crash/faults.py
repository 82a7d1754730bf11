# SPDX-License-Identifier: GPL-2.0-or-later
"""Each request of a run fails, one at a time, and then all from one on."""
import errno, os, re

from site_under_test import Wrong, scenarios

E = {name: getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG", "EIO", "EINTR", "EMFILE", "EACCES", "ENOMEM", "EAGAIN")}
WAYS = {
    "open": ["EMFILE", "EACCES"], "read": ["EIO", "EINTR", "short"], "write": ["ENOSPC", "EDQUOT", "EFBIG", "EIO", "EINTR", "short"],
    "sync": ["EIO", "ENOSPC"], "rename": ["EIO"], "unlink": ["EACCES"], "truncate": ["ENOSPC"], "mmap": ["ENOMEM"], "alloc": ["ENOMEM"],
    "thread": ["EAGAIN"], "stat": ["EIO"],
}
LASTING = [("write", "ENOSPC"), ("alloc", "ENOMEM"), ("thread", "EAGAIN"), ("mmap", "ENOMEM"), ("sync", "EIO")]


NEXT_RUN_SHARE = .2  # of the faults


def points(counts):
    only = os.environ.get("CRASH_ONLY")
    for kind, ways in WAYS.items():
        if only and kind != only:
            continue
        for at in range(1, counts[kind] + 1):
            for way in ways:
                yield kind, at, way, False
    for kind, way in LASTING if not only else []:
        for at in range(1, counts[kind] + 1):
            yield kind, at, way, True


def one(site, arguments, count_file, point):
    kind, at, way, lasting = point
    options = {"kinds": kind, "at": at, "do": E.get(way, way), "count": count_file}
    if lasting:
        options["sticky"] = 1
    return site.injected(arguments, **options)


def check_end(site, point, status, err, count_file, live):
    if status is None:
        raise Wrong("it hangs")
    if status not in (0, 1, 2):
        raise Wrong("status %s: %s" % (status, err))
    if status and not err:
        raise Wrong("status %d without a word" % status)
    try:
        with open(count_file) as f:
            left = int(f.read().split()[-1])
    except FileNotFoundError:
        raise Wrong("no count was left")
    if left > live:
        raise Wrong("%d allocations are left, not %d" % (left, live))
    os.remove(count_file)


def check_writer(site, scenario, point, live, rng):
    count_file = site.work + "/count"
    scenario.prepare()
    status, out, err = one(site, scenario.arguments, count_file, point)
    check_end(site, point, status, err, count_file, live)
    if status == 1:  # files that could not be read, or the archive as a whole: nothing is lost, and they come when they are asked for
        again = scenario.arguments + (["--retry-failed"] if scenario.name in ("update", "first run", "after a kill", "rebuild") else [])
        status_again, _, err_again = site.run(again)
        if status_again != 0:
            raise Wrong("status 1, and then %s: %s" % (status_again, err_again))
        scenario.site.verify(scenario.site.index)
    else:
        state = scenario.judge()
        if status == 2 and state == "after" and scenario.before[1] != scenario.after[1]:
            raise Wrong("status 2, but something was done: %s" % err)
        if status == 0 and state == "before" and scenario.before != scenario.after:
            raise Wrong("status 0, but nothing was done")
    if rng.random() < NEXT_RUN_SHARE:
        scenario.goes_on()
    return "status %d" % status


def without_time(out):
    """The list for people begins with how long it took."""
    return re.sub(r"\(\d+\.\d+ ms\)", "", out)


def check_query(site, arguments, wanted, point, live):
    count_file = site.work + "/count"
    status, out, err = one(site, arguments, count_file, point)
    check_end(site, point, status, err, count_file, live)
    if status != 2 and (status, without_time(out)) != wanted:
        raise Wrong("another answer, status %d" % status)
    return "status %d" % status


def run(site, count, rng, report):
    jobs = []
    for scenario in scenarios(site):
        scenario.prepare()
        counts = site.count(scenario.arguments)
        jobs += [(scenario.name, p, lambda p, s=scenario, n=counts["live"]: check_writer(site, s, p, n, rng)) for p in points(counts)]
    query_index = site.work + "/old"
    for name, query in (("query", ["fundstelle-query", "-i", query_index, "-n0", "--batch=" + site.queries, "-f", "tsv"]),
                        ("hits as text", ["fundstelle-query", "-i", query_index, "Feuerwehr"]), ("verify", ["fundstelle-index", "-i", query_index, "--verify=deep"])):
        status, out, _ = site.run(query)
        wanted = status, without_time(out)
        counts = site.count(query)
        jobs += [(name, p, lambda p, q=query, w=wanted, n=counts["live"]: check_query(site, q, w, p, n)) for p in points(counts)]
    if count and count < len(jobs):
        jobs = rng.sample(jobs, count)
    for name, p, judge in jobs:
        report.check("%s, %s at %s %d%s" % (name, p[2], p[0], p[1], " and all behind" if p[3] else ""), lambda: judge(p))
