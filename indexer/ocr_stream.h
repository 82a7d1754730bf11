/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ocr_stream.h - the pages of a file of OCR, one after the other; what ALTO, PAGE and hOCR have in common. Each is one file that turns its elements into
 * calls of ocr_page.h.
 */
#ifndef INDEXER_OCR_STREAM_H
#define INDEXER_OCR_STREAM_H

#include "indexer/ocr_page.h"
#include "indexer/reader.h"
#include "indexer/xml_stream.h"

struct ocr_dialect {
	const struct reader_format *format;
	struct xml_events events; /* their context is the struct ocr_stream */
	size_t state;		  /* bytes of the dialect's own, zeroed: s->state */
	void (*release)(void *state); /* NULL: nothing to release */
};
extern const struct ocr_dialect ocr_alto, ocr_page_xml, ocr_hocr;

struct ocr_stream {
	struct xml_stream *xml;
	const struct ocr_dialect *dialect;
	struct ocr_page pages[2]; /* the one being read, the one handed over */
	unsigned at;		  /* which is being read */
	bool begun;		  /* it has begun */
	bool handed, ended;	  /* the other one is complete; the file ended */
	void *state;
};

enum fund_status ocr_stream_open(struct ocr_stream **out, struct input *in, const struct ocr_dialect *dialect, struct fault *why);
void ocr_stream_close(struct ocr_stream *s); /* NULL is allowed */
/* The next page, valid until the next call; *last: the file has no more. FUND_END; else as xml_stream_run(). */
enum fund_status ocr_stream_next(struct ocr_stream *s, struct ocr_page **page, bool *last, uint64_t *line, struct fault *why);

/* For dialects. */
static inline struct ocr_page *ocr_stream_page(struct ocr_stream *s) { return &s->pages[s->at]; }
/* A page begins: the one before is complete. */
void ocr_stream_begin_page(struct ocr_stream *s, const char *name);

/* The reader of all three: an article a page. */
enum fund_status ocr_reader_open(struct reader **out, struct input *in, const struct ocr_dialect *dialect, struct fault *why);
enum fund_status ocr_reader_next(struct reader *r, struct article *out, bool *recovered, uint64_t *line, struct fault *why);
void ocr_reader_close(struct reader *r);

#endif
