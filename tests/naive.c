/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/naive.h"

#include <check.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/segment.h"

/* ck_assert() writes into a pipe each time: too slow for what is asked millions of times. */
static void must(bool is)
{
	if (!is)
		ck_abort_msg("no memory, or an analysis that failed");
}

/* ---- articles ---- */

static void *grown(void *array, uint32_t *cap, uint32_t n, size_t size)
{
	if (n < *cap)
		return array;
	*cap = *cap ? 2 * *cap : 32;
	array = realloc(array, *cap * size);
	must(array != NULL);
	return array;
}

/* ASCII, ä ö ü and É: what the tests' vocabulary has. */
static char *small_letters(struct slice text)
{
	char *out = malloc(text.len + 1);
	must(out != NULL);
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];
		bool capital = (c >= 'A' && c <= 'Z') || (c >= 0x84 && c <= 0x9C && i && text.data[i - 1] == 0xC3);
		out[i] = (char)(capital ? c + 32 : c);
	}
	out[text.len] = 0;
	return out;
}

struct reading {
	struct naive_article *article;
	struct analyser *analyser;
	struct naive_row *row;
	bool with_boundaries;
};

static void add_start(struct naive_article *a, enum span_scope scope, uint32_t pos)
{
	a->starts[scope] = grown(a->starts[scope], &a->cap_starts[scope], a->n_starts[scope], sizeof(uint32_t));
	a->starts[scope][a->n_starts[scope]++] = pos;
}

/* The n-th piece of a word with hyphens or ampersands. */
static struct slice piece_of(struct slice surface, uint32_t n)
{
	size_t from = 0, to;
	for (;; from = to + 1) {
		for (to = from; to < surface.len && surface.data[to] != '-' && surface.data[to] != '&'; to++)
			;
		if (n-- == 0 || to == surface.len)
			return slice_of(surface.data + from, to - from);
	}
}

static enum fund_status on_token(void *context, const struct token *t)
{
	struct reading *r = context;
	const struct word *w = t->word;
	for (uint32_t i = 0; i < w->n_refs; i++) {
		const struct term *term = analyser_term(r->analyser, w->refs[i].term);
		struct slice form = w->n_positions > 1 && i > 0 ? piece_of(w->surface, w->refs[i].shift) : w->surface;
		r->row->items = grown(r->row->items, &r->row->cap, r->row->n, sizeof *r->row->items);
		r->row->items[r->row->n++] =
			(struct naive_item){ t->pos + w->refs[i].shift, (enum term_kind)term->kind, term->bytes, term->kind == TERM_WORD ? small_letters(form) : NULL };
	}
	return FUND_OK;
}

static enum fund_status on_boundary(void *context, enum boundary what, uint32_t pos)
{
	struct reading *r = context;
	if (r->with_boundaries)
		add_start(r->article, SCOPE_SENTENCE, pos);
	if (r->with_boundaries && what == BOUNDARY_PARAGRAPH)
		add_start(r->article, SCOPE_PARAGRAPH, pos);
	return FUND_OK;
}

static uint32_t read_text(struct naive_article *a, struct analyser *analyser, enum naive_field field, const char *text, uint32_t pos)
{
	struct reading r = { a, analyser, &a->rows[field], field == NAIVE_TEXT };
	struct token_sink sink = { &r, on_token, on_boundary, NULL };
	uint32_t start = pos;
	if (!text || !*text)
		return pos;
	if (field == NAIVE_TEXT)
		for (int scope = SCOPE_FIELD; scope <= SCOPE_SENTENCE; scope++)
			add_start(a, (enum span_scope)scope, pos);
	must(analyse_text(analyser, slice_str(text), &pos, &sink) == FUND_OK);
	return pos > start ? pos + FIELD_GAP : pos;
}

void naive_article_init(struct naive_article *a, struct analyser *analyser, const char *title, const char *body, const char *author, const char *section,
			const char *source)
{
	uint32_t pos = read_text(a, analyser, NAIVE_TEXT, title, 0);
	a->title_end = pos;
	read_text(a, analyser, NAIVE_TEXT, body, pos);
	read_text(a, analyser, NAIVE_AUTHOR, author, 0);
	read_text(a, analyser, NAIVE_SECTION, section, 0);
	read_text(a, analyser, NAIVE_SOURCE, source, 0);
}

void naive_article_release(struct naive_article *a)
{
	for (int f = 0; f < NAIVE_FIELDS; f++) {
		for (uint32_t i = 0; i < a->rows[f].n; i++)
			free(a->rows[f].items[i].form);
		free(a->rows[f].items);
	}
	for (int s = 0; s < 3; s++)
		free(a->starts[s]);
}

/* ---- one word ---- */

static bool is_text_field(enum field f) { return f == FIELD_ANY || f == FIELD_TITLE; }

static enum naive_field row_of(enum field f)
{
	static const enum naive_field rows[FIELDS] = { NAIVE_TEXT, NAIVE_TEXT, NAIVE_AUTHOR, NAIVE_SECTION, NAIVE_SOURCE };
	return rows[f];
}

/* The word's own term or one of its other spellings; of the article, a word or another spelling. Titles and small fields know no other spellings of theirs. */
static bool is_form_of(struct analyser *analyser, const struct word *w, enum field field, const struct naive_item *item)
{
	if (item->kind == TERM_PART || (item->kind == TERM_VARIANT && field != FIELD_ANY))
		return false;
	for (uint32_t i = 0; i < w->n_refs; i++) {
		const struct term *t = analyser_term(analyser, w->refs[i].term);
		bool other = t->kind == TERM_VARIANT && is_text_field(field);
		if ((i == 0 || other) && slice_equal(t->bytes, item->term))
			return true;
	}
	return false;
}

/* Letters stand for themselves, and each spelling of an umlaut or ß for the other: all of them are two bytes long. */
static bool glob(const char *p, const char *s)
{
	static const char *const spellings[][2] = { { "ä", "ae" }, { "ö", "oe" }, { "ü", "ue" }, { "ß", "ss" } };
	if (*p == '*')
		return glob(p + 1, s) || (*s && glob(p, s + 1));
	for (size_t i = 0; i < 8; i++)
		if (strncmp(p, spellings[i / 2][i % 2], 2) == 0 && strncmp(s, spellings[i / 2][1 - i % 2], 2) == 0 && glob(p + 2, s + 2))
			return true;
	return *p ? *p == *s && glob(p + 1, s + 1) : *s == 0;
}

static bool matches_wildcard(const char *pattern, const char *form)
{
	char *small = small_letters(slice_str(pattern));
	bool is = glob(small, form);
	free(small);
	return is;
}

static bool matches_regex(const char *expression, const char *form)
{
	static regex_t last;
	static char last_text[80];
	char whole[100];
	if (strcmp(last_text, expression) != 0) {
		if (last_text[0])
			regfree(&last);
		snprintf(last_text, sizeof last_text, "%s", expression);
		snprintf(whole, sizeof whole, "^(%s)$", expression);
		must(regcomp(&last, whole, REG_EXTENDED | REG_NOSUB | REG_ICASE) == 0);
	}
	return regexec(&last, form, 0, NULL, 0) == 0;
}

/* Bytes of the letter that begins here: 0 at the end. */
static size_t letter_len(const char *s)
{
	size_t n = *s != '\0';
	while (n && (s[n] & 0xC0) == 0x80)
		n++;
	return n;
}

/* Levenshtein's distance, letters being those of UTF-8, by its definition. */
static uint32_t distance(const char *a, const char *b, uint32_t most)
{
	size_t la = letter_len(a), lb = letter_len(b);
	if (!*a && !*b)
		return 0;
	if (*a && *b && la == lb && memcmp(a, b, la) == 0)
		return distance(a + la, b + lb, most);
	if (most == 0)
		return 1;
	uint32_t best = most;
	for (int way = 0; way < 3; way++) {
		bool left = way != 1, right = way != 0;
		if ((left && !*a) || (right && !*b))
			continue;
		uint32_t one = distance(left ? a + la : a, right ? b + lb : b, most - 1);
		best = one < best ? one : best;
	}
	return best + 1;
}

static bool stands(struct analyser *analyser, const struct naive_node *q, const struct word *w, const struct naive_article *a, const struct naive_item *item)
{
	char *small;
	bool is;
	if (q->field == FIELD_TITLE && item->pos >= a->title_end)
		return false;
	if (q->kind == NAIVE_WORD)
		return is_form_of(analyser, w, q->field, item);
	if (item->kind != TERM_WORD)
		return false;
	switch (q->kind) {
	case NAIVE_WILDCARD: return matches_wildcard(q->text, item->form);
	case NAIVE_REGEX: return matches_regex(q->text, item->form);
	case NAIVE_FUZZY:
	case NAIVE_EXACT:
		small = small_letters(slice_str(q->text));
		is = q->kind == NAIVE_EXACT ? strcmp(small, item->form) == 0 : distance(small, item->form, q->distance) <= q->distance;
		free(small);
		return is;
	default: return false;
	}
}

/* ---- spans ---- */

struct found {
	struct span *at;
	uint32_t n, cap;
};

static void add(struct found *f, uint32_t first, uint32_t last)
{
	for (uint32_t i = 0; i < f->n; i++)
		if (f->at[i].first == first && f->at[i].last == last)
			return;
	f->at = grown(f->at, &f->cap, f->n, sizeof *f->at);
	f->at[f->n++] = (struct span){ first, last };
}

static void find(struct analyser *analyser, const struct naive_node *q, const struct naive_article *a, struct found *out);

/* The pieces of the word, side by side, each with its own term or in its own form. */
static void find_pieces(struct analyser *analyser, const struct naive_node *q, const struct word *w, const struct naive_article *a, struct found *out)
{
	const struct naive_row *row = &a->rows[row_of(q->field)];
	for (uint32_t i = 0; i < row->n; i++) {
		uint32_t start = row->items[i].pos, n = 0;
		for (uint32_t k = 0; k < w->n_positions; k++) {
			bool here = false;
			char *form = small_letters(piece_of(w->surface, k));
			for (uint32_t r = 1; r < w->n_refs && !here; r++) {
				const struct term *t = analyser_term(analyser, w->refs[r].term);
				for (uint32_t m = 0; m < row->n && !here && t->kind == TERM_WORD && w->refs[r].shift == k; m++) {
					const struct naive_item *item = &row->items[m];
					here = item->pos == start + k && item->kind == TERM_WORD && slice_equal(item->term, t->bytes) &&
					       (q->field != FIELD_TITLE || item->pos < a->title_end) && (q->kind != NAIVE_EXACT || strcmp(item->form, form) == 0);
				}
			}
			free(form);
			n += here;
		}
		if (n == w->n_positions)
			add(out, start, start + n - 1);
	}
}

static void find_words(struct analyser *analyser, const struct naive_node *q, const struct naive_article *a, struct found *out)
{
	const struct naive_row *row = &a->rows[row_of(q->field)];
	const struct word *w = NULL;
	if (q->kind == NAIVE_WORD || q->kind == NAIVE_EXACT)
		must(analyse_word(analyser, slice_str(q->text), &w) == FUND_OK);
	for (uint32_t i = 0; i < row->n; i++)
		if (stands(analyser, q, w, a, &row->items[i]))
			add(out, row->items[i].pos, row->items[i].pos);
	if (w && w->n_positions > 1)
		find_pieces(analyser, q, w, a, out);
}

/* Which stretch of the scope the position is in. */
static uint32_t stretch(const struct naive_article *a, enum span_scope scope, enum field field, uint32_t pos)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < a->n_starts[scope] && is_text_field(field); i++)
		n += a->starts[scope][i] <= pos;
	return n;
}

static bool is_near(const struct naive_node *q, const struct naive_article *a, struct span x, struct span y)
{
	uint32_t first = x.first < y.first ? x.first : y.first, last = x.last > y.last ? x.last : y.last;
	uint32_t apart = y.first > x.last ? y.first - x.last : x.first > y.last ? x.first - y.last : 0;
	if (x.first == y.first || x.last == y.last || (q->ordered && y.first <= x.last))
		return false;
	return apart <= q->distance && stretch(a, q->scope, q->field, first) == stretch(a, q->scope, q->field, last);
}

static void find_near(struct analyser *analyser, const struct naive_node *q, const struct naive_article *a, struct found *out)
{
	struct found left = { 0 }, right = { 0 };
	find(analyser, q->children[0], a, &left);
	find(analyser, q->children[1], a, &right);
	for (uint32_t i = 0; i < left.n; i++)
		for (uint32_t k = 0; k < right.n; k++) {
			struct span x = left.at[i], y = right.at[k];
			if (is_near(q, a, x, y))
				add(out, x.first < y.first ? x.first : y.first, x.last > y.last ? x.last : y.last);
		}
	free(left.at);
	free(right.at);
}

static void find_phrase(struct analyser *analyser, const struct naive_node *q, const struct naive_article *a, struct found *out)
{
	struct found so_far = { 0 };
	find(analyser, q->children[0], a, &so_far);
	for (uint32_t c = 1; c < q->n; c++) {
		struct found next = { 0 }, joined = { 0 };
		find(analyser, q->children[c], a, &next);
		for (uint32_t i = 0; i < so_far.n; i++)
			for (uint32_t k = 0; k < next.n; k++)
				if (next.at[k].first == so_far.at[i].last + 1)
					add(&joined, so_far.at[i].first, next.at[k].last);
		free(next.at);
		free(so_far.at);
		so_far = joined;
	}
	for (uint32_t i = 0; i < so_far.n; i++)
		add(out, so_far.at[i].first, so_far.at[i].last);
	free(so_far.at);
}

/* Every way to give each child a position of its own. */
static void place(const struct naive_node *q, const struct naive_article *a, const struct found *words, uint32_t child, uint32_t *pos, struct found *out)
{
	uint32_t least = UINT32_MAX, most = 0;
	for (uint32_t i = 0; i < child; i++) {
		least = pos[i] < least ? pos[i] : least;
		most = pos[i] > most ? pos[i] : most;
	}
	if (child && (most - least + 1 > q->n + q->distance || stretch(a, SCOPE_FIELD, q->field, least) != stretch(a, SCOPE_FIELD, q->field, most)))
		return;
	if (child == q->n) {
		add(out, least, most);
		return;
	}
	for (uint32_t i = 0; i < words[child].n; i++) {
		bool free_place = true;
		pos[child] = words[child].at[i].first;
		for (uint32_t k = 0; k < child; k++)
			free_place &= pos[k] != pos[child];
		if (free_place)
			place(q, a, words, child + 1, pos, out);
	}
}

static void find_loose(struct analyser *analyser, const struct naive_node *q, const struct naive_article *a, struct found *out)
{
	struct found words[6] = { { 0 } }, all = { 0 };
	uint32_t pos[6];
	for (uint32_t c = 0; c < q->n; c++)
		find(analyser, q->children[c], a, &words[c]);
	place(q, a, words, 0, pos, &all);
	for (uint32_t i = 0; i < all.n; i++) { /* the shortest only */
		bool shortest = true;
		for (uint32_t k = 0; k < all.n; k++)
			shortest &= k == i || all.at[k].first < all.at[i].first || all.at[k].last > all.at[i].last;
		if (shortest)
			add(out, all.at[i].first, all.at[i].last);
	}
	for (uint32_t c = 0; c < q->n; c++)
		free(words[c].at);
	free(all.at);
}

static void find(struct analyser *analyser, const struct naive_node *q, const struct naive_article *a, struct found *out)
{
	switch (q->kind) {
	case NAIVE_PHRASE: find_phrase(analyser, q, a, out); break;
	case NAIVE_LOOSE: find_loose(analyser, q, a, out); break;
	case NAIVE_NEAR: find_near(analyser, q, a, out); break;
	case NAIVE_ANY:
		for (uint32_t i = 0; i < q->n; i++)
			find(analyser, q->children[i], a, out);
		break;
	case NAIVE_GROUP:
	case NAIVE_DATE:
	case NAIVE_ALL: ck_abort_msg("has no place"); break;
	default: find_words(analyser, q, a, out);
	}
}

/* ---- articles ---- */

static bool is_stop_word(struct analyser *analyser, const struct naive_node *q)
{
	const struct word *w;
	if (q->kind != NAIVE_WORD || q->sign != SIGN_SHOULD || q->explicit)
		return false;
	must(analyse_word(analyser, slice_str(q->text), &w) == FUND_OK);
	return w->n_positions == 1 && analyse_is_stop_word(analyser, analyser_term(analyser, w->refs[0].term)->bytes);
}

static bool group_matches(struct analyser *analyser, const struct naive_node *q, const struct naive_article *a)
{
	uint32_t n_must = 0, n_should = 0, n_found = 0, n_stop = 0, n_stop_found = 0;
	for (uint32_t i = 0; i < q->n; i++) {
		const struct naive_node *c = q->children[i];
		bool hit = naive_matches(analyser, c, a);
		if (c->sign == SIGN_MUST_NOT ? hit : c->kind == NAIVE_DATE || c->sign == SIGN_MUST ? !hit : false)
			return false;
		if (c->sign == SIGN_MUST_NOT || c->kind == NAIVE_DATE)
			continue;
		bool stop = is_stop_word(analyser, c);
		n_must += c->sign == SIGN_MUST;
		n_stop += stop;
		n_stop_found += stop && hit;
		n_should += !stop && c->sign == SIGN_SHOULD;
		n_found += !stop && c->sign == SIGN_SHOULD && hit;
	}
	if (n_must)
		return true;
	return n_should ? n_found > 0 : n_stop ? n_stop_found > 0 : true;
}

bool naive_matches(struct analyser *analyser, const struct naive_node *q, const struct naive_article *a)
{
	struct found f = { 0 };
	switch (q->kind) {
	case NAIVE_GROUP: return group_matches(analyser, q, a);
	case NAIVE_DATE: return a->date && a->date >= q->from && a->date <= q->to;
	case NAIVE_ALL: return true;
	default: break;
	}
	find(analyser, q, a, &f);
	free(f.at);
	return f.n > 0;
}
