/* SPDX-License-Identifier: GPL-2.0-or-later */
/* input_source.h - what an input reads from: a file, a decompressor. For those who make inputs; readers only need input.h. */
#ifndef INDEXER_INPUT_SOURCE_H
#define INDEXER_INPUT_SOURCE_H

#include "indexer/file_reader.h"
#include "indexer/input.h"

struct input_source {
	void *context;
	/* At most cap bytes to out; *len 0 is the end. */
	enum fund_status (*read)(void *context, uint8_t *out, size_t cap, size_t *len, struct fault *why);
	void (*close)(void *context);
};

/* Takes the source, also when it fails. */
enum fund_status input_open(struct input **out, struct input_source source);

/* What compression the bytes say they have ("gzip", "bzip2", "xz", "zstd"), NULL: none. */
const char *compression_name(struct slice head);
/* Decompresses `outer` by libarchive; takes it, also when it fails. */
enum fund_status input_open_decompressed(struct input **out, struct input *outer, const struct reader_limits *limits, struct fault *why);

#endif
