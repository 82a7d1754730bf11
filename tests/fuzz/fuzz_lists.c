/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dictionary, filter of terms, beginnings of forms and postings over chunks of any bytes. */
#include "base/hash.h"
#include "store/affixes.h"
#include "store/postings.h"
#include "store/term_filter.h"
#include "tests/fuzz/fuzz.h"

void fuzz_affixes(struct slice bytes);
void fuzz_dictionary(struct slice bytes);
void fuzz_filter(struct slice bytes);
void fuzz_postings(struct slice bytes);

/* A segment whose chunks of every kind are these bytes, one chunk a kind. */
static enum fund_status get(void *context, enum chunk_kind kind, struct slice tail, struct slice *value)
{
	(void)kind, (void)tail;
	*value = *(struct slice *)context;
	return FUND_OK;
}

static enum fund_status seek_le(void *context, enum chunk_kind kind, struct slice tail, struct slice *found, struct slice *value)
{
	*found = tail;
	return get(context, kind, tail, value);
}

static enum fund_status next(void *context, enum chunk_kind kind, struct slice tail, struct slice *found, struct slice *value)
{
	(void)context, (void)kind, (void)tail, (void)found, (void)value;
	return FUND_NOT_FOUND;
}

/* The chunk with right checksums of its header and of its blocks, as far as its offsets tell them. */
static struct slice seal_dictionary(struct buf *room, struct slice bytes)
{
	buf_reset(room);
	FUZZ_CHECK(buf_add_slice(room, bytes) == FUND_OK);
	if (room->len < DICTIONARY_HEADER + DICTIONARY_PLACE)
		return slice_buf(room);
	uint32_t n = get_u32(room->data + 4);
	size_t header = get_u32(room->data + DICTIONARY_HEADER);
	if (n < 1 || n > (room->len - DICTIONARY_HEADER) / DICTIONARY_PLACE || header < DICTIONARY_HEADER + (size_t)n * DICTIONARY_PLACE || header > room->len)
		return slice_buf(room);
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *place = room->data + DICTIONARY_HEADER + (size_t)i * DICTIONARY_PLACE;
		size_t from = get_u32(place), to = i + 1 < n ? get_u32(place + DICTIONARY_PLACE) : room->len;
		if (from >= header && to <= room->len && to > from && to - from >= 8)
			put_u32(room->data + from, checksum(room->data + from + 4, to - from - 4));
	}
	put_u32(room->data, checksum(room->data + 4, header - 4));
	return slice_buf(room);
}

/* A chunk is found by the first term of its header. */
static enum fund_status seek_term(void *context, enum chunk_kind kind, struct slice tail, struct slice *found, struct slice *value)
{
	const struct slice *chunk = context;
	struct cursor c = cursor_of(*chunk);
	cursor_take(&c, 4);
	uint32_t n = cursor_u32(&c);
	cursor_take(&c, 8);
	uint32_t len = cursor_u8(&c);
	c = cursor_of(*chunk);
	cursor_take(&c, DICTIONARY_HEADER + (size_t)n * DICTIONARY_PLACE);
	*found = cursor_take(&c, len);
	if (c.bad)
		*found = tail;
	return get(context, kind, tail, value);
}

static void check_entry(const struct term_entry *e)
{
	FUZZ_CHECK(e->term.len >= 1 && e->term.len <= DICTIONARY_TERM_MAX);
	FUZZ_CHECK(e->df >= 1 && e->cf >= e->df);
}

void fuzz_dictionary(struct slice bytes)
{
	static struct buf room;
	static struct dictionary_iter it;
	struct slice chunk = seal_dictionary(&room, bytes);
	struct chunk_source source = { &chunk, get, seek_term, next, NULL };
	struct term_entry entry;
	enum fund_status st = dictionary_find(&source, SLICE_LIT("wtruppenaufmarsch"), &entry);
	FUZZ_CHECK(st == FUND_OK || st == FUND_NOT_FOUND || st == FUND_CORRUPT);
	st = dictionary_seek(&it, &source, SLICE_LIT("w"));
	for (int i = 0; i < 100000 && st == FUND_OK; i++) {
		st = dictionary_next(&it);
		if (st == FUND_OK)
			check_entry(&it.entry);
	}
	FUZZ_CHECK(st == FUND_OK || st == FUND_END || st == FUND_NOT_FOUND || st == FUND_CORRUPT);
}

#define FILTER_BLOCK 64u

static struct slice seal_filter(struct buf *room, struct slice bytes)
{
	buf_reset(room);
	FUZZ_CHECK(buf_add_slice(room, bytes) == FUND_OK);
	struct cursor c = cursor_of(slice_buf(room));
	cursor_take(&c, 8);
	cursor_take(&c, cursor_u8(&c));
	cursor_take(&c, cursor_u8(&c));
	if (c.bad)
		return slice_buf(room);
	size_t header = room->len - cursor_left(&c);
	for (size_t at = header; at + FILTER_BLOCK <= room->len; at += FILTER_BLOCK)
		put_u32(room->data + at, checksum(room->data + at + 4, FILTER_BLOCK - 4));
	put_u32(room->data, checksum(room->data + 4, header - 4));
	return slice_buf(room);
}

void fuzz_filter(struct slice bytes)
{
	static struct buf room;
	static const char *const terms[] = { "a", "bs", "wtruppenaufmarsch", "wzoll", "xaufmarsch" };
	struct slice chunk = seal_filter(&room, bytes);
	struct chunk_source source = { &chunk, get, seek_le, next, NULL };
	for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
		struct slice term = slice_str(terms[i]);
		bool may;
		enum fund_status st = term_filter_ask(&source, chunk, term, term_filter_hash(term), &may);
		FUZZ_CHECK((st == FUND_OK || st == FUND_CORRUPT) && (may || st == FUND_OK));
	}
}

static struct slice seal_affixes(struct buf *room, struct slice bytes)
{
	buf_reset(room);
	FUZZ_CHECK(buf_add_slice(room, bytes) == FUND_OK);
	uint32_t n = room->len < AFFIX_HEADER ? 0 : get_u32(room->data + 4);
	if (n < 1 || n > (room->len - AFFIX_HEADER) / AFFIX_PLACE)
		return slice_buf(room);
	size_t header = AFFIX_HEADER + (size_t)n * AFFIX_PLACE;
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *offset = room->data + AFFIX_HEADER + (size_t)i * AFFIX_PLACE + AFFIX_KEY;
		size_t from = get_u32(offset), to = i + 1 < n ? get_u32(offset + AFFIX_PLACE) : room->len;
		if (from >= header && to <= room->len && to >= from + 4)
			put_u32(room->data + from, checksum(room->data + from + 4, to - from - 4));
	}
	put_u32(room->data, checksum(room->data + 4, header - 4));
	return slice_buf(room);
}

/* A chunk that is found has its first key as its tail. */
static enum fund_status seek_first(void *context, enum chunk_kind kind, struct slice tail, struct slice *found, struct slice *value)
{
	const struct slice *chunk = context;
	enum fund_status st = get(context, kind, tail, value);
	*found = chunk->len < AFFIX_HEADER + AFFIX_KEY ? tail : slice_part(*chunk, AFFIX_HEADER, AFFIX_KEY);
	return st;
}

static void on_block(void *context, uint32_t block) { FUZZ_CHECK(block < *(const uint32_t *)context); }

/* A walk, with leaps. */
void fuzz_affixes(struct slice bytes)
{
	static struct buf room;
	struct slice chunk = seal_affixes(&room, bytes);
	struct chunk_source source = { &chunk, get, seek_first, next, NULL };
	struct affix_iter it;
	uint32_t n_blocks = 1000;
	uint64_t before = 0, from = affix_head('w', SLICE_LIT("a"));
	enum fund_status st = affix_seek(&it, &source, CHUNK_HEADS, from);
	for (int i = 0; i < 10000 && st == FUND_OK; i++) {
		st = affix_next(&it);
		if (st != FUND_OK)
			break;
		FUZZ_CHECK(it.key > before && it.key >= from);
		before = it.key;
		st = affix_blocks(it.blocks, n_blocks, on_block, &n_blocks);
		if (i % 3 == 2) {
			from = it.key + ((uint64_t)1 << 8 * ((unsigned)i % AFFIX_KEY));
			affix_skip(&it, from);
		}
	}
	FUZZ_CHECK(st == FUND_OK || st == FUND_END || st == FUND_CORRUPT);
}

static void read_list(const struct chunk_source *source, const struct term_entry *entry)
{
	static struct postings p;
	const uint32_t *positions;
	struct impacts impacts;
	uint32_t n, freq, last, before = 0;
	uint8_t boost;
	enum fund_status st = postings_open(&p, source, entry, (struct field_weights){ 2, 1 });
	if (st == FUND_OK)
		postings_impacts(&p, &impacts);
	for (int i = 0; i < 2000 && st == FUND_OK; i++) {
		st = i % 7 == 6 ? postings_seek(&p, before + 50) : postings_next(&p);
		if (st != FUND_OK || p.doc == DOC_END)
			break;
		FUZZ_CHECK(i == 0 || p.doc > before);
		before = p.doc;
		if (postings_freq(&p, &freq) == FUND_OK && postings_boost(&p, &boost) == FUND_OK && postings_positions(&p, &positions, &n) == FUND_OK)
			FUZZ_CHECK(n == freq);
		postings_block_impacts(&p, p.doc, &last, &impacts);
	}
	FUZZ_CHECK(st == FUND_OK || st == FUND_CORRUPT);
	postings_release(&p);
}

/* One byte: form and positions; two: documents; then the list. */
void fuzz_postings(struct slice bytes)
{
	static struct buf room;
	if (bytes.len < 3)
		return;
	struct slice list = slice_of(bytes.data + 3, bytes.len - 3);
	enum list_form form = (enum list_form)(bytes.data[0] % 3);
	struct term_entry e = { .term = SLICE_LIT("w"), .df = get_u16(bytes.data + 1) + 1u, .has_positions = bytes.data[0] & 0x80, .form = form };
	e.cf = 2 * (uint64_t)e.df;
	e.positions_len = list.len;
	if (form == LIST_INLINE) {
		e.payload = list;
	} else if (form == LIST_LONG) {
		list = fuzz_sealed(&room, list);
		e.list_len = list.len;
	} else { /* a block's checksum is behind it */
		buf_reset(&room);
		FUZZ_CHECK(buf_add_slice(&room, list) == FUND_OK);
		if (room.len >= 4)
			put_u32(room.data + room.len - 4, checksum(room.data, room.len - 4));
		list = slice_buf(&room);
		e.list_len = list.len;
	}
	struct chunk_source source = { &list, get, seek_le, next, NULL };
	read_list(&source, &e);
}
