/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.h - how an article stands in a Xapian database, so that fundstelle, Omega and quest can all use it.
 *
 * Terms    a word's stem by itself (query parsers: STEM_ALL, $set{stem_all,true} in Omega); the prefixes below for all else. Omega's own: Q, A, S, D, M, Y, T.
 * Forms    XF, a letter of the class, the word as written, a blank, its stem: what wildcards, fuzzy words and =Wort are looked up in. XFT: those of the title.
 * wdf      of words, parts, variants: the pseudo-frequency of docs/FORMAT.md; of S what the title adds to that; of forms the occurrences; of filters 0. XLEN has what is missing of
 *          XAPIAN_LENGTH_UNITS times the weighted length, so that a document's length is that: BM25 then comes to the same in both engines.
 * Values   slots below. Slot 0 is Omega's "last modified".
 * Data     lines "name=value" as Omega wants them; in a value \n and \\ stand for newline and backslash. Ours begin with "f_".
 * Ranking  the value of XAPIAN_SLOT_RANKING has what ranking asks of an article: its figures, its key, and all its terms once more with frequencies, positions and
 *          forms. A server would send those one by one, and data are compressed: so a document is one message, or one look-up that inflates nothing.
 * Metadata fundstelle.names: all forms of words in blocks (names.h). fundstelle.analysis: the fingerprint; a database analysed otherwise is refused. fundstelle.state: struct xapian_state. fundstelle.lexicon.NN: the block
 *          of the lexicon of the letter (a byte) NN, in hexadecimal.
 */
#ifndef XAPIAN_LAYOUT_H
#define XAPIAN_LAYOUT_H

#include "store/segment.h"

#define XAPIAN_PREFIX_TITLE "S"
#define XAPIAN_PREFIX_KEY "Q"
#define XAPIAN_PREFIX_DAY "D"	/* D20220118 */
#define XAPIAN_PREFIX_MONTH "M" /* M202201 */
#define XAPIAN_PREFIX_YEAR "Y"	/* Y2022 */

#define XAPIAN_SLOT_TIME 0u /* seconds since 1970, u32 BE; only of 1970 to 2105, as Omega sorts and shows it */
#define XAPIAN_SLOT_DATE 10u /* DATE_PACK(), u32 BE: precision kept; none: no value */
#define XAPIAN_SLOT_HASH 11u /* u64 BE */
#define XAPIAN_SLOT_BORN 12u /* u32 BE: the generation that added or changed it */

#define XAPIAN_SLOT_RANKING 13u /* xapian_ranking_encode() */

#define XAPIAN_TERM_LENGTH "XLEN"
#define XAPIAN_LENGTH_UNITS 16u

#define XAPIAN_METADATA_ANALYSIS "fundstelle.analysis"
#define XAPIAN_METADATA_TEXT "fundstelle.analysis_text"
#define XAPIAN_METADATA_SHARD "fundstelle.shard"
#define XAPIAN_METADATA_STATE "fundstelle.state"
#define XAPIAN_METADATA_LEXICON_OF "fundstelle.lexicon.%02x"

/* What a database says of itself. */
#define XAPIAN_LAYOUT_VERSION 4u
struct xapian_state {
	uint64_t id, generation; /* of the index that it was written from */
	uint64_t newest;	 /* what was born in this generation is new */
	uint64_t sum_length;	 /* weighted, of all its articles */
	uint64_t mark;		 /* another one after each run that changed it */
	struct field_weights weights;
};
enum fund_status xapian_state_encode(const struct xapian_state *s, struct buf *out);
/* FUND_FORMAT: none, or of another version of this layout. */
enum fund_status xapian_state_decode(struct slice text, struct xapian_state *out);

/* The term of a term of ours (class byte and bytes), appended to out. Terms that are too long end in a hash. */
enum fund_status xapian_term_name(struct slice term, struct buf *out);
/* The same behind a prefix of Omega's. */
enum fund_status xapian_prefixed(const char *prefix, struct slice bytes, struct buf *out);

/* What the names of forms begin with; NULL: the class has none. */
const char *xapian_form_prefix(uint8_t class, bool in_title);
/* The name of a form of a term (without its class). FUND_LIMIT: too long to be looked up. */
enum fund_status xapian_form_name(const char *prefix, struct slice form, struct slice term, struct buf *out);
/* What stands behind the prefix, in its two parts. */
bool xapian_form_split(struct slice name, struct slice *form, struct slice *term);

/* A term of an article. */
struct xapian_posting {
	struct slice term; /* with its class */
	uint32_t freq;
	uint8_t boost;
	const uint32_t *pos;	   /* freq of them; NULL: none */
	const struct slice *forms; /* n_forms of them: those that are there */
	uint32_t n_forms;
	const uint32_t *ordinals;  /* of the forms, freq of them; NULL: all are the first */
};
/* Appends one; terms ascend. `last`: the term before, empty at first; borrowed. FUND_LIMIT: too long. */
enum fund_status xapian_terms_add(struct buf *out, struct slice last, const struct xapian_posting *p);
/* One after the other, from bytes that are borrowed. Starts as {0} but for the cursor. */
struct xapian_terms {
	struct cursor c;
	struct xapian_posting posting; /* the current one: valid until the next call */
	/* private */
	uint8_t term[256];
	size_t term_len;
	struct slice payload;
	struct buf words;
	uint32_t *numbers;
	size_t cap_numbers;
	struct slice *forms;
	size_t cap_forms;
};
/* The next term's name alone: FUND_END, FUND_CORRUPT. */
enum fund_status xapian_terms_next(struct xapian_terms *t);
/* The rest of the current posting. */
enum fund_status xapian_terms_read(struct xapian_terms *t);
void xapian_terms_release(struct xapian_terms *t); /* also on {0} */

struct xapian_article {
	struct slice key;
	uint32_t date, words, length, fields; /* as in the columns of a segment */
	uint64_t signature;
	struct slice terms; /* as xapian_terms_add() writes them */
	struct stored_article text;
};
/* Key, figures and terms: varints date, words, length, fields, signature, length of the key; the key; the terms. Replaces what `out` held. */
enum fund_status xapian_ranking_encode(const struct xapian_article *a, struct buf *out);
/* Borrows the bytes; texts are left empty. FUND_CORRUPT. */
enum fund_status xapian_ranking_decode(struct slice bytes, struct xapian_article *out);
/* Replaces what `out` held. Terms are not in it. */
enum fund_status xapian_data_encode(const struct xapian_article *a, struct buf *out);
/* The texts live in `room`, which is replaced. FUND_CORRUPT: not data that was written so. */
enum fund_status xapian_data_decode(struct slice data, struct buf *room, struct xapian_article *out);

#endif
