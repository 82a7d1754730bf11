/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xapian_c.h - Xapian for C: what fundstelle needs of it, behind one table of functions.
 *
 * Xapian is C++ and costs a process half a millisecond at its start. So the shim is a module of its own, loaded by xapian_load() when an index is named
 * `xapian:` or a Xapian database is written; nothing else links Xapian.
 *
 * Handles  opaque; made by *_new, *_open and the query makers, ended by their *_free, which takes NULL. A database that was added to another, a query that went
 *          into another, a document that was stored may be freed at once: Xapian counts its references.
 * Errors   no exception crosses: each call that can fail gives a status, and the fault one line with Xapian's own message. FUND_LOCKED: another writer;
 *          FUND_NOT_FOUND: no database, document or term there; FUND_CORRUPT; FUND_STALE: the database was changed twice while it was read (reopen, repeat);
 *          FUND_TIMEOUT: a server did not answer in time; FUND_IO: network and files; FUND_UNSUPPORTED: not over this back end; FUND_INVALID; FUND_NO_MEMORY.
 * Bytes    a slice that a call hands out lives until the next call on the same handle.
 * Threads  a handle and all that came from it belong to one thread at a time; handles made apart may be used side by side.
 */
#ifndef XAPIAN_XAPIAN_C_H
#define XAPIAN_XAPIAN_C_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "base/slice.h"
#include "base/status.h"

#define XAPIAN_TERM_MAX 245 /* bytes: a zero byte counts twice */
#define XAPIAN_C_VERSION 4u /* of the table: a module of another one is refused */

struct xapian_db;
struct xapian_doc;
struct xapian_query;
struct xapian_hits;
struct xapian_stem;

enum xapian_mode {
	XAPIAN_READ,	  /* must be there */
	XAPIAN_UPDATE,	  /* for writing; made if it is not there */
	XAPIAN_OVERWRITE, /* for writing; emptied */
	XAPIAN_IN_MEMORY, /* path is ignored */
	XAPIAN_EMPTY,	  /* no database at all: others are added */
};

enum xapian_op { XAPIAN_AND, XAPIAN_OR, XAPIAN_AND_NOT, XAPIAN_AND_MAYBE, XAPIAN_FILTER, XAPIAN_NEAR, XAPIAN_PHRASE, XAPIAN_SYNONYM, XAPIAN_BEST };

/* BM25 as Xapian has it (weight.h there): no query-length and no per-document term (k2 0, k3 0), lengths unbounded below. */
enum xapian_order {
	XAPIAN_BY_WEIGHT,     /* equal ones: the greater value of the slot first, UINT32_MAX: by document number */
	XAPIAN_BY_VALUE,      /* of the slot, ascending */
	XAPIAN_BY_VALUE_DOWN, /* descending */
	XAPIAN_BY_DOC,	      /* by document number, unweighed */
};
struct xapian_search {
	double k1, b;
	uint32_t first, n;	  /* hits wanted */
	uint32_t check_at_least;  /* matches to see before an estimate is good enough: UINT32_MAX makes the total exact */
	enum xapian_order order;
	uint32_t slot;
};

/* How long calls may take in all, of one or several databases: whoever counts sets `taken_us` to 0. */
struct xapian_wait {
	uint64_t limit_us, taken_us;
	bool counting; /* private */
};

struct xapian_hit {
	uint32_t doc;
	double weight;
};

struct xapian_term_visitor {
	void *context;
	/* Anything but FUND_OK ends the walk with that status. n: documents; of a document's terms: its wdf. */
	enum fund_status (*each)(void *context, struct slice term, uint64_t n);
};

struct xapian_c {
	uint32_t version;	 /* XAPIAN_C_VERSION */
	const char *(*library)(void); /* "1.4.22" */

	/* ---- databases ---- */
	enum fund_status (*db_open)(struct xapian_db **out, const char *path, enum xapian_mode mode, struct fault *why);
	enum fund_status (*db_open_remote)(struct xapian_db **out, const char *host, unsigned port, unsigned timeout_ms, struct fault *why);
	enum fund_status (*db_add)(struct xapian_db *db, const struct xapian_db *other, struct fault *why); /* both are ranked as one from then on */
	/* A server's timeout is that of each message, so one that answers slowly takes any time. From now on calls count (`wait` NULL: no more), and those that begin
	 * behind the limit are FUND_TIMEOUT. Borrowed. */
	void (*db_wait)(struct xapian_db *db, struct xapian_wait *wait);
	void (*db_free)(struct xapian_db *db);							       /* what was not committed is lost */
	enum fund_status (*db_commit)(struct xapian_db *db, struct fault *why);
	enum fund_status (*db_reopen)(struct xapian_db *db, struct fault *why);
	enum fund_status (*db_size)(struct xapian_db *db, uint32_t *n_docs, double *average_length, struct fault *why);
	enum fund_status (*db_term)(struct xapian_db *db, struct slice term, uint32_t *df, uint64_t *occurrences, struct fault *why); /* 0: none. `occurrences` may be NULL */
	/* A remote database sends its whole list (of that prefix) first. */
	enum fund_status (*db_each_term)(struct xapian_db *db, struct slice prefix, const struct xapian_term_visitor *v, struct fault *why);
	enum fund_status (*db_uuid)(struct xapian_db *db, struct slice *out, struct fault *why); /* of one database: stays for its life */
	enum fund_status (*db_metadata)(struct xapian_db *db, const char *key, struct slice *out, struct fault *why); /* empty: none */
	enum fund_status (*db_set_metadata)(struct xapian_db *db, const char *key, struct slice value, struct fault *why);
	enum fund_status (*db_replace)(struct xapian_db *db, struct slice unique_term, const struct xapian_doc *doc, uint32_t *number, struct fault *why);
	enum fund_status (*db_delete)(struct xapian_db *db, struct slice unique_term, struct fault *why); /* all with that term; none is fine */
	enum fund_status (*db_find)(struct xapian_db *db, struct slice term, uint32_t *doc, struct fault *why); /* the first document with it */
	enum fund_status (*db_add_spelling)(struct xapian_db *db, struct slice word, uint32_t times, struct fault *why);
	enum fund_status (*db_spell)(struct xapian_db *db, struct slice word, struct slice *out, struct fault *why); /* empty: nothing better */

	/* ---- documents ---- */
	enum fund_status (*doc_new)(struct xapian_doc **out, struct fault *why);
	enum fund_status (*doc_open)(struct xapian_doc **out, struct xapian_db *db, uint32_t number, struct fault *why);
	void (*doc_free)(struct xapian_doc *doc);
	enum fund_status (*doc_add)(struct xapian_doc *doc, struct slice term, uint32_t wdf, struct fault *why); /* adds to the wdf it has */
	enum fund_status (*doc_add_position)(struct xapian_doc *doc, struct slice term, uint32_t pos, struct fault *why); /* wdf as it is */
	enum fund_status (*doc_set_value)(struct xapian_doc *doc, uint32_t slot, struct slice value, struct fault *why);
	enum fund_status (*doc_value)(struct xapian_doc *doc, uint32_t slot, struct slice *out, struct fault *why);
	enum fund_status (*doc_set_data)(struct xapian_doc *doc, struct slice data, struct fault *why);
	enum fund_status (*doc_data)(struct xapian_doc *doc, struct slice *out, struct fault *why);
	enum fund_status (*doc_each_term)(struct xapian_doc *doc, const struct xapian_term_visitor *v, struct fault *why);

	/* ---- queries ---- */
	enum fund_status (*query_term)(struct xapian_query **out, struct slice term, struct fault *why);
	enum fund_status (*query_all)(struct xapian_query **out, bool everything, struct fault *why); /* else nothing */
	enum fund_status (*query_range)(struct xapian_query **out, uint32_t slot, struct slice from, struct slice to, struct fault *why); /* inclusive; empty: open */
	enum fund_status (*query_wildcard)(struct xapian_query **out, struct slice prefix, uint32_t most, struct fault *why); /* as one synonym; most: terms */
	/* `window`: for NEAR and PHRASE, the positions that all must lie in; else 0. */
	enum fund_status (*query_combine)(struct xapian_query **out, enum xapian_op op, struct xapian_query *const *parts, uint32_t n, uint32_t window,
					  struct fault *why);
	enum fund_status (*query_scale)(struct xapian_query **out, const struct xapian_query *q, double factor, struct fault *why);
	enum fund_status (*query_describe)(struct xapian_query *q, struct slice *out, struct fault *why);
	void (*query_free)(struct xapian_query *q);

	/* ---- searching ---- */
	enum fund_status (*search)(struct xapian_hits **out, struct xapian_db *db, const struct xapian_query *q, const struct xapian_search *how, struct fault *why);
	uint32_t (*hits_n)(const struct xapian_hits *h);
	struct xapian_hit (*hits_at)(const struct xapian_hits *h, uint32_t i);
	void (*hits_total)(const struct xapian_hits *h, uint64_t *least, uint64_t *about, uint64_t *most);
	void (*hits_free)(struct xapian_hits *h);

	/* ---- Snowball, by itself: a check on stemmer/stem.c ---- */
	enum fund_status (*stem_new)(struct xapian_stem **out, const char *language, struct fault *why);
	enum fund_status (*stem)(struct xapian_stem *s, struct slice word, struct slice *out, struct fault *why);
	void (*stem_free)(struct xapian_stem *s);
};

/* What the module exports. `by_environment`: its messages are in the environment's language, as those of the program that loads it (base/translate.h). */
#define XAPIAN_C_SYMBOL "fundstelle_xapian"
const struct xapian_c *fundstelle_xapian(bool by_environment);

/* Loads the module, once a process; it stays. FUND_UNSUPPORTED: not installed, or of another version. load.c */
enum fund_status xapian_load(const struct xapian_c **out, struct fault *why);

#ifdef __cplusplus
}
#endif
#endif
