# SPDX-License-Identifier: GPL-2.0-or-later
"""Bits of data.mdb flip, one or several."""
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


def run(site, count, rng, report):
    scenario = next(iter(scenarios(site)))
    scenario.prepare()
    path = site.index + "/data.mdb"
    with open(path, "rb") as f:
        good = f.read()
    wanted = site.look(site.index)[1]
    while report.n < count:
        bad = bytearray(good)
        page = rng.randrange(len(good) // 4096) * 4096
        # half of them where LMDB keeps its own: headers and the numbers behind them
        places = [page + rng.randrange(200) if rng.random() < .5 else rng.randrange(len(good)) for _ in range(rng.choice((1, 1, 1, 2, 8)))]
        for at in places:
            bad[at] ^= 1 << rng.randrange(8)
        with open(path, "wb") as f:
            f.write(bad)
        report.check("bytes %s" % ", ".join(map(str, places)), lambda: check(site, wanted))
