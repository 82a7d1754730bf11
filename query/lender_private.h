/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lender_private.h - the inside of struct lender, for the files lender*.c. */
#ifndef QUERY_LENDER_PRIVATE_H
#define QUERY_LENDER_PRIVATE_H

#include "query/lender.h"
#include "store/memory_chunks.h"
#include "xapian/layout.h"

/* One of the databases. */
struct member {
	const char *name; /* borrowed: when it is opened, and for messages */
	bool remote;
	struct xapian_db *db;
	struct xapian_state state;
	uint64_t uuid; /* its hash */
	struct lexicon_copy {
		struct buf block; /* of a letter; empty: there is none */
		bool read;
	} lexicon[LEXICON_LETTERS];
};

struct lender {
	const struct xapian_c *x;
	struct xapian_db *db; /* all of them */
	struct member members[SERVERS_MAX];
	uint32_t n_members;
	struct servers *servers; /* of whoever opened it */
	struct servers own;	 /* in its place, where there is none */
	uint32_t n_docs;
	uint64_t sum_length;
	double average; /* as Xapian has it */
	struct buf analysis;
	double k1, b; /* for Xapian */
	struct xapian_wait wait;
	struct fault why;
	struct buf name; /* of a term */
	/* what is lent */
	struct memory_chunks chunks;
	struct segment *segment;
	uint32_t docs[LEND_MOST], n_lent; /* by local number */
	uint32_t by_doc[LEND_MOST];	  /* local numbers, ascending by document */
	struct arena arena;
};

bool lender_has_servers(const struct lender *l);
/* Xapian's name of a term with its class, until the next call. FUND_UNSUPPORTED: it has none. */
enum fund_status lender_name(struct lender *l, struct slice term, struct slice *out);
/* Keeps the fault of a call of ours. */
enum fund_status lender_failed(struct lender *l, enum fund_status st, const char *what);

#endif
