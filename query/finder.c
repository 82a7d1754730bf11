/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/finder.h"

#include <stdlib.h>

#include "query/stretches.h"
#include "query/word_parts.h"

/* A place for a word, as slots of spans are, and its positions in the text at hand. */
struct finder_slot {
	const struct slot *slot;	     /* of a span; NULL: a term or an expansion is all */
	const struct term_places *term;
	const struct expansion *forms;
	enum field field;
	uint32_t *pos;
	uint32_t n;
	size_t cap;
};

struct finder_unit {
	struct span_node *node; /* over the finder's slots */
	double weight;
};

#define LETTERS 26u
#define SHORT_TEXT 1024u /* bytes that are analysed as soon as searched */

/* A word of the text that stands in a slot. */
struct found_word {
	uint32_t pos, off, len;
};

struct positions {
	uint32_t *at;
	uint32_t n;
	size_t cap;
};

struct finder {
	struct searcher *searcher;
	struct arena arena; /* nodes and slots */
	struct finder_slot *slots;
	uint32_t n_slots;
	size_t cap_slots;
	struct finder_unit *units;
	uint32_t n_units;
	size_t cap_units;
	uint32_t *slots_of;    /* by word number: 0 not looked at, 1 none, else place in `known` + 2 */
	uint32_t n_slots_of;
	struct positions known; /* runs of slot numbers, each behind its length */
	bool may_begin[256];   /* a word that matches begins with such a byte, unless it has pieces */
	uint32_t may_go_on[LETTERS][LETTERS]; /* behind its first letter and its second one: a bit for each third one */
	uint8_t byte_with[256]; /* enum written_with */
	struct stem_letters letters, part_letters; /* of all words that match; of those with a part */
	uint32_t longest;	    /* words of a unit; UINT32_MAX: they may be anywhere in a text */
	bool anywhere;	       /* a part of compounds is asked for: it may stand anywhere in a word */
	bool has_variants;     /* a word in another spelling is asked for, whose letters may be others */
	bool any_word;	       /* words are asked for by how they are written: all have to be looked at */
	struct arena parts_arena; /* while a word is asked about */
	const struct word *folded_word; /* the one that is */
	struct buf folded;
	/* the analyser's words as written: of each term the last met, of each the one met before; numbers + 1 */
	struct positions last_of_term, written_before;
	uint32_t n_written;
	/* of the text at hand */
	enum field field;
	const struct token_sink *also;
	struct stretches stretches;
	uint32_t from; /* of the one at hand */
	struct found_word *words;
	uint32_t n_words;
	size_t cap_words;
	struct positions sentences, paragraphs;
	struct span_finder spans;
	struct occurrence *occurrences;
	uint32_t n_occurrences;
	size_t cap_occurrences;
	struct found_mark *marks;
	uint32_t n_marks;
	size_t cap_marks;
};

static enum fund_status grow(void *array, size_t *cap, uint32_t n, size_t size)
{
	void **at = array, *grown = array_room(*at, n + (size_t)1, cap, size);
	if (!grown)
		return FUND_NO_MEMORY;
	*at = grown;
	return FUND_OK;
}

static enum fund_status add_position(struct positions *p, uint32_t value)
{
	enum fund_status st = grow(&p->at, &p->cap, p->n, sizeof *p->at);
	if (st == FUND_OK)
		p->at[p->n++] = value;
	return st;
}

/* ---- units of a plan ---- */

/* What a word is written with. */
enum written_with {
	WITH_UMLAUTS = 1, /* and ß */
	WITH_OTHERS = 2, /* other letters than those and a to z; signs: it may have pieces, which begin otherwise than it does */
};

static uint8_t byte_with(uint8_t c)
{
	if (is_letter(c))
		return 0;
	switch (c) { /* of C3: ä, ö, ü, ß, Ä, Ö, Ü */
	case 0xC3: case 0xA4: case 0xB6: case 0xBC: case 0x9F: case 0x84: case 0x96: case 0x9C: return WITH_UMLAUTS;
	default: return WITH_OTHERS;
	}
}

/* Those of term[at], or all where the term ends or has no small letter there. */
static uint32_t letters_at(struct slice term, size_t at, bool any)
{
	return any || at >= term.len || !is_small_letter(term.data[at]) ? (UINT32_C(1) << LETTERS) - 1 : UINT32_C(1) << (term.data[at] - 'a');
}

/* How words begin that have the term: folding changes the first letter of none that begins with an ASCII one; a stem keeps the first three letters of the folded word. */
static void note_beginning(struct finder *f, struct slice term, bool is_variant)
{
	uint8_t first = term.len ? term.data[0] : 0;
	f->may_begin[first] = true;
	if (!is_small_letter(first))
		return;
	f->may_begin[first - 'a' + 'A'] = true;
	bool any = is_variant || term.len < 2 || !is_small_letter(term.data[1]);
	for (uint32_t i = 0, seconds = letters_at(term, 1, any); i < LETTERS; i++)
		if (seconds >> i & 1)
			f->may_go_on[first - 'a'][i] |= letters_at(term, 2, any);
}

static void note_term(struct finder *f, struct slice term)
{
	uint8_t class = term.len > 1 ? term.data[0] : 0;
	f->has_variants |= class == 'v';
	stem_letters_add(&f->letters, slice_from(term, term.len ? 1 : 0));
	f->anywhere |= class == 'x';
	if (class == 'x')
		stem_letters_add(&f->part_letters, slice_from(term, 1));
	else
		note_beginning(f, slice_from(term, term.len ? 1 : 0), class == 'v');
}

static enum fund_status add_slot(struct finder *f, const struct slot *slot, const struct term_places *term, enum field field, struct span_node **out)
{
	enum fund_status st = grow(&f->slots, &f->cap_slots, f->n_slots, sizeof *f->slots);
	struct span_node *node = arena_alloc(&f->arena, sizeof *node);
	struct slot *own = arena_alloc(&f->arena, sizeof *own);
	if (st != FUND_OK || !node || !own)
		return FUND_NO_MEMORY;
	*own = (struct slot){ .number = f->n_slots };
	*node = (struct span_node){ .kind = SPAN_SLOT, .slot = own };
	f->slots[f->n_slots++] = (struct finder_slot){ .slot = slot, .term = term, .field = field };
	for (uint32_t i = 0; slot && i < slot->n_terms; i++)
		note_term(f, slot->terms[i].term);
	f->any_word |= (slot && slot->n_forms) || (!slot && !term);
	if (term)
		note_term(f, term->term);
	*out = node;
	return FUND_OK;
}

/* The relation again, over slots of the finder. */
static enum fund_status copy_node(struct finder *f, const struct span_node *from, struct span_node **out)
{
	if (from->kind == SPAN_SLOT)
		return add_slot(f, from->slot, NULL, from->slot->field, out);
	struct span_node *node = arena_alloc(&f->arena, sizeof *node);
	struct span_node **children = arena_alloc(&f->arena, (from->n_children + (size_t)1) * sizeof *children);
	enum fund_status st = node && children ? FUND_OK : FUND_NO_MEMORY;
	if (st != FUND_OK)
		return st;
	*node = *from;
	node->children = children;
	for (uint32_t i = 0; i < from->n_children && st == FUND_OK; i++)
		st = copy_node(f, from->children[i], &children[i]);
	*out = node;
	return st;
}

/* A plain phrase as a sequence. */
static enum fund_status phrase_node(struct finder *f, const struct plan *p, struct span_node **out)
{
	struct span_node *node = arena_alloc(&f->arena, sizeof *node);
	struct span_node **children = arena_alloc(&f->arena, (p->n_phrase + (size_t)1) * sizeof *children);
	enum fund_status st = node && children ? FUND_OK : FUND_NO_MEMORY;
	if (st != FUND_OK)
		return st;
	*node = (struct span_node){ .kind = SPAN_SEQUENCE, .children = children, .n_children = p->n_phrase };
	for (uint32_t i = 0; i < p->n_phrase && st == FUND_OK; i++)
		st = add_slot(f, NULL, &p->phrase[i].places, p->field, &children[i]);
	*out = node;
	return st;
}

/* Words that its spans have at most. */
static uint32_t longest_span(const struct span_node *node)
{
	uint64_t sum = 0, most = 1;
	if (node->kind == SPAN_LOOSE || node->kind == SPAN_NEAR)
		return UINT32_MAX;
	for (uint32_t i = 0; i < node->n_children; i++) {
		uint32_t child = longest_span(node->children[i]);
		sum += child;
		most = child > most ? child : most;
	}
	most = node->kind == SPAN_SEQUENCE ? sum : most;
	return most < UINT32_MAX ? (uint32_t)most : UINT32_MAX;
}

static enum fund_status add_unit(struct finder *f, struct span_node *node, double weight)
{
	uint32_t longest = longest_span(node);
	f->longest = longest > f->longest ? longest : f->longest;
	enum fund_status st = grow(&f->units, &f->cap_units, f->n_units, sizeof *f->units);
	if (st == FUND_OK)
		f->units[f->n_units++] = (struct finder_unit){ node, weight };
	return st;
}

static bool has_term(const struct finder *f, const struct plan_term *t)
{
	for (uint32_t i = 0; i < f->n_units; i++) {
		const struct span_node *node = f->units[i].node;
		const struct finder_slot *slot = node->kind == SPAN_SLOT ? &f->slots[node->slot->number] : NULL;
		if (slot && slot->term && slot->field == t->field && slice_equal(slot->term->term, t->places.term))
			return true;
	}
	return false;
}

static enum fund_status add_units(struct finder *f, const struct plan *p)
{
	struct span_node *node;
	enum fund_status st = FUND_OK;
	switch (p->kind) {
	case PLAN_TERM:
		if (has_term(f, &p->term))
			return FUND_OK;
		st = add_slot(f, NULL, &p->term.places, p->term.field, &node);
		return st == FUND_OK ? add_unit(f, node, p->scale * p->term.weight) : st;
	case PLAN_PHRASE:
		st = phrase_node(f, p, &node);
		return st == FUND_OK ? add_unit(f, node, p->scale * FREQ_UNIT) : st;
	case PLAN_FORMS:
		st = add_slot(f, NULL, NULL, p->field, &node);
		if (st != FUND_OK)
			return st;
		f->slots[f->n_slots - 1].forms = p->forms;
		return add_unit(f, node, p->scale * FREQ_UNIT);
	case PLAN_SPAN:
		st = copy_node(f, p->span, &node);
		return st == FUND_OK ? add_unit(f, node, p->scale * FREQ_UNIT) : st;
	case PLAN_BOOL:
	case PLAN_BEST:
	case PLAN_WORD:
		for (uint32_t i = 0; i < p->n_children && st == FUND_OK; i++)
			if (p->kind != PLAN_BOOL || (p->children[i]->role != ROLE_MUST_NOT && p->children[i]->role != ROLE_HINT))
				st = add_units(f, p->children[i]);
		return st;
	case PLAN_NONE:
	case PLAN_ALL:
	case PLAN_DATE:
	case PLAN_NEW:
		break;
	}
	return st;
}

enum fund_status finder_new(struct finder **out, struct searcher *searcher, const struct plan *plan)
{
	struct finder *f = calloc(1, sizeof *f);
	*out = NULL;
	if (!f)
		return FUND_NO_MEMORY;
	f->searcher = searcher;
	memset(f->may_begin + 0x80, true, 0x80);
	for (unsigned c = 0; c < 256; c++)
		f->byte_with[c] = byte_with((uint8_t)c);
	enum fund_status st = add_units(f, plan);
	if (st != FUND_OK) {
		finder_free(f);
		return st;
	}
	*out = f;
	return FUND_OK;
}

void finder_free(struct finder *f)
{
	if (!f)
		return;
	for (uint32_t i = 0; i < f->n_slots; i++)
		free(f->slots[i].pos);
	free(f->slots);
	free(f->units);
	free(f->slots_of);
	free(f->known.at);
	free(f->last_of_term.at);
	free(f->written_before.at);
	free(f->words);
	free(f->sentences.at);
	free(f->paragraphs.at);
	free(f->occurrences);
	free(f->marks);
	span_finder_release(&f->spans);
	stretches_release(&f->stretches);
	arena_release(&f->arena);
	arena_release(&f->parts_arena);
	buf_release(&f->folded);
	free(f);
}

uint32_t finder_n_units(const struct finder *f) { return f->n_units; }
double finder_weight(const struct finder *f, uint32_t unit) { return f->units[unit].weight; }

/* ---- which words stand in which slots ---- */

static bool is_digraph(uint8_t c, uint8_t next) { return next == 'e' && (c == 'a' || c == 'o' || c == 'u'); }

/* Of a word of a to z, umlauts and ß. */
static bool may_begin_so(const struct finder *f, struct slice surface)
{
	if (!f->may_begin[surface.data[0]])
		return false;
	if (surface.len < 3 || surface.data[0] >= 0x80 || surface.data[1] >= 0x80 || surface.data[2] >= 0x80)
		return true;
	uint8_t first = surface.data[0] | 0x20, second = surface.data[1] | 0x20, third = surface.data[2] | 0x20;
	return is_digraph(first, second) || is_digraph(second, third) || f->may_go_on[first - 'a'][second - 'a'] >> (third - 'a') & 1;
}

static bool may_match(void *context, struct slice surface)
{
	const struct finder *f = context;
	uint8_t with = 0;
	if (f->also && f->also->matters && f->also->matters(f->also->context, surface))
		return true;
	if (f->any_word || surface.len == 0)
		return true;
	for (size_t i = 0; i < surface.len; i++)
		with |= f->byte_with[surface.data[i]];
	return with & WITH_OTHERS || may_begin_so(f, surface) || (f->anywhere && surface.len > 5 && (f->has_variants || stem_letters_may_be_in(&f->part_letters, surface)));
}

/* Does the term of the index stand for this one of the text? Words of all fields are analysed alike; their classes differ. */
static bool is_term(struct slice indexed, const struct term *t)
{
	static const char classes[TERM_KINDS] = { 'w', 'x', 'v' };
	uint8_t class = indexed.data[0];
	bool same_class = class == 'w' || class == 'v' ? class == (uint8_t)classes[t->kind] : t->kind == TERM_WORD;
	return same_class && indexed.len == t->bytes.len + 1 && memcmp(indexed.data + 1, t->bytes.data, t->bytes.len) == 0;
}

/* Numbers the words as written that the analyser has met since. */
static enum fund_status know_written(struct finder *f)
{
	enum fund_status st = FUND_OK;
	while (f->last_of_term.n < analyser_n_terms(f->searcher->analyser) && st == FUND_OK)
		st = add_position(&f->last_of_term, 0);
	for (; f->n_written < analyser_n_written(f->searcher->analyser) && st == FUND_OK; f->n_written++) {
		uint32_t *last = &f->last_of_term.at[analyser_written(f->searcher->analyser, f->n_written).term];
		st = add_position(&f->written_before, *last);
		*last = f->n_written + 1;
	}
	return st;
}

/* The word as written of a term of a word; data NULL: the term is no word's. */
static struct slice written_of(const struct finder *f, const struct term_ref *ref)
{
	for (uint32_t n = f->last_of_term.at[ref->term]; n; n = f->written_before.at[n - 1]) {
		struct written w = analyser_written(f->searcher->analyser, n - 1);
		if (w.ordinal == ref->written)
			return w.bytes;
	}
	return slice_of(NULL, 0);
}

/* ---- parts of compounds ---- */

/* A part's stem stands in the word as it is folded, whose own stem may lack it: so the index is asked about few words. */
static enum fund_status may_have_part(struct finder *f, struct slice part, const struct word *w, bool *yes)
{
	enum fund_status st = FUND_OK;
	if (f->folded_word != w) {
		buf_reset(&f->folded);
		st = analyse_fold(f->searcher->analyser, w->surface, &f->folded);
		f->folded_word = st == FUND_OK ? w : NULL;
	}
	*yes = st == FUND_OK && f->folded.len >= COMPOUND_LEAST && memmem(f->folded.data, f->folded.len, part.data, part.len) != NULL;
	return st;
}

/* Is this term (with its class x) a part of that of the text? */
static enum fund_status is_part(struct finder *f, struct slice indexed, const struct word *w, const struct term *t, bool *yes)
{
	struct slice part = slice_from(indexed, 1);
	*yes = false;
	if (t->kind != TERM_WORD || slice_equal(part, t->bytes))
		return FUND_OK;
	arena_reset(&f->parts_arena);
	enum fund_status st = may_have_part(f, part, w, yes);
	if (st != FUND_OK || !*yes)
		return st;
	return word_parts_has(f->searcher, t->bytes, indexed, &f->parts_arena, yes);
}

/* ---- slots ---- */

static enum fund_status stands_for(struct finder *f, struct slice indexed, const struct word *w, const struct term *t, bool *yes)
{
	if (indexed.data[0] == 'x')
		return is_part(f, indexed, w, t, yes);
	*yes = is_term(indexed, t);
	return FUND_OK;
}

static enum fund_status stands_in(struct finder *f, const struct finder_slot *s, const struct word *w, const struct term_ref *ref, bool *yes)
{
	const struct term *t = analyser_term(f->searcher->analyser, ref->term);
	enum fund_status st = FUND_OK;
	struct slice written = f->any_word && t->kind == TERM_WORD ? written_of(f, ref) : slice_of(NULL, 0);
	*yes = false;
	if (s->term)
		return stands_for(f, s->term->term, w, t, yes);
	if (!s->slot) {
		*yes = written.data && expansion_has(s->forms, written);
		return FUND_OK;
	}
	for (uint32_t i = 0; i < s->slot->n_forms && !*yes; i++)
		*yes = written.data && expansion_has(s->slot->forms[i], written);
	for (uint32_t i = 0; i < s->slot->n_terms && !*yes && st == FUND_OK; i++)
		st = stands_for(f, s->slot->terms[i].term, w, t, yes);
	return st;
}

/* In which slots one of the word's terms at `shift` stands: appended to `known`. */
static enum fund_status look_up(struct finder *f, const struct word *w, uint32_t shift)
{
	enum fund_status st = f->any_word ? know_written(f) : FUND_OK;
	for (uint32_t s = 0; s < f->n_slots && st == FUND_OK; s++) {
		bool stands = false;
		for (uint32_t i = 0; i < w->n_refs && !stands && st == FUND_OK; i++)
			if (w->refs[i].shift == shift)
				st = stands_in(f, &f->slots[s], w, &w->refs[i], &stands);
		if (stands && st == FUND_OK)
			st = add_position(&f->known, s);
	}
	return st;
}

static enum fund_status know_words(struct finder *f, uint32_t n)
{
	if (n <= f->n_slots_of)
		return FUND_OK;
	uint32_t cap = n < 1024 ? 1024 : n + n / 2;
	uint32_t *grown = realloc(f->slots_of, cap * sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	memset(grown + f->n_slots_of, 0, (cap - f->n_slots_of) * sizeof *grown);
	f->slots_of = grown;
	f->n_slots_of = cap;
	return FUND_OK;
}

/* The run of slots of a word of one position: worked out once a word. */
static enum fund_status slots_of_word(struct finder *f, const struct word *w, uint32_t *start, uint32_t *n)
{
	enum fund_status st = know_words(f, w->number + 1);
	*n = 0;
	if (st == FUND_OK && f->slots_of[w->number] == 0) {
		uint32_t at = f->known.n;
		st = add_position(&f->known, 0);
		if (st == FUND_OK)
			st = look_up(f, w, 0);
		if (st != FUND_OK)
			return st;
		f->known.at[at] = f->known.n - at - 1;
		f->slots_of[w->number] = f->known.at[at] ? at + 2 : 1;
		if (f->known.at[at] == 0)
			f->known.n = at;
	}
	if (st == FUND_OK && f->slots_of[w->number] > 1) {
		*start = f->slots_of[w->number] - 1;
		*n = f->known.at[*start - 1];
	}
	return st;
}

/* ---- a text ---- */

static bool is_field(enum field slot, enum field text) { return slot == text || (slot == FIELD_ANY && text == FIELD_TITLE); }

static enum fund_status note_word(struct finder *f, const struct token *t, uint32_t pos, const uint32_t *slots, uint32_t n)
{
	enum fund_status st = FUND_OK;
	bool stands = false;
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		struct finder_slot *s = &f->slots[slots[i]];
		if (!is_field(s->field, f->field))
			continue;
		stands = true;
		st = grow(&s->pos, &s->cap, s->n, sizeof *s->pos);
		if (st == FUND_OK)
			s->pos[s->n++] = pos;
	}
	if (st == FUND_OK && stands)
		st = grow(&f->words, &f->cap_words, f->n_words, sizeof *f->words);
	if (st == FUND_OK && stands)
		f->words[f->n_words++] = (struct found_word){ pos, t->off, t->len };
	return st;
}

static enum fund_status on_token(void *context, const struct token *of_stretch)
{
	struct finder *f = context;
	struct token token = *of_stretch, *t = &token;
	const struct word *w = t->word;
	t->off += f->from;
	enum fund_status st = f->also ? f->also->token(f->also->context, t) : FUND_OK;
	if (st != FUND_OK || w->n_refs == 0)
		return st;
	if (w->n_positions == 1) {
		uint32_t start = 0, n;
		st = slots_of_word(f, w, &start, &n);
		return st == FUND_OK && n ? note_word(f, t, t->pos, f->known.at + start, n) : st;
	}
	for (uint32_t shift = 0; shift < w->n_positions && st == FUND_OK; shift++) {
		uint32_t at = f->known.n;
		st = look_up(f, w, shift);
		if (st == FUND_OK && f->known.n > at)
			st = note_word(f, t, t->pos + shift, f->known.at + at, f->known.n - at);
		f->known.n = at;
	}
	return st;
}

static enum fund_status on_boundary(void *context, enum boundary what, uint32_t pos)
{
	struct finder *f = context;
	enum fund_status st = f->also && f->also->boundary ? f->also->boundary(f->also->context, what, pos) : FUND_OK;
	if (st == FUND_OK)
		st = add_position(&f->sentences, pos);
	return st == FUND_OK && what == BOUNDARY_PARAGRAPH ? add_position(&f->paragraphs, pos) : st;
}

static enum fund_status slot_positions(void *context, const struct slot *slot, const uint32_t **pos, uint32_t *n)
{
	const struct finder *f = context;
	*pos = f->slots[slot->number].pos;
	*n = f->slots[slot->number].n;
	return FUND_OK;
}

static enum fund_status scope_boundaries(void *context, enum span_scope scope, const uint32_t **pos, uint32_t *n)
{
	const struct finder *f = context;
	const struct positions *p = scope == SCOPE_SENTENCE ? &f->sentences : &f->paragraphs;
	*pos = p->at;
	*n = scope == SCOPE_FIELD || f->field >= FIELD_AUTHOR ? 0 : p->n; /* the text is one field */
	return FUND_OK;
}

/* ---- what was found ---- */

static const struct found_word *word_at(const struct finder *f, uint32_t pos)
{
	uint32_t low = 0, high = f->n_words;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (f->words[middle].pos < pos)
			low = middle + 1;
		else
			high = middle;
	}
	return low < f->n_words && f->words[low].pos == pos ? &f->words[low] : NULL;
}

static enum fund_status add_occurrence(struct finder *f, struct span s, uint32_t unit)
{
	const struct found_word *first = word_at(f, s.first), *last = word_at(f, s.last);
	enum fund_status st = grow(&f->occurrences, &f->cap_occurrences, f->n_occurrences, sizeof *f->occurrences);
	if (st == FUND_OK && first && last)
		f->occurrences[f->n_occurrences++] =
			(struct occurrence){ s.first, s.last, first->off, last->off + last->len - first->off, unit };
	return st;
}

static enum fund_status add_mark(struct finder *f, const struct found_word *w, uint32_t unit)
{
	enum fund_status st = grow(&f->marks, &f->cap_marks, f->n_marks, sizeof *f->marks);
	if (st == FUND_OK && w)
		f->marks[f->n_marks++] = (struct found_mark){ w->pos, w->off, w->len, unit };
	return st;
}

/* Every word of the span that stands in a slot of the unit. */
static enum fund_status add_marks(struct finder *f, const struct span_node *node, struct span s, uint32_t unit)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < node->n_children && st == FUND_OK; i++)
		st = add_marks(f, node->children[i], s, unit);
	if (node->kind != SPAN_SLOT)
		return st;
	const struct finder_slot *slot = &f->slots[node->slot->number];
	uint32_t low = 0, high = slot->n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (slot->pos[middle] < s.first)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < slot->n && slot->pos[low] <= s.last && st == FUND_OK; low++)
		st = add_mark(f, word_at(f, slot->pos[low]), unit);
	return st;
}

static enum fund_status find_unit(struct finder *f, uint32_t unit)
{
	struct span_source source = { f, slot_positions, scope_boundaries };
	const struct span_list *spans;
	const struct span_node *node = f->units[unit].node;
	enum fund_status st = span_find(&f->spans, node, &source, &spans);
	for (uint32_t i = 0; st == FUND_OK && i < spans->n; i++) {
		st = add_occurrence(f, spans->at[i], unit);
		if (st == FUND_OK)
			st = add_marks(f, node, spans->at[i], unit);
	}
	return st;
}

/* The weightier first at the same place. */
static int by_weight(const struct finder *f, uint32_t a, uint32_t b)
{
	double x = f->units[a].weight, y = f->units[b].weight;
	return x > y ? -1 : x < y ? 1 : (a > b) - (a < b);
}

static int by_place(const void *a, const void *b, void *finder)
{
	const struct occurrence *x = a, *y = b;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->last != y->last)
		return x->last < y->last ? -1 : 1;
	return by_weight(finder, x->unit, y->unit);
}

static int by_word(const void *a, const void *b, void *finder)
{
	const struct found_mark *x = a, *y = b;
	if (x->pos != y->pos)
		return x->pos < y->pos ? -1 : 1;
	return by_weight(finder, x->unit, y->unit);
}

static void settle(struct finder *f)
{
	uint32_t kept = 0;
	if (f->n_occurrences)
		qsort_r(f->occurrences, f->n_occurrences, sizeof *f->occurrences, by_place, f);
	for (uint32_t i = 0; i < f->n_occurrences; i++)
		if (kept == 0 || f->occurrences[kept - 1].first != f->occurrences[i].first || f->occurrences[kept - 1].last != f->occurrences[i].last)
			f->occurrences[kept++] = f->occurrences[i];
	f->n_occurrences = kept;
	if (f->n_marks)
		qsort_r(f->marks, f->n_marks, sizeof *f->marks, by_word, f);
	kept = 0;
	for (uint32_t i = 0; i < f->n_marks; i++)
		if (kept == 0 || f->marks[kept - 1].off != f->marks[i].off) /* pieces of a word are marked as one */
			f->marks[kept++] = f->marks[i];
	f->n_marks = kept;
}

/* Positions between stretches are no less apart than in the whole text: each word has a byte at least. */
static enum fund_status read_stretch(struct finder *f, struct slice text, struct stretch s)
{
	const struct token_sink sink = { f, on_token, on_boundary, may_match };
	uint32_t pos = f->from = s.from;
	return analyse_text(f->searcher->analyser, slice_part(text, s.from, s.until - s.from), &pos, &sink);
}

static enum fund_status read_stretches(struct finder *f, struct slice text, uint32_t margin)
{
	if (text.len > UINT32_MAX)
		return FUND_LIMIT;
	if (f->any_word || f->has_variants || f->longest >= UINT32_MAX - margin || text.len < SHORT_TEXT)
		return read_stretch(f, text, (struct stretch){ 0, (uint32_t)text.len });
	enum fund_status st = stretches_find(&f->stretches, &f->letters, text, margin + f->longest);
	for (uint32_t i = 0; i < f->stretches.n && st == FUND_OK; i++)
		st = read_stretch(f, text, f->stretches.at[i]);
	return st;
}

enum fund_status finder_find(struct finder *f, struct slice text, enum field field, uint32_t margin, const struct token_sink *also, struct found *out)
{
	f->field = field;
	f->also = also;
	f->n_words = f->n_occurrences = f->n_marks = f->sentences.n = f->paragraphs.n = 0;
	for (uint32_t i = 0; i < f->n_slots; i++)
		f->slots[i].n = 0;
	enum fund_status st = read_stretches(f, text, margin);
	for (uint32_t i = 0; i < f->n_units && st == FUND_OK; i++)
		st = find_unit(f, i);
	settle(f);
	*out = (struct found){ f->occurrences, f->n_occurrences, f->marks, f->n_marks };
	return st;
}
