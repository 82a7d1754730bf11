/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/kwic.h"

#include "base/width.h"

/* Words take a byte and a blank at least: so many of them are enough for the width, and what stands behind a keyword. */
static uint32_t words_for(uint32_t width) { return width / 2 + 2; }

enum fund_status kwic_init(struct kwic *k, struct analyser *analyser, struct searcher *searcher, const struct plan *plan, uint32_t width,
			   enum kwic_order order)
{
	*k = (struct kwic){ .analyser = analyser, .width = width, .order = order };
	enum fund_status st = passage_init(&k->passage, searcher, plan);
	k->passage.margin = words_for(width) + 1;
	return st;
}

void kwic_release(struct kwic *k)
{
	passage_release(&k->passage);
	buf_release(&k->folded);
	*k = (struct kwic){ 0 };
}

/* ---- contexts ---- */

/* text[from, until) as it is shown, in the arena, without blanks at its ends. */
static enum fund_status copy(const struct kwic *k, uint32_t from, uint32_t until, struct arena *arena, struct slice *out)
{
	uint8_t *start = arena_alloc(arena, 3 * (size_t)(until - from) + 1), *end;
	if (!start)
		return FUND_NO_MEMORY;
	end = passage_copy(&k->passage, from, until, start, start);
	while (end > start && end[-1] == ' ')
		end--;
	while (start < end && *start == ' ')
		start++;
	*out = slice_of(start, (size_t)(end - start));
	return FUND_OK;
}

static enum fund_status left_of(const struct kwic *k, uint32_t off, struct arena *arena, struct slice *out)
{
	const struct passage *p = &k->passage;
	uint32_t word = passage_word_at(p, off), reach = words_for(k->width) - 1;
	uint32_t from = word > reach ? passage_word_off(p, word - reach) : 0;
	enum fund_status st = copy(k, from, off, arena, out);
	if (st != FUND_OK)
		return st;
	size_t n = text_fitting_end(*out, k->width), cut = out->len - n;
	while (cut > 0 && cut < out->len && out->data[cut - 1] != ' ') /* whole words */
		cut++;
	*out = slice_from(*out, cut);
	return FUND_OK;
}

static enum fund_status right_of(const struct kwic *k, uint32_t off, struct arena *arena, struct slice *out)
{
	const struct passage *p = &k->passage;
	uint32_t word = passage_word_at(p, off), reach = words_for(k->width);
	uint32_t until = word + reach < p->n_words ? passage_word_off(p, word + reach) : (uint32_t)p->text.len;
	enum fund_status st = copy(k, off, until > off ? until : off, arena, out);
	if (st != FUND_OK)
		return st;
	size_t n = text_fitting(*out, k->width);
	while (n > 0 && n < out->len && out->data[n] != ' ')
		n--;
	while (n > 0 && out->data[n - 1] == ' ')
		n--;
	out->len = n;
	return FUND_OK;
}

/* ---- what lines are sorted by ---- */

/* The words of the left context from the keyword on. */
static enum fund_status reverse_words(struct slice text, struct arena *arena, struct slice *out)
{
	uint8_t *room = arena_alloc(arena, text.len + 1), *to = room;
	if (!room)
		return FUND_NO_MEMORY;
	for (size_t end = text.len; end > 0;) {
		size_t start = end;
		while (start > 0 && text.data[start - 1] != ' ')
			start--;
		memcpy(to, text.data + start, end - start);
		to += end - start;
		if (start > 0)
			*to++ = ' ';
		end = start > 0 ? start - 1 : 0;
	}
	*out = slice_of(room, (size_t)(to - room));
	return FUND_OK;
}

static enum fund_status set_order(struct kwic *k, struct arena *arena, struct kwic_line *line)
{
	struct slice text = line->right;
	enum fund_status st = FUND_OK;
	if (k->order == KWIC_BY_POSITION)
		return st;
	if (k->order == KWIC_BY_LEFT)
		st = reverse_words(line->left, arena, &text);
	buf_reset(&k->folded);
	while (text.len && st == FUND_OK) { /* word by word: a blank sorts before all letters */
		const uint8_t *blank = memchr(text.data, ' ', text.len);
		size_t n = blank ? (size_t)(blank - text.data) : text.len, behind = blank ? n + 1 : n;
		st = analyse_fold(k->analyser, slice_of(text.data, n), &k->folded);
		if (st == FUND_OK)
			st = buf_add_byte(&k->folded, ' ');
		text = slice_from(text, behind);
	}
	if (st != FUND_OK)
		return st;
	line->order = arena_slice(arena, slice_buf(&k->folded));
	return line->order.data ? FUND_OK : FUND_NO_MEMORY;
}

/* ---- lines ---- */

static enum fund_status new_line(struct kwic_list *l, const struct kwic_line *origin, struct arena *arena, struct kwic_line **out)
{
	struct kwic_line *lines = arena_one_more(arena, l->lines, l->n, sizeof *lines);
	if (!lines)
		return FUND_NO_MEMORY;
	l->lines = lines;
	*out = &l->lines[l->n++];
	**out = *origin;
	return FUND_OK;
}

static enum fund_status add_field(struct kwic *k, struct slice text, enum field field, const struct kwic_line *origin, struct arena *arena,
				  struct kwic_list *out)
{
	enum fund_status st = text.len ? passage_read(&k->passage, text, field) : FUND_OK;
	uint32_t n = text.len ? k->passage.found.n_occurrences : 0;
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		const struct occurrence *o = &k->passage.found.occurrences[i];
		struct kwic_line *line;
		st = new_line(out, origin, arena, &line);
		if (st != FUND_OK)
			break;
		line->number = k->number++;
		st = copy(k, o->off, o->off + o->len, arena, &line->match);
		if (st == FUND_OK)
			st = left_of(k, o->off, arena, &line->left);
		if (st == FUND_OK)
			st = right_of(k, o->off + o->len, arena, &line->right);
		if (st == FUND_OK)
			st = set_order(k, arena, line);
	}
	return st;
}

enum fund_status kwic_add(struct kwic *k, const struct stored_article *a, const struct kwic_line *origin, struct arena *arena, struct kwic_list *out)
{
	const struct {
		struct slice text;
		enum field field;
	} fields[] = { { a->title, FIELD_TITLE }, { a->lead, FIELD_ANY }, { a->body, FIELD_ANY } };
	enum fund_status st = FUND_OK;
	for (size_t i = 0; i < sizeof fields / sizeof *fields && st == FUND_OK; i++)
		st = add_field(k, fields[i].text, fields[i].field, origin, arena, out);
	return st;
}
