/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The targets of fuzzing. No guard: it is read several times.
 *
 *	READER(name, "file name")   the bytes as a file of that name, through file_reader.h
 *	TARGET(name)                void fuzz_name(struct slice) in one of the files here
 *
 * Seeds: tests/fuzz/seeds/NAME/, small files of our own writing; what fuzzing found goes there too, as found-WHAT.
 */
READER(text, "2022/01/18/artikel.txt")
READER(json, "artikel.json")
READER(jsonl, "artikel.jsonl")
READER(gzip, "artikel.txt.gz")
READER(bzip2, "artikel.txt.bz2")
READER(xz, "artikel.txt.xz")
READER(zstd, "artikel.txt.zst")
READER(tar, "archiv.tar")
READER(zip, "archiv.zip")
READER(sevenzip, "archiv.7z")
READER(warc, "crawl.warc")
READER(html, "a.html")
READER(csv, "a.csv")
READER(mbox, "a.mbox")
READER(mail, "a.eml")
READER(xml, "a.xml")
TARGET(wire)
TARGET(query)
TARGET(affixes)
TARGET(analysis)
TARGET(snippet)
TARGET(lexicon)
TARGET(manifest)
TARGET(sources)
TARGET(text_block)
TARGET(text_directory)
TARGET(pages)
TARGET(dictionary)
TARGET(filter)
TARGET(postings)
