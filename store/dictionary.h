/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dictionary.h - the terms of a segment, sorted by their bytes, and where each one's postings lie.
 *
 * Shape    front-coded blocks of 16 terms in chunks of 64 KiB, whose header has the first term of each; a lookup reads one chunk's header and one block.
 * Terms    class byte and bytes ("wtruppenaufmarsch"): docs/FORMAT.md, "Terms".
 */
#ifndef STORE_DICTIONARY_H
#define STORE_DICTIONARY_H

#include "store/chunks.h"

#define DICTIONARY_TERM_MAX 129u
#define DICTIONARY_HEADER 12u /* of a chunk, ahead of the places of its blocks */
#define DICTIONARY_PLACE 6u   /* bytes of one: where it begins u32, where its first term ends u16 */

enum list_form { LIST_INLINE, LIST_BLOCK, LIST_LONG };

struct term_entry {
	struct slice term;	/* with its class byte */
	uint32_t df;		/* documents, >= 1 */
	uint64_t cf;		/* occurrences, >= df */
	bool has_positions;
	bool several_forms;	/* then positions come with ordinals: forms.h */
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
	uint32_t first_block; /* number of the chunk's first one in the segment */
	struct slice forms;   /* of the block's terms */
	uint32_t index;	      /* of the current term in its block */
	uint32_t shared;      /* its bytes that are those of the one before */
	bool stands; /* the entry is decoded, the next call gives it */
	uint64_t next_list, next_positions;
};
/* Stands before the first term >= from. */
enum fund_status dictionary_seek(struct dictionary_iter *it, const struct chunk_source *s, struct slice from);
/* Stands before the first term of the block that holds `from` if any does; of block number `block`: FUND_NOT_FOUND, there is none. */
enum fund_status dictionary_seek_block_of(struct dictionary_iter *it, const struct chunk_source *s, struct slice from);
enum fund_status dictionary_seek_block(struct dictionary_iter *it, const struct chunk_source *s, uint32_t block);
/* The same for an iterator that stood before: in its chunk there is nothing to look for. */
enum fund_status dictionary_move_to_block(struct dictionary_iter *it, uint32_t block);
enum fund_status dictionary_n_blocks(const struct chunk_source *s, uint32_t *n);
/* FUND_OK, FUND_END, FUND_CORRUPT. */
enum fund_status dictionary_next(struct dictionary_iter *it);
/* What all terms of the current block begin with; less where nobody knows without reading on. */
struct slice dictionary_iter_common(const struct dictionary_iter *it);
/* The rules of the current chunk's forms (edits.h). */
struct slice dictionary_iter_rules(const struct dictionary_iter *it);
static inline uint32_t dictionary_iter_block(const struct dictionary_iter *it) { return it->first_block + it->block; }

/* ---- writing ---- */
struct dictionary_writer;
enum fund_status dictionary_writer_new(struct dictionary_writer **out, struct chunk_sink sink);
void dictionary_writer_free(struct dictionary_writer *w);
struct form;
/* Terms ascend strictly; 1 to DICTIONARY_TERM_MAX bytes. Forms by ordinal, as forms.h has them; none for a class without. */
enum fund_status dictionary_writer_add(struct dictionary_writer *w, const struct term_entry *entry, const struct form *forms, uint32_t n_forms);
enum fund_status dictionary_writer_finish(struct dictionary_writer *w);

#endif
