#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""soak.py HOURS [SEED]: a writer that changes an archive and updates its index, now and then killed in the midst, compacted, rebuilt or verified; eight
readers that hold what they get against a model of the archive. Some readers are killed or stopped while they read, as a pager would. Ends with a line
of counts; exit 1 where an answer was none of those that could be right. Programs from $CRASH_BIN."""
import os, random, shutil, signal, subprocess, sys, tempfile, threading, time

READERS, GROUPS, START, KEEP = 8, 12, 400, 900
KILL_WRITER, HURT_READER = .3, .03


class Model:
    """What every group's query must find, in each state of the archive that may be what is published."""

    def __init__(self):
        self.lock = threading.Lock()
        self.states = []  # of all runs begun: group -> sorted keys
        self.done = 0     # states[:done] were superseded by a run that ended well

    def begin(self, articles):
        state = {g: [] for g in range(GROUPS)}
        for number, (group, _) in sorted(articles.items(), key=lambda item: path_of(item[0]).encode()):
            state[group].append(path_of(number))
        with self.lock:
            self.states.append(state)

    def end(self):
        with self.lock:
            self.done = len(self.states) - 1

    def span(self):
        with self.lock:
            return self.done, len(self.states)


def path_of(number):
    return "%02d/%05d.txt" % (number % 37, number)


class Soak:
    def __init__(self, work, programs, seed):
        self.archive, self.index, self.programs = work + "/archive", work + "/index", programs
        self.rng = random.Random(seed)
        self.model, self.articles, self.next = Model(), {}, 0
        self.counts = dict.fromkeys(("runs", "runs killed", "queries", "readers hurt", "compacted", "verified", "rebuilt", "wrong"), 0)
        self.count_lock, self.stop = threading.Lock(), threading.Event()
        self.largest = 0

    def count(self, what):
        with self.count_lock:
            self.counts[what] += 1

    def wrong(self, text):
        self.count("wrong")
        print(text, flush=True)

    # ---- the writer ----
    def write(self, number):
        group, version = self.articles[number]
        path = self.archive + "/" + path_of(number)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write("Meldung %d\n\nDie Feuerwehr, Gruppe gruppe%s und Fassung %d. %s\n" % (number, "abcdefghijkl"[group], version, "Der Text geht weiter. " * (number % 9)))

    def change(self):
        rng = self.rng
        for _ in range(rng.randrange(12)):
            self.articles[self.next] = (rng.randrange(GROUPS), 0)
            self.write(self.next)
            self.next += 1
        for number in rng.sample(sorted(self.articles), min(len(self.articles), rng.randrange(8))):
            self.articles[number] = (rng.randrange(GROUPS), self.articles[number][1] + 1)
            self.write(number)
        for number in rng.sample(sorted(self.articles), rng.randrange(8) + max(0, len(self.articles) - KEEP) // 4):
            os.remove(self.archive + "/" + path_of(number))
            del self.articles[number]

    def run(self, *options):
        child = subprocess.Popen([self.programs + "/fundstelle-index", "-q", "-j2", "-i", self.index] + list(options), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if self.rng.random() < KILL_WRITER:
            time.sleep(self.rng.random() * .12)
            child.kill()
        err = child.communicate()[1].decode("utf-8", "replace")
        if child.returncode == -signal.SIGKILL:
            self.count("runs killed")
        elif child.returncode != 0:
            self.wrong("%s: status %d: %s" % (" ".join(options), child.returncode, err))
        return child.returncode == 0

    def write_on(self):
        self.change()
        self.model.begin(self.articles)
        rebuild = self.rng.random() < .02
        if self.run(*(["--rebuild"] if rebuild else []), self.archive):
            self.model.end()
            self.count("rebuilt" if rebuild else "runs")
        if self.rng.random() < .05 and self.run("--compact"):
            self.count("compacted")
        if self.rng.random() < .05 and subprocess.run([self.programs + "/fundstelle-index", "-i", self.index, "--verify"], stdout=subprocess.PIPE).returncode == 0:
            self.count("verified")
        self.largest = max(self.largest, os.path.getsize(self.index + "/data.mdb"))

    # ---- a reader ----
    def read_on(self, seed):
        rng, oldest = random.Random(seed), 0
        while not self.stop.is_set():
            group = rng.randrange(GROUPS)
            first, _ = self.model.span()
            child = subprocess.Popen([self.programs + "/fundstelle-query", "-i", self.index, "-n0", "-f", "paths", "gruppe" + "abcdefghijkl"[group]], stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE)
            if rng.random() < HURT_READER:
                time.sleep(rng.random() * .01)
                child.send_signal(rng.choice((signal.SIGKILL, signal.SIGSTOP)))
                time.sleep(rng.random())
                child.kill()
                child.communicate()
                self.count("readers hurt")
                continue
            out, err = child.communicate()
            _, end = self.model.span()
            got = sorted(out.decode().split("\n")[:-1], key=str.encode)
            first = max(first, oldest)
            fits = [i for i in range(first, end) if self.model.states[i][group] == got]
            self.count("queries")
            if child.returncode not in (0, 1) or not fits:
                self.wrong("a reader: status %d, %d keys of group %d are those of no state from %d to %d: %s" %
                           (child.returncode, len(got), group, first, end - 1, err.decode("utf-8", "replace")))
            else:
                oldest = fits[0]  # time never goes back


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    hours, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None
    work = tempfile.mkdtemp(prefix="fundstelle-soak-", dir=os.environ.get("TMPDIR", memory))
    soak = Soak(work, os.environ["CRASH_BIN"], seed)
    for _ in range(START):
        soak.articles[soak.next] = (soak.rng.randrange(GROUPS), 0)
        soak.write(soak.next)
        soak.next += 1
    soak.model.begin(soak.articles)
    subprocess.run([soak.programs + "/fundstelle-index", "-q", "-i", soak.index, soak.archive], check=True)
    readers = [threading.Thread(target=soak.read_on, args=(seed * 100 + i,)) for i in range(READERS)]
    for r in readers:
        r.start()
    end = time.monotonic() + hours * 3600
    try:
        while time.monotonic() < end:
            soak.write_on()
    finally:
        soak.stop.set()
        for r in readers:
            r.join()
        sound = subprocess.run([soak.programs + "/fundstelle-index", "-i", soak.index, "--verify=deep"], stdout=subprocess.PIPE).returncode == 0
        shutil.rmtree(work, ignore_errors=True)
    print("soak: %.2f h: %s; file at most %.1f MB; %s at the end" % (hours, ", ".join("%d %s" % (n, what) for what, n in soak.counts.items()), soak.largest / 1e6,
                                                               "sound" if sound else "DAMAGED"))
    return 1 if soak.counts["wrong"] or not sound else 0


if __name__ == "__main__":
    sys.exit(main())
