/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/form_scan.h"

#include <stdlib.h>

#include "store/affixes.h"

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
	const uint64_t *dear; /* those with a beginning of form_ends.any or more, which were asked for then; NULL: any may be */
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
	s->walk.begins_vain = term.len > 0 && slice_begins(slice_from(term, 1), s->walk.vain);
}

/* ---- the blocks that matter ---- */

#define KEYS_OF_BLOCK 8u /* of beginnings and ends: they take as long to meet as a block to be looked at */
#define KEYS_OF_ALL 16u	 /* those of beginnings that are met where all costs are told, to one that is met at first: as two edits have it beside one */

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

/* Behind those: s->dear. */
static struct block_set dear_set(const struct form_scan_state *s, const struct form_ends *ends) { return set_of(s, 2 * n_told(ends)); }

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
		} else if (cost < n_told(ends) || (s->dear && cost <= ends->most)) {
			struct block_set set = cost < n_told(ends) ? cost_set(s, ends, end, cost) : dear_set(s, ends);
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

/* 64 blocks of a set; `any`: from what cost on it is all, or of beginnings what s->dear says. */
static uint64_t cost_bits(const struct form_scan_state *s, const struct form_ends *ends, unsigned end, uint32_t any, uint32_t cost, uint32_t w)
{
	if (cost < any)
		return cost_set(s, ends, end, cost).bits[w];
	return end == HEADS && s->dear ? s->dear[w] : UINT64_MAX;
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
		for (uint32_t cost = 0; tells && !s->dear && cost <= ends->most - ends->any; cost++)
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

/* Are there more than `most` blocks that are looked at for their ends alone? */
static bool more_lone_tails(const struct form_scan_state *s, const struct form_ends *ends, uint32_t any_tail, uint32_t most)
{
	uint32_t n = 0;
	for (uint32_t w = 0; w < s->n_words && n <= most; w++) {
		uint64_t alone = 0;
		for (uint32_t cost = 0; cost <= ends->most - ends->any; cost++)
			alone |= cost_bits(s, ends, TAILS, any_tail, cost, w);
		for (uint32_t cost = 0; cost < ends->any && alone; cost++)
			alone &= ~cost_bits(s, ends, HEADS, ends->any, cost, w);
		n += (uint32_t)__builtin_popcountll(alone);
	}
	return n > most;
}

/*
 * Where many blocks have an end that leaves room for any beginning (*-schen*), all beginnings that are cheap enough are asked for: many, but few of them are in those
 * blocks. `n_keys`: of beginnings, met so far.
 */
static enum fund_status tell_more(struct form_scan_state *s, const struct chunk_source *source, const struct form_ends *ends, uint32_t any_tail, uint32_t n_keys)
{
	uint32_t more = 0;
	if (!ends->adds || ends->any > ends->most || any_tail == 0 || !more_lone_tails(s, ends, any_tail, n_keys * KEYS_OF_ALL / KEYS_OF_BLOCK))
		return FUND_OK;
	ends->tell(ends->head, ends->most + 1);
	s->n_heads = 0;
	s->dear = dear_set(s, ends).bits;
	return note_end(s, source, HEADS, ends, &more);
}

enum fund_status form_scan_ends(struct form_scan *f, const struct chunk_source *source, uint8_t class, const struct form_ends *ends)
{
	uint32_t n_heads = 0, n_tails = 0, any_tail = ends->any;
	enum fund_status st = begin(f, class, slice_of(NULL, 0), false);
	if (st == FUND_OK)
		st = make_sets(f->state, source, 2 * n_told(ends) + 1);
	if (st == FUND_OK)
		st = note_end(f->state, source, HEADS, ends, &n_heads);
	if (st == FUND_OK)
		any_tail = tell_fewer(f->state, ends, n_heads);
	if (st == FUND_OK && any_tail > 0)
		st = note_end(f->state, source, TAILS, ends, &n_tails);
	if (st == FUND_OK)
		st = tell_more(f->state, source, ends, any_tail, n_heads);
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
	return n && term_walk_block_begins_vain(&s->walk);
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
	if (s->walk.vain.len && slice_begins(word, s->walk.vain))
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
