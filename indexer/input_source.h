/* SPDX-License-Identifier: GPL-2.0-or-later */
/* input_source.h - what an input reads from: a file, a decompressor, a container's member. For those who make inputs; readers only need input.h. */
#ifndef INDEXER_INPUT_SOURCE_H
#define INDEXER_INPUT_SOURCE_H

#include <locale.h>

#include "indexer/file_reader.h"
#include "indexer/input.h"

struct input_source {
	void *context;
	/* At most cap bytes to out; *len 0 is the end. */
	enum fund_status (*read)(void *context, uint8_t *out, size_t cap, size_t *len, struct fault *why);
	void (*close)(void *context);
	/* NULL unless the source can be read from any place, up to its end: `size` bytes. */
	void (*seek)(void *context, uint64_t to);
	uint64_t size;
};

/* Takes the source, also when it fails. */
enum fund_status input_open(struct input **out, struct input_source source);

/* Takes the buffer, also when it fails. */
enum fund_status input_open_buf(struct input **out, struct buf owned);

/* Bytes consumed so far: where the next one stands. */
uint64_t input_tell(const struct input *in);
bool input_is_seekable(const struct input *in);
uint64_t input_size(const struct input *in);		/* of one that is seekable */
void input_seek(struct input *in, uint64_t to);		/* `to` may lie behind the end */
/* Reads all of *in, which it closes, and makes *in an input over that. FUND_LIMIT: more than `max` bytes; *in is NULL after a failure. */
enum fund_status input_into_memory(struct input **in, uint64_t max, struct fault *why);

/* What all layers of one file may give together, and what they share. */
struct read_budget {
	struct reader_limits limits;
	uint64_t bytes; /* that came out of compression and containers so far */
	locale_t utf8;	/* for libarchive's names; made before the process is confined, since that opens files. 0: none */
};
/* n more of them. FUND_LIMIT: too many. */
enum fund_status read_budget_take(struct read_budget *b, size_t n, struct fault *why);
/* A layer made `out` bytes of `in`: FUND_LIMIT where that is a bomb's ratio. */
enum fund_status read_budget_ratio(const struct read_budget *b, uint64_t in, uint64_t out, struct fault *why);

/* What compression the bytes say they have ("gzip", "bzip2", "xz", "zstd"), NULL: none. */
const char *compression_name(struct slice head);
/* Takes off one layer of the compression that `outer` begins with (compression_name() knows it); takes `outer`, also when it fails. The budget must outlive it. */
enum fund_status input_open_decompressed(struct input **out, struct input *outer, struct read_budget *budget, struct fault *why);
/* The same for gzip alone. */
enum fund_status input_open_gunzipped(struct input **out, struct input *outer, struct read_budget *budget, struct fault *why);
/* The same for a bare stream of deflate, or one of zlib: what HTTP calls "deflate". Borrows it. */
enum fund_status input_open_inflated(struct input **out, struct slice stream, struct read_budget *budget, struct fault *why);

#endif
