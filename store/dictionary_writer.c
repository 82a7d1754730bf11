/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/hash.h"
#include "store/affix_writer.h"
#include "store/forms.h"
#include "store/rule_writer.h"

#define BLOCK_TERMS 16u
#define CHUNK_TARGET 65536u
#define FIRST_TERMS_MAX 60000u /* bytes in a header: their ends are u16 */

/* A finished block of the open chunk. */
struct block {
	uint64_t list, positions; /* the addresses it runs from */
	size_t first;		  /* where its first term ends among those of the chunk */
	size_t entries;		  /* where its entries end */
	struct rule_range forms;  /* and its forms */
	uint8_t n_terms;
};

struct dictionary_writer {
	struct chunk_sink sink;
	struct buf firsts;  /* the first terms of the open chunk's blocks */
	struct buf entries; /* of all its terms */
	struct rule_writer forms;
	struct affix_writer affixes;
	struct block *blocks; /* the last one is open */
	uint32_t n_blocks;
	size_t cap_blocks;
	uint32_t first_block; /* number of the first one */
	struct buf chunk;     /* that is put together */
	uint64_t next_list, next_positions;
	uint8_t first[DICTIONARY_TERM_MAX], last[DICTIONARY_TERM_MAX];
	size_t first_len, last_len;
};

enum fund_status dictionary_writer_new(struct dictionary_writer **out, struct chunk_sink sink)
{
	*out = calloc(1, sizeof **out);
	if (!*out)
		return FUND_NO_MEMORY;
	(*out)->sink = sink;
	return FUND_OK;
}

void dictionary_writer_free(struct dictionary_writer *w)
{
	if (!w)
		return;
	buf_release(&w->firsts);
	buf_release(&w->entries);
	rule_writer_release(&w->forms);
	affix_writer_release(&w->affixes);
	buf_release(&w->chunk);
	free(w->blocks);
	free(w);
}

/* ---- chunks ---- */

static enum fund_status put_block(struct dictionary_writer *w, uint32_t i)
{
	const struct block *b = &w->blocks[i];
	const struct block none = { .entries = 0 }, *before = i ? b - 1 : &none;
	struct buf *out = &w->chunk;
	struct buf forms = BUF_INIT;
	uint8_t head[1 + 3 * VARINT64_MAX], *p = head, sum[4] = { 0 };
	size_t start = out->len;
	put_u32(out->data + DICTIONARY_HEADER + (size_t)i * DICTIONARY_PLACE, (uint32_t)start);
	enum fund_status st = rule_writer_put(&w->forms, before->forms, b->forms, &forms);
	*p++ = b->n_terms;
	p = put_varint(p, b->list);
	p = put_varint(p, b->positions);
	p = put_varint(p, forms.len);
	if (st == FUND_OK)
		st = buf_add(out, sum, 4);
	if (st == FUND_OK)
		st = buf_add(out, head, (size_t)(p - head));
	if (st == FUND_OK)
		st = buf_add_slice(out, slice_buf(&forms));
	if (st == FUND_OK)
		st = buf_add(out, w->entries.data + before->entries, b->entries - before->entries);
	if (st == FUND_OK)
		put_u32(out->data + start, checksum(out->data + start + 4, out->len - start - 4));
	buf_release(&forms);
	return st;
}

/* Where its blocks are found by number. */
static enum fund_status put_place(struct dictionary_writer *w)
{
	uint8_t tail[4];
	chunk_tail_put(tail, w->first_block);
	return w->sink.put(w->sink.context, CHUNK_DICTIONARY_PLACES, slice_of(tail, 4), slice_of(w->first, w->first_len));
}

static enum fund_status end_chunk(struct dictionary_writer *w)
{
	size_t header = DICTIONARY_HEADER + (size_t)w->n_blocks * DICTIONARY_PLACE;
	if (w->n_blocks == 0)
		return FUND_OK;
	buf_reset(&w->chunk);
	enum fund_status st = buf_reserve(&w->chunk, header);
	if (st != FUND_OK)
		return st;
	w->chunk.len = header;
	put_u32(w->chunk.data + 4, w->n_blocks);
	put_u32(w->chunk.data + 8, w->first_block);
	for (uint32_t i = 0; i < w->n_blocks; i++)
		put_u16(w->chunk.data + DICTIONARY_HEADER + (size_t)i * DICTIONARY_PLACE + 4, (uint16_t)w->blocks[i].first);
	st = buf_add_slice(&w->chunk, slice_buf(&w->firsts));
	if (st == FUND_OK)
		st = rule_writer_list(&w->forms, &w->chunk);
	header = w->chunk.len;
	for (uint32_t i = 0; i < w->n_blocks && st == FUND_OK; i++)
		st = put_block(w, i);
	if (st != FUND_OK)
		return st;
	put_u32(w->chunk.data, checksum(w->chunk.data + 4, header - 4));
	st = w->sink.put(w->sink.context, CHUNK_DICTIONARY, slice_of(w->first, w->first_len), slice_buf(&w->chunk));
	if (st == FUND_OK)
		st = put_place(w);
	w->first_block += w->n_blocks;
	w->n_blocks = 0;
	buf_reset(&w->firsts);
	buf_reset(&w->entries);
	rule_writer_reset(&w->forms);
	return st;
}

/* ---- terms ---- */

static enum fund_status begin_block(struct dictionary_writer *w, struct slice term)
{
	if (w->entries.len + w->forms.raw.len + w->forms.n_uses >= CHUNK_TARGET || w->firsts.len >= FIRST_TERMS_MAX) {
		enum fund_status st = end_chunk(w);
		if (st != FUND_OK)
			return st;
	}
	struct block *grown = array_room(w->blocks, w->n_blocks + (size_t)1, &w->cap_blocks, sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	w->blocks = grown;
	if (w->n_blocks == 0) {
		memcpy(w->first, term.data, term.len);
		w->first_len = term.len;
	}
	enum fund_status st = buf_add_slice(&w->firsts, term);
	w->blocks[w->n_blocks++] = (struct block){ .list = w->next_list, .positions = w->next_positions, .first = w->firsts.len };
	w->last_len = 0;
	return st;
}

static uint8_t *put_list_place(uint8_t *p, uint64_t *next, uint64_t address, uint64_t len)
{
	uint64_t distance = address - *next;
	p = put_varint(p, len << 1 | (distance != 0));
	if (distance)
		p = put_varint(p, distance);
	*next = address + len;
	return p;
}

static enum fund_status add_entry(struct dictionary_writer *w, const struct term_entry *e)
{
	uint8_t room[2 * VARINT32_MAX + DICTIONARY_TERM_MAX + 8 * VARINT64_MAX], *p = room;
	unsigned with = e->has_positions ? e->several_forms ? 2 : 1 : 0;
	size_t shared = 0;
	while (shared < w->last_len && shared < e->term.len && w->last[shared] == e->term.data[shared])
		shared++;
	if (w->last_len) { /* else it is the first of a block */
		p = put_varint(p, shared);
		p = put_varint(p, e->term.len - shared);
		memcpy(p, e->term.data + shared, e->term.len - shared);
		p += e->term.len - shared;
	}
	p = put_varint(p, (uint64_t)e->df * 9 + (unsigned)e->form + 3 * with);
	p = put_varint(p, e->cf - e->df);
	if (e->form == LIST_INLINE) {
		p = put_varint(p, e->payload.len);
	} else {
		p = put_list_place(p, &w->next_list, e->list, e->list_len);
		if (e->has_positions)
			p = put_list_place(p, &w->next_positions, e->positions, e->positions_len);
	}
	memcpy(w->last, e->term.data, e->term.len);
	w->last_len = e->term.len;
	enum fund_status st = buf_add(&w->entries, room, (size_t)(p - room));
	return st == FUND_OK && e->form == LIST_INLINE ? buf_add_slice(&w->entries, e->payload) : st;
}

/* ---- forms ---- */

static enum fund_status add_form(struct dictionary_writer *w, uint8_t class, struct slice base, const struct form *f)
{
	struct edit edit;
	if (f->word.len < 1 || f->word.len > FORM_MAX)
		return FUND_INVALID;
	edit_make(base, f->word, &edit);
	enum fund_status st = rule_writer_add(&w->forms, &edit);
	return st == FUND_OK ? affix_writer_add(&w->affixes, class, f->word, w->first_block + w->n_blocks - 1) : st;
}

/* The first is a change of the term, the others are changes of the first. */
static enum fund_status add_forms(struct dictionary_writer *w, const struct term_entry *e, const struct form *forms, uint32_t n)
{
	uint8_t room[2 * VARINT64_MAX], *p;
	uint8_t class = e->term.data[0];
	enum fund_status st = n > 1 ? buf_add_varint(&w->forms.raw, n - 2) : FUND_OK;
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		struct slice base = i ? forms[0].word : slice_from(e->term, 1);
		st = add_form(w, class, base, &forms[i]);
		if (st != FUND_OK || n == 1)
			break;
		p = put_varint(room, i ? forms[i].cf - 1 : e->df - forms[0].df);
		if (i && forms[i].cf > 1)
			p = put_varint(p, forms[i].cf - forms[i].df);
		st = buf_add(&w->forms.raw, room, (size_t)(p - room));
	}
	return st;
}

enum fund_status dictionary_writer_add(struct dictionary_writer *w, const struct term_entry *e, const struct form *forms, uint32_t n_forms)
{
	if (e->term.len < 1 || e->term.len > DICTIONARY_TERM_MAX || (n_forms > 0) != class_has_forms(e->term.data[0]))
		return FUND_INVALID;
	enum fund_status st = FUND_OK;
	if (w->n_blocks == 0 || w->blocks[w->n_blocks - 1].n_terms == BLOCK_TERMS)
		st = begin_block(w, e->term);
	if (st == FUND_OK)
		st = add_entry(w, e);
	if (st == FUND_OK)
		st = add_forms(w, e, forms, n_forms);
	if (st != FUND_OK)
		return st;
	struct block *b = &w->blocks[w->n_blocks - 1];
	b->n_terms++;
	b->entries = w->entries.len;
	b->forms = rule_writer_now(&w->forms);
	return FUND_OK;
}

enum fund_status dictionary_writer_finish(struct dictionary_writer *w)
{
	enum fund_status st = end_chunk(w);
	return st == FUND_OK ? affix_writer_finish(&w->affixes, w->sink) : st;
}
