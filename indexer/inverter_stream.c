/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "indexer/inverter_private.h"
#include "indexer/met_forms.h"
#include "store/forms.h"

/* ---- rooms ---- */

enum fund_status position_room_grow(struct position_room *r)
{
	uint32_t cap = r->cap ? r->cap * 2 : 256;
	uint32_t *pos = cap > r->cap ? realloc(r->pos, cap * sizeof *pos) : NULL;

	if (!pos)
		return FUND_NO_MEMORY;
	r->pos = pos;
	uint32_t *forms = realloc(r->forms, cap * sizeof *forms);
	if (!forms)
		return FUND_NO_MEMORY;
	r->forms = forms;
	r->cap = cap;
	return FUND_OK;
}

void position_room_release(struct position_room *r)
{
	free(r->pos);
	free(r->forms);
	*r = (struct position_room){ NULL, NULL, 0 };
}

/* ---- the order of terms ---- */

static int by_bytes(const void *a, const void *b)
{
	const struct term_order *x = a, *y = b;

	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	size_t n = (x->len < y->len ? x->len : y->len) - 1u;
	int c = memcmp(x->bytes, y->bytes, n);
	return c ? c : (x->len > y->len) - (x->len < y->len);
}

static uint64_t prefix_of(const struct term_order *t)
{
	uint64_t prefix = (uint64_t)t->class << 56;
	unsigned n = t->len - 1u < 7 ? t->len - 1u : 7;

	for (unsigned i = 0; i < n; i++)
		prefix |= (uint64_t)t->bytes[i] << (48 - 8 * i);
	return prefix;
}

/* One pass of a radix sort by the byte at `shift`; false: all have the same there. */
static bool radix_pass(const struct term_order *from, struct term_order *to, size_t n, unsigned shift)
{
	size_t count[257] = { 0 };

	for (size_t i = 0; i < n; i++)
		count[(from[i].prefix >> shift & 255) + 1]++;
	if (count[(from[0].prefix >> shift & 255) + 1] == n)
		return false;
	for (unsigned i = 1; i < 257; i++)
		count[i] += count[i - 1];
	for (size_t i = 0; i < n; i++)
		to[count[from[i].prefix >> shift & 255]++] = from[i];
	return true;
}

/* By the first 8 bytes in passes, then groups of equal ones by comparing. */
enum fund_status term_order_sort(struct term_order *terms, size_t n)
{
	struct term_order *other, *from = terms, *to;

	if (n < 2)
		return FUND_OK;
	to = other = malloc(n * sizeof *other);
	if (!other)
		return FUND_NO_MEMORY;
	for (unsigned shift = 0; shift < 64; shift += 8)
		if (radix_pass(from, to, n, shift)) {
			struct term_order *swap = from;
			from = to;
			to = swap;
		}
	if (from != terms)
		memcpy(terms, from, n * sizeof *terms);
	free(other);
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && terms[j].prefix == terms[i].prefix;)
			j++;
		if (j - i > 1)
			qsort(terms + i, j - i, sizeof *terms, by_bytes);
	}
	return FUND_OK;
}

/* ---- the stream ---- */

struct stream {
	const struct inverter *v;
	struct term_order *terms;
	size_t n, at;
	uint8_t term[TERM_BYTES_MAX];
	/* the current chain */
	const uint8_t *p, *block_end, *end;
	uint8_t level;
	bool is_text;
	struct met_form *forms; /* of all terms, one term's behind the other's, by ordinal */
	struct met_form *apart; /* of the current term in a field apart */
	size_t cap_apart;
	uint32_t *first_form;	/* by term number: where its forms begin; one more at the end */
	struct buf encoded;	/* the forms of the term that was begun */
	uint32_t doc; /* from 1 */
	struct position_room room;
};

/* What lies behind the bytes at the end of a block. */
static void next_block(struct stream *s)
{
	uint8_t *block;

	memcpy(&block, s->p, sizeof block);
	s->level = (uint8_t)(s->level + (s->level + 1u < CHAIN_LEVELS));
	s->p = block;
	s->block_end = block + chain_block_size[s->level] - CHAIN_LINK;
}

static inline uint64_t take(struct stream *s)
{
	uint64_t v = 0;

	for (unsigned shift = 0;; shift += 7) {
		if (s->p == s->block_end)
			next_block(s);
		uint8_t byte = *s->p++;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return v;
	}
}

static const struct chain *chain_of(const struct stream *s, const struct term_order *t)
{
	/* numbers behind the analyser's are those of the chains apart */
	return t->number < s->v->n_chains ? &s->v->chains[t->number] : &s->v->extra[t->number - s->v->n_chains].chain;
}

static uint8_t boost_of(const struct extent *e, const uint32_t *pos, uint32_t n)
{
	uint32_t title = 0, lead = 0;

	for (uint32_t i = 0; i < n && pos[i] < e->lead_to; i++) {
		title += pos[i] < e->title;
		lead += pos[i] >= e->lead_from;
	}
	return (uint8_t)((title < 15 ? title : 15) | (lead < 15 ? lead : 15) << 4);
}

static enum fund_status next_posting(struct term_stream *out, struct posting *posting)
{
	struct stream *s = out->context;
	uint32_t n = 0, pos = 0;

	if (s->p == s->end)
		return FUND_END;
	s->doc += (uint32_t)take(s);
	/* positions up to the 0 ahead of the next document, or the end */
	for (uint64_t gap; s->p != s->end && (gap = take(s)) != 0;) {
		pos += (uint32_t)(gap >> 1);
		if (n == s->room.cap) {
			enum fund_status st = position_room_grow(&s->room);
			if (st != FUND_OK)
				return st;
		}
		s->room.pos[n] = pos - 1;
		s->room.forms[n++] = gap & 1 ? (uint32_t)take(s) : 0;
	}
	const struct extent *e = &s->v->extents[s->doc - 1];
	uint8_t boost = s->is_text && e->lead_to && s->room.pos[0] < e->lead_to ? boost_of(e, s->room.pos, n) : 0;
	*posting = (struct posting){ s->v->base + s->doc - 1, n, boost, s->room.pos, s->room.forms };
	return FUND_OK;
}

static void set_order(struct term_order *o, uint32_t number, uint8_t class, struct slice bytes)
{
	*o = (struct term_order){ .number = number, .len = (uint8_t)(bytes.len + 1), .class = class, .bytes = bytes.data };
	o->prefix = prefix_of(o);
}

static enum fund_status list_terms(struct stream *s)
{
	static const uint8_t class_of[TERM_KINDS] = { CLASS_WORD, CLASS_PART, CLASS_VARIANT };
	static const uint8_t boundary[EXTRA_BOUNDARIES] = { 's', 'p' };
	const struct inverter *v = s->v;
	uint32_t n_terms = analyser_n_terms(v->analyser);

	if (n_terms > v->n_chains)
		n_terms = v->n_chains;
	s->terms = malloc(((size_t)n_terms + v->n_extra + 1) * sizeof *s->terms);
	if (!s->terms)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < n_terms; i++)
		if (v->chains[i].next) {
			const struct term *t = analyser_term(v->analyser, i);
			set_order(&s->terms[s->n++], i, class_of[t->kind], t->bytes);
		}
	for (uint32_t i = 0; i < v->n_extra; i++) {
		const struct extra *e = &v->extra[i];
		if (e->chain.next)
			set_order(&s->terms[s->n++], v->n_chains + i, e->class,
				  i < EXTRA_BOUNDARIES ? slice_of(&boundary[i], 1) : analyser_term(v->analyser, e->term)->bytes);
	}
	return term_order_sort(s->terms, s->n);
}

/* ---- forms ---- */

/* Letters only, and small ones behind the first; *capital: whether that is one. */
static bool is_plain_word(struct slice s, bool *capital)
{
	size_t at = 1;
	if (s.len < 3)
		return false;
	*capital = s.data[0] >= 'A' && s.data[0] <= 'Z';
	if (s.data[0] == 0xC3) { /* Ä Ö Ü are C3 84, 96, 9C; ä ö ü ß from A4 and 9F on */
		*capital = s.data[1] < 0x9F;
		at = 2;
	} else if (!*capital && !(s.data[0] >= 'a' && s.data[0] <= 'z')) {
		return false;
	}
	for (; at < s.len; at++)
		if (!(s.data[at] >= 'a' && s.data[at] <= 'z') && s.data[at] < 0x80)
			return false;
	return true;
}

static void count_met(void *context, const struct word *w)
{
	struct stream *s = context;
	uint32_t times = w->number < s->v->cap_met ? s->v->met[w->number] : 0;
	bool capital = false, plain = times && w->n_positions == 1 && is_plain_word(w->surface, &capital);
	for (unsigned i = 0; times && i < w->n_refs; i++) {
		const struct term_ref *ref = &w->refs[i];
		if (analyser_term(s->v->analyser, ref->term)->kind != TERM_WORD)
			continue;
		struct met_form *f = &s->forms[s->first_form[ref->term] + ref->written];
		f->n += times;
		if (plain && i == 0)
			*(capital ? &f->capital : &f->small) += times;
	}
}

/* All forms in the order of their terms and ordinals, and how often each was met. */
static enum fund_status collect_forms(struct stream *s)
{
	const struct analyser *a = s->v->analyser;
	uint32_t n_terms = analyser_n_terms(a), n = 0;
	s->first_form = malloc(((size_t)n_terms + 1) * sizeof *s->first_form);
	s->forms = calloc((size_t)analyser_n_written(a) + 1, sizeof *s->forms);
	if (!s->first_form || !s->forms)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < n_terms; i++) {
		s->first_form[i] = n;
		n += analyser_term(a, i)->n_forms;
	}
	s->first_form[n_terms] = n;
	for (uint32_t i = 0; i < analyser_n_written(a); i++) {
		struct written w = analyser_written(a, i);
		s->forms[s->first_form[w.term] + w.ordinal].word = w.bytes;
	}
	analyser_each_word(a, count_met, s);
	return FUND_OK;
}

/* Words of the fields apart are few: counted along their chain, into s->apart. */
static enum fund_status count_along(struct stream *s, const struct met_form *forms, uint32_t n)
{
	if (n > s->cap_apart) {
		struct met_form *grown = realloc(s->apart, n * sizeof *grown);
		if (!grown)
			return FUND_NO_MEMORY;
		s->apart = grown;
		s->cap_apart = n;
	}
	struct stream own = *s; /* leaves the chain as it stands */
	struct term_stream walk = { .context = &own };
	struct posting p;
	enum fund_status st;
	for (uint32_t i = 0; i < n; i++)
		s->apart[i] = (struct met_form){ .word = forms[i].word };
	while ((st = next_posting(&walk, &p)) == FUND_OK)
		for (uint32_t i = 0; i < p.freq; i++)
			s->apart[p.forms[i]].n++;
	s->room = own.room;
	return st == FUND_END ? FUND_OK : st;
}

/* The forms of the term that was begun. */
static enum fund_status put_forms(struct stream *s, const struct term_order *t)
{
	bool apart = t->number >= s->v->n_chains;
	uint32_t number = apart ? s->v->extra[t->number - s->v->n_chains].term : t->number;
	const struct met_form *forms = &s->forms[s->first_form[number]];
	uint32_t n = s->first_form[number + 1] - s->first_form[number];
	enum fund_status st = apart ? count_along(s, forms, n) : FUND_OK;
	buf_reset(&s->encoded);
	for (uint32_t i = 0; i < n && st == FUND_OK; i++)
		st = met_form_put(&s->encoded, apart ? &s->apart[i] : &forms[i]);
	return st;
}

static enum fund_status next_term(struct term_stream *out)
{
	struct stream *s = out->context;
	enum fund_status st = FUND_OK;

	if (s->at == s->n)
		return FUND_END;
	const struct term_order *t = &s->terms[s->at++];
	const struct chain *c = chain_of(s, t);
	s->term[0] = t->class;
	memcpy(s->term + 1, t->bytes, t->len - 1u);
	out->term = slice_of(s->term, t->len);
	s->p = c->first;
	s->block_end = c->first + chain_block_size[0] - CHAIN_LINK;
	s->end = c->next;
	s->level = 0;
	s->doc = 0;
	s->is_text = t->class == CLASS_WORD || t->class == CLASS_PART || t->class == CLASS_VARIANT;
	buf_reset(&s->encoded);
	if (class_has_forms(t->class))
		st = put_forms(s, t);
	out->forms = slice_buf(&s->encoded);
	return st;
}

enum fund_status inverter_stream(struct inverter *v, struct term_stream *out)
{
	struct stream *s = calloc(1, sizeof *s);

	*out = (struct term_stream){ .context = s, .next_term = next_term, .next_posting = next_posting };
	if (!s)
		return FUND_NO_MEMORY;
	s->v = v;
	enum fund_status st = list_terms(s);
	return st == FUND_OK ? collect_forms(s) : st;
}

void inverter_stream_end(struct term_stream *out)
{
	struct stream *s = out->context;

	if (s) {
		position_room_release(&s->room);
		free(s->terms);
		free(s->forms);
		free(s->apart);
		free(s->first_form);
		buf_release(&s->encoded);
	}
	free(s);
	out->context = NULL;
}
