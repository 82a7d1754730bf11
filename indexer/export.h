/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * export.h - an index read article by article, each with all its terms: what other engines want to be fed.
 *
 * An index holds a term with its articles. Turning it round takes one pass over each segment: postings go into the spool of their window of documents, and
 * a window at a time is sorted in memory. An output is one file behind export_sink: export_xapian.c, export_bulk.c.
 * Memory   the terms of a segment, and the postings of a window: about 100 MB.
 */
#ifndef INDEXER_EXPORT_H
#define INDEXER_EXPORT_H

#include "indexer/term_stream.h"
#include "store/segment.h"

struct export_term {
	struct slice term; /* with its class byte */
	uint32_t freq;	   /* occurrences */
	uint8_t boost;	   /* of them in title and lead: docs/FORMAT.md, "Postings" */
	const uint32_t *pos; /* freq of them; NULL: the class has none */
	const struct slice *forms; /* the term's, by ordinal: store/forms.h */
	uint32_t n_forms;	   /* 0: the class has none */
	const uint32_t *ordinals;  /* of what stands at each position; NULL: the first */
};

/* Everything borrows until the sink returns. */
struct export_article {
	struct slice key; /* path, or path#id */
	uint32_t date, length, words, fields, born;
	uint64_t hash, signature;
	const struct stored_article *text;
	const struct export_term *terms; /* ascending */
	uint32_t n_terms;
	struct field_weights weights;
};

/* Takes the K-th of N parts of the articles, by a hash of the key that does not change: N machines share an archive. */
struct shard {
	uint32_t k, n; /* 1 <= k <= n; n 0: all */
};
bool shard_has(struct shard s, struct slice key);
/* "K/N". */
enum fund_status shard_parse(const char *text, struct shard *out, struct fault *why);

struct export_sink {
	void *context;
	/* Is this article wanted? Asked before its terms are put together. NULL: all are. */
	enum fund_status (*wants)(void *context, struct slice key, uint64_t hash, uint32_t born, bool *wanted);
	enum fund_status (*article)(void *context, const struct export_article *a, struct fault *why);
};

/* All live articles of `s` in the order of segment and document. Temporary files (without a name) go to `dir`. FUND_INTERRUPTED after SIGINT or SIGTERM. */
enum fund_status export_articles(struct snapshot *s, struct shard shard, const char *dir, const struct export_sink *sink, struct fault *why);

#endif
