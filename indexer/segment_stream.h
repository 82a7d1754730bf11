/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segment_stream.h - a segment's terms and postings as a term_stream, and a segment that is written as a term_sink: for merges. */
#ifndef INDEXER_SEGMENT_STREAM_H
#define INDEXER_SEGMENT_STREAM_H

#include "indexer/term_stream.h"
#include "store/index_writer.h"

/* `docs`: DOC_END for documents that will be dropped, which the forms then do not count; NULL: none. Borrowed. */
enum fund_status segment_stream(struct segment *s, const uint32_t *docs, struct term_stream *out);
void segment_stream_end(struct term_stream *s); /* also on {0} */

struct term_sink segment_sink(struct segment_writer *to);

#endif
