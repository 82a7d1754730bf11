/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/boxes.h"

#include "store/layout.h"

#define BOXES_A_MARK 4u /* a phrase joined at hyphens has a few words, each in two halves at most */

static bool overlap(const struct layout_word *w, const struct mark *m)
{
	return w->off < m->from + m->from_len && m->from < w->off + w->len;
}

/* Both lists ascend: one pass. */
static uint32_t join(const struct stored_article *article, const struct marked_text *snippet, struct arena *arena, struct shown_box *boxes, uint32_t max,
		     enum fund_status *st)
{
	struct layout_reader r = layout_reader_of(article->layout);
	struct slice page = { NULL, 0 }, kept = { NULL, 0 };
	uint32_t n = 0, mark = 0;
	while (n < max && mark < snippet->n_marks && layout_next(&r)) {
		const struct layout_word *w = &r.word;
		while (mark < snippet->n_marks && snippet->marks[mark].from + snippet->marks[mark].from_len <= w->off)
			mark++;
		if (mark == snippet->n_marks || !overlap(w, &snippet->marks[mark]))
			continue;
		if (r.page.data != page.data) { /* another page: its name is kept once */
			page = r.page;
			kept = arena_slice(arena, page);
			if (!kept.data) {
				*st = FUND_NO_MEMORY;
				return 0;
			}
		}
		boxes[n++] = (struct shown_box){ mark, kept, w->box.x, w->box.y, w->box.w, w->box.h };
	}
	return n;
}

enum fund_status boxes_find(const struct stored_article *article, const struct marked_text *snippet, struct arena *arena, const struct shown_box **out,
			    uint32_t *n)
{
	enum fund_status st = FUND_OK;
	*out = NULL;
	*n = 0;
	if (article->layout.len == 0 || article->lead.len || snippet->n_marks == 0)
		return FUND_OK;
	uint32_t max = BOXES_A_MARK * snippet->n_marks;
	struct shown_box *boxes = arena_alloc(arena, max * sizeof *boxes);
	if (!boxes)
		return FUND_NO_MEMORY;
	*n = join(article, snippet, arena, boxes, max, &st);
	*out = boxes;
	return st;
}
