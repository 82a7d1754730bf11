# SPDX-License-Identifier: GPL-2.0-or-later
"""Power loss: what may stand on a disk after any prefix of what was written and synced.

A sector of 512 bytes is written whole or not at all; sectors that were not synced may be there or not, in any order, whatever was written behind them. The
length of a file may lag behind its bytes. A rename or delete may be there or not until its folder is synced, but never half. A promise (a line on stdout: the
run is done) binds all states behind it."""
import os, struct

from site_under_test import Wrong, scenarios

SECTOR = 512
HEADER = struct.Struct("<cIQQ")


def read_record(path):
    with open(path, "rb") as f:
        data = f.read()
    at, events = 0, []
    while at < len(data):
        kind = data[at:at + 1].decode()
        name_len, off, n = struct.unpack_from("<IQQ", data, at + 1)
        at += 21
        name = data[at:at + name_len].decode()
        events.append((kind, name, off, data[at + name_len:at + name_len + n]))
        at += name_len + n
    return events


class File:
    """Bytes that are on the disk, and changes that may be: (offset, bytes), (length, None) for a cut."""

    def __init__(self, data=b""):
        self.safe, self.pending = bytearray(data), []

    def write(self, off, data):
        self.pending += [(at, data[max(at, off) - off:min(at + SECTOR, off + len(data)) - off], max(at, off))
                         for at in range(off - off % SECTOR, off + len(data), SECTOR)]

    def cut(self, length):
        self.pending.append((length, None, length))

    @staticmethod
    def apply(to, changes):
        for _, data, off in changes:
            if data is None:
                if off < len(to):
                    del to[off:]
                else:
                    to.extend(bytes(off - len(to)))
                continue
            if len(to) < off + len(data):
                to.extend(bytes(off + len(data) - len(to)))
            to[off:off + len(data)] = data

    def sync(self):
        self.apply(self.safe, self.pending)
        self.pending = []

    def on_disk(self, which):
        out = bytearray(self.safe)
        self.apply(out, which(self.pending))
        return bytes(out)


class Disk:
    """A folder. Names that are renamed or deleted since its last sync may be as they were."""

    def __init__(self):
        self.files, self.safe_names, self.promised = {}, {}, False

    def take(self, event):
        kind, name, off, data = event
        if kind == "p":
            self.promised = True
        elif kind in "wW":
            f = self.files.setdefault(name, File())
            if kind == "W":  # only these bytes are safe behind it, not what came before
                File.apply(f.safe, [(0, data, off)])
            else:
                f.write(off, data)
            self.safe_names.setdefault(name, f)
        elif kind == "t":
            f = self.files.setdefault(name, File())
            f.cut(off)
            self.safe_names.setdefault(name, f)
        elif kind == "s" and name == "":
            self.safe_names = dict(self.files)
        elif kind == "s" and name in self.files:
            self.files[name].sync()
        elif kind == "r":
            self.files[data.decode()] = self.files.pop(name)
        elif kind == "u":
            self.files.pop(name, None)


def choices(rng):
    """How the pending changes of a file may be there."""
    share = rng.choice((.1, .5, .9))
    start = rng.random()

    def prefix(pending):
        return pending[:int(start * (len(pending) + 1))]

    def subset(pending):
        return [c for c in pending if rng.random() < share]

    def late_only(pending):
        return pending[int(start * len(pending)):]

    return rng.choice((prefix, subset, subset, late_only))


def build(disk, folder, names, which):
    for name in os.listdir(folder):
        os.remove(folder + "/" + name)
    for name, f in names.items():
        if name.startswith("data.mdb"):
            with open(folder + "/" + name, "wb") as out:
                out.write(f.on_disk(which))


def leave_lock(folder, stale, rng):
    """The lock file is no file that is ever synced: it is gone, empty, of zeros, or as it was."""
    choice = rng.randrange(4)
    if choice == 0:
        return
    with open(folder + "/lock.mdb", "wb") as f:
        f.write([b"", bytes(len(stale)), stale][choice - 1])


def judged(scenario, promised):
    state = scenario.judge()
    if promised and state == "before" and scenario.before != scenario.after:
        raise Wrong("the run said that it was done, and the state is that before it")
    return state


class Recording:
    def __init__(self, site, scenario):
        self.scenario, self.folder = scenario, scenario.looks
        self.before = {}
        scenario.prepare()
        if os.path.isdir(self.folder):
            for name in os.listdir(self.folder):
                with open(self.folder + "/" + name, "rb") as f:
                    self.before[name] = f.read()
        path = site.work + "/record"
        status, _, err = site.injected(scenario.arguments, under=self.folder, record=path)
        if status != 0:
            raise Wrong("recording: status %s: %s" % (status, err))
        self.events = read_record(path)
        try:
            with open(self.folder + "/lock.mdb", "rb") as f:
                self.stale = f.read()
        except FileNotFoundError:
            self.stale = bytes(8192)

    def disk(self, n):
        """As it is behind the first n events."""
        disk = Disk()
        for name, data in self.before.items():
            disk.files[name] = File(data)
        disk.safe_names = dict(disk.files)
        for event in self.events[:n]:
            disk.take(event)
        return disk

    def look(self, n, names_safe, which, rng, report, what, goes_on):
        disk = self.disk(n)
        if not os.path.isdir(self.folder):
            os.makedirs(self.folder)
        build(disk, self.folder, disk.safe_names if names_safe else disk.files, which)
        leave_lock(self.folder, self.stale, rng)

        def judge():
            state = judged(self.scenario, disk.promised)
            if goes_on:
                self.scenario.goes_on()
            return state
        report.check("%s, power lost behind event %d of %d, %s" % (self.scenario.name, n, len(self.events), what), judge)


def run(site, count, rng, report):
    recordings = [Recording(site, s) for s in scenarios(site)]
    every = [(r, n) for r in recordings for n in range(len(r.events) + 1)]
    # what is promised is kept even where nothing that was not synced is there, and a disk that writes in order is the plain case
    plain = [(r, n, safe, what, which) for r, n in every for safe in (False, True)
             for what, which in (("all written", lambda pending: pending), ("only what was synced", lambda pending: []))]
    if count < 2 * len(plain):
        plain = rng.sample(plain, count // 2)
    for r, n, safe, what, which in plain:
        r.scenario.prepare()
        r.look(n, safe, which, rng, report, what, True)
    while report.n < count:
        r, n = rng.choice(every)
        r.scenario.prepare()
        r.look(n, rng.random() < .5, choices(rng), rng, report, "some of it written", rng.random() < .2)
