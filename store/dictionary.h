/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dictionary.h - the terms of a segment, sorted by their bytes, and where each one's postings lie.
 *
 * Shape    front-coded blocks of 16 terms in chunks of 64 KiB; a lookup reads one chunk's offsets and one block.
 * Terms    class byte and bytes ("wtruppenaufmarsch"): docs/FORMAT.md, "Terms".
 */
#ifndef STORE_DICTIONARY_H
#define STORE_DICTIONARY_H

#include "store/chunks.h"

#define DICTIONARY_TERM_MAX 129u

enum list_form { LIST_INLINE, LIST_BLOCK, LIST_LONG };

struct term_entry {
	struct slice term;	/* with its class byte */
	uint32_t df;		/* documents, >= 1 */
	uint64_t cf;		/* occurrences, >= df */
	bool has_positions;
	enum list_form form;
	struct slice payload;	/* inline: the list itself; borrowed from the snapshot (iterator: as long as it stands) */
	uint64_t list, list_len;	 /* address and bytes of the block or of the long list's head */
	uint64_t positions, positions_len;
};

/* ---- reading ---- */
/* FUND_OK, FUND_NOT_FOUND, FUND_CORRUPT. out->term is the slice asked for. */
enum fund_status dictionary_find(const struct chunk_source *s, struct slice term, struct term_entry *out);

/* In order, from any place; for prefix scans, merges, --verify. Holds its term's bytes itself. */
struct dictionary_iter {
	const struct chunk_source *source;
	struct term_entry entry; /* the current one; entry.term points into `term` */
	/* private */
	uint8_t term[DICTIONARY_TERM_MAX];
	struct slice chunk, tail;
	struct cursor cursor;
	uint32_t block, n_blocks, left;
	bool stands; /* the entry is decoded, the next call gives it */
	uint64_t next_list, next_positions;
};
/* Stands before the first term >= from. */
enum fund_status dictionary_seek(struct dictionary_iter *it, const struct chunk_source *s, struct slice from);
/* FUND_OK, FUND_END, FUND_CORRUPT. */
enum fund_status dictionary_next(struct dictionary_iter *it);

/* ---- writing ---- */
struct dictionary_writer;
enum fund_status dictionary_writer_new(struct dictionary_writer **out, struct chunk_sink sink);
void dictionary_writer_free(struct dictionary_writer *w);
/* Terms ascend strictly; 1 to DICTIONARY_TERM_MAX bytes. */
enum fund_status dictionary_writer_add(struct dictionary_writer *w, const struct term_entry *entry);
enum fund_status dictionary_writer_finish(struct dictionary_writer *w);

#endif
