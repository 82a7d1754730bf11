/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segment_stream.h - a segment's terms and postings as a term_stream, for merges. */
#ifndef INDEXER_SEGMENT_STREAM_H
#define INDEXER_SEGMENT_STREAM_H

#include "indexer/term_stream.h"
#include "store/segment.h"

enum fund_status segment_stream(struct segment *s, struct term_stream *out);
void segment_stream_end(struct term_stream *s); /* also on {0} */

#endif
