/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dictionary_entry.h - the next entry of a block of the dictionary: here, so that a walk that passes over most terms is one loop (dictionary.c, forms.c).
 */
#ifndef STORE_DICTIONARY_ENTRY_H
#define STORE_DICTIONARY_ENTRY_H

#include "store/dictionary.h"

#define ENTRY_STEP 16u /* bytes that are copied at once, whatever stands behind a short suffix */

/* How much of the term before the next one keeps, and what follows: its bytes are not put together. */
static inline bool entry_read_suffix(struct dictionary_iter *it, struct cursor *c, struct slice *suffix)
{
	uint64_t shared = cursor_varint_local(c), len = cursor_varint_local(c);
	if (shared > it->entry.term.len || len > DICTIONARY_TERM_MAX - shared || shared + len == 0 || len > cursor_left(c))
		return false;
	*suffix = slice_of(c->p, (size_t)len);
	cursor_pass_local(c, len);
	it->entry.term.len = (size_t)(shared + len);
	it->shared = (uint32_t)shared;
	return true;
}

/* What it shares with the term before stands there already. */
static inline bool entry_read_term(struct dictionary_iter *it, struct cursor *c)
{
	struct slice suffix;
	if (!entry_read_suffix(it, c, &suffix))
		return false;
	if (suffix.len <= ENTRY_STEP && it->shared <= DICTIONARY_TERM_MAX - ENTRY_STEP && c->end - suffix.data >= (ptrdiff_t)ENTRY_STEP)
		memcpy(it->term + it->shared, suffix.data, ENTRY_STEP);
	else if (suffix.len)
		memcpy(it->term + it->shared, suffix.data, suffix.len);
	return true;
}

static inline bool entry_read_place(struct cursor *c, uint64_t *next, uint64_t *address, uint64_t *len)
{
	uint64_t v = cursor_varint_local(c), distance = v & 1 ? cursor_varint_local(c) : 0, from = *next + distance, to = from + (v >> 1);
	*len = v >> 1;
	*address = from;
	*next = to;
	return from >= distance && to >= from;
}

static inline bool entry_read_numbers(struct dictionary_iter *it, struct cursor *c)
{
	struct term_entry *e = &it->entry;
	uint64_t tag = cursor_varint_local(c), more = cursor_varint_local(c), df = tag / 9;
	uint32_t kind = (uint32_t)(tag - 9 * df);
	if (df < 1 || df >= UINT32_MAX || df + more < more)
		return false;
	e->form = (enum list_form)(kind % 3);
	e->has_positions = kind >= 3;
	e->several_forms = kind >= 6;
	e->df = (uint32_t)df;
	e->cf = df + more;
	e->payload = (struct slice){ NULL, 0 };
	e->list = e->list_len = e->positions = e->positions_len = 0;
	if (e->form == LIST_INLINE) {
		uint64_t len = cursor_varint_local(c);
		e->payload = slice_of(c->p, (size_t)len);
		cursor_pass_local(c, len);
	} else if (!entry_read_place(c, &it->next_list, &e->list, &e->list_len) ||
		 (e->has_positions && !entry_read_place(c, &it->next_positions, &e->positions, &e->positions_len))) {
		return false;
	}
	return !c->bad;
}

/* The block has one left. *c: where, a copy of it->cursor that may be a caller's registers. */
static inline bool entry_read(struct dictionary_iter *it, struct cursor *c)
{
	bool is_first = it->index == UINT32_MAX; /* its term stands in the header */
	if ((!is_first && !entry_read_term(it, c)) || !entry_read_numbers(it, c))
		return false;
	it->left--;
	it->index++;
	return true;
}

static inline void entry_pass_place(struct cursor *c, uint64_t *next)
{
	uint64_t v = cursor_varint_local(c);
	if (v & 1)
		*next += cursor_varint_local(c);
	*next += v >> 1;
}

/* Over the numbers of an entry: only the running addresses of lists and positions go on. -> its form and what positions it has, as its tag says it (FORMAT.md). */
static inline uint32_t entry_pass_numbers(struct cursor *c, uint64_t *next_list, uint64_t *next_positions)
{
	uint32_t kind = (uint32_t)(cursor_varint_local(c) % 9);
	cursor_varint_local(c);
	if (kind % 3 == LIST_INLINE) {
		cursor_pass_local(c, cursor_varint_local(c));
		return kind;
	}
	entry_pass_place(c, next_list);
	if (kind >= 3)
		entry_pass_place(c, next_positions);
	return kind;
}

/* Over an entry of which only these matter: how long its term is (*len: the one before), and whether that has several forms. false: it cannot be right. */
static inline bool entry_pass(struct cursor *c, bool is_first, size_t *len, bool *several)
{
	if (!is_first) {
		uint64_t shared = cursor_varint_local(c), rest = cursor_varint_local(c);
		if (shared > *len || rest > DICTIONARY_TERM_MAX - shared)
			return false;
		*len = (size_t)(shared + rest);
		cursor_pass_local(c, rest);
	}
	uint64_t nowhere = 0;
	*several = entry_pass_numbers(c, &nowhere, &nowhere) >= 6;
	return !c->bad;
}

#endif
