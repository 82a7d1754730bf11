# SPDX-License-Identifier: GPL-2.0-or-later
"""Indexes an archive that was laid out from known articles, and holds what is found against them.

usage: laid_out.py DOCS.jsonl.gz ARCHIVE INDEX BUDGET_MIB

ARCHIVE.manifest.tsv says which article lies in which file and format. By its key each article must have the title, date and text that its file was
given, up to what the file's encoding cannot hold. Nothing beside INDEX may be written, and the programs' memory, readers' processes included, may
exceed --memory=BUDGET by 300 MiB. Prints a line for each difference; exit 1: there is one. The programs are those of $FUNDSTELLE_BIN.
"""
import collections
import gzip
import json
import os
import subprocess
import sys
import time

OVERHEAD_MIB = 300
FIELDS = ("title", "date", "text")

# What is behind the path in the key of an article of a file of many.
MEMBER = {"jsonl": "#%s", "csv": "#%s", "rss": "#%s", "mbox": "#%s@archiv.example", "targz": "#%s.txt", "zip": "#%s.html"}


def one_blank(text):
    return " ".join((text or "").split())


def held(text, fmt):
    """The text as the file's encoding holds it."""
    if fmt == "latin1":
        for mark, plain in (("„", '"'), ("“", '"'), ("–", "-"), ("’", "'")):
            text = text.replace(mark, plain)
        return text.encode("latin-1", "replace").decode("latin-1")
    return text.encode("cp1252", "replace").decode("cp1252") if fmt == "cp1252" else text


def mail_has_date(path):
    with open(path, "rb") as f:
        return any(line.startswith(b"Date: ") for line in f)


def wanted(article, fmt, path, archive):
    title, date, text = article["title"], article["date"], article["text"]
    if fmt == "alto":  # words on a page, and nothing that says which are the title
        title, text = "", title + "\n" + text
    if fmt in ("alto", "txt-bare") or fmt == "mbox" and not mail_has_date(os.path.join(archive, path)):
        date = "-".join(path.split("/")[:2])  # the folders' year and month
    return one_blank(held(title, fmt)), date, one_blank(held(text, fmt))


def program(name, *arguments):
    return [os.path.join(os.environ["FUNDSTELLE_BIN"], name), *arguments]


def found(index, key):
    shown = subprocess.run(program("fundstelle-query", "-i", index, "-f", "json", "--show=" + key), stdout=subprocess.PIPE, check=False)
    if shown.returncode:
        return None
    hit = json.loads(shown.stdout)
    return one_blank(hit["title"]), hit["date"], one_blank((hit["lead"] or "") + " " + hit["text"])


def difference(a, b):
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    return "%r instead of %r, from character %d on" % (b[at:at + 40], a[at:at + 40], at)


def compare(docs, archive, index):
    with gzip.open(docs, "rt", encoding="utf-8") as f:
        articles = {a["id"]: a for a in map(json.loads, f)}
    seen = collections.Counter()
    with open(archive + ".manifest.tsv", encoding="utf-8", errors="surrogateescape") as f:
        for path, fmt, _, ids in (line.rstrip("\n").split("\t") for line in f):
            for name in ids.split() if not path.startswith("broken/") else ():
                key = path + (MEMBER[fmt] % name if fmt in MEMBER else "")
                hit = found(index, key)
                seen[fmt] += 1
                if not hit:
                    yield "%s: no article of that key" % key
                    continue
                for field, a, b in zip(FIELDS, wanted(articles[name], fmt, path, archive), hit):
                    if a != b:
                        yield "%s: %s: %s" % (key, field, difference(a, b))
    if len(seen) < 17:
        yield "of 17 formats only these were laid out: " + " ".join(sorted(seen))


def snapshot(folder):
    """Each file's name, size and times."""
    for where, folders, files in os.walk(os.fsencode(folder)):
        for name in folders + files:
            path = os.path.join(where, name)
            st = os.lstat(path)
            yield path, st.st_mode, st.st_size, st.st_mtime_ns


def high_water(session):
    """KiB that each process of the session has had at most."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getsid(int(pid)) != session:
                continue
            with open("/proc/%s/status" % pid, encoding="ascii", errors="replace") as f:
                yield pid, int(next(line for line in f if line.startswith("VmHWM:")).split()[1])
        except (OSError, StopIteration):
            continue  # it has ended


def run_index(archive, index, budget):
    """The run, and the MiB its processes had at most, added up."""
    most = {}
    with subprocess.Popen(program("fundstelle-index", "-q", "-j2", "-m", "%dM" % budget, "-i", index, archive), start_new_session=True,
                          stderr=subprocess.DEVNULL) as run:
        while run.poll() is None:
            most.update(high_water(run.pid))
            time.sleep(0.01)
    return run.returncode, sum(most.values()) / 1024


def check(docs, archive, index, budget):
    outside = os.path.dirname(os.path.abspath(archive))
    before = set(snapshot(outside))
    status, mib = run_index(archive, index, budget)
    if status != 1:
        yield "exit status %s instead of 1" % status
    if mib > budget + OVERHEAD_MIB:
        yield "%.0f MiB of memory with a budget of %d" % (mib, budget)
    own = os.path.abspath(index).encode()
    for row in sorted(before.symmetric_difference(snapshot(outside))):
        if row[0] != own and not row[0].startswith(own + b"/"):
            yield "%r was written" % row[0]
    yield from compare(docs, archive, index)


def main(docs, archive, index, budget="64"):
    differences = 0
    for line in check(docs, archive.rstrip("/"), index, int(budget)):
        print(line.encode("utf-8", "backslashreplace").decode())
        differences += 1
    return differences > 0


sys.exit(main(*sys.argv[1:]))
