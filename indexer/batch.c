/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/batch.h"

#include <stdlib.h>

struct batch *batch_new(void) { return calloc(1, sizeof(struct batch)); }

void batch_free(struct batch *b)
{
	if (!b)
		return;
	arena_release(&b->arena);
	free(b->entries);
	free(b->docs);
	free(b->texts);
	buf_release(&b->text);
	free(b);
}

void batch_reset(struct batch *b)
{
	arena_reset(&b->arena);
	buf_reset(&b->text);
	b->n_entries = b->n_docs = b->n_texts = 0;
	b->bytes = 0;
	b->work = b->done = false;
	b->status = FUND_OK;
	b->fault = (struct fault){ 0 };
}

static bool grow(void **array, uint32_t n, uint32_t *cap, size_t size)
{
	if (n < *cap)
		return true;
	uint32_t more = *cap ? 2 * *cap : 64;
	void *grown = more > *cap ? realloc(*array, more * size) : NULL;
	if (!grown)
		return false;
	*array = grown;
	*cap = more;
	return true;
}

struct entry *batch_add(struct batch *b)
{
	void *array = b->entries;
	bool ok = grow(&array, b->n_entries, &b->cap_entries, sizeof *b->entries);
	b->entries = array;
	if (!ok)
		return NULL;
	struct entry *e = &b->entries[b->n_entries++];
	*e = (struct entry){ .first = true, .last = true, .range = { 0, UINT64_MAX } };
	return e;
}

enum fund_status batch_add_doc(struct batch *b, const struct batch_doc *doc)
{
	void *array = b->docs;
	bool ok = grow(&array, b->n_docs, &b->cap_docs, sizeof *b->docs);
	b->docs = array;
	if (!ok)
		return FUND_NO_MEMORY;
	b->docs[b->n_docs++] = *doc;
	return FUND_OK;
}

enum fund_status batch_add_text(struct batch *b, size_t off, uint32_t n_docs, uint32_t raw_len)
{
	void *array = b->texts;
	bool ok = grow(&array, b->n_texts, &b->cap_texts, sizeof *b->texts);
	b->texts = array;
	if (!ok)
		return FUND_NO_MEMORY;
	b->texts[b->n_texts++] = (struct text_run){ off, b->text.len - off, n_docs, raw_len };
	return FUND_OK;
}

enum fund_status entry_note(struct batch *b, struct entry *e, const struct note *note)
{
	struct note *n = arena_alloc(&b->arena, sizeof *n);
	struct slice member = arena_slice(&b->arena, note->member), text = arena_slice(&b->arena, note->text);
	if (!n || !member.data || !text.data)
		return FUND_NO_MEMORY;
	*n = (struct note){ member, note->line, note->minor, text, NULL };
	if (!e->notes)
		e->notes = n;
	else
		*e->last_note = n;
	e->last_note = &n->next;
	return FUND_OK;
}
