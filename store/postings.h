/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * postings.h - the documents that contain one term, in one segment.
 *
 * Shape    strictly ascending document numbers, each with its term frequency, boost and, in a stream that is only
 *          touched when asked for, its positions.
 * Units    doc: 0-based within the segment; freq: occurrences >= 1 in title, lead and body; pos: word index.
 * Bytes    docs/FORMAT.md, "Postings".
 */
#ifndef STORE_POSTINGS_H
#define STORE_POSTINGS_H

#include "store/chunks.h"
#include "store/dictionary.h"
#include "store/impact.h"
#include "store/forms.h"
#include "store/intblock.h"
#include "store/ordinals.h"

#define DOC_END UINT32_MAX /* behind the last document */
#define BOOST_TITLE(b) ((b) & 15u)
#define BOOST_LEAD(b) ((uint32_t)(b) >> 4)

/* Field weights of the pseudo-frequency; the manifest holds them. */
struct field_weights {
	uint8_t title, lead; /* >= 1; the body's is 1 */
};
static inline uint32_t pseudo_freq(uint32_t freq, uint8_t boost, struct field_weights w)
{
	return freq + (w.title - 1u) * BOOST_TITLE(boost) + (w.lead - 1u) * BOOST_LEAD(boost);
}

/* A reader of one list. Borrows the snapshot's bytes; owns only what postings_release() frees (the positions of a document).
 * Large: keep on the heap or in an arena. All members but doc are private. */
struct postings {
	uint32_t doc;	 /* the current document; DOC_END behind the last; undefined before the first next/seek */
	/* private */
	const struct chunk_source *source;
	struct term_entry entry;
	struct field_weights weights;
	bool started;
	/* the current block */
	uint32_t n_docs, index;
	bool freqs_ready, boosts_ready, weighted_ready, positions_ready, forms_ready;
	struct slice rest;	      /* of the block, from the frequencies on */
	struct slice boost_bytes;     /* pairs of index and boost */
	uint64_t pos_address;	      /* of the block's positions */
	/* long lists */
	struct slice head;	      /* the head's piece entries, and its impacts behind them */
	uint32_t n_pieces, piece;     /* piece: the current one */
	struct piece {
		struct slice skips, impacts, data;
		uint32_t n_blocks, before;
	} at, ahead;		      /* of the current piece; of the one that bounds were last asked of */
	uint32_t block;		      /* the current one in its piece; UINT32_MAX before the first */
	uint32_t ahead_piece;	      /* UINT32_MAX: none */
	/* positions of the current block */
	struct slice pos_rows;	      /* behind the row that is decoded */
	uint32_t row_start, row_len;  /* that row: its first position's place among the block's, and how many it has; 0: none yet */
	uint32_t pos_start[INTBLOCK_LEN + 1]; /* of each document, its first position's place; inline: offset in the payload */
	uint32_t *doc_pos;	      /* absolute positions of the document last asked for */
	uint32_t doc_pos_cap, doc_pos_index; /* doc_pos_index: whose they are, UINT32_MAX: nobody's */
	/* forms of the current block */
	struct slice form_bytes;
	struct ordinal_shares shares; /* of the list; n 0: not read yet */
	uint32_t *forms;	      /* of all positions of the block */
	size_t forms_cap;
	/* decoded */
	uint32_t docs[INTBLOCK_LEN + 8];
	uint32_t freqs[INTBLOCK_LEN + 8];
	uint32_t weighted[INTBLOCK_LEN + 8];
	uint32_t row[INTBLOCK_LEN + 8];
	uint8_t boosts[INTBLOCK_LEN];
};

/* Start before the first document. `entry` is copied; its bytes and the source must outlive the reader. */
enum fund_status postings_open(struct postings *p, const struct chunk_source *source, const struct term_entry *entry,
			       struct field_weights weights);
void postings_release(struct postings *p);

/* Advance. FUND_OK (doc may then be DOC_END), or FUND_CORRUPT: a block runs past its end, a checksum is wrong,
 * documents do not rise. Once DOC_END, it stays; after a failure it is DOC_END. */
enum fund_status postings_next(struct postings *p);
/* The first document >= target; never moves back. */
enum fund_status postings_seek(struct postings *p, uint32_t target);

/* Of the current document; decoded with the first call in a block. */
enum fund_status postings_freq(struct postings *p, uint32_t *freq);
enum fund_status postings_boost(struct postings *p, uint8_t *boost);
/* Pseudo-frequency, by the weights given at opening. */
enum fund_status postings_weighted_freq(struct postings *p, uint32_t *freq);
/* Ascending positions of the current document, valid until the reader moves. n is its frequency. A list without positions
 * gives FUND_NOT_FOUND. */
enum fund_status postings_positions(struct postings *p, const uint32_t **pos, uint32_t *n);

/* Of each of these positions the ordinal of the form that stands there (forms.h); valid until the reader moves. *ordinals NULL: the term
 * has one form only, or none. The first call in a block decodes the forms of all its documents. */
enum fund_status postings_forms(struct postings *p, const uint32_t **ordinals, uint32_t *n);
/* Private: what positions and forms of the current block need. */
enum fund_status postings_open_positions(struct postings *p);

/* Bounds, without decoding a block. A short list (inline, one block) has none stored: its bound is its largest pseudo-frequency
 * with length 0. Of the whole list: */
enum fund_status postings_impacts(struct postings *p, struct impacts *out);
/* Of the block that holds the first document >= target (target not before doc): its last document and its impacts; does not move
 * the reader. At the list's end *last is DOC_END and out->n 0. */
enum fund_status postings_block_impacts(struct postings *p, uint32_t target, uint32_t *last, struct impacts *out);

/* Of the documents of a short list from `start` on and before `end`; out->n 0: it has none there. Moves to `start`. */
enum fund_status postings_range_impacts(struct postings *p, uint32_t start, uint32_t end, struct impacts *out);

/* Direct access for tight loops: the decoded documents and pseudo-frequencies from the current one to the block's end, *n 0 at
 * DOC_END. Move on with postings_seek(last + 1). Arrays are valid until the reader moves out of the block. */
enum fund_status postings_block(struct postings *p, const uint32_t **docs, const uint32_t **weighted_freqs, uint32_t *n);

#endif
