/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * isolated_reader.h - file_reader.h, with all but plain text and JSON Lines parsed by a process of its own, which can open, write and reach nothing
 * (confine.h). Where that crashes, hangs or wants too much memory, the file has failed, and a new process reads the next.
 *
 * Plain text and JSON Lines, uncompressed, stay here: code of our own, and the fastest. The pages of a METS are opened here, and read there.
 * Threads  one reader a thread, each with a process; the nursery is shared.
 */
#ifndef INDEXER_ISOLATED_READER_H
#define INDEXER_ISOLATED_READER_H

#include "indexer/reader_nursery.h"

/* For reader_nursery_start(): what the processes run. */
void isolated_reader_child(int socket, const struct reader_limits *limits);

struct isolated_reader;
/* NULL: all is parsed here. */
enum fund_status isolated_reader_new(struct isolated_reader **out, struct reader_nursery *nursery);
void isolated_reader_free(struct isolated_reader *r);

/* From the next file on: who opens files beside it. Paths come to it only where sibling_path_is_plain(). NULL: nobody. */
void isolated_reader_set_siblings(struct isolated_reader *r, const struct siblings *siblings);

/* As file_reader_open() and file_reader_next(). The file may be closed only behind the last call of next. Articles' formats and encodings live as long as the reader. */
enum fund_status isolated_reader_open(struct isolated_reader *r, int fd, struct slice path, struct file_range range, struct fault *why);
enum fund_status isolated_reader_next(struct isolated_reader *r, struct article *out, bool *recovered, uint64_t *line, struct fault *why);

#endif
