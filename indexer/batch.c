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

struct entry *batch_add(struct batch *b)
{
	struct entry *entries = array_room(b->entries, b->n_entries + (size_t)1, &b->cap_entries, sizeof *entries);
	if (!entries)
		return NULL;
	b->entries = entries;
	struct entry *e = &b->entries[b->n_entries++];
	*e = (struct entry){ .first = true, .last = true, .range = { 0, UINT64_MAX } };
	return e;
}

enum fund_status batch_add_doc(struct batch *b, const struct batch_doc *doc)
{
	struct batch_doc *docs = array_room(b->docs, b->n_docs + (size_t)1, &b->cap_docs, sizeof *docs);
	if (!docs)
		return FUND_NO_MEMORY;
	b->docs = docs;
	b->docs[b->n_docs++] = *doc;
	return FUND_OK;
}

enum fund_status batch_add_text(struct batch *b, size_t off, uint32_t n_docs, uint32_t raw_len)
{
	struct batch_text *texts = array_room(b->texts, b->n_texts + (size_t)1, &b->cap_texts, sizeof *texts);
	if (!texts)
		return FUND_NO_MEMORY;
	b->texts = texts;
	b->texts[b->n_texts++] = (struct batch_text){ off, b->text.len - off, n_docs, raw_len };
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
