/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/collocates.h"

#include <math.h>
#include <stdlib.h>

#include "query/finder.h"
#include "query/matches.h"

/* A form as it is written, with how often it stood in a window. */
struct form_count {
	uint64_t near;
	uint32_t term; /* + 1 of the analyser; 0: not met */
	struct slice surface;
};

struct seen_word {
	const struct word *word; /* without terms: it matches nothing, and was not analysed */
	uint32_t pos, off, len;
};

struct collocates {
	const struct collocates_options *options;
	struct search *search;
	struct finder *finder;
	struct text_cache cache;
	struct form_count *forms; /* by word number of the analyser */
	uint32_t n_forms;
	struct seen_word *words; /* of the current text */
	uint32_t n_words;
	size_t cap_words;
	uint64_t occurrences;
};

/* A word with all its forms. */
struct collocate {
	uint32_t term;
	uint64_t near, all;
	uint64_t best; /* of one form */
	struct slice word;
	double strength;
};

/* ---- a text ---- */

static enum fund_status on_token(void *context, const struct token *t)
{
	struct collocates *c = context;
	struct seen_word *grown = array_room(c->words, c->n_words + (size_t)1, &c->cap_words, sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	c->words = grown;
	c->words[c->n_words++] = (struct seen_word){ t->word, t->pos, t->off, t->len };
	return FUND_OK;
}

static enum fund_status count_form(struct collocates *c, struct slice text, const struct seen_word *seen)
{
	const struct word *w = seen->word;
	enum fund_status st = w->n_refs ? FUND_OK : analyse_word(c->search->searcher->analyser, slice_part(text, seen->off, seen->len), &w);
	if (st != FUND_OK || w->n_refs == 0)
		return st;
	if (w->number >= c->n_forms) {
		uint32_t n = w->number + w->number / 2 + 1024;
		struct form_count *grown = realloc(c->forms, n * sizeof *grown);
		if (!grown)
			return FUND_NO_MEMORY;
		memset(grown + c->n_forms, 0, (n - c->n_forms) * sizeof *grown);
		c->forms = grown;
		c->n_forms = n;
	}
	struct form_count *f = &c->forms[w->number];
	*f = (struct form_count){ f->near + 1, w->refs[0].term + 1, w->surface };
	return FUND_OK;
}

/* Occurrences ascend, so that each word is looked at once: is it in the window of one of them, and is none of its pieces in one? */
static enum fund_status count_windows(struct collocates *c, struct slice text, const struct found *found)
{
	const uint32_t window = c->options->window;
	uint32_t from = 0;
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < c->n_words && st == FUND_OK; i++) {
		uint32_t pos = c->words[i].pos, n = c->words[i].word->n_positions, last = pos + (n ? n - 1 : 0), behind = pos + window;
		bool near = false, within = false;
		while (from < found->n_occurrences && found->occurrences[from].last + window < pos)
			from++;
		for (uint32_t k = from; k < found->n_occurrences && found->occurrences[k].first <= (last > behind ? last : behind); k++) {
			const struct occurrence *o = &found->occurrences[k];
			within |= o->first <= last && pos <= o->last;
			near |= o->first <= behind && o->last + window >= pos;
		}
		if (near && !within)
			st = count_form(c, text, &c->words[i]);
	}
	return st;
}

static enum fund_status count_text(struct collocates *c, struct slice text, enum field field)
{
	const struct token_sink also = { c, on_token, NULL, NULL };
	struct found found;
	c->n_words = 0;
	enum fund_status st = finder_find(c->finder, text, field, c->options->window, &also, &found);
	c->occurrences += st == FUND_OK ? found.n_occurrences : 0;
	return st == FUND_OK && found.n_occurrences ? count_windows(c, text, &found) : st;
}

static enum fund_status count_article(void *context, struct leaf *leaf, uint32_t doc)
{
	struct collocates *c = context;
	struct stored_article a;
	enum fund_status st = segment_article(leaf->segment, doc, &c->cache, &a);
	if (st == FUND_OK && a.title.len)
		st = count_text(c, a.title, FIELD_TITLE);
	if (st == FUND_OK && a.lead.len)
		st = count_text(c, a.lead, FIELD_ANY);
	return st == FUND_OK ? count_text(c, a.body, FIELD_ANY) : st;
}

/* ---- the strongest ---- */

static int by_term(const void *a, const void *b)
{
	const struct form_count *x = a, *y = b;
	if (x->term != y->term)
		return x->term < y->term ? -1 : 1;
	if (x->near != y->near)
		return x->near > y->near ? -1 : 1;
	return slice_compare(x->surface, y->surface);
}

static int by_strength(const void *a, const void *b)
{
	const struct collocate *x = a, *y = b;
	if (x->strength != y->strength)
		return x->strength > y->strength ? -1 : 1;
	if (x->near != y->near)
		return x->near > y->near ? -1 : 1;
	return slice_compare(x->word, y->word);
}

/* How often the index has the word: its term's occurrences, over all segments. */
static enum fund_status count_everywhere(struct collocates *c, struct collocate *w)
{
	const struct term *t = analyser_term(c->search->searcher->analyser, w->term - 1);
	uint8_t room[TERM_MAX + 1] = { 'w' };
	struct term_places places;
	memcpy(room + 1, t->bytes.data, t->bytes.len);
	enum fund_status st = searcher_locate(c->search->searcher, slice_of(room, t->bytes.len + 1), &c->search->arena, &places);
	if (st == FUND_OK)
		st = searcher_occurrences(c->search->searcher, &places, &w->all);
	if (w->all < w->near) /* dead articles and damaged counts apart, it cannot be less */
		w->all = w->near;
	w->strength = 14 + log2(2.0 * (double)w->near / (double)(c->occurrences + w->all));
	return st;
}

static enum fund_status gather(struct collocates *c, struct collocate **out, uint32_t *n_out)
{
	uint32_t n = 0, kept = 0;
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < c->n_forms; i++)
		if (c->forms[i].near)
			c->forms[n++] = c->forms[i];
	if (n > 1)
		qsort(c->forms, n, sizeof *c->forms, by_term);
	*out = calloc(n + (size_t)1, sizeof **out);
	*n_out = 0;
	if (!*out)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < n && st == FUND_OK;) {
		struct collocate w = { .term = c->forms[i].term, .word = c->forms[i].surface };
		for (; i < n && c->forms[i].term == w.term; i++)
			w.near += c->forms[i].near;
		if (w.near < c->options->least)
			continue;
		st = count_everywhere(c, &w);
		(*out)[kept++] = w;
	}
	if (kept > 1)
		qsort(*out, kept, sizeof **out, by_strength);
	*n_out = kept;
	return st;
}

static enum fund_status fill(struct counts *out, const struct collocates *c, const struct collocate *words, uint32_t n)
{
	out->occurrences = c->occurrences;
	for (uint32_t i = 0; i < n && i < c->options->n; i++) {
		struct slice word = arena_slice(out->arena, words[i].word);
		struct count_row *row = counts_add(out);
		if (!row || !word.data)
			return FUND_NO_MEMORY;
		*row = (struct count_row){ .value = word, .occurrences = words[i].all, .nearby = words[i].near, .strength = words[i].strength };
	}
	return FUND_OK;
}

enum fund_status collocates_make(struct search *search, const struct collocates_options *options, struct counts *out)
{
	struct collocates c = { .options = options, .search = search, .cache = TEXT_CACHE_WALK };
	struct collocate *words = NULL;
	uint32_t n = 0;
	enum fund_status st = finder_new(&c.finder, search->searcher, search->plan);
	if (st == FUND_OK)
		st = matches_each(search->searcher, search->plan, &search->arena, LEND_ALL, count_article, &c);
	if (st == FUND_OK)
		st = gather(&c, &words, &n);
	if (st == FUND_OK)
		st = fill(out, &c, words, n);
	free(words);
	free(c.forms);
	free(c.words);
	finder_free(c.finder);
	text_cache_release(&c.cache);
	return st;
}
