/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts: any bytes have words at ascending places inside them, and a passage whose marks lie inside it. */
#include "base/utf8.h"
#include "query/snippet.h"
#include "tests/fuzz/fuzz.h"

void fuzz_analysis(struct slice bytes);
void fuzz_snippet(struct slice bytes);

#define MEMORY_MAX ((size_t)64 << 20) /* of the table of words, before it begins anew */

struct walk {
	size_t text_len;
	uint64_t off, pos;
};

static enum fund_status take_token(void *context, const struct token *t)
{
	struct walk *w = context;
	FUZZ_CHECK(t->off >= w->off && (uint64_t)t->off + t->len <= w->text_len && t->len > 0);
	FUZZ_CHECK(t->pos >= w->pos && t->word->n_positions >= 1);
	w->off = t->off;
	w->pos = t->pos;
	return FUND_OK;
}

static enum fund_status take_boundary(void *context, enum boundary what, uint32_t pos)
{
	(void)context, (void)what, (void)pos;
	return FUND_OK;
}

static struct analyser *analyser(void)
{
	static struct analyser *a;
	if (!a)
		FUZZ_CHECK(analyser_new(&a) == FUND_OK);
	if (analyser_memory(a) > MEMORY_MAX)
		analyser_reset(a);
	return a;
}

void fuzz_analysis(struct slice bytes)
{
	struct walk walk = { .text_len = bytes.len };
	struct token_sink sink = { .context = &walk, .token = take_token, .boundary = take_boundary };
	const struct word *word;
	struct buf folded = BUF_INIT;
	uint32_t pos = 0;
	FUZZ_CHECK(analyse_text(analyser(), bytes, &pos, &sink) == FUND_OK);
	FUZZ_CHECK(pos >= walk.pos);
	struct slice head = slice_of(bytes.data, bytes.len < 200 ? bytes.len : 200);
	FUZZ_CHECK(analyse_word(analyser(), head, &word) == FUND_OK);
	for (unsigned i = 0; i < word->n_refs; i++)
		FUZZ_CHECK(word->refs[i].term < analyser_n_terms(analyser()));
	FUZZ_CHECK(analyse_fold(analyser(), head, &folded) == FUND_OK);
	buf_release(&folded);
}

static void check_marked(const struct marked_text *m)
{
	uint64_t end = 0;
	FUZZ_CHECK(utf8_valid_prefix(m->text) == m->text.len);
	for (uint32_t i = 0; i < m->n_marks; i++) {
		FUZZ_CHECK(m->marks[i].off >= end && (uint64_t)m->marks[i].off + m->marks[i].len <= m->text.len);
		end = (uint64_t)m->marks[i].off + m->marks[i].len;
	}
}

void fuzz_snippet(struct slice bytes)
{
	static const char *const stems[] = { "wtruppenaufmarsch", "wruh", "wder" };
	struct plan terms[3], *children[3], any = { .kind = PLAN_BOOL, .children = children, .n_children = 3 };
	struct snippet_maker *maker;
	struct arena arena = ARENA_INIT;
	struct marked_text m;
	for (int i = 0; i < 3; i++) {
		terms[i] = (struct plan){ .kind = PLAN_TERM, .term = { .places = { .term = slice_str(stems[i]) }, .weight = 100 }, .scale = 3.0 - i };
		children[i] = &terms[i];
	}
	struct searcher searcher = { .analyser = analyser() }; /* of no index */
	FUZZ_CHECK(snippet_maker_new(&maker, &searcher, &any) == FUND_OK);
	FUZZ_CHECK(snippet_mark(maker, bytes, &arena, &m) == FUND_OK);
	check_marked(&m);
	struct stored_article a = { .title = bytes, .body = bytes };
	FUZZ_CHECK(snippet_make(maker, &a, 30, &arena, &m) == FUND_OK);
	check_marked(&m);
	snippet_maker_free(maker);
	arena_release(&arena);
}
