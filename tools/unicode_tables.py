#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes stemmer/unicode_tables.h from Python's unicodedata: tools/unicode_tables.py > stemmer/unicode_tables.h

Four tables: a class for each character, what folding makes of a character, pairs that compose (NFC), and runs of
capitals with the distance to their small letters.
Folding = lower case, compatibility forms resolved, marks of Latin and Greek letters dropped; the umlauts become
UMLAUT_A, _O, _U (bytes 1 to 3), so that fold.c can tell an umlaut from two vowels in a row."""
import hashlib
import sys
import unicodedata as ud

LIMIT = 0x20000  # above it: Han ideographs only, known to the code
BLOCK = 128
OTHER, LOWER, UPPER, DIGIT, MARK, IGNORE, SPACE, NEWLINE, IDEOGRAPH = range(9)

IGNORED = {0xAD, 0x34F, 0x61C, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF}
APOSTROPHES = {0x2B9, 0x2BB, 0x2BC, 0x2BD, 0x2C8}  # modifier letters that are punctuation to us
NEWLINES = {0xA, 0xB, 0xC, 0xD, 0x85, 0x2028, 0x2029}
UMLAUTS = {"ä": "\x01", "ö": "\x02", "ü": "\x03"}
PLAIN = {  # letters without a decomposition, by the base letter that German newspapers write
    "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t",
    "ŋ": "n", "ĸ": "k", "ſ": "s", "ŀ": "l", "ƀ": "b", "ɓ": "b", "ƈ": "c", "ɗ": "d", "ƒ": "f", "ɠ": "g", "ƙ": "k",
    "ƶ": "z", "ȷ": "j", "ɨ": "i", "ʉ": "u", "ɛ": "e", "ə": "e", "ǝ": "e", "ɔ": "o", "ς": "σ", "ё": "е",
}


def is_ideograph(c):
    return (0x2E80 <= c <= 0x2FDF or 0x3005 <= c <= 0x3007 or 0x3040 <= c <= 0x30FF or 0x31F0 <= c <= 0x31FF
            or 0x3400 <= c <= 0x4DBF or 0x4E00 <= c <= 0x9FFF or 0xF900 <= c <= 0xFAFF or 0x1B000 <= c <= 0x1B16F)


def char_class(c):
    ch = chr(c)
    cat = ud.category(ch)
    if c in IGNORED:
        return IGNORE
    if c in NEWLINES:
        return NEWLINE
    if c == 9 or cat == "Zs":
        return SPACE
    if c in APOSTROPHES:
        return OTHER
    if is_ideograph(c) and cat[0] in "LN":
        return IDEOGRAPH
    if cat in ("Lu", "Lt"):
        return UPPER
    if cat[0] == "L" or cat == "Nl":
        return UPPER if cat == "Nl" and ch.lower() != ch else LOWER
    if cat == "Nd":
        return DIGIT if c < 128 else LOWER
    if cat == "No" and ud.decomposition(ch).startswith(("<super>", "<sub>")):
        return LOWER
    return MARK if cat[0] == "M" else OTHER


def folded(c):
    if char_class(c) not in (LOWER, UPPER, IDEOGRAPH):
        return None
    out = ""
    compat = ud.normalize("NFKC", chr(c))
    for ch in ud.normalize("NFC", compat.lower()):
        if ch in UMLAUTS:
            out += UMLAUTS[ch]
            continue
        base = ud.normalize("NFKD", ch)
        latin = ord(base[0]) < 0x250 or 0x370 <= ord(base[0]) < 0x400 or 0x1F00 <= ord(base[0]) < 0x2000
        if latin:
            ch = "".join(b for b in base if ud.category(b)[0] != "M")
        for b in ch:
            if ud.category(b) == "Nd":
                b = str(ud.digit(b))
            out += PLAIN.get(b, b)
    out = "".join(ch for ch in out if ord(ch) < 4 or ud.category(ch)[0] in "LN" and char_class(ord(ch)) != OTHER)
    if ud.category(chr(c)) in ("Nd", "No") and ud.digit(chr(c), None) is not None:
        out = str(ud.digit(chr(c)))
    return out


def lower_runs():
    """[first, last, step, distance]: capitals of a step of 1 or 2 whose small letters are equally far off."""
    runs = []
    for c in range(0x80, LIMIT):
        low = chr(c).lower()
        if len(low) != 1 or low == chr(c):
            continue
        distance, last = ord(low) - c, runs[-1] if runs else None
        if last and last[3] == distance and c - last[1] <= 2 and last[2] in (0, c - last[1]):
            last[1], last[2] = c, c - last[1]
        else:
            runs.append([c, c, 0, distance])
    return [(first, last, step or 1, distance) for first, last, step, distance in runs]


def rows(values, fmt, per):
    lines = []
    for i in range(0, len(values), per):
        lines.append("\t" + " ".join(fmt(v) + "," for v in values[i:i + per]))
    return "\n".join(lines)


def main():
    classes = [char_class(c) for c in range(LIMIT)]
    blocks, index = [], []
    for i in range(0, LIMIT, BLOCK):
        block = classes[i:i + BLOCK]
        if block not in blocks:
            blocks.append(block)
        index.append(blocks.index(block))
    assert len(blocks) < 256

    folds, pool = [], bytearray()
    for c in range(0x80, LIMIT):
        to = folded(c)
        if to is None or to == chr(c):
            continue
        b = to.encode()
        if not 0 < len(b) <= 15:
            continue
        at = pool.find(b)
        if at < 0:
            at = len(pool)
            pool += b
        folds.append((c, at, len(b)))
    assert len(pool) < 1 << 16

    pairs = []
    for c in range(LIMIT):
        d = ud.decomposition(chr(c))
        if not d or d[0] == "<" or " " not in d:
            continue
        base, mark = (int(x, 16) for x in d.split())
        if ud.normalize("NFC", chr(c)) == chr(c) and base < 0x2000 and 0x300 <= mark < 0x370:
            pairs.append((base, mark, c))
    pairs.sort()

    lower = lower_runs()
    digest = hashlib.sha256(repr((classes, folds, bytes(pool), pairs, lower)).encode()).digest()
    w = sys.stdout.write
    w("/* SPDX-License-Identifier: GPL-2.0-or-later */\n")
    w("/* Written by tools/unicode_tables.py from Unicode %s. Do not edit. Included by unicode.c alone. */\n"
      % ud.unidata_version)
    w("#define UNICODE_TABLES_HASH UINT64_C(0x%s)\n\n" % digest[:8].hex())
    w("#define CLASS_LIMIT 0x%X\n#define CLASS_BLOCK %d\n" % (LIMIT, BLOCK))
    w("static const uint8_t class_index[] = {\n%s\n};\n\n" % rows(index, str, 32))
    flat = [v for b in blocks for v in b]
    w("static const uint8_t class_blocks[] = {\n%s\n};\n\n" % rows(flat, str, 64))
    w("/* Ascending: the character in bits 20 and up, offset in fold_pool in bits 4 to 19, length in bits 0 to 3. */\n")
    w("static const uint64_t fold_table[] = {\n%s\n};\n\n"
      % rows([c << 20 | at << 4 | n for c, at, n in folds], lambda v: "0x%X" % v, 10))
    w("static const uint8_t fold_pool[] = {\n%s\n};\n\n" % rows(list(pool), str, 32))
    w("/* Ascending by base, then mark. */\n")
    w("static const struct pair { uint16_t base, mark, composed; } pair_table[] = {\n%s\n};\n"
      % rows(pairs, lambda p: "{ 0x%X, 0x%X, 0x%X }" % p, 4))
    w("\n/* Ascending. */\n")
    w("static const struct lower_run { uint32_t first, last, step; int32_t distance; } lower_table[] = {\n%s\n};\n"
      % rows(lower, lambda r: "{ 0x%X, 0x%X, %d, %d }" % r, 6))


main()
