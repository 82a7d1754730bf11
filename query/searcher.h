/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * searcher.h - one or more indexes, opened as one list of segments with common statistics.
 *
 * Life     open -> search any number of times -> close. Everything found (segment, document) is valid until close; so whoever
 *          prints takes what he needs first (hits.h).
 * Threads  none: one searcher a thread.
 */
#ifndef QUERY_SEARCHER_H
#define QUERY_SEARCHER_H

#include "query/score.h"
#include "stemmer/analyse.h"
#include "base/arena.h"
#include "store/dictionary.h"
#include "store/segment.h"

#define LEAF_KEY_CHUNKS 64u
/* A segment with what the inner loops keep at hand. */
struct leaf {
	struct segment *segment;
	uint32_t number;  /* among the searcher's leaves */
	uint32_t opening; /* of the searcher */
	uint32_t index; /* which of the searcher's indexes */
	bool lent; /* what Xapian lends: lender.h */
	uint32_t n_docs;
	bool has_dead;
	bool cold; /* nothing was searched in it yet: what is read may have to come from the disk, so it is asked for together */
	uint32_t newest; /* the generation that its index's last indexing run published: COLUMN_BORN of what is new */
	struct field_weights weights;
	uint32_t length_chunk, dead_chunk, date_chunk; /* UINT32_MAX: none yet */
	const uint8_t *lengths, *dead, *dates;
	struct key_chunk keys[LEAF_KEY_CHUNKS]; /* those read last, by their place */
};

struct lender;
struct servers;

struct state_mark {
	uint64_t id, generation;
};

/* Of each index, and behind them one for all of Xapian's. */
struct state_marks {
	uint32_t n;
	struct state_mark of[];
};

struct searcher {
	struct analyser *analyser;
	struct servers *servers; /* to be set before the first opening; NULL: as lender.h has it */
	bool only_snapshots;	 /* likewise: no segment is opened, whatever analysis it has; all names are directories. For their manifests */
	struct lender *lender;	 /* all that are Xapian's as one, behind the others; NULL: there is none */
	uint32_t lent_leaf;	 /* number of its leaf, the last; UINT32_MAX: there is none */
	bool lender_first;	 /* its first one was named first */
	struct snapshot **snapshots;
	const char **dirs; /* of the snapshots: borrowed names */
	uint32_t n_indexes;
	struct leaf *leaves;
	uint32_t n_leaves;
	uint64_t n_docs; /* dead ones counted until they are merged away */
	uint64_t sum_length;
	struct ranking ranking;
	struct bm25 bm25;
	struct arena iterators;	 /* of topk.c, of one segment at a time; the memory stays from query to query */
	struct window_room *window_room; /* of topk_window.c; NULL: not needed yet */
	uint32_t window;	 /* documents that it looks at together; 0: as it pleases. For tests: answers do not depend on it */
	uint32_t opening; /* how often it was opened: what was found in one opening borrows its snapshots */
};

/* Where a term is, in each leaf. */
struct term_places {
	struct slice term;
	uint32_t opening;
	uint64_t df;		    /* over all leaves, and all that may be lent */
	struct term_entry *entries; /* one a leaf; df 0: not in it, or it is the lent one */
};

/* `s` is {0} or was closed. Directories named twice are used once. FUND_FINGERPRINT: analysed with other settings. */
enum fund_status searcher_open(struct searcher *s, struct analyser *analyser, const char *const *dirs, uint32_t n_dirs, struct fault *why);
void searcher_close(struct searcher *s); /* also on {0} */
/* Scores by other figures than the default ones, until it is closed. */
void searcher_rank(struct searcher *s, const struct ranking *ranking);
/* From malloc. */
enum fund_status searcher_mark(const struct searcher *s, struct state_marks **out);
/* Opened again: the very same states as were marked (ids and generations)? */
bool searcher_is_at(const struct searcher *s, const struct state_marks *marks);
/* Looks the term up in all leaves; entries live in the arena. */
enum fund_status searcher_locate(struct searcher *s, struct slice term, struct arena *arena, struct term_places *out);
/* How often it occurs in all. */
enum fund_status searcher_occurrences(struct searcher *s, const struct term_places *places, uint64_t *n);
/* What the first index is: id and generation, and how it was analysed. */
struct state_mark searcher_state(const struct searcher *s);
struct slice searcher_analysis(const struct searcher *s);
/* Its entry in this leaf; looked up again when the searcher was opened anew since. FUND_NOT_FOUND. */
enum fund_status leaf_term(const struct leaf *l, const struct term_places *places, struct term_entry *out);
/* FUND_STALE: what was read may be overwritten; close, open, repeat. */
enum fund_status searcher_check(struct searcher *s);
/* What a read that went wrong means: on a snapshot that may have been overwritten, that it was (FUND_STALE); over Xapian, that a server is lost. */
enum fund_status searcher_judge(struct searcher *s, enum fund_status st, struct fault *why);

enum fund_status leaf_load_lengths(struct leaf *l, uint32_t chunk);
enum fund_status leaf_load_dates(struct leaf *l, uint32_t chunk);
enum fund_status leaf_load_dead(struct leaf *l, uint32_t chunk);

static inline enum fund_status leaf_length(struct leaf *l, uint32_t doc, uint32_t *len)
{
	if (doc / COLUMN_CHUNK != l->length_chunk) {
		enum fund_status st = leaf_load_lengths(l, doc / COLUMN_CHUNK);
		if (st != FUND_OK)
			return st;
	}
	*len = get_u32(l->lengths + 4 * (size_t)(doc % COLUMN_CHUNK));
	return FUND_OK;
}

static inline enum fund_status leaf_date(struct leaf *l, uint32_t doc, uint32_t *date)
{
	if (doc / COLUMN_CHUNK != l->date_chunk) {
		enum fund_status st = leaf_load_dates(l, doc / COLUMN_CHUNK);
		if (st != FUND_OK)
			return st;
	}
	*date = get_u32(l->dates + 4 * (size_t)(doc % COLUMN_CHUNK));
	return FUND_OK;
}

/* Of a term that is about to be looked for by its positions. */
static inline void leaf_will_need_positions(const struct leaf *l, const struct term_entry *entry)
{
	if (l->cold)
		segment_will_need_positions(l->segment, entry);
}

/* As segment_key(): hits are in no order, so their chunks stay checked. */
static inline enum fund_status leaf_key(struct leaf *l, uint32_t doc, struct buf *out, struct article_key *key)
{
	return segment_key(l->segment, doc, &l->keys[doc / KEY_CHUNK_DOCS % LEAF_KEY_CHUNKS], out, key);
}

static inline enum fund_status leaf_is_dead(struct leaf *l, uint32_t doc, bool *dead)
{
	*dead = false;
	if (!l->has_dead)
		return FUND_OK;
	if (doc / TOMBSTONE_CHUNK != l->dead_chunk) {
		enum fund_status st = leaf_load_dead(l, doc / TOMBSTONE_CHUNK);
		if (st != FUND_OK)
			return st;
	}
	uint32_t i = doc % TOMBSTONE_CHUNK;
	*dead = l->dead && (l->dead[i / 8] >> i % 8 & 1);
	return FUND_OK;
}

#endif
