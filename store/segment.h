/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * segment.h - one immutable segment, for reading: dictionary, columns, keys, texts, tombstones.
 *
 * Bytes    docs/FORMAT.md, "Documents of a segment". Everything returned is borrowed from the snapshot unless stated.
 */
#ifndef STORE_SEGMENT_H
#define STORE_SEGMENT_H

#include "store/snapshot.h"
#include "store/text_directory.h"

enum column {
	COLUMN_LENGTH = 0,   /* u32: weighted length */
	COLUMN_DATE = 1,     /* u32: see date packing below */
	COLUMN_HASH = 2,     /* u64 */
	COLUMN_FIELDS = 3,   /* u32: title positions | lead positions << 16 */
	COLUMN_WORDS = 4,    /* u32 */
	COLUMN_SIGNATURE = 5,/* u64 */
	COLUMN_BORN = 6,     /* u32 */
	COLUMN_AUTHOR = 7,   /* u64: these three, a hash of the field's text; 0: it is empty */
	COLUMN_SECTION = 8,
	COLUMN_SOURCE = 9,
	COLUMNS
};
#define COLUMN_CHUNK 16384u
static inline bool column_may_lack(enum column c) { return c == COLUMN_SIGNATURE || c >= COLUMN_AUTHOR; } /* chunks that are all 0 are not stored */
static inline unsigned column_width(enum column c) { return c == COLUMN_HASH || column_may_lack(c) ? 8 : 4; }
#define FIELD_GAP 100u /* positions between title, lead and body */

/* Dates: year << 9 | month << 5 | day, month and day 0 where unknown; 0: none. */
#define DATE_PACK(y, m, d) ((uint32_t)(y) << 9 | (uint32_t)(m) << 5 | (uint32_t)(d))
#define DATE_YEAR(v) ((v) >> 9)
#define DATE_MONTH(v) ((v) >> 5 & 15u)
#define DATE_DAY(v) ((v) & 31u)

/* The hash of a field's text, as the columns 7 to 9 have it. */
uint64_t column_text_hash(struct slice text);

/* A segment whose chunks are kept elsewhere than in an index: in memory. None of its documents is dead, all have root 0. The chunks must outlive it. */
enum fund_status segment_of_chunks(struct segment **out, struct chunk_source chunks, const struct segment_stats *stats, struct field_weights weights);
void segment_free(struct segment *s); /* one of those; NULL is allowed */

uint32_t segment_number(const struct segment *s);
uint32_t segment_n_docs(const struct segment *s);
const struct segment_stats *segment_stats(const struct segment *s);
struct field_weights segment_weights(const struct segment *s);
const struct chunk_source *segment_chunks(const struct segment *s); /* for dictionary_find, postings_open */
/* Has what nearly each query reads of the segment fetched from the disk, all at once and while something else is read; advice, which changes nothing. */
void segment_will_need(const struct segment *s);
void segment_will_need_key(const struct segment *s, uint32_t doc); /* the same, of a document's key */
void segment_will_need_term(const struct segment *s, struct slice term); /* of where the dictionary has it */
void segment_will_need_list(const struct segment *s, const struct term_entry *entry); /* of the first of its postings */
void segment_will_need_positions(const struct segment *s, const struct term_entry *entry); /* of its positions, if they are not many */
/* False: the segment lacks the term, whose term_filter_hash() that is; else dictionary_find() tells. FUND_OK, FUND_CORRUPT. */
enum fund_status segment_may_have(struct segment *s, struct slice term, uint64_t hash, bool *may);

/* A u32 column's (u64: the second) values for the documents from chunk * COLUMN_CHUNK on, as stored: read values with
 * get_u32 / get_u64. The checksum is verified when a chunk is first touched; the pointer is kept, so ask freely.
 * FUND_NOT_FOUND: all are 0 there, in one of the columns that may lack. */
enum fund_status segment_column(struct segment *s, enum column column, uint32_t chunk, const uint8_t **values, uint32_t *n);
/* One value; 0 for one that is not stored. */
enum fund_status segment_value(struct segment *s, enum column column, uint32_t doc, uint64_t *value);

bool segment_has_dead(const struct segment *s);
enum fund_status segment_is_dead(struct segment *s, uint32_t doc, bool *dead);
/* Tombstones of documents chunk << 18 …: NULL when none is dead there; else tombstone_bytes() of them, bit set: dead. */
#define TOMBSTONE_CHUNK (1u << 18)
static inline uint32_t tombstone_bytes(uint32_t n_docs, uint32_t chunk)
{
	uint32_t n = n_docs - chunk * TOMBSTONE_CHUNK;
	return ((n < TOMBSTONE_CHUNK ? n : TOMBSTONE_CHUNK) + 63) / 64 * 8;
}
enum fund_status segment_tombstones(struct segment *s, uint32_t chunk, const uint8_t **bits);

/* An article's key, split. `bytes` as printed: path, or path#id. */
struct article_key {
	uint32_t root;
	struct slice key;  /* path and, with id_len, '#' and the id */
	size_t id_len;	   /* bytes of '#' and id at the end of key; 0: none */
};
#define KEY_CHUNK_DOCS 2048u /* at most */
/* The chunk of keys that was read last, checked already; {0} at first. For one segment. */
struct key_chunk {
	struct slice bytes;
	uint32_t first, n; /* documents; n 0: none yet */
};
/* Copied into out, which is reset; key borrows from out. */
enum fund_status segment_key(struct segment *s, uint32_t doc, struct key_chunk *last, struct buf *out, struct article_key *key);
/* The documents (dead ones too) of one file: [*first, *end), empty when there is none. */
enum fund_status segment_file_docs(struct segment *s, uint32_t root, struct slice path, uint32_t *first, uint32_t *end);
/* The documents with exactly this printed key, in any root, live; FUND_NOT_FOUND. */
enum fund_status segment_find_key(struct segment *s, struct slice key, uint32_t *doc);
/* All keys in order: for merges, updates, --verify. */
struct key_iter {
	struct segment *segment;
	uint32_t doc;		 /* of the current key */
	struct article_key key;	 /* borrows from the iterator, until the next call */
	/* private */
	struct buf bytes;
	struct cursor cursor;
	struct key_chunk chunk;
};
enum fund_status key_iter_seek(struct key_iter *it, struct segment *s, uint32_t doc); /* before doc; `it` starts as {0} */
enum fund_status key_iter_next(struct key_iter *it);				      /* FUND_END */
void key_iter_release(struct key_iter *it);

/* An article as stored. Slices borrow from the buffer it was decoded into. */
struct stored_article {
	struct slice title, lead, body, author, section, source, format, encoding, date_text, layout, others;
};
/* Blocks as they were unpacked last: asking for neighbours costs no unpacking. One, in {0}; with TEXT_CACHE_WALK as many as a segment has stores, between
 * which documents in their order take turns. */
struct text_cache {
	uint32_t room;	/* blocks kept besides the one */
	uint32_t at;	/* the block that answered last */
	uint64_t n, segment; /* unpacked or used again, so far; the serial of the segment that answered last */
	struct text_run run; /* of the document that was asked for last; n_docs 0: nothing */
	struct text_cached {
		struct buf raw;
		uint64_t segment, address, used; /* used: n then; 0: empty */
		uint32_t store, stored_len, raw_len, n_records;
	} blocks[TEXT_STORES_MAX];
};
#define TEXT_CACHE_WALK { .room = TEXT_STORES_MAX - 1 }
void text_cache_release(struct text_cache *c); /* also on {0} */
enum fund_status segment_article(struct segment *s, uint32_t doc, struct text_cache *cache, struct stored_article *out);

/* The text directory in order. index from 0; FUND_END behind the last. */
enum fund_status segment_text_run(struct segment *s, uint32_t index, struct text_run *out);
/* A run's whole block as it is stored: checksum and zlib stream. Only found, not checked. */
enum fund_status segment_text_block(const struct segment *s, const struct text_run *run, struct slice *stored);

#endif
