/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/snippet.h"

#include <stdlib.h>

#include "base/utf8.h"

#define WINDOW_LEAD 6u /* words that may stand before the first match, to begin at a sentence */

/* A word of the text that matches. */
struct match {
	uint32_t pos, off, len;
	uint32_t mark;
};

struct snippet_maker {
	struct analyser *analyser;
	const struct plan_mark *marks;
	uint32_t n_marks;
	uint32_t *mark_of; /* by term number: 0 not looked at, 1 no mark, else mark + 2 */
	uint32_t n_known;
	/* of the current text */
	struct slice text;
	struct match *matches;
	uint32_t n_matches, cap_matches;
	uint32_t *words; /* offset of each word, in order of position; sentence starts have the top bit */
	uint32_t n_words, cap_words;
	bool sentence;	 /* the next word begins one */
	uint32_t *joints; /* line ends within a word: "Truppen-\naufmarsch" */
	uint32_t n_joints, cap_joints;
	uint32_t *covered; /* by mark: how often in the window */
	bool may_begin[256]; /* a word that matches begins with such a byte, unless it has pieces */
};

#define SENTENCE_BIT 0x80000000u

/* ---- which words need no look ---- */

/* Folding changes the first letter of no word that begins with an ASCII one, nor does stemming. */
static void note_first_letters(struct snippet_maker *m)
{
	memset(m->may_begin + 0x80, true, 0x80);
	for (uint32_t i = 0; i < m->n_marks; i++) {
		uint8_t first = m->marks[i].term.len > 1 ? m->marks[i].term.data[1] : 0;
		m->may_begin[first] = true;
		if (first >= 'a' && first <= 'z')
			m->may_begin[first - 'a' + 'A'] = true;
	}
}

static bool may_match(void *context, struct slice surface)
{
	const struct snippet_maker *m = context;
	if (surface.len == 0 || m->may_begin[surface.data[0]])
		return true;
	for (size_t i = 0; i < surface.len; i++) {
		uint8_t c = surface.data[i];
		if (c < 0x80 && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
			return true; /* it may have pieces, which begin otherwise */
	}
	return false;
}

enum fund_status snippet_maker_new(struct snippet_maker **out, struct analyser *analyser, const struct plan_mark *marks, uint32_t n_marks)
{
	struct snippet_maker *m = calloc(1, sizeof *m);
	*out = NULL;
	if (!m)
		return FUND_NO_MEMORY;
	m->covered = calloc(n_marks + 1, sizeof *m->covered);
	if (!m->covered) {
		free(m);
		return FUND_NO_MEMORY;
	}
	m->analyser = analyser;
	m->marks = marks;
	m->n_marks = n_marks;
	note_first_letters(m);
	*out = m;
	return FUND_OK;
}

void snippet_maker_free(struct snippet_maker *m)
{
	if (!m)
		return;
	free(m->mark_of);
	free(m->matches);
	free(m->words);
	free(m->joints);
	free(m->covered);
	free(m);
}

/* ---- which words match ---- */

static enum fund_status know_terms(struct snippet_maker *m, uint32_t n)
{
	if (n <= m->n_known)
		return FUND_OK;
	uint32_t cap = n < 1024 ? 1024 : n + n / 2;
	uint32_t *grown = realloc(m->mark_of, cap * sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	memset(grown + m->n_known, 0, (cap - m->n_known) * sizeof *grown);
	m->mark_of = grown;
	m->n_known = cap;
	return FUND_OK;
}

static uint32_t look_up(const struct snippet_maker *m, const struct term *t)
{
	static const char classes[TERM_KINDS] = { 'w', 'p', 'v' };
	for (uint32_t i = 0; i < m->n_marks; i++) {
		struct slice mark = m->marks[i].term;
		if (mark.len == t->bytes.len + 1 && mark.data[0] == (uint8_t)classes[t->kind] &&
		    memcmp(mark.data + 1, t->bytes.data, t->bytes.len) == 0)
			return i + 2;
	}
	return 1;
}

/* 0: no mark; else its number + 1. The strongest of several. */
static enum fund_status mark_of_word(struct snippet_maker *m, const struct word *w, uint32_t *mark)
{
	*mark = 0;
	for (uint32_t i = 0; i < w->n_refs; i++) {
		uint32_t term = w->refs[i].term;
		enum fund_status st = know_terms(m, term + 1);
		if (st != FUND_OK)
			return st;
		if (m->mark_of[term] == 0)
			m->mark_of[term] = look_up(m, analyser_term(m->analyser, term));
		if (m->mark_of[term] > 1 && (*mark == 0 || m->marks[m->mark_of[term] - 2].idf > m->marks[*mark - 1].idf))
			*mark = m->mark_of[term] - 1;
	}
	return FUND_OK;
}

static enum fund_status grow(void **array, uint32_t *cap, size_t size)
{
	uint32_t more = *cap ? 2 * *cap : 256;
	void *grown = realloc(*array, more * size);
	if (!grown)
		return FUND_NO_MEMORY;
	*array = grown;
	*cap = more;
	return FUND_OK;
}

/* The line ends within a word, in order; a word and its pieces have the same ones. */
static enum fund_status note_joints(struct snippet_maker *m, const struct token *t)
{
	const uint8_t *start = m->text.data + t->off, *end = start + t->len;
	for (const uint8_t *p = start; p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++) {
		uint32_t off = (uint32_t)(p - m->text.data);
		if (m->n_joints && m->joints[m->n_joints - 1] >= off)
			continue;
		if (m->n_joints == m->cap_joints) {
			enum fund_status st = grow((void **)&m->joints, &m->cap_joints, sizeof *m->joints);
			if (st != FUND_OK)
				return st;
		}
		m->joints[m->n_joints++] = off;
	}
	return FUND_OK;
}

static enum fund_status on_token(void *context, const struct token *t)
{
	struct snippet_maker *m = context;
	uint32_t mark;
	enum fund_status st = FUND_OK;
	if (m->n_words == m->cap_words)
		st = grow((void **)&m->words, &m->cap_words, sizeof *m->words);
	if (st == FUND_OK)
		st = mark_of_word(m, t->word, &mark);
	if (st == FUND_OK)
		st = note_joints(m, t);
	if (st != FUND_OK)
		return st;
	m->words[m->n_words] = t->off | (m->sentence || m->n_words == 0 ? SENTENCE_BIT : 0);
	m->sentence = false;
	if (mark) {
		if (m->n_matches == m->cap_matches)
			st = grow((void **)&m->matches, &m->cap_matches, sizeof *m->matches);
		if (st != FUND_OK)
			return st;
		m->matches[m->n_matches++] = (struct match){ m->n_words, t->off, t->len, mark - 1 };
	}
	m->n_words++;
	return FUND_OK;
}

static enum fund_status on_boundary(void *context, enum boundary what, uint32_t pos)
{
	(void)what;
	(void)pos;
	((struct snippet_maker *)context)->sentence = true;
	return FUND_OK;
}

static enum fund_status find_matches(struct snippet_maker *m, struct slice text)
{
	struct token_sink sink = { m, on_token, on_boundary, may_match };
	uint32_t pos = 0;
	m->n_matches = m->n_words = m->n_joints = 0;
	m->sentence = false;
	if (text.len >= SENTENCE_BIT)
		text.len = SENTENCE_BIT - 1;
	m->text = text;
	return analyse_text(m->analyser, text, &pos, &sink);
}

/* ---- the best window ---- */

/* First match and number of matches of the window with the most to say: each word counts by its rarity, once fully and little when it
 * comes again; words close together a little more. */
static void best_window(struct snippet_maker *m, uint32_t words, uint32_t *first, uint32_t *last)
{
	double best = -1, sum = 0;
	uint32_t from = 0;
	memset(m->covered, 0, m->n_marks * sizeof *m->covered);
	for (uint32_t to = 0; to < m->n_matches; to++) {
		const struct match *t = &m->matches[to];
		sum += m->covered[t->mark]++ ? 0.1 * m->marks[t->mark].idf : m->marks[t->mark].idf;
		while (t->pos - m->matches[from].pos >= words) {
			const struct match *f = &m->matches[from++];
			sum -= --m->covered[f->mark] ? 0.1 * m->marks[f->mark].idf : m->marks[f->mark].idf;
		}
		double value = sum - 0.01 * (double)(t->pos - m->matches[from].pos);
		if (value > best + 1e-9) {
			best = value;
			*first = from;
			*last = to;
		}
	}
}

/* Where the passage begins and ends, in words: from the sentence's start where that is near, room on both sides else. */
static void place(struct snippet_maker *m, uint32_t words, uint32_t *from, uint32_t *to)
{
	uint32_t first = 0, last = 0;
	if (m->n_matches) {
		best_window(m, words, &first, &last);
		uint32_t a = m->matches[first].pos, z = m->matches[last].pos, spare = words - (z - a < words ? z - a : words);
		uint32_t reach = spare > WINDOW_LEAD ? spare - WINDOW_LEAD : 0;
		*from = a > spare / 3 ? a - spare / 3 : 0;
		for (uint32_t back = 0; back <= reach && back <= a; back++)
			if (m->words[a - back] & SENTENCE_BIT) {
				*from = a - back;
				break;
			}
	} else {
		*from = 0;
	}
	*to = m->n_words - *from > words ? *from + words : m->n_words;
}

/* ---- the text that is shown ---- */

static bool is_joint(const struct snippet_maker *m, uint32_t off)
{
	uint32_t low = 0, high = m->n_joints;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (m->joints[mid] < off)
			low = mid + 1;
		else
			high = mid;
	}
	return low < m->n_joints && m->joints[low] == off;
}

/* Takes back the hyphen (or soft hyphen's sister) that stood at a line's end within a word, unless the word goes on with a capital, a
 * digit or the like, where the hyphen is the word's own. */
static uint8_t *take_back_hyphen(uint8_t *to, const uint8_t *start, uint8_t next)
{
	static const char *const hyphens[] = { "-", "\xC2\xAC", "\xE2\xB8\x97" };
	while (to > start && to[-1] == ' ')
		to--;
	for (size_t i = 0; i < sizeof hyphens / sizeof *hyphens; i++) {
		size_t n = strlen(hyphens[i]);
		bool lower = (next >= 'a' && next <= 'z') || next >= 0x80;
		if ((size_t)(to - start) >= n && memcmp(to - n, hyphens[i], n) == 0)
			return n > 1 || lower ? to - n : to;
	}
	return to;
}

/* Copies text[from, until) as valid UTF-8; runs of blanks and line ends become one blank, line ends within a word nothing. Soft hyphens go. */
static uint8_t *copy_text(const struct snippet_maker *m, struct slice text, uint32_t from, uint32_t until, const uint8_t *start, uint8_t *to)
{
	if (from >= until)
		return to;
	const uint8_t *p = text.data + from, *end = text.data + until;
	bool joined = false; /* blanks that follow begin a word's second half */
	while (p < end) {
		uint32_t cp, off = (uint32_t)(p - text.data);
		size_t n = utf8_decode(p, end, &cp);
		p += n;
		if (cp == '\n' && is_joint(m, off)) {
			const uint8_t *next = p;
			while (next < end && (*next == ' ' || (*next >= '\t' && *next <= '\r')))
				next++;
			to = take_back_hyphen(to, start, next < end ? *next : 0);
			joined = true;
		} else if (cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0xA0) {
			if (to > start && to[-1] != ' ' && !joined)
				*to++ = ' ';
		} else if (cp != 0xAD) {
			to += utf8_encode(cp, to);
			joined = false;
		}
	}
	return to;
}

static enum fund_status render(struct snippet_maker *m, struct slice text, uint32_t from, uint32_t to, struct arena *arena,
			       struct marked_text *out)
{
	uint32_t n_marks = 0, first = 0;
	while (first < m->n_matches && m->matches[first].off < from)
		first++;
	while (first + n_marks < m->n_matches && m->matches[first + n_marks].off < to)
		n_marks++;
	uint8_t *copy = arena_alloc(arena, 3 * (size_t)(to - from) + 1), *at = copy; /* a bad byte becomes three */
	struct mark *marks = arena_alloc(arena, (n_marks + 1) * sizeof *marks);
	if (!copy || !marks)
		return FUND_NO_MEMORY;
	uint32_t off = from, n = 0;
	for (uint32_t i = first; i < first + n_marks; i++) {
		const struct match *t = &m->matches[i];
		if (t->off < off)
			continue; /* within the one before */
		at = copy_text(m, text, off, t->off, copy, at);
		marks[n].off = (uint32_t)(at - copy);
		off = t->off + t->len < to ? t->off + t->len : to;
		at = copy_text(m, text, t->off, off, copy, at);
		marks[n].len = (uint32_t)(at - copy) - marks[n].off;
		n++;
	}
	at = copy_text(m, text, off, to, copy, at);
	while (at > copy && at[-1] == ' ')
		at--;
	*out = (struct marked_text){ slice_of(copy, (size_t)(at - copy)), marks, n };
	return FUND_OK;
}

enum fund_status snippet_mark(struct snippet_maker *m, struct slice text, struct arena *arena, struct marked_text *out)
{
	enum fund_status st = find_matches(m, text);
	return st == FUND_OK ? render(m, text, 0, (uint32_t)(text.len < SENTENCE_BIT ? text.len : SENTENCE_BIT - 1), arena, out) : st;
}

enum fund_status snippet_make(struct snippet_maker *m, const struct stored_article *article, uint32_t words, struct arena *arena,
			      struct marked_text *out)
{
	struct slice text = article->body;
	enum fund_status st = find_matches(m, text);
	if (st == FUND_OK && m->n_matches == 0 && article->lead.len) {
		text = article->lead;
		st = find_matches(m, text);
	}
	if (st != FUND_OK)
		return st;
	uint32_t from = 0, to = 0;
	if (m->n_words)
		place(m, words, &from, &to);
	uint32_t start = from < m->n_words ? m->words[from] & ~SENTENCE_BIT : 0;
	uint32_t end = to < m->n_words ? m->words[to] & ~SENTENCE_BIT : (uint32_t)(text.len < SENTENCE_BIT ? text.len : SENTENCE_BIT - 1);
	if (to < m->n_words) { /* behind the last word, with what closes it, not up to the next */
		uint32_t k = end;
		while (k > start && (text.data[k - 1] == ' ' || text.data[k - 1] == '\n'))
			k--;
		end = k;
	}
	return render(m, text, start, end, arena, out);
}
