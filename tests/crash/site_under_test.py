# SPDX-License-Identifier: GPL-2.0-or-later
"""A small archive, its index in the states before and after each of several runs, and the judge of whatever state is found."""
import hashlib, json, os, shutil, subprocess

QUERIES = ["Feuerwehr", "Morgen Abend", "+Feuerwehr -Wagen", '"Feuerwehr rückte am Morgen"', "Wort3", "Stadtrat", "Rathaus NEAR/5 Sitzung", "Haus", "titel:Meldung",
           "Überschwemmung", "Zusatz", "umbenannt"]
EXEC_EACH = 50
TIMEOUT = 30  # a run takes some 20 ms: behind this it hangs


class Wrong(Exception):
    pass


class Site:
    def __init__(self, work, programs, tools, inject):
        self.work, self.programs, self.tools, self.inject = work, programs, tools, inject
        self.looker, self.n_states = None, 0
        self.archive = work + "/archive"
        self.index = work + "/index"
        self.queries = work + "/queries"
        self.n_processes = 0
        os.makedirs(self.archive)
        with open(self.queries, "w") as f:
            f.writelines("q%d\t%s\n" % (i, q) for i, q in enumerate(QUERIES))

    # ---- programs ----
    def run(self, arguments, env=None):
        """-> status (-signal, or None where it hangs), stdout, stderr"""
        self.n_processes += 1
        child = subprocess.Popen([self.programs + "/" + arguments[0]] + arguments[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 env=dict(os.environ, LC_ALL="C.UTF-8", **(env or {})))
        try:
            out, err = child.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return None, "", ""
        return child.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def injected(self, arguments, **inject):
        env = {"LD_PRELOAD": self.inject}
        env.update(("INJECT_" + k.upper(), str(v)) for k, v in inject.items())
        return self.run(arguments, env)

    def count(self, arguments, under=None):
        """The requests of each kind that a run makes, nothing failing."""
        path = self.work + "/count"
        options = {"count": path}
        if under:
            options["under"] = under
        status, _, err = self.injected(arguments, **options)
        if status not in (0, 1):
            raise Wrong("counting: %s ended with %s: %s" % (" ".join(arguments), status, err))
        with open(path) as f:
            return {k: int(v) for k, v in (line.split() for line in f)}

    # ---- the archive ----
    def write(self, name, text):
        path = self.archive + "/" + name
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
        os.utime(path, (1600000000, 1600000000))

    def article(self, i, more=""):
        self.write("%d/%03d.txt" % (i % 5, i), "Meldung %d\n\nDie Feuerwehr rückte am Morgen aus. Wort%d steht hier.%s Das Rathaus lud zur Sitzung.\n" % (i, i % 7, more))

    def many(self, changed):
        self.write("viele.jsonl", "".join(json.dumps({"id": "a%d" % i, "title": "Meldung", "date": "2020-01-%02d" % (i % 28 + 1), "text": "Der Stadtrat tagte am Abend, Punkt %d%s." %
                                                      (i, " mit Zusatz" if changed and i == 7 else "")}) + "\n" for i in range(30)))

    # ---- states ----
    def look(self, index):
        """The programs' own code, in a process that is ready: -> status of the batch of queries, hits, messages; status of --verify, findings; generation"""
        if self.looker is None:
            self.looker = subprocess.Popen([self.tools + "/look", self.queries], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        out, err = self.work + "/look.out", self.work + "/look.err"
        self.looker.stdin.write("%s\t%s\t%s\n" % (index, out, err))
        self.looker.stdin.flush()
        line = self.looker.stdout.readline()
        if not line:
            raise RuntimeError("tests/crash/look has gone")
        status, verified, generation = map(int, line.split())
        texts = []
        for path in (out, err, err + ".verify"):
            with open(path, "rb") as f:
                texts.append(f.read().decode("utf-8", "replace"))
        return status, texts[0], texts[1], verified, texts[2], generation

    def close(self):
        if self.looker:
            self.looker.stdin.close()
            self.looker.wait()

    @staticmethod
    def digests(out):
        """Hashes of which articles are found, and of all with scores and order"""
        found = sorted("\t".join(line.split("\t")[k] for k in (0, -2)) for line in out.splitlines())
        return hashlib.sha256("\n".join(found).encode()).hexdigest(), hashlib.sha256(out.encode()).hexdigest()

    def state(self, index):
        """answers(), and --verify. One in EXEC_EACH is looked at by the programs as they are run."""
        self.n_states += 1
        if self.n_states % EXEC_EACH == 0:
            found = self.answers(index)
            if found is not None:
                self.verify(index)
            return found
        status, out, err, verified, findings, generation = self.look(index)
        if status == 2 and "no index there" in err:
            return None
        if status not in (0, 1) or err:
            raise Wrong("query: status %s: %s" % (status, err))
        if verified:
            raise Wrong("--verify: status %s: %s" % (verified, findings))
        return (generation,) + self.digests(out)

    def answers(self, index):
        """-> (generation, hash of which articles are found, hash of all answers with scores and order); None: there is no index.
        Until a merge drops them, dead articles count in the statistics, so that scores move while the articles found stay."""
        status, out, err = self.run(["fundstelle-query", "-i", index, "-n0", "--batch=" + self.queries, "-f", "tsv"])
        if status == 2 and "no index there" in err:
            return None
        if status not in (0, 1) or err:
            raise Wrong("query: status %s: %s" % (status, err))
        found, digest = self.digests(out)
        status, out, err = self.run(["fundstelle-index", "-i", index, "--status", "--format=json"])
        if status != 0:
            raise Wrong("--status: status %s: %s" % (status, err))
        return json.loads(out)["generation"], found, digest

    def n_segments(self):
        status, out, err = self.run(["fundstelle-index", "-i", self.index, "--status", "--format=json"])
        if status != 0:
            raise Wrong("--status: status %s: %s" % (status, err))
        return json.loads(out)["segments"]

    def verify(self, index):
        status, out, err = self.run(["fundstelle-index", "-i", index, "--verify"])
        if status != 0:
            raise Wrong("--verify: status %s: %s%s" % (status, out, err))

    def restore(self, state, index=None):
        index = index or self.index
        shutil.rmtree(index, ignore_errors=True)
        if state:
            shutil.copytree(state, index)

    def keep(self, name):
        path = self.work + "/" + name
        shutil.copytree(self.index, path)
        return path

    def index_it(self):
        status, out, err = self.run(["fundstelle-index", "-q", "-j1", "-i", self.index, self.archive])
        if status != 0:
            raise Wrong("a run ended with %s: %s" % (status, err))


class Scenario:
    """A command, the state it starts from, and what is published before and after it. `looks`: where the state is found."""

    def __init__(self, site, name, state, arguments, looks=None, before_looks=None):
        self.site, self.name, self.state, self.arguments = site, name, state, arguments
        self.looks = looks or site.index
        self.before_looks = before_looks
        self.prepare()
        self.before = site.answers(self.looks)
        self.must_end(0)
        self.after = site.answers(self.looks)
        self.log = {state[0]: state[2] for state in (self.before, self.after) if state}  # generation: answers
        site.verify(self.looks)
        if self.after is None:
            raise Wrong(name + ": no index behind the run")

    def prepare(self):
        self.site.restore(self.state)
        if self.looks != self.site.index:
            self.site.restore(self.before_looks, self.looks)

    def must_end(self, *wanted):
        status, out, err = self.site.run(self.arguments)
        if status not in wanted:
            raise Wrong("%s: the run ended with %s: %s" % (self.name, status, err))

    def judge(self):
        """-> "before" or "after"; anything between is Wrong: generation and answers are held against what was logged."""
        found = self.site.state(self.looks)
        if found is None and self.before is not None:
            raise Wrong("the published state is lost")
        if found == self.before:
            return "before"
        # a merge that fails with the state it was to be part of is made behind it: in a generation of its own
        if found[1] != self.after[1] or not (self.before[0] if self.before else 0) < found[0] <= self.after[0] + 1:
            raise Wrong("neither before nor after: generation %d, logged are %s and %d" % (found[0], self.before and self.before[0], self.after[0]))
        if self.log.setdefault(found[0], found[2]) != found[2]:
            raise Wrong("generation %d has other answers than when it was first seen" % found[0])
        return "after"

    def goes_on(self):
        """The next run needs no repair, and ends where an undisturbed one does."""
        self.must_end(0)
        found = self.site.state(self.looks)
        if found is None or found[1] != self.after[1]:
            raise Wrong("the next run does not lead to the state behind an undisturbed one")


def scenarios(site):
    """All of them, each from a fresh copy of its state."""
    A, I = site.archive, site.index
    for first in range(0, 48, 6):  # merges on the way: segments keep the texts of others
        for i in range(first, first + 6):
            site.article(i)
        if first == 18:
            site.many(False)
        site.index_it()
    for i in range(48, 60):  # some segments, the last ones small: what the next run adds is merged with these
        if site.n_segments() > 2:
            break
        site.article(i)
        site.index_it()
    old, n_segments = site.keep("old"), site.n_segments()
    for i in range(60, 66):
        site.article(i)
    for i in (3, 17, 33):
        site.article(i, " Überschwemmung!")
    for i in (4, 20):
        os.remove(site.archive + "/%d/%03d.txt" % (i % 5, i))
    os.rename(site.archive + "/0/005.txt", site.archive + "/0/umbenannt.txt")
    site.many(True)
    site.run(["fundstelle-index", "-i", I, "--backup=" + site.work + "/copy"])
    earlier = site.work + "/earlier"
    os.rename(site.work + "/copy", earlier)
    run = ["fundstelle-index", "-j2", "-i", I]
    update = Scenario(site, "update", old, run + [A])
    if n_segments < 3 or site.n_segments() > n_segments:
        raise Wrong("the run of the update was to end with a merge")
    yield update
    yield Scenario(site, "first run", None, run + [A])
    yield Scenario(site, "compact", old, run + ["--compact"])
    yield Scenario(site, "rebuild", old, run + ["--rebuild", A])
    site.restore(old)
    site.index_it()
    new = site.keep("new")
    yield Scenario(site, "backup", new, run + ["--backup=" + site.work + "/copy"], site.work + "/copy", earlier)
    killed = Scenario(site, "update", old, run + [A])
    killed.prepare()
    n = site.count(killed.arguments, I)["write"]
    killed.prepare()
    site.injected(killed.arguments, under=I, kinds="write", at=n // 2, do="kill-half")
    yield Scenario(site, "after a kill", site.keep("killed"), run + [A])
