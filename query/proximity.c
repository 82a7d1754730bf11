/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/proximity.h"

#include "store/postings.h"

/* One word, in one leaf. */
struct near_word {
	const struct plan *plan; /* PLAN_TERM or PLAN_WORD */
	struct near_list {
		struct postings postings;
		bool parts;	     /* of the compounds that stand there */
		bool has_positions;
		const uint32_t *pos; /* in the document at hand, ascending; the reader's */
		uint32_t n;
	} *lists;
	uint32_t n_lists;
	bool is_there; /* in the document at hand */
};

/* Of a compound that is also looked for as two words, the one word that it is here; of all others the plan itself. */
static const struct plan *word_of(const struct plan *p)
{
	return p->kind == PLAN_BEST && p->n_children > 1 && p->children[1]->kind == PLAN_SPAN && p->children[1]->is_variant ? p->children[0] : p;
}

bool proximity_is_word(const struct plan *child)
{
	const struct plan *p = word_of(child);
	return (child->role == ROLE_SHOULD || child->role == ROLE_MUST) &&
	       (p->kind == PLAN_WORD || (p->kind == PLAN_TERM && p->term.field == FIELD_ANY));
}

const struct plan *proximity_group(const struct plan *plan)
{
	for (;;) {
		const struct plan *only = NULL;
		uint32_t n = 0;
		for (uint32_t i = 0; plan->kind == PLAN_BOOL && i < plan->n_children; i++)
			if (plan->children[i]->role != ROLE_FILTER) {
				only = plan->children[i];
				n++;
			}
		if (n != 1 || only->role != ROLE_MUST || only->kind != PLAN_BOOL)
			return plan;
		plan = only;
	}
}

static uint32_t count_words(const struct plan *plan)
{
	uint32_t n = 0;
	for (uint32_t i = 0; plan->kind == PLAN_BOOL && i < plan->n_children; i++)
		n += proximity_is_word(plan->children[i]);
	return n;
}

bool proximity_applies(const struct searcher *s, const struct plan *plan) { return s->ranking.near > 0 && count_words(proximity_group(plan)) > 1; }

/* What two words that stand side by side bring. */
static double pair_scale(const struct searcher *s, const struct plan *a, const struct plan *b)
{
	return s->ranking.near * (a->scale < b->scale ? a->scale : b->scale);
}

/* Of 64 words and more the last share a bit. */
static uint64_t bit_of(uint32_t word) { return (uint64_t)1 << (word < 63 ? word : 63); }

int64_t proximity_most_of(const struct searcher *s, const struct plan *plan, uint64_t there)
{
	const struct plan *words = proximity_group(plan), *last = NULL;
	int64_t most = 0;
	for (uint32_t i = 0, n = 0; i < words->n_children; i++) {
		const struct plan *p = word_of(words->children[i]);
		if (!proximity_is_word(words->children[i]))
			continue;
		if (last && there & bit_of(n - 1) && there & bit_of(n))
			most += (int64_t)(pair_scale(s, last, p) + 0.5);
		last = p;
		n++;
	}
	return most;
}

int64_t proximity_most(const struct searcher *s, const struct plan *plan) { return proximity_most_of(s, plan, UINT64_MAX); }

/* ---- lists ---- */

static enum fund_status add_list(struct near_word *word, const struct plan_term *term, struct leaf *leaf)
{
	struct term_entry entry;
	struct near_list *l = &word->lists[word->n_lists];
	enum fund_status st = leaf_term(leaf, &term->places, &entry);
	if (st != FUND_OK)
		return st == FUND_NOT_FOUND ? FUND_OK : st;
	l->parts = term->kind == TERM_PART;
	l->has_positions = entry.has_positions;
	leaf_will_need_positions(leaf, &entry);
	st = postings_open(&l->postings, segment_chunks(leaf->segment), &entry, leaf->weights);
	word->n_lists += st == FUND_OK;
	return st;
}

static enum fund_status open_word(struct near_word *word, const struct plan *p, struct leaf *leaf, struct arena *arena)
{
	enum fund_status st = FUND_OK;
	word->plan = p;
	word->lists = arena_alloc(arena, (p->n_children + 1) * sizeof *word->lists);
	if (!word->lists)
		return FUND_NO_MEMORY;
	if (p->kind == PLAN_TERM)
		return add_list(word, &p->term, leaf);
	for (uint32_t i = 0; i < p->n_children && st == FUND_OK; i++)
		st = add_list(word, &p->children[i]->term, leaf);
	return st;
}

void proximity_close(struct proximity *p)
{
	for (uint32_t i = 0; i < p->n; i++)
		for (uint32_t k = 0; k < p->words[i].n_lists; k++)
			postings_release(&p->words[i].lists[k].postings);
	p->n = 0;
}

enum fund_status proximity_open(struct proximity *p, struct searcher *s, const struct plan *plan, struct leaf *leaf, struct arena *arena)
{
	const struct plan *words = proximity_group(plan);
	enum fund_status st = FUND_OK;
	*p = (struct proximity){ .searcher = s, .words = arena_alloc(arena, words->n_children * sizeof *p->words) };
	if (!p->words)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < words->n_children && st == FUND_OK; i++)
		if (proximity_is_word(words->children[i])) {
			struct near_word *word = &p->words[p->n++];
			*word = (struct near_word){ .plan = NULL };
			st = open_word(word, word_of(words->children[i]), leaf, arena);
		}
	return st;
}

/* ---- a document ---- */

static enum fund_status load_positions(struct near_list *l, uint32_t doc)
{
	l->n = 0;
	return l->has_positions && l->postings.doc == doc ? postings_positions(&l->postings, &l->pos, &l->n) : FUND_OK;
}

static enum fund_status load_word(struct near_word *word, uint32_t doc)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < word->n_lists && st == FUND_OK; i++)
		st = load_positions(&word->lists[i], doc);
	return st;
}

static uint32_t lesser(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* Two parts of a compound are next to each other; else the same place is none, and what stands next in either list is looked at. */
static uint32_t distance_there(const struct near_list *a, uint32_t i, const struct near_list *b, uint32_t k)
{
	if (a->parts && b->parts)
		return 1;
	uint32_t further = k + 1 < b->n ? b->pos[k + 1] - a->pos[i] : UINT32_MAX;
	return i + 1 < a->n ? lesser(further, a->pos[i + 1] - b->pos[k]) : further;
}

/* Of an occurrence in one list from one in the other, if it is less than `least`. */
static uint32_t lists_distance(const struct near_list *a, const struct near_list *b, uint32_t least)
{
	for (uint32_t i = 0, k = 0; i < a->n && k < b->n && least > 1;) {
		uint32_t x = a->pos[i], y = b->pos[k];
		least = lesser(least, x < y ? y - x : x > y ? x - y : distance_there(a, i, b, k));
		i += x <= y;
		k += x >= y;
	}
	return least;
}

static uint32_t least_distance(const struct near_word *a, const struct near_word *b)
{
	uint32_t least = UINT32_MAX;
	for (uint32_t i = 0; i < a->n_lists; i++)
		for (uint32_t k = 0; k < b->n_lists; k++)
			least = lists_distance(&a->lists[i], &b->lists[k], least);
	return least;
}

/* Is the word in the document? Its lists stand there, or behind. */
static enum fund_status seek_word(struct near_word *word, uint32_t doc)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < word->n_lists && st == FUND_OK; i++) {
		st = postings_seek(&word->lists[i].postings, doc);
		word->is_there |= word->lists[i].postings.doc == doc;
	}
	return st;
}

/* Is one of its neighbours in the query there, too? */
static bool has_company(const struct proximity *p, uint32_t i)
{
	return p->words[i].is_there && ((i > 0 && p->words[i - 1].is_there) || (i + 1 < p->n && p->words[i + 1].is_there));
}

enum fund_status proximity_score(struct proximity *p, uint32_t doc, uint64_t words, int64_t *micro)
{
	enum fund_status st = FUND_OK;
	*micro = 0;
	for (uint32_t i = 0; i < p->n && st == FUND_OK; i++) {
		p->words[i].is_there = false;
		if (words & bit_of(i))
			st = seek_word(&p->words[i], doc);
	}
	for (uint32_t i = 0; i < p->n && st == FUND_OK; i++)
		if (has_company(p, i))
			st = load_word(&p->words[i], doc);
	for (uint32_t i = 1; i < p->n && st == FUND_OK; i++) {
		const struct near_word *a = &p->words[i - 1], *b = &p->words[i];
		uint32_t distance = a->is_there && b->is_there ? least_distance(a, b) : UINT32_MAX;
		if (distance <= PROXIMITY_REACH)
			*micro += (int64_t)(pair_scale(p->searcher, a->plan, b->plan) / sqrt(distance) + 0.5);
	}
	return st;
}
