/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify_private.h - the parts of index_verify(): verify.c (keys, sources), verify_documents.c, verify_terms.c.
 *
 * Everything is read through the decoders that queries use, so that what they accept is what is checked.
 */
#ifndef STORE_VERIFY_PRIVATE_H
#define STORE_VERIFY_PRIVATE_H

#include "store/index_writer.h"

struct verify {
	const struct verify_report *report;
	struct snapshot *snapshot;
	uint64_t n_findings;
	bool stale;	     /* the state was overwritten while it was read: findings mean nothing */
	bool no_memory;
};

/* One line. */
void verify_found(struct verify *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A decoder's answer: FUND_OK gives true; FUND_CORRUPT and FUND_NOT_FOUND are findings ("what: damaged", "what:
 * missing"), lack of memory ends all. */
bool verify_status(struct verify *v, enum fund_status st, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static inline bool verify_goes_on(const struct verify *v) { return !v->stale && !v->no_memory; }

void verify_documents(struct verify *v, struct segment *s); /* columns, keys, texts, tombstones */
void verify_terms(struct verify *v, struct segment *s);	    /* dictionary, lists, positions */

#endif
