#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
tests/tutorials.py [--update] [DOCUMENT...]: do what the README and the tutorials say, word for word, and compare what comes.

Of a document each fenced block that begins ```console is run: a line "$ command" (going on in lines "> more"), below it what the command prints on both outputs. All blocks of a
document share one shell, which starts in an empty home with a copy of corpus/, and the built programs first in PATH; below docs/de/ messages and decimals are German.

Alike are, besides equal lines: lines that differ in durations, times of the day and ids of indexes only (VARIABLE below); "…" in a document stands for any text, alone on a line for any
lines. "```console needs=PROGRAM" or "needs=python:MODULE": not run, and that is said, where that is not installed.

--update writes what came into the document; read the difference. Exit 1: something differs; 77: not checked. The environment: FUNDSTELLE_BIN, FUNDSTELLE_SRC.
"""
import os, re, shutil, subprocess, sys, tempfile

TOP = os.environ.get("FUNDSTELLE_SRC") or os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.environ.get("FUNDSTELLE_BIN") or os.path.join(TOP, "build")
DOCUMENTS = ["README.md", "docs/de/einstieg.md", "docs/de/forschung.md"]
HOME = "/home/anna"  # what documents call the home of whoever types
VARIABLE = [
    (r"\d+([.,]\d+)?( min| h)?( \d+)? (ms|s|µs)(?!\w)", "TIME"),
    (r'"took_us": \d+', '"took_us": N'),
    (r"\b[0-9a-f]{16}\b", "ID"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "MOMENT"),
]
PATH = BIN + ":/usr/local/bin:/usr/bin:/bin"
DICTIONARY = "/usr/share/hunspell/de_DE.dic"  # what compounds are made of changes with it, and so do scores and counts
MARK = "\x01done\x01"


class Block:
    def __init__(self, line, needs):
        self.line, self.needs, self.steps = line, needs, []  # steps: [command lines, printed lines]


def read_blocks(text):
    """The text as a list of lines and Blocks, so that it can be put together again."""
    parts, block = [], None
    for number, line in enumerate(text.split("\n"), 1):
        if block is None:
            parts.append(line)
            fence = re.match(r"```console(?: needs=(\S+))?$", line)
            if fence:
                block = Block(number, fence.group(1))
                parts.append(block)
        elif line == "```":
            block = None
            parts.append(line)
        elif line.startswith("$ "):
            block.steps.append([[line], []])
        elif block.steps and line.startswith("> ") and not block.steps[-1][1]:
            block.steps[-1][0].append(line)
        elif block.steps:
            block.steps[-1][1].append(line)
        else:
            raise SystemExit(f"line {number}: a console block begins with '$ '")
    return parts


def is_there(needs):
    if needs is None:
        return True
    if needs.startswith("python:"):
        return subprocess.run(["python3", "-c", "import " + needs[7:]], capture_output=True, env={"PATH": PATH}).returncode == 0
    return shutil.which(needs, path=PATH) is not None


def pattern(line):
    for variable, name in VARIABLE:
        line = re.sub(variable, name, line)
    return line.rstrip()


def is_alike(wanted, got):
    """Whether the lines match; "…" as said above."""
    if not wanted:
        return not got
    if wanted[0].strip() == "…":
        return any(is_alike(wanted[1:], got[i:]) for i in range(len(got) + 1))
    if not got:
        return False
    expression = ".*".join(re.escape(piece) for piece in pattern(wanted[0]).split("…"))
    return re.fullmatch(expression, pattern(got[0])) is not None and is_alike(wanted[1:], got[1:])


class Shell:
    """A shell in a home of its own that is fed one command after the other."""

    def __init__(self, german):
        self.home = tempfile.mkdtemp(prefix="fundstelle-tutorials-")
        shutil.copytree(os.path.join(TOP, "corpus"), os.path.join(self.home, "corpus"), copy_function=shutil.copyfile)
        self.writable()
        env = {"PATH": PATH, "HOME": self.home, "COLUMNS": "80", "LANG": "C.UTF-8", "LC_NUMERIC": "de_DE.UTF-8" if german else "C.UTF-8", "LANGUAGE": "de" if german else "",
               "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1", "TZ": "UTC", "TERM": "dumb"}
        env.update({k: v for k, v in os.environ.items() if k in ("ASAN_OPTIONS", "UBSAN_OPTIONS")})
        self.process = subprocess.Popen(["bash", "--norc"], cwd=self.home, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def writable(self):
        # a tarball's sources may be read-only
        for folder, _, files in os.walk(self.home):
            os.chmod(folder, 0o755)
            for name in files:
                os.chmod(os.path.join(folder, name), 0o644)

    def run(self, command):
        self.process.stdin.write((command + f"\necho; echo '{MARK}'\n").encode())
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            line = line.decode("utf-8", "replace").rstrip("\n")
            if line == MARK:
                break
            lines.append(line.replace(self.home, HOME))
        else:
            lines.append("(the shell has ended)")
        # the empty line before the mark ends a last line that has no end itself
        if lines and not lines[-1]:
            lines.pop()
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        shutil.rmtree(self.home)


def try_document(name, update):
    """The number of commands that were run, and of those that gave something else."""
    path = os.path.join(TOP, name)
    with open(path, encoding="utf-8") as f:
        parts = read_blocks(f.read())
    shell = Shell(name.startswith("docs/de/"))
    n, differ = 0, 0
    for block in (p for p in parts if isinstance(p, Block)):
        if not is_there(block.needs):
            print(f"{name}:{block.line}: not run: {block.needs} is missing")
            continue
        for step in block.steps:
            command = "\n".join(line[2:] for line in step[0]).replace(HOME, shell.home)
            got = shell.run(command)
            wanted = list(step[1])
            while wanted and not wanted[-1]:
                wanted.pop()
            n += 1
            if is_alike(wanted, got):
                continue
            differ += 1
            if update:
                step[1] = got + step[1][len(wanted):]
            else:
                print(f"{name}:{block.line}: $ {command}\n  says\n" + "\n".join("    " + l for l in wanted) + "\n  but printed\n" + "\n".join("    " + l for l in got))
    shell.close()
    if update and differ:
        text = []
        for part in parts:
            text += [line for step in part.steps for line in step[0] + step[1]] if isinstance(part, Block) else [part]
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(text))
    return n, differ


def main(arguments):
    update = "--update" in arguments
    failed = 0
    if not os.path.exists(DICTIONARY):
        print(f"tutorials: not checked: {DICTIONARY} is missing (Debian: hunspell-de-de)")
        return 77
    for name in [a for a in arguments if not a.startswith("--")] or DOCUMENTS:
        n, differ = try_document(name, update)
        print(f"{name}: {n} commands, {differ} {'updated' if update else 'differ'}")
        failed += differ
        if n == 0:
            failed += 1
    return 1 if failed and not update else 0


sys.exit(main(sys.argv[1:]))
