/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/inverter_private.h"

#include <stdlib.h>

const uint16_t chain_block_size[CHAIN_LEVELS] = { 16, 24, 32, 48, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192 };
const uint8_t field_class[FIELDS_APART] = { CLASS_AUTHOR, CLASS_SECTION, CLASS_SOURCE };

#define APPEND_MAX (1 + 3 * VARINT32_MAX)

enum fund_status inverter_new(struct inverter **out, struct analyser *analyser, struct field_weights weights)
{
	struct inverter *v = calloc(1, sizeof *v);

	*out = NULL;
	if (!v)
		return FUND_NO_MEMORY;
	v->analyser = analyser;
	v->weights = weights;
	v->extra = calloc(64, sizeof *v->extra);
	if (!v->extra) {
		free(v);
		return FUND_NO_MEMORY;
	}
	v->cap_extra = 64;
	inverter_reset(v, SIZE_MAX);
	*out = v;
	return FUND_OK;
}

void inverter_free(struct inverter *v)
{
	if (!v)
		return;
	arena_release(&v->arena);
	free(v->chains);
	free(v->met);
	free(v->extra);
	for (int i = 0; i < FIELDS_APART; i++)
		free(v->extra_of[i]);
	free(v->extents);
	free(v);
}

size_t inverter_memory(const struct inverter *v)
{
	size_t n = v->arena.held + v->n_chains * sizeof *v->chains + v->cap_extra * sizeof *v->extra + v->cap_extents * sizeof *v->extents;

	for (int i = 0; i < FIELDS_APART; i++)
		n += v->cap_extra_of[i] * sizeof **v->extra_of;
	return n + analyser_memory(v->analyser);
}

void inverter_reset(struct inverter *v, size_t analyser_max)
{
	arena_reset(&v->arena);
	if (v->n_chains)
		memset(v->chains, 0, v->n_chains * sizeof *v->chains);
	for (int i = 0; i < FIELDS_APART; i++)
		if (v->cap_extra_of[i])
			memset(v->extra_of[i], 0, v->cap_extra_of[i] * sizeof **v->extra_of);
	if (v->cap_met)
		memset(v->met, 0, v->cap_met * sizeof *v->met);
	v->n_extra = EXTRA_BOUNDARIES;
	for (uint32_t i = 0; i < EXTRA_BOUNDARIES; i++)
		v->extra[i] = (struct extra){ .term = i, .class = CLASS_BOUNDARY };
	v->base = v->n_docs;
	v->doc = 0;
	if (analyser_memory(v->analyser) > analyser_max)
		analyser_reset(v->analyser);
}

/* ---- chains ---- */

/* A block behind the full one (or the first). */
static enum fund_status add_block(struct inverter *v, struct chain *c)
{
	uint8_t level = c->next == NULL ? 0 : (uint8_t)(c->level + (c->level + 1u < CHAIN_LEVELS));
	uint8_t *block = arena_alloc(&v->arena, chain_block_size[level]);

	if (!block)
		return FUND_NO_MEMORY;
	if (c->next)
		memcpy(c->next, &block, sizeof block);
	else
		c->first = block;
	c->next = block;
	c->level = level;
	c->room = (uint16_t)(chain_block_size[level] - CHAIN_LINK);
	return FUND_OK;
}

static enum fund_status append_across(struct inverter *v, struct chain *c, const uint8_t *bytes, size_t len)
{
	while (len) {
		if (c->room == 0) {
			enum fund_status st = add_block(v, c);
			if (st != FUND_OK)
				return st;
		}
		size_t n = len < c->room ? len : c->room;
		memcpy(c->next, bytes, n);
		c->next += n;
		c->room = (uint16_t)(c->room - n);
		bytes += n;
		len -= n;
	}
	return FUND_OK;
}

/* One occurrence, of the form with this ordinal. Positions of a document come in ascending order. */
static inline enum fund_status append(struct inverter *v, struct chain *c, uint32_t pos, uint32_t form)
{
	uint8_t room[APPEND_MAX], *p, *start = c->room >= APPEND_MAX ? c->next : room;
	uint64_t gap = pos - c->last_pos;

	p = start;
	if (c->last_doc != v->doc) {
		if (c->next)
			*p++ = 0;
		p = put_varint(p, v->doc - c->last_doc);
		gap = (uint64_t)pos + 1;
		c->last_doc = v->doc;
	} else if (gap == 0) {
		return FUND_OK;
	}
	p = put_varint(p, gap << 1 | (form != 0));
	if (form)
		p = put_varint(p, form);
	c->last_pos = pos;
	size_t len = (size_t)(p - start);
	if (start == room)
		return append_across(v, c, room, len);
	c->next = p;
	c->room = (uint16_t)(c->room - len);
	return FUND_OK;
}

/* ---- arrays that grow ---- */

static enum fund_status grow(void **array, uint32_t *cap, uint32_t want, size_t size)
{
	uint32_t n = *cap ? *cap : 1024;

	while (n <= want)
		n = n > UINT32_MAX / 2 ? UINT32_MAX : n * 2;
	void *grown = realloc(*array, (size_t)n * size);
	if (!grown)
		return FUND_NO_MEMORY;
	memset((uint8_t *)grown + (size_t)*cap * size, 0, (size_t)(n - *cap) * size);
	*array = grown;
	*cap = n;
	return FUND_OK;
}

static enum fund_status grow_chains(struct inverter *v, uint32_t term)
{
	void *array = v->chains;
	enum fund_status st = grow(&array, &v->n_chains, term, sizeof *v->chains);

	v->chains = array;
	return st;
}

static enum fund_status grow_extents(struct inverter *v)
{
	void *array = v->extents;
	enum fund_status st = grow(&array, &v->cap_extents, v->doc, sizeof *v->extents);

	v->extents = array;
	return st;
}

/* The chain of a word in one of the fields apart. */
static enum fund_status extra_chain(struct inverter *v, int field, uint32_t term, struct chain **out)
{
	if (term >= v->cap_extra_of[field]) {
		void *array = v->extra_of[field];
		enum fund_status st = grow(&array, &v->cap_extra_of[field], term, sizeof **v->extra_of);
		v->extra_of[field] = array;
		if (st != FUND_OK)
			return st;
	}
	uint32_t *index = &v->extra_of[field][term];
	if (*index == 0) {
		if (v->n_extra == v->cap_extra) {
			void *array = v->extra;
			enum fund_status st = grow(&array, &v->cap_extra, v->n_extra, sizeof *v->extra);
			v->extra = array;
			if (st != FUND_OK)
				return st;
		}
		v->extra[v->n_extra] = (struct extra){ .term = term, .class = field_class[field] };
		*index = ++v->n_extra;
	}
	*out = &v->extra[*index - 1].chain;
	return FUND_OK;
}

/* ---- title, lead and body ---- */

static inline enum fund_status add_ref(struct inverter *v, const struct term_ref *ref, uint32_t pos)
{
	if (ref->term >= v->n_chains) {
		enum fund_status st = grow_chains(v, ref->term);
		if (st != FUND_OK)
			return st;
	}
	return append(v, &v->chains[ref->term], pos, ref->written);
}

static enum fund_status on_boundary(void *context, enum boundary what, uint32_t pos)
{
	struct inverter *v = context;
	enum fund_status st = append(v, &v->extra[0].chain, pos, 0);

	/* who begins a paragraph begins a sentence */
	return st == FUND_OK && what == BOUNDARY_PARAGRAPH ? append(v, &v->extra[1].chain, pos, 0) : st;
}

/* Terms of a word with several positions are not in their order, chains need them so. */
static enum fund_status add_pieces(struct inverter *v, const struct word *word, uint32_t pos)
{
	enum fund_status st = FUND_OK;

	for (unsigned shift = 0; shift < word->n_positions; shift++)
		for (unsigned i = 0; st == FUND_OK && i < word->n_refs; i++)
			if (word->refs[i].shift == shift)
				st = add_ref(v, &word->refs[i], pos + shift);
	return st;
}

static enum fund_status grow_met(struct inverter *v, uint32_t number)
{
	uint32_t *met = array_zeros(v->met, number + (size_t)1, &v->cap_met, sizeof *met);

	if (!met)
		return FUND_NO_MEMORY;
	v->met = met;
	return FUND_OK;
}

static enum fund_status on_token(void *context, const struct token *token)
{
	struct inverter *v = context;
	const struct word *word = token->word;
	enum fund_status st = FUND_OK;

	if (v->begins) {
		v->begins = false;
		st = on_boundary(v, BOUNDARY_PARAGRAPH, token->pos);
	}
	if (v->signs)
		signature_word(&v->signature, token->hash);
	if (word->number >= v->cap_met && st == FUND_OK)
		st = grow_met(v, word->number);
	if (st != FUND_OK)
		return st;
	v->met[word->number]++;
	if (word->n_positions > 1)
		return add_pieces(v, word, token->pos);
	for (unsigned i = 0; st == FUND_OK && i < word->n_refs; i++)
		st = add_ref(v, &word->refs[i], token->pos);
	return st;
}

/* One of the three that share their positions; *n: how many it took. */
static enum fund_status add_field(struct inverter *v, struct slice text, uint32_t *pos, uint32_t *n)
{
	static const struct token_sink sink = { NULL, on_token, on_boundary, NULL };
	struct token_sink own = sink;
	uint32_t from = *pos;

	own.context = v;
	v->begins = true;
	enum fund_status st = analyse_text(v->analyser, text, pos, &own);
	*n = *pos - from;
	return st;
}

/* ---- author, section, source: words only ---- */

static enum fund_status on_word_apart(void *context, const struct token *token)
{
	struct inverter *v = context;
	const struct word *word = token->word;
	enum fund_status st = FUND_OK;
	struct chain *chain;

	for (unsigned shift = 0; shift < word->n_positions; shift++)
		for (unsigned i = 0; st == FUND_OK && i < word->n_refs; i++) {
			uint32_t term = word->refs[i].term;
			if (word->refs[i].shift != shift || analyser_term(v->analyser, term)->kind != TERM_WORD)
				continue;
			st = extra_chain(v, v->field, term, &chain);
			if (st == FUND_OK)
				st = append(v, chain, token->pos + shift, word->refs[i].written);
		}
	return st;
}

static enum fund_status add_fields_apart(struct inverter *v, const struct stored_article *a)
{
	const struct slice text[FIELDS_APART] = { a->author, a->section, a->source };
	const struct token_sink sink = { v, on_word_apart, NULL, NULL };
	enum fund_status st = FUND_OK;

	for (v->field = 0; st == FUND_OK && v->field < FIELDS_APART; v->field++) {
		uint32_t pos = 0;
		if (text[v->field].len)
			st = analyse_text(v->analyser, text[v->field], &pos, &sink);
	}
	return st;
}

enum fund_status inverter_add(struct inverter *v, const struct stored_article *a, struct inverted_doc *out)
{
	uint32_t pos = 0, body = 0;
	enum fund_status st = FUND_OK;

	*out = (struct inverted_doc){ 0 };
	v->doc = v->n_docs - v->base + 1;
	if (v->doc >= v->cap_extents)
		st = grow_extents(v);
	if (st == FUND_OK && a->title.len) {
		st = add_field(v, a->title, &pos, &out->title);
		pos += FIELD_GAP;
	}
	uint32_t lead_from = pos;
	if (st == FUND_OK && a->lead.len) {
		st = add_field(v, a->lead, &pos, &out->lead);
		pos += FIELD_GAP;
	}
	signature_begin(&v->signature);
	v->signs = true;
	if (st == FUND_OK)
		st = add_field(v, a->body, &pos, &body);
	v->signs = false;
	if (st == FUND_OK)
		st = add_fields_apart(v, a);
	if (st != FUND_OK)
		return st;
	v->extents[v->doc - 1] = (struct extent){ out->title, lead_from, lead_from + out->lead };
	out->words = out->title + out->lead + body;
	out->length = out->words + (v->weights.title - 1u) * out->title + (v->weights.lead - 1u) * out->lead;
	out->signature = signature_end(&v->signature);
	v->n_docs++;
	return FUND_OK;
}
