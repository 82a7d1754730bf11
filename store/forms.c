/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/forms.h"

#include <stdlib.h>

#include "store/affixes.h"
#include "store/dictionary_entry.h"
#include "store/edits.h"

void term_forms_release(struct term_forms *f)
{
	free(f->forms);
	buf_release(&f->words);
	*f = (struct term_forms){ 0 };
}

const struct form *term_forms_find(const struct term_forms *f, struct slice word)
{
	for (uint32_t i = 0; i < f->n; i++)
		if (slice_equal(f->forms[i].word, word))
			return &f->forms[i];
	return NULL;
}

/* ---- terms with their forms ---- */

static enum fund_status make_room(struct term_forms *f, uint32_t n)
{
	if (n <= f->cap)
		return FUND_OK;
	struct form *grown = realloc(f->forms, (size_t)n * 2 * sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	f->forms = grown;
	f->cap = 2 * n;
	return FUND_OK;
}

static bool read_rule(struct term_walk *w, struct cursor *c, struct slice *rule, struct slice *places)
{
	uint32_t n_places;
	if (!edit_rule_read(&w->rules, c, rule) || !edit_rule_places(*rule, &n_places))
		return false;
	*places = cursor_take(c, n_places);
	return !c->bad;
}

/* Appends a word to f->words. */
static enum fund_status read_word(struct term_walk *w, struct slice base, struct term_forms *f)
{
	struct slice rule, places;
	if (!read_rule(w, &w->cursor, &rule, &places))
		return FUND_CORRUPT;
	size_t len = edit_apply(rule, places.data, base, f->words.data + f->words.len, FORM_MAX);
	f->words.len += len;
	return len ? FUND_OK : FUND_CORRUPT;
}

static bool read_counts(struct term_walk *w, struct form *form)
{
	uint64_t cf = cursor_varint(&w->cursor) + 1, less = cf > 1 ? cursor_varint(&w->cursor) : 0;
	if (w->cursor.bad || cf == 0 || less >= cf || cf - less > UINT32_MAX)
		return false;
	form->cf = cf;
	form->df = (uint32_t)(cf - less);
	return true;
}

/* What the others leave to the first; they do not rise. */
static bool counts_fit(const struct term_entry *e, uint64_t df_less, struct term_forms *f)
{
	uint64_t others = 0;
	for (uint32_t i = 1; i < f->n; i++) {
		if (f->forms[i].cf > e->cf || f->forms[i].df > e->df || (i > 1 && f->forms[i].cf > f->forms[i - 1].cf))
			return false;
		others += f->forms[i].cf;
		if (others >= e->cf)
			return false;
	}
	f->forms[0].cf = e->cf - others;
	f->forms[0].df = (uint32_t)(e->df - df_less);
	return df_less < e->df && f->forms[0].df <= f->forms[0].cf && (f->n == 1 || f->forms[1].cf <= f->forms[0].cf);
}

static enum fund_status read_several(struct term_walk *w, const struct term_entry *e, struct slice base, struct term_forms *f)
{
	uint64_t n = e->several_forms ? cursor_varint(&w->cursor) + 2 : 1, df_less = 0;
	if (w->cursor.bad || n < 1 || n > cursor_left(&w->cursor))
		return FUND_CORRUPT; /* each takes a byte at least */
	enum fund_status st = make_room(f, (uint32_t)n);
	if (st == FUND_OK)
		st = buf_reserve(&f->words, FORM_MAX * (size_t)n);
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		size_t start = f->words.len;
		st = read_word(w, i ? f->forms[0].word : base, f);
		f->forms[i] = (struct form){ .word = slice_from(slice_buf(&f->words), start), .ordinal = i };
		if (st == FUND_OK && n > 1 && i == 0)
			df_less = cursor_varint(&w->cursor);
		if (st == FUND_OK && i > 0 && !read_counts(w, &f->forms[i]))
			st = FUND_CORRUPT;
	}
	f->n = (uint32_t)n;
	return st == FUND_OK && counts_fit(e, df_less, f) && !w->cursor.bad ? FUND_OK : st == FUND_OK ? FUND_CORRUPT : st;
}

static bool begins(struct slice word, struct slice with) { return word.len >= with.len && slice_equal(slice_part(word, 0, with.len), with); }

/* The counts behind a form's word. */
static inline void skip_counts(struct cursor *c, uint64_t ordinal, uint64_t n)
{
	if (ordinal ? cursor_varint_local(c) > 0 : n > 1)
		cursor_varint_local(c);
}

/* ---- terms that are passed over ---- */

static inline bool has_forms(const struct term_entry *e) { return e->term.len > 0 && class_has_forms(e->term.data[0]); }

/* Most of a term's letters are those of the one before. */
static inline uint64_t term_letters(struct term_walk *w)
{
	struct slice term = w->terms.entry.term;
	uint64_t all = w->letters[w->n_letters], *behind = w->letters + w->n_letters;
	for (const uint8_t *p = term.data + w->n_letters, *end = slice_end(term); p < end; p++)
		*++behind = all |= letter_bit(*p);
	w->n_letters = term.len;
	return all;
}

/* The term lacks letters that are wanted: do all its forms? They have no others but those of their rules. Then *forms is behind them. */
static inline bool all_lack(struct term_walk *w, struct cursor *forms, uint64_t has)
{
	struct cursor c = *forms;
	uint64_t n = w->terms.entry.several_forms ? cursor_varint_local(&c) + 2 : 1;
	for (uint64_t i = 0; i < n; i++) {
		uint64_t more;
		if (!edit_rule_pass(&w->rules, &c, &more) || !letters_lack(w->wanted, has | more))
			return false;
		if (i == 0)
			has |= more;
		skip_counts(&c, i, n);
	}
	if (!c.bad)
		*forms = c;
	return !c.bad;
}

/* Do all forms of a term of `len` bytes begin as it does, with `same` bytes, which their rules leave as they are? Then *forms is behind them. */
static inline __attribute__((always_inline)) bool all_begin_so(struct term_walk *w, struct cursor *forms, size_t same, size_t len, bool several)
{
	struct cursor c = *forms;
	uint64_t n = several ? cursor_varint_local(&c) + 2 : 1;
	for (uint64_t i = 0; i < n; i++) {
		size_t made;
		if (!edit_rule_keeps(&w->rules, &c, len, same, &made))
			return false;
		if (i == 0)
			len = made;
		skip_counts(&c, i, n);
	}
	if (!c.bad)
		*forms = c;
	return !c.bad;
}

/* Does the current term begin as one of those that were told? */
static inline bool begins_as_told(struct term_walk *w)
{
	uint64_t key = affix_head(w->terms.entry.term.data[0], slice_from(w->terms.entry.term, 1));
	while (w->told < w->told_end && *w->told < key)
		w->told++;
	return w->told < w->told_end && *w->told == key;
}

/* Terms none of whose forms is looked for cost no more than their rules. */
static inline bool pass_over(struct term_walk *w, struct cursor *forms)
{
	size_t len = w->terms.entry.term.len - 1;
	bool several = w->terms.entry.several_forms;
	size_t shared = w->terms.shared > 1 ? w->terms.shared : 1;
	w->n_letters = shared < w->n_letters ? shared : w->n_letters;
	if (shared <= w->vain.len)
		w->begins_vain = begins(slice_from(w->terms.entry.term, 1), w->vain);
	if (w->vain.len && w->begins_vain && all_begin_so(w, forms, w->vain.len, len, several))
		return true;
	if (w->begins_told && !begins_as_told(w) && all_begin_so(w, forms, FORM_HEAD, len, several))
		return true;
	uint64_t has = w->wanted.all ? term_letters(w) : 0;
	return letters_lack(w->wanted, has) && all_lack(w, forms, has);
}

/* From the current term, which has forms, to the first one that is not passed over, or the block's last one. -> is it another one? */
static bool skim(struct term_walk *w, bool *right)
{
	struct cursor entries = w->terms.cursor, forms = w->cursor; /* registers: most of a scan is here */
	bool passed;
	*right = true;
	while ((passed = *right && has_forms(&w->terms.entry) && pass_over(w, &forms)) && w->terms.left)
		*right = entry_read(&w->terms, &entries);
	w->terms.cursor = entries;
	w->cursor = forms;
	return !passed;
}

/* ---- a walk ---- */

enum fund_status term_walk_begin(struct term_walk *w, const struct chunk_source *s, struct slice from)
{
	w->rules_of = NULL;
	w->vain = slice_of(NULL, 0);
	w->begins_vain = false;
	w->begins_told = false;
	w->wanted = (struct letters_wanted){ 0 };
	w->letters[1] = 0;
	w->n_letters = 1;
	return dictionary_seek_block_of(&w->terms, s, from);
}

static enum fund_status begin_block(struct term_walk *w)
{
	w->cursor = cursor_of(w->terms.forms);
	if (w->rules_of == w->terms.chunk.data)
		return FUND_OK;
	w->rules_of = w->terms.chunk.data;
	return edit_list_begin(&w->rules, dictionary_iter_rules(&w->terms)) ? FUND_OK : FUND_CORRUPT;
}

/* All terms of the block, which was not begun yet, begin as `vain` does, and have forms: do these? Then it need not be. */
static bool block_begins_vain(struct term_walk *w)
{
	struct cursor entries = w->terms.cursor, forms = cursor_of(w->terms.forms);
	size_t len = w->terms.entry.term.len;
	bool several, all = begin_block(w) == FUND_OK;
	for (uint32_t i = 0; i < w->terms.left && all; i++)
		all = entry_pass(&entries, i == 0, &len, &several) && all_begin_so(w, &forms, w->vain.len, len - 1, several);
	return all;
}

enum fund_status term_walk_next(struct term_walk *w, struct term_forms *f)
{
	const struct term_entry *e = &w->terms.entry;
	f->n = 0;
	buf_reset(&f->words);
	bool right = true;
	enum fund_status st = dictionary_next(&w->terms);
	if (st == FUND_OK && w->terms.index == 0)
		st = begin_block(w);
	if (st != FUND_OK || (has_forms(e) && !skim(w, &right)))
		return st;
	if (!right)
		return FUND_CORRUPT;
	if (!has_forms(e))
		return e->several_forms ? FUND_CORRUPT : FUND_OK;
	return read_several(w, e, slice_from(e->term, 1), f);
}

enum fund_status term_forms_read(struct term_forms *f, const struct chunk_source *s, struct slice term)
{
	struct term_walk r;
	enum fund_status st = term_walk_begin(&r, s, term);
	while (st == FUND_OK) {
		st = term_walk_next(&r, f);
		int order = st == FUND_OK ? slice_compare(r.terms.entry.term, term) : 0;
		if (st != FUND_OK || order == 0)
			break;
		if (order > 0)
			st = FUND_NOT_FOUND;
	}
	if (st != FUND_OK)
		f->n = 0;
	return st == FUND_END ? FUND_NOT_FOUND : st;
}

/* ---- walks ---- */

struct form_scan_state {
	struct term_walk walk;
	struct term_forms forms;
	uint32_t next; /* of forms */
	uint8_t class;
	bool at_end; /* affix is a suffix */
	struct slice affix;
	uint8_t affix_bytes[FORM_MAX];
	uint8_t vain[FORM_MAX]; /* walk.vain is of it */
	/* the blocks to look at; NULL: all */
	uint64_t *blocks;
	const uint64_t *end_near; /* of them, those that may have words with other beginnings than were told; NULL: all */
	uint64_t *heads; /* keys of beginnings that were told; from malloc */
	size_t n_heads, cap_heads;
	uint32_t n_words; /* of them */
	uint32_t n_blocks, block; /* the current one */
	bool ended;
	size_t (*ask)(void *context, struct slice head); /* NULL: nobody knows */
	void *context;
};

void form_scan_release(struct form_scan *f)
{
	struct form_scan_state *s = f->state;
	if (s) {
		term_forms_release(&s->forms);
		free(s->blocks);
		free(s->heads);
	}
	free(s);
	f->state = NULL;
}

static enum fund_status begin(struct form_scan *f, uint8_t class, struct slice affix, bool at_end)
{
	form_scan_release(f);
	f->state = calloc(1, sizeof *f->state);
	if (!f->state)
		return FUND_NO_MEMORY;
	struct form_scan_state *s = f->state;
	s->class = class;
	s->walk.n_letters = 1;
	s->at_end = at_end;
	s->ended = affix.len > FORM_MAX; /* no form is as long */
	s->affix = slice_of(s->affix_bytes, s->ended ? 0 : affix.len);
	if (s->affix.len)
		memcpy(s->affix_bytes, affix.data, s->affix.len);
	return FUND_OK;
}

enum fund_status form_scan_all(struct form_scan *f, const struct chunk_source *source, uint8_t class)
{
	enum fund_status st = begin(f, class, slice_of(NULL, 0), false);
	return st == FUND_OK ? dictionary_seek_block_of(&f->state->walk.terms, source, slice_of(&f->state->class, 1)) : st;
}

static void set_vain(struct form_scan_state *s, struct slice head)
{
	struct slice term = s->walk.terms.entry.term;
	if (head.len)
		memcpy(s->vain, head.data, head.len);
	s->walk.vain = slice_of(s->vain, head.len);
	s->walk.begins_vain = term.len > 0 && begins(slice_from(term, 1), s->walk.vain);
}

/* ---- the blocks that matter ---- */

#define KEYS_OF_BLOCK 8u /* of beginnings and ends: they take as long to meet as a block to be looked at */

/* A set of blocks. */
struct block_set {
	uint64_t *bits;
	uint32_t n_blocks;
};

static inline void note_block(void *context, uint32_t block)
{
	const struct block_set *set = context;
	set->bits[block / 64] |= (uint64_t)1 << block % 64;
}

static inline bool has_block(const uint64_t *bits, uint32_t block) { return bits[block / 64] >> block % 64 & 1; }

/* Room for `n_sets` sets behind each other. */
static enum fund_status make_sets(struct form_scan_state *s, const struct chunk_source *source, uint32_t n_sets)
{
	enum fund_status st = dictionary_n_blocks(source, &s->n_blocks);
	if (st != FUND_OK)
		return st;
	s->n_words = s->n_blocks / 64 + 1u;
	s->blocks = calloc((size_t)s->n_words * n_sets, sizeof *s->blocks);
	s->block = UINT32_MAX;
	s->walk.terms.source = source;
	return s->blocks ? FUND_OK : FUND_NO_MEMORY;
}

static struct block_set set_of(const struct form_scan_state *s, uint32_t number) { return (struct block_set){ s->blocks + (size_t)s->n_words * number, s->n_blocks }; }

static enum fund_status note_blocks(struct block_set *set, const struct affix_iter *it) { return affix_blocks(it->blocks, set->n_blocks, note_block, set); }

/* Those of the keys from `from` on that agree with it in their first `bits`. */
static enum fund_status note_keys(struct form_scan_state *s, const struct chunk_source *source, enum chunk_kind kind, uint64_t from, unsigned bits)
{
	struct affix_iter it;
	struct block_set set = set_of(s, 0);
	unsigned rest = 8 * AFFIX_KEY - bits;
	enum fund_status st = affix_seek(&it, source, kind, from);
	while (st == FUND_OK && (st = affix_next(&it)) == FUND_OK && it.key >> rest == from >> rest)
		st = note_blocks(&set, &it);
	return st == FUND_END ? FUND_OK : st;
}

static enum fund_status scan_affix(struct form_scan *f, const struct chunk_source *source, uint8_t class, struct slice affix, bool at_end)
{
	if (affix.len == 0)
		return form_scan_all(f, source, class);
	enum fund_status st = begin(f, class, affix, at_end);
	if (st == FUND_OK && !f->state->ended)
		st = make_sets(f->state, source, 1);
	if (st != FUND_OK || f->state->ended)
		return st;
	unsigned len = affix.len < FORM_HEAD ? (unsigned)affix.len : FORM_HEAD;
	return note_keys(f->state, source, at_end ? CHUNK_TAILS : CHUNK_HEADS, at_end ? affix_tail(class, affix) : affix_head(class, affix), 8 + 8 * len);
}

enum fund_status form_scan_prefix(struct form_scan *f, const struct chunk_source *s, uint8_t class, struct slice prefix)
{
	return scan_affix(f, s, class, prefix, false);
}

enum fund_status form_scan_suffix(struct form_scan *f, const struct chunk_source *s, uint8_t class, struct slice suffix)
{
	return scan_affix(f, s, class, suffix, true);
}

/* What a key says of words: their outer bytes, the first one highest. */
static uint64_t letters_of(uint64_t key) { return key & (((uint64_t)1 << 8 * FORM_HEAD) - 1); }

/* The same of beginnings, as bytes. */
static struct slice head_of(uint64_t key, uint8_t out[FORM_HEAD])
{
	size_t len = 0;
	for (; len < FORM_HEAD && (key >> 8 * (FORM_HEAD - 1 - len) & 0xFF); len++)
		out[len] = (uint8_t)(key >> 8 * (FORM_HEAD - 1 - len));
	return slice_of(out, len);
}

/* Which sets of blocks: by end and by cost, for costs that are told. */
enum { HEADS, TAILS };
static uint32_t n_told(const struct form_ends *ends) { return ends->any <= ends->most ? ends->any : ends->most + 1; }
static struct block_set cost_set(const struct form_scan_state *s, const struct form_ends *ends, unsigned end, uint32_t cost)
{
	return set_of(s, end * n_told(ends) + cost);
}

static enum fund_status note_head(struct form_scan_state *s, uint64_t key)
{
	uint64_t *heads = array_room(s->heads, s->n_heads + 1, &s->cap_heads, sizeof *heads);
	if (!heads)
		return FUND_NO_MEMORY;
	s->heads = heads;
	heads[s->n_heads++] = key;
	return FUND_OK;
}

static enum fund_status note_end(struct form_scan_state *s, const struct chunk_source *source, unsigned end, const struct form_ends *ends, uint32_t *n_keys)
{
	struct affix_iter it;
	uint32_t cost;
	uint64_t class = affix_head(s->class, slice_of(NULL, 0));
	void *context = end == HEADS ? ends->head : ends->tail;
	enum fund_status st = affix_seek(&it, source, end == HEADS ? CHUNK_HEADS : CHUNK_TAILS, class);
	while (st == FUND_OK && (st = affix_next(&it)) == FUND_OK && it.key >> 8 * FORM_HEAD == s->class) {
		uint64_t next = ends->cost(context, letters_of(it.key), &cost);
		++*n_keys;
		if (next) {
			affix_skip(&it, class + next);
		} else if (cost < n_told(ends)) {
			struct block_set set = cost_set(s, ends, end, cost);
			st = note_blocks(&set, &it);
			if (st == FUND_OK && end == HEADS && ends->adds)
				st = note_head(s, it.key);
		}
	}
	return st == FUND_END ? FUND_OK : st;
}

/* Are there more than `most` blocks with a beginning that is told, of this cost or more? */
static bool more_heads(const struct form_scan_state *s, const struct form_ends *ends, uint32_t cost, uint32_t most)
{
	uint32_t n = 0;
	for (; cost < n_told(ends); cost++)
		for (uint32_t w = 0; w < s->n_words && n <= most; w++)
			for (uint64_t rest = cost_set(s, ends, HEADS, cost).bits[w]; rest; rest &= rest - 1)
				n++;
	return n > most;
}

/*
 * Where few beginnings leave room for an end that costs something, all blocks that have them are looked at, and such ends are not: there are as many keys of them at
 * least as were met among beginnings. -> from what cost on ends are any
 */
static uint32_t tell_fewer(const struct form_scan_state *s, const struct form_ends *ends, uint32_t n_keys)
{
	uint32_t fewer = ends->any > ends->most ? 0 : ends->most + 1 - ends->any;
	if (!ends->adds || fewer >= ends->any || more_heads(s, ends, fewer, n_keys / KEYS_OF_BLOCK))
		return ends->any;
	if (fewer)
		ends->tell(ends->tail, fewer);
	return fewer;
}

/* 64 blocks of a set; `any`: from what cost on it is all. */
static uint64_t cost_bits(const struct form_scan_state *s, const struct form_ends *ends, unsigned end, uint32_t any, uint32_t cost, uint32_t w)
{
	return cost >= any ? UINT64_MAX : cost_set(s, ends, end, cost).bits[w];
}

/* Of 64 blocks, those with a beginning and an end that are cheap enough. */
static uint64_t join_ends(const struct form_scan_state *s, const struct form_ends *ends, uint32_t any_tail, uint32_t w)
{
	uint64_t any = 0, heads = 0, tails = 0;
	for (uint32_t i = ends->most + 1; i-- > 0;) { /* the dearer the beginning, the cheaper the end */
		uint64_t head = cost_bits(s, ends, HEADS, ends->any, i, w);
		heads |= head;
		tails |= cost_bits(s, ends, TAILS, any_tail, ends->most - i, w);
		any |= head & tails;
	}
	return ends->adds ? any : heads & tails;
}

/*
 * The first set becomes what is looked at, the second one blocks whose ends leave room for beginnings that are not told: in others each word that is looked for has
 * one that is. Nobody reads their words again.
 */
static void join_sets(struct form_scan_state *s, const struct form_ends *ends, uint32_t any_tail)
{
	bool tells = ends->adds && ends->any <= ends->most && s->n_heads;
	for (uint32_t w = 0; w < s->n_words; w++) {
		uint64_t blocks = join_ends(s, ends, any_tail, w), near = 0;
		for (uint32_t cost = 0; tells && cost <= ends->most - ends->any; cost++)
			near |= cost_bits(s, ends, TAILS, any_tail, cost, w);
		s->blocks[w] = blocks;
		if (tells)
			set_of(s, 1).bits[w] = near;
	}
	if (!tells)
		return;
	s->end_near = set_of(s, 1).bits;
	s->walk.told = s->heads;
	s->walk.told_end = s->heads + s->n_heads;
}

enum fund_status form_scan_ends(struct form_scan *f, const struct chunk_source *source, uint8_t class, const struct form_ends *ends)
{
	uint32_t n_keys = 0, any_tail = ends->any;
	enum fund_status st = begin(f, class, slice_of(NULL, 0), false);
	if (st == FUND_OK)
		st = make_sets(f->state, source, 2 * n_told(ends));
	if (st == FUND_OK)
		st = note_end(f->state, source, HEADS, ends, &n_keys);
	if (st == FUND_OK)
		any_tail = tell_fewer(f->state, ends, n_keys);
	if (st == FUND_OK && any_tail > 0)
		st = note_end(f->state, source, TAILS, ends, &n_keys);
	if (st == FUND_OK)
		join_sets(f->state, ends, any_tail);
	return st;
}

/* The next key that does not begin with the first `n` bytes of this one. */
static uint64_t behind_head(uint64_t key, size_t n)
{
	size_t shift = 8 * (FORM_HEAD - (n < FORM_HEAD ? n : FORM_HEAD));
	return ((key >> shift) + 1) << shift;
}

enum fund_status form_scan_heads(struct form_scan *f, const struct chunk_source *source, uint8_t class, size_t (*vain)(void *context, struct slice head),
				 void *context)
{
	struct affix_iter it;
	uint8_t letters[FORM_HEAD];
	enum fund_status st = begin(f, class, slice_of(NULL, 0), false);
	if (st == FUND_OK)
		st = make_sets(f->state, source, 1);
	if (st == FUND_OK)
		st = affix_seek(&it, source, CHUNK_HEADS, affix_head(class, slice_of(NULL, 0)));
	while (st == FUND_OK && (st = affix_next(&it)) == FUND_OK && it.key >> 8 * FORM_HEAD == class) {
		struct block_set set = set_of(f->state, 0);
		size_t n = vain(context, head_of(it.key, letters));
		if (n)
			affix_skip(&it, behind_head(it.key, n));
		else
			st = note_blocks(&set, &it);
	}
	return st == FUND_END ? FUND_OK : st;
}

/* All terms of the block begin alike: is it in vain to look at them? */
static bool is_vain(struct form_scan_state *s)
{
	struct slice head = s->ask ? dictionary_iter_common(&s->walk.terms) : slice_of(NULL, 0);
	while (head.len && head.data[head.len - 1] >= 0x80) /* a letter may be cut */
		head.len--;
	if (head.len <= 1 || head.data[0] != s->class)
		return false;
	size_t n = s->ask(s->context, slice_from(head, 1));
	if (n)
		set_vain(s, slice_part(head, 1, n));
	return n && block_begins_vain(&s->walk);
}

/* The next block that was noted, behind the current one; `n_blocks`: none. */
static uint32_t next_noted(const struct form_scan_state *s)
{
	for (uint32_t i = s->block + 1; i < s->n_blocks;) {
		uint64_t rest = s->blocks[i / 64] >> i % 64;
		if (rest & 1)
			return i;
		i = rest ? i + (uint32_t)__builtin_ctzll(rest) : (i / 64 + 1) * 64;
	}
	return s->n_blocks;
}

static enum fund_status next_block(struct form_scan_state *s)
{
	enum fund_status st;
	do {
		s->block = next_noted(s);
		if (s->block >= s->n_blocks)
			return FUND_END;
		st = dictionary_move_to_block(&s->walk.terms, s->block);
		s->walk.begins_told = s->end_near && !has_block(s->end_near, s->block);
	} while (st == FUND_OK && !s->walk.begins_told && is_vain(s));
	return st;
}

/* ---- moving ---- */

static bool matches(const struct form_scan_state *s, struct slice word)
{
	size_t n = s->affix.len;
	if (s->walk.vain.len && begins(word, s->walk.vain))
		return false;
	return n <= word.len && (n == 0 || memcmp(s->at_end ? word.data + word.len - n : word.data, s->affix.data, n) == 0);
}

static enum fund_status advance(struct form_scan_state *s)
{
	enum fund_status st = FUND_OK;
	s->next = 0;
	s->forms.n = 0;
	if (s->ended)
		return FUND_END;
	if (s->blocks && s->walk.terms.left == 0)
		st = next_block(s);
	if (st == FUND_OK)
		st = term_walk_next(&s->walk, &s->forms);
	if (st != FUND_OK)
		return st;
	uint8_t class = s->walk.terms.entry.term.data[0];
	if (class != s->class)
		s->forms.n = 0;
	return class > s->class ? FUND_END : FUND_OK;
}

enum fund_status form_scan_next(struct form_scan *f)
{
	struct form_scan_state *s = f->state;
	for (;;) {
		for (; s->next < s->forms.n; s->next++)
			if (matches(s, s->forms.forms[s->next].word)) {
				f->form = s->forms.forms[s->next++];
				f->term = s->walk.terms.entry;
				f->n_forms = s->forms.n;
				return FUND_OK;
			}
		enum fund_status st = advance(s);
		if (st != FUND_OK) {
			s->ended = true;
			return st;
		}
	}
}

void form_scan_pass_over(struct form_scan *f, size_t n)
{
	set_vain(f->state, slice_of(f->form.word.data, n < f->form.word.len ? n : f->form.word.len));
}

void form_scan_ask(struct form_scan *f, size_t (*vain)(void *context, struct slice head), void *context)
{
	f->state->ask = vain;
	f->state->context = context;
}

void form_scan_want(struct form_scan *f, struct letters_wanted wanted) { f->state->walk.wanted = wanted; }
