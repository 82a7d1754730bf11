#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""suche.py - the ten best articles for a query, by libfundstelle through ctypes. An example for libfundstelle(3).

    suche.py INDEX 'Truppenaufmarsch -Manöver'

FUNDSTELLE_LIBRARY names another library than the installed one.
"""
import ctypes
import os
import sys
from ctypes import POINTER, byref, c_char, c_char_p, c_double, c_int, c_int32, c_size_t, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

OK, SYNTAX = 0, 1
EXACT_TOTAL, SUGGEST = 1 << 4, 1 << 5


# The structs of fundstelle.h, as far as they are needed here: those with a size may end anywhere.
class Text(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("len", c_size_t)]

    def bytes(self):
        return ctypes.string_at(self.data, self.len)

    def __str__(self):
        return self.bytes().decode("utf-8", "surrogateescape")


class Range(ctypes.Structure):
    _fields_ = [("begin", c_uint32), ("end", c_uint32)]


class Date(ctypes.Structure):
    _fields_ = [("year", c_uint16), ("month", c_uint8), ("day", c_uint8)]

    def __str__(self):
        parts = ["%04d" % self.year, "%02d" % self.month, "%02d" % self.day]
        return "-".join(parts[:(self.year > 0) + (self.month > 0) + (self.day > 0)])


class Sized(ctypes.Structure):
    """Sets its own size."""

    def __init__(self, **members):
        super().__init__(ctypes.sizeof(self), **members)


class Error(Sized):
    _fields_ = [("size", c_size_t), ("code", c_int32), ("offset", c_uint32), ("message", c_char * 1024)]


class Options(Sized):
    _fields_ = [("size", c_size_t), ("flags", c_uint32), ("order", c_uint32), ("limit", c_uint32), ("offset", c_uint32),
                ("from_date", c_char_p), ("to_date", c_char_p), ("similar_to", c_char_p), ("seed", c_uint64)]


class Summary(Sized):
    _fields_ = [("size", c_size_t), ("total", c_uint64), ("total_exact", c_uint32), ("n_hits", c_uint32), ("n_warnings", c_uint32),
                ("next", c_uint32), ("suggestion", Text)]


class Hit(Sized):
    _fields_ = [("size", c_size_t), ("rank", c_uint32), ("date", Date), ("score", c_double), ("key", Text), ("title", Text),
                ("author", Text), ("section", Text), ("source", Text), ("title_marks", POINTER(Range)), ("snippet", Text),
                ("marks", POINTER(Range)), ("n_title_marks", c_uint32), ("n_marks", c_uint32)]


def load():
    lib = ctypes.CDLL(os.environ.get("FUNDSTELLE_LIBRARY", "libfundstelle.so.0"))
    lib.fundstelle_open.argtypes = [POINTER(c_char_p), c_size_t, c_void_p, POINTER(c_void_p), POINTER(Error)]
    lib.fundstelle_search.argtypes = [c_void_p, c_char_p, c_size_t, POINTER(Options), POINTER(c_void_p), POINTER(Error)]
    lib.fundstelle_result_summary.argtypes = [c_void_p, POINTER(Summary)]
    lib.fundstelle_result_hit.argtypes = [c_void_p, c_uint32, POINTER(Hit)]
    for name in "fundstelle_open", "fundstelle_search", "fundstelle_result_hit":
        getattr(lib, name).restype = c_int
    for name in "fundstelle_close", "fundstelle_result_free":
        getattr(lib, name).argtypes = [c_void_p]
        getattr(lib, name).restype = None
    lib.fundstelle_result_summary.restype = None
    return lib


class Failure(Exception):
    def __init__(self, error):
        place = "byte %d of the query: " % error.offset if error.code == SYNTAX else ""
        super().__init__(place + error.message.decode("utf-8", "replace"))


def marked(text, marks, n):
    """The text with what was found in brackets. Marks count bytes."""
    data, out, at = text.bytes(), b"", 0
    for mark in marks[:n]:
        out += data[at:mark.begin] + b"[" + data[mark.begin:mark.end] + b"]"
        at = mark.end
    return (out + data[at:]).decode("utf-8")


class Index:
    """An index for one thread at a time: with Index("/srv/index") as index: ..."""

    def __init__(self, *names):
        self.lib, self.handle, error = load(), c_void_p(), Error()
        array = (c_char_p * len(names))(*[os.fsencode(name) for name in names])
        if self.lib.fundstelle_open(array, len(names), None, byref(self.handle), byref(error)) != OK:
            raise Failure(error)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.lib.fundstelle_close(self.handle)

    def search(self, query, **options):
        """The total with whether it is exact, hits as dictionaries, and the query as it may have been meant."""
        result, error, wanted, text = c_void_p(), Error(), Options(flags=EXACT_TOTAL | SUGGEST, **options), query.encode("utf-8", "surrogateescape")
        if self.lib.fundstelle_search(self.handle, text, len(text), byref(wanted), byref(result), byref(error)) != OK:
            raise Failure(error)
        summary = Summary()
        self.lib.fundstelle_result_summary(result, byref(summary))
        hits = []
        for i in range(summary.n_hits):
            hit = Hit()
            self.lib.fundstelle_result_hit(result, i, byref(hit))
            hits.append({"rank": hit.rank, "score": hit.score, "key": str(hit.key), "date": str(hit.date),
                         "title": marked(hit.title, hit.title_marks, hit.n_title_marks), "snippet": marked(hit.snippet, hit.marks, hit.n_marks)})
        found = summary.total, bool(summary.total_exact), hits, str(summary.suggestion)
        self.lib.fundstelle_result_free(result)  # its texts were copied
        return found


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: suche.py INDEX QUERY")
    try:
        with Index(sys.argv[1]) as index:
            total, exact, hits, suggestion = index.search(sys.argv[2])
    except Failure as failure:
        print("suche.py: %s" % failure, file=sys.stderr)
        return 2
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    print("%s%d" % ("" if exact else "> ", total))
    for hit in hits:
        print("%d. %s" % (hit["rank"], "  ".join(filter(None, [hit["key"], hit["date"], "%.4f" % hit["score"]]))))
        for text in filter(None, [hit["title"], hit["snippet"]]):
            print("   " + text)
    if suggestion:
        print("? " + suggestion)
    return 0


if __name__ == "__main__":
    sys.exit(main())
