/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/snippet.h"

#include <stdlib.h>

#include "query/passage.h"

#define WINDOW_LEAD 6u /* words that may stand before the first match, to begin at a sentence */

struct snippet_maker {
	struct passage passage;
	uint32_t *word;	   /* of each mark of the text, the number of its word */
	uint32_t cap_word;
	uint32_t *covered; /* by unit: how often in the window */
};

enum fund_status snippet_maker_new(struct snippet_maker **out, struct searcher *searcher, const struct plan *plan)
{
	struct snippet_maker *m = calloc(1, sizeof *m);
	*out = NULL;
	if (!m)
		return FUND_NO_MEMORY;
	enum fund_status st = passage_init(&m->passage, searcher, plan);
	if (st == FUND_OK) {
		m->covered = calloc(finder_n_units(m->passage.finder) + (size_t)1, sizeof *m->covered);
		st = m->covered ? FUND_OK : FUND_NO_MEMORY;
	}
	if (st != FUND_OK)
		snippet_maker_free(m);
	else
		*out = m;
	return st;
}

void snippet_maker_free(struct snippet_maker *m)
{
	if (!m)
		return;
	passage_release(&m->passage);
	free(m->word);
	free(m->covered);
	free(m);
}

/* ---- the best window ---- */

static enum fund_status number_words(struct snippet_maker *m)
{
	const struct found *f = &m->passage.found;
	if (f->n_marks > m->cap_word) {
		uint32_t *grown = realloc(m->word, f->n_marks * sizeof *grown);
		if (!grown)
			return FUND_NO_MEMORY;
		m->word = grown;
		m->cap_word = f->n_marks;
	}
	for (uint32_t i = 0; i < f->n_marks; i++)
		m->word[i] = passage_word_at(&m->passage, f->marks[i].off);
	return FUND_OK;
}

/* First and last mark of the window with the most to say: each word counts by its rarity, once fully and little when it
 * comes again; words close together a little more. */
static void best_window(struct snippet_maker *m, uint32_t words, uint32_t *first, uint32_t *last)
{
	const struct finder *finder = m->passage.finder;
	const struct found *f = &m->passage.found;
	double best = -1, sum = 0, largest = 1;
	uint32_t from = 0;
	for (uint32_t unit = 0; unit < finder_n_units(finder); unit++) {
		m->covered[unit] = 0;
		largest = finder_weight(finder, unit) > largest ? finder_weight(finder, unit) : largest;
	}
	for (uint32_t to = 0; to < f->n_marks; to++) {
		double weight = finder_weight(finder, f->marks[to].unit) / largest;
		sum += m->covered[f->marks[to].unit]++ ? 0.1 * weight : weight;
		while (m->word[to] - m->word[from] >= words) {
			uint32_t unit = f->marks[from++].unit;
			weight = finder_weight(finder, unit) / largest;
			sum -= --m->covered[unit] ? 0.1 * weight : weight;
		}
		double value = sum - 0.003 * (double)(m->word[to] - m->word[from]);
		if (value > best + 1e-9) {
			best = value;
			*first = from;
			*last = to;
		}
	}
}

/* Back to a sentence's end, when one lies behind the last match and little is lost. */
static uint32_t end_with_sentence(const struct passage *p, uint32_t least, uint32_t to)
{
	for (uint32_t end = to; end > least && end < p->n_words; end--)
		if (p->words[end] & PASSAGE_SENTENCE)
			return end;
	return to;
}

/* Where the passage begins and ends, in words: from the sentence's start where that is near, room on both sides else. */
static void place(struct snippet_maker *m, uint32_t words, uint32_t *from, uint32_t *to)
{
	const struct passage *p = &m->passage;
	uint32_t first = 0, last = 0;
	*from = 0;
	if (p->found.n_marks) {
		best_window(m, words, &first, &last);
		uint32_t a = m->word[first], z = m->word[last], spare = words - (z - a < words ? z - a : words);
		uint32_t reach = spare > WINDOW_LEAD ? spare - WINDOW_LEAD : 0;
		*from = a > spare / 3 ? a - spare / 3 : 0;
		for (uint32_t back = 0; back <= reach && back <= a; back++)
			if (p->words[a - back] & PASSAGE_SENTENCE) {
				*from = a - back;
				break;
			}
	}
	*to = p->n_words - *from > words ? *from + words : p->n_words;
	uint32_t least = *from + words * 2 / 3, behind = p->found.n_marks ? m->word[last] : 0;
	*to = end_with_sentence(p, behind > least ? behind : least, *to);
}

enum fund_status snippet_mark(struct snippet_maker *m, struct slice text, struct arena *arena, struct marked_text *out)
{
	enum fund_status st = passage_read(&m->passage, text, FIELD_TITLE);
	return st == FUND_OK ? passage_render(&m->passage, 0, (uint32_t)m->passage.text.len, arena, out) : st;
}

enum fund_status snippet_make(struct snippet_maker *m, const struct stored_article *article, uint32_t words, struct arena *arena,
			      struct marked_text *out)
{
	struct passage *p = &m->passage;
	enum fund_status st = passage_read(p, article->body, FIELD_ANY);
	if (st == FUND_OK && p->found.n_marks == 0 && article->lead.len)
		st = passage_read(p, article->lead, FIELD_ANY);
	if (st == FUND_OK)
		st = number_words(m);
	if (st != FUND_OK)
		return st;
	uint32_t from = 0, to = 0;
	if (p->n_words)
		place(m, words, &from, &to);
	uint32_t start = from < p->n_words ? passage_word_off(p, from) : 0;
	uint32_t end = to < p->n_words ? passage_word_off(p, to) : (uint32_t)p->text.len;
	while (to < p->n_words && end > start && (p->text.data[end - 1] == ' ' || p->text.data[end - 1] == '\n'))
		end--; /* behind the last word, with what closes it, not up to the next */
	return passage_render(p, start, end, arena, out);
}
