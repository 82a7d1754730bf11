# SPDX-License-Identifier: GPL-2.0-or-later
"""Bits of data.mdb flip, one or several."""
import sys

from site_under_test import Wrong, scenarios


def check(site, wanted):
    status, out, err, verified, findings, _ = site.look(site.index)
    if status not in (0, 1, 2):
        raise Wrong("query: status %s: %s" % (status, err))
    if status == 2 and err.count("\n") != 1:
        raise Wrong("query: not one line: %s" % err)
    if status != 2 and out != wanted:
        raise Wrong("query: another answer, status %d" % status)
    if verified not in (0, 1, 2):
        raise Wrong("--verify: status %s: %s" % (verified, findings))
    if verified == 0 and status == 2:
        raise Wrong("--verify finds nothing, a query does: %s" % err)
    if verified and not findings:
        raise Wrong("--verify: status %d without a word" % verified)
    return "harmless" if verified == 0 else "found, query answers" if status != 2 else "found, query ends with 2"


META, BRANCH_OR_LEAF = 8, (1, 2)  # flags of LMDB's pages


def tree_pages(data):
    """Where pages begin that LMDB keeps keys in, and its meta pages: few of all, and the most is to be hurt there."""
    flags = {at: int.from_bytes(data[at + 10:at + 12], sys.byteorder) for at in range(0, len(data), 4096)}
    return [at for at, f in flags.items() if f == META or f in BRANCH_OR_LEAF]


def run(site, count, rng, report):
    scenario = next(iter(scenarios(site)))
    scenario.prepare()
    path = site.index + "/data.mdb"
    with open(path, "rb") as f:
        good = f.read()
    wanted = site.look(site.index)[1]
    trees = tree_pages(good)
    while report.n < count:
        bad = bytearray(good)
        page, tree = rng.randrange(len(good) // 4096) * 4096, rng.choice(trees)
        # half of them where LMDB keeps its own: headers and the numbers behind them; of these half where keys are, at which place of the page each stands
        places = [rng.choice((page + rng.randrange(200), tree + 12 + rng.randrange(52), rng.randrange(len(good)), rng.randrange(len(good))))
                  for _ in range(rng.choice((1, 1, 1, 2, 8)))]
        for at in places:
            bad[at] ^= 1 << rng.randrange(8)
        with open(path, "wb") as f:
            f.write(bad)
        report.check("bytes %s" % ", ".join(map(str, places)), lambda: check(site, wanted))
