/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/passage.h"

#include <stdlib.h>

#include "base/utf8.h"

enum fund_status passage_init(struct passage *p, struct searcher *searcher, const struct plan *plan)
{
	*p = (struct passage){ .margin = FINDER_ALL };
	return finder_new(&p->finder, searcher, plan);
}

void passage_release(struct passage *p)
{
	finder_free(p->finder);
	free(p->words);
	free(p->joints);
	*p = (struct passage){ 0 };
}

/* ---- reading ---- */

/* The line ends within a word, in order; a word and its pieces have the same ones. */
static enum fund_status note_joints(struct passage *p, const struct token *t)
{
	const uint8_t *start = p->text.data + t->off, *end = start + t->len;
	for (const uint8_t *at = start; at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
		uint32_t off = (uint32_t)(at - p->text.data);
		if (p->n_joints && p->joints[p->n_joints - 1] >= off)
			continue;
		uint32_t *joints = array_room(p->joints, p->n_joints + (size_t)1, &p->cap_joints, sizeof *joints);
		if (!joints)
			return FUND_NO_MEMORY;
		p->joints = joints;
		p->joints[p->n_joints++] = off;
	}
	return FUND_OK;
}

static enum fund_status on_token(void *context, const struct token *t)
{
	struct passage *p = context;
	uint32_t *words = array_room(p->words, p->n_words + (size_t)1, &p->cap_words, sizeof *words);
	if (!words)
		return FUND_NO_MEMORY;
	p->words = words;
	p->words[p->n_words] = t->off | (p->sentence || p->n_words == 0 ? PASSAGE_SENTENCE : 0);
	p->n_words++;
	p->sentence = false;
	return t->plain ? FUND_OK : note_joints(p, t);
}

static enum fund_status on_boundary(void *context, enum boundary what, uint32_t pos)
{
	(void)what;
	(void)pos;
	((struct passage *)context)->sentence = true;
	return FUND_OK;
}

enum fund_status passage_read(struct passage *p, struct slice text, enum field field)
{
	const struct token_sink also = { p, on_token, on_boundary, NULL };
	if (text.len > PASSAGE_TEXT_MAX)
		text.len = PASSAGE_TEXT_MAX;
	p->text = text;
	p->n_words = p->n_joints = 0;
	p->sentence = false;
	return finder_find(p->finder, text, field, p->margin, &also, &p->found);
}

uint32_t passage_word_at(const struct passage *p, uint32_t off)
{
	uint32_t low = 0, high = p->n_words;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (passage_word_off(p, middle) <= off)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* ---- showing ---- */

static bool is_joint(const struct passage *p, uint32_t off)
{
	uint32_t low = 0, high = p->n_joints;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (p->joints[mid] < off)
			low = mid + 1;
		else
			high = mid;
	}
	return low < p->n_joints && p->joints[low] == off;
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

uint8_t *passage_copy(const struct passage *p, uint32_t from, uint32_t until, const uint8_t *start, uint8_t *to)
{
	if (from >= until)
		return to;
	const uint8_t *at = p->text.data + from, *end = p->text.data + until;
	bool joined = false; /* blanks that follow begin a word's second half */
	while (at < end) {
		uint32_t cp, off = (uint32_t)(at - p->text.data);
		at += utf8_decode(at, end, &cp);
		if (cp == '\n' && is_joint(p, off)) {
			const uint8_t *next = at;
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

enum fund_status passage_render(const struct passage *p, uint32_t from, uint32_t until, struct arena *arena, struct marked_text *out)
{
	const struct found_mark *marks = p->found.marks;
	uint32_t n = 0, i = 0, end = p->found.n_marks, off = from;
	while (i < end && marks[i].off < from)
		i++;
	while (end > i && marks[end - 1].off >= until)
		end--;
	uint8_t *copy = arena_alloc(arena, 3 * (size_t)(until - from) + 1), *at = copy; /* a bad byte becomes three */
	struct mark *shown = arena_alloc(arena, (end - i + (size_t)1) * sizeof *shown);
	if (!copy || !shown)
		return FUND_NO_MEMORY;
	for (; i < end; i++) {
		const struct found_mark *m = &marks[i];
		if (m->off < off)
			continue; /* within the one before */
		at = passage_copy(p, off, m->off, copy, at);
		shown[n].off = (uint32_t)(at - copy);
		off = m->off + m->len < until ? m->off + m->len : until;
		at = passage_copy(p, m->off, off, copy, at);
		shown[n].len = (uint32_t)(at - copy) - shown[n].off;
		shown[n].from = m->off;
		shown[n].from_len = m->len;
		n++;
	}
	at = passage_copy(p, off, until, copy, at);
	while (at > copy && at[-1] == ' ')
		at--;
	*at = 0; /* behind the text, as arena_slice() has it */
	*out = (struct marked_text){ slice_of(copy, (size_t)(at - copy)), shown, n };
	return FUND_OK;
}
