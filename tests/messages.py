#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
tests/messages.py [SEEN]: docs/MESSAGES.md has a row for each message of the sources, and each row has its message.

The messages are those that po/extract finds, without what --help prints, and those of lib/. Also: no message hides from po/extract behind a conditional.
With SEEN, the file that a build for coverage fills (base/coverage.h, scripts/coverage): each message was produced by a test, unless its row says *untested*; and what was
produced has a row. Exit 1: something is wrong, and named; 77: not checked.
"""
import glob, os, re, shutil, subprocess, sys, tempfile

TOP = os.environ.get("FUNDSTELLE_SRC") or os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SLOT = 256  # base/coverage.h
HELP = {"indexer/option_list.c", "cli/option_list.c"}
CALL = r"\b(?:fault_set|fault_errno|message|fail|fail_at|broken|xml_stream_fail|lender_failed)\([^;]*?"


def strings(text):
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))


def extracted():
    """Each message with its files."""
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([os.path.join(TOP, "po/extract"), work + "/all.pot"], check=True)
        with open(work + "/all.pot", encoding="utf-8") as f:
            blocks = f.read().split("\n\n")
    found = {}
    for block in blocks[1:]:
        files = set(" ".join(re.findall(r"^#: (.*)", block, re.M)).split())
        found[strings(re.search(r'^msgid ((?:".*"\n?)+)', block, re.M).group(1))] = files
    return found


def of_the_library():
    """Its texts are told, or returned to be told: whatever has a blank in it, but what the compiler says."""
    found = set()
    for name in glob.glob(TOP + "/lib/*.c"):
        with open(name, encoding="utf-8") as f:
            code = re.sub(r"/\*.*?\*/|_Static_assert\(.*?\);", "", f.read(), flags=re.S)
            found |= {text for text in re.findall(r'"((?:[^"\\]|\\.)*)"', code) if " " in text}
    return found


def hidden(known):
    """Of `a ? "one" : "two"` xgettext takes the first only."""
    for folder in ("base", "stemmer", "store", "indexer", "query", "xapian", "cli"):
        for name in glob.glob(f"{TOP}/{folder}/*.c*"):
            with open(name, encoding="utf-8") as f:
                for pair in re.findall(CALL + r'\? ("(?:[^"\\]|\\.)*") : ("(?:[^"\\]|\\.)*")', f.read()):
                    for text in map(strings, pair):
                        if text not in known and re.search(r"\w", text):
                            yield name, text


def documented():
    """The rows with what they say of tests, and the words that are no messages."""
    rows, words = {}, set()
    with open(TOP + "/docs/MESSAGES.md", encoding="utf-8") as f:
        text = f.read()
    for line in text.splitlines():
        row = re.match(r"\| `(.*?)` \| (.*) \| (.*) \|$", line)
        if row:
            assert row.group(1) not in rows, f"twice: {row.group(1)}"
            rows[row.group(1)] = row.group(2)
    listed = text[text.index("Words of outputs are no messages:"):]
    words |= set(re.findall(r"`(.*?)`[,;]", listed, re.S))
    return rows, words


def seen_in(name):
    with open(name, "rb") as f:
        data = f.read()
    slots = (data[i:i + SLOT] for i in range(0, len(data), SLOT))
    return {s[1:].split(b"\0")[0].decode("utf-8", "replace") for s in slots if s[0]}


def as_written(message):
    """As base/coverage.c notes it: a C string, newlines as \\n, cut."""
    text = re.sub(r"\\(.)", lambda m: "\\n" if m.group(1) == "n" else m.group(1), message).encode()
    return text[:SLOT - 3].decode("utf-8", "replace")


def main():
    if not shutil.which("xgettext"):
        print("messages: not checked: xgettext is missing")
        return 77
    found, library = extracted(), of_the_library()
    messages = {m for m, files in found.items() if not files <= HELP} | library
    rows, words = documented()
    wrong = [f"no row in docs/MESSAGES.md: {m}" for m in sorted(messages - set(rows) - words)]
    wrong += [f"docs/MESSAGES.md has what no source says: {m}" for m in sorted((set(rows) | words) - messages)]
    wrong += [f"{name}: hidden from po/extract, which needs N_(): {text}" for name, text in hidden(found)]
    if len(sys.argv) > 1:
        seen = seen_in(sys.argv[1])
        untested = {m for m, when in rows.items() if "*untested*" in when}
        cut = {as_written(m) for m in found} | {as_written(m) for m in messages}
        tested = ""
        for name in glob.glob(TOP + "/tests/test_*.c"):
            with open(name, encoding="utf-8") as f:
                tested += f.read()
        seen |= {as_written(m) for m in library if m in tested}  # its own texts do not go through translate()
        seen = {m for m in seen if f'"{m}"' not in tested or m in map(as_written, messages)}  # nor are those of tests the programs'
        wrong += [f"no test produces it: {m}" for m in sorted(set(rows) - untested) if as_written(m) not in seen]
        wrong += [f"*untested*, but a test produces it: {m}" for m in sorted(untested) if as_written(m) in seen]
        wrong += [f"produced, but unknown to po/extract: {m}" for m in sorted(seen - cut) if m]
        print(f"messages: {sum(as_written(m) in seen for m in rows)} of {len(rows)} produced by tests, {len(untested)} untested for a reason")
    for line in wrong:
        print("messages: " + line, file=sys.stderr)
    if not wrong:
        print(f"messages: {len(rows)} rows, {len(messages - words)} messages")
    return 1 if wrong else 0


sys.exit(main())
