/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lender.h - Xapian databases as an index: directories and servers, opened as one database, whose articles are lent.
 *
 * Shape    Xapian says which documents match a plan, and in which order, about. Those are fetched, with the terms that the plan has, and written with the segment
 *          writer into a segment in memory: a leaf of the searcher (the lent leaf), with the statistics of the whole database. So what scores, explains,
 *          marks and counts is the same code as over LMDB, and gives the same.
 * Soundness
 *          What Xapian is asked for finds at least what the plan finds, and its weights, with the spare of struct lender_query, are never less than our
 *          scores (BM25 of both has the same lengths and parameters, and each term is scaled to our rarity). So whoever has seen documents down to a
 *          weight knows what the others can score at most.
 * Names    xapian:DIR, xapian://HOST:PORT (a port of xapian-tcpsrv).
 * Errors   what fails leaves its fault in the lender: lender_fault().
 */
#ifndef QUERY_LENDER_H
#define QUERY_LENDER_H

#include "query/plan.h"
#include "stemmer/compound.h"
#include "xapian/xapian_c.h"

/* ---- servers ---- */

#define SERVERS_MAX 64u
#define SERVER_TIMEOUT_DEFAULT 30u /* seconds */

/* How long servers are waited for, and which of them did not answer. Whoever opens searchers keeps it from one to the next. */
struct servers {
	uint32_t timeout; /* seconds that the answers to a query may take in all, and thrice what one of them may; 0: the default */
	bool partial;	  /* go on without those that do not answer */
	struct lost_server {
		const char *name; /* borrowed from the command line */
		struct fault why;
	} *lost; /* room for SERVERS_MAX since the first opening of a lender: 64 KB that no other query touches */
	uint32_t n_lost;
};

void servers_free(struct servers *s); /* NULL is allowed */

bool lender_is_name(const char *name);

/* ---- life ---- */

/* All of these names as one. FUND_TIMEOUT, FUND_IO: a server does not answer, and `partial` was not asked for. FUND_END: with it, none of
 * them does. */
enum fund_status lender_open(struct lender **out, const char *const *names, uint32_t n, uint64_t analysis, struct servers *servers, struct fault *why);
void lender_close(struct lender *l); /* NULL is allowed */
/* A query begins: what servers are waited for counts from here on. So it does from each full page of documents that is lent. */
void lender_begin(struct lender *l);
/* What the last call that failed met; NULL: none did. */
const struct fault *lender_fault(const struct lender *l);
/* What that means: FUND_STALE: to be opened again and repeated, without servers that are lost now, where `partial` allows it. Else the failure, in `why`. */
enum fund_status lender_judge(struct lender *l, struct fault *why);

uint32_t lender_n_docs(const struct lender *l);
uint64_t lender_sum_length(const struct lender *l);
struct field_weights lender_weights(const struct lender *l);
/* Another one after each change. */
struct state_mark lender_mark(const struct lender *l);
/* Who it is, and the latest generation of an index that any of it was written from. */
struct state_mark lender_state(const struct lender *l);
/* How it was analysed, for a person: of the first database. */
struct slice lender_analysis(const struct lender *l);
/* Scores are made of these, with this average length over all indexes. */
void lender_rank(struct lender *l, const struct ranking *ranking, double average_length);

/* ---- words ---- */

/* Documents and (NULL: not wanted) occurrences of a term with its class. */
enum fund_status lender_term(struct lender *l, struct slice term, uint64_t *df, uint64_t *cf);
/* The forms of a class that begin so, with the stem of each and its documents. */
struct form_visitor {
	void *context;
	/* Does the visitor want this form? NULL: all. Of servers few of many forms are had in less time than all of them. */
	bool (*takes)(void *context, struct slice form);
	enum fund_status (*each)(void *context, struct slice form, struct slice term, uint64_t df);
};
enum fund_status lender_forms(struct lender *l, uint8_t class, struct slice prefix, const struct form_visitor *v);
enum fund_status lender_form_occurrences(struct lender *l, uint8_t class, struct slice form, struct slice term, uint64_t *cf);
/* In how many documents any of these forms is; in the title, where it is about that. */
enum fund_status lender_forms_df(struct lender *l, uint8_t class, bool in_title, const struct form_pair *forms, uint32_t n, uint64_t *df);
/* For compound_parts(): words of the lexicon of each database, in turn. FUND_END: there is no such database. */
enum fund_status lender_word_source(struct lender *l, uint32_t i, struct word_source *out);
/* word_parts_has(), of terms with their classes. */
enum fund_status lender_has_part(struct lender *l, struct slice word, struct slice part, bool *yes);

/* ---- documents ---- */

/* A plan in Xapian's words. */
struct lender_query {
	struct xapian_query *query; /* NULL: nothing matches */
	bool exact;		    /* it finds what the plan finds, and nothing else */
	double spare;		    /* a score is at most weight + spare */
};
enum fund_status lender_translate(struct lender *l, const struct plan *plan, struct lender_query *out);
void lender_query_release(struct lender *l, struct lender_query *q);

struct lender_page {
	uint32_t *docs;	 /* Xapian's numbers */
	double *weights; /* falling, in order XAPIAN_BY_WEIGHT */
	uint32_t n, cap;
	uint64_t least, most; /* how many match in all */
};
void lender_page_release(struct lender_page *p); /* also on {0} */
/* Hits first … first + n. Xapian is to look at every match: 1.4.22 leaves out documents where it prunes queries with synonyms, one query of some 10,000, and saves no
 * time by it on ours. */
enum fund_status lender_find(struct lender *l, const struct lender_query *q, enum xapian_order order, uint32_t first, uint32_t n, struct lender_page *out);
/* The document with this key: FUND_NOT_FOUND. */
enum fund_status lender_find_key(struct lender *l, struct slice key, uint32_t *doc);

#define LEND_MOST 1024u /* documents at once */
enum lend_texts {
	LEND_NONE,
	LEND_FIELDS, /* title, author, section, source */
	LEND_ALL,
};
/* The documents (n of them, up to LEND_MOST, any order) become those of the lent leaf, by their keys; with the terms of the plan (NULL: none). What was lent before
 * is gone. FUND_STALE: one is not there any more. */
enum fund_status lender_lend(struct searcher *s, const struct plan *plan, const uint32_t *docs, uint32_t n, enum lend_texts texts);
uint32_t lender_doc(const struct lender *l, uint32_t local); /* Xapian's number of a document of the lent leaf */
bool lender_local(const struct lender *l, uint32_t doc, uint32_t *local);
/* For iterators over the lent leaf: empty after each lender_lend(). */
struct arena *lender_arena(struct lender *l);

#endif
