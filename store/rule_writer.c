/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rule_writer.h"

#include <stdlib.h>

#include "base/hash.h"

#define UNLISTED UINT32_MAX

struct rule {
	uint32_t off, len; /* in bytes */
	uint32_t hash;
	uint32_t times;
	uint32_t number; /* in the list, or UNLISTED */
};

void rule_writer_release(struct rule_writer *w)
{
	buf_release(&w->raw);
	buf_release(&w->bytes);
	free(w->uses);
	free(w->rules);
	free(w->slots);
	*w = (struct rule_writer){ 0 };
}

void rule_writer_reset(struct rule_writer *w)
{
	buf_reset(&w->raw);
	buf_reset(&w->bytes);
	w->n_uses = w->n_rules = 0;
	if (w->n_slots)
		memset(w->slots, 0, w->n_slots * sizeof *w->slots);
}

/* ---- rules that were met ---- */

static struct slice rule_bytes(const struct rule_writer *w, const struct rule *r) { return slice_part(slice_buf(&w->bytes), r->off, r->len); }

static enum fund_status grow_slots(struct rule_writer *w)
{
	size_t n = w->n_slots ? 2 * w->n_slots : 1024;
	uint32_t *slots = calloc(n, sizeof *slots);
	if (!slots)
		return FUND_NO_MEMORY;
	for (size_t i = 0; i < w->n_rules; i++) {
		size_t at = w->rules[i].hash & (n - 1);
		while (slots[at])
			at = (at + 1) & (n - 1);
		slots[at] = (uint32_t)i + 1;
	}
	free(w->slots);
	w->slots = slots;
	w->n_slots = n;
	return FUND_OK;
}

static enum fund_status add_rule(struct rule_writer *w, struct slice bytes, uint32_t hash, size_t at)
{
	struct rule *rules = array_room(w->rules, w->n_rules + 1, &w->cap_rules, sizeof *rules);
	if (!rules)
		return FUND_NO_MEMORY;
	w->rules = rules;
	w->rules[w->n_rules] = (struct rule){ (uint32_t)w->bytes.len, (uint32_t)bytes.len, hash, 0, UNLISTED };
	enum fund_status st = buf_add_slice(&w->bytes, bytes);
	if (st == FUND_OK)
		w->slots[at] = (uint32_t)++w->n_rules;
	return st;
}

static enum fund_status find_rule(struct rule_writer *w, struct slice bytes, uint32_t *number)
{
	enum fund_status st = 2 * (w->n_rules + 1) > w->n_slots ? grow_slots(w) : FUND_OK;
	if (st != FUND_OK)
		return st;
	uint32_t hash = (uint32_t)hash_bytes(bytes.data, bytes.len);
	size_t at = hash & (w->n_slots - 1);
	for (; w->slots[at]; at = (at + 1) & (w->n_slots - 1)) {
		*number = w->slots[at] - 1;
		if (w->rules[*number].hash == hash && slice_equal(rule_bytes(w, &w->rules[*number]), bytes))
			return FUND_OK;
	}
	*number = (uint32_t)w->n_rules;
	return add_rule(w, bytes, hash, at);
}

enum fund_status rule_writer_add(struct rule_writer *w, const struct edit *edit)
{
	uint32_t number;
	struct rule_use *uses = array_room(w->uses, w->n_uses + 1, &w->cap_uses, sizeof *uses);
	if (!uses)
		return FUND_NO_MEMORY;
	w->uses = uses;
	enum fund_status st = find_rule(w, slice_of(edit->rule, edit->rule_len), &number);
	if (st != FUND_OK)
		return st;
	w->rules[number].times++;
	w->uses[w->n_uses++] = (struct rule_use){ number, (uint32_t)w->raw.len };
	return buf_add(&w->raw, edit->places, edit->n_places);
}

/* ---- the list ---- */

/* A rule with what it saves to be listed: a byte each time for its length and bytes. */
struct candidate {
	uint64_t saved;
	struct slice bytes;
	uint32_t rule;
};

static int by_saving(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	return x->saved != y->saved ? (x->saved < y->saved) - (x->saved > y->saved) : slice_compare(x->bytes, y->bytes);
}

enum fund_status rule_writer_list(struct rule_writer *w, struct buf *out)
{
	struct candidate *all = malloc((w->n_rules + 1) * sizeof *all);
	size_t n = 0;
	if (!all)
		return FUND_NO_MEMORY;
	for (size_t i = 0; i < w->n_rules; i++)
		if (w->rules[i].times > 1)
			all[n++] = (struct candidate){ (uint64_t)(w->rules[i].times - 1) * (1 + w->rules[i].len), rule_bytes(w, &w->rules[i]), (uint32_t)i };
	qsort(all, n, sizeof *all, by_saving);
	if (n > EDITS_LISTED)
		n = EDITS_LISTED;
	enum fund_status st = buf_add_byte(out, (uint8_t)n);
	for (size_t i = 0; i < n && st == FUND_OK; i++) {
		w->rules[all[i].rule].number = (uint32_t)i;
		st = buf_add_byte(out, (uint8_t)all[i].bytes.len);
		if (st == FUND_OK)
			st = buf_add_slice(out, all[i].bytes);
	}
	free(all);
	return st;
}

static enum fund_status put_rule(const struct rule_writer *w, const struct rule *r, struct buf *out)
{
	if (r->number != UNLISTED)
		return buf_add_byte(out, (uint8_t)r->number);
	const uint8_t head[2] = { EDITS_LISTED, (uint8_t)r->len };
	enum fund_status st = buf_add(out, head, 2);
	return st == FUND_OK ? buf_add_slice(out, rule_bytes(w, r)) : st;
}

enum fund_status rule_writer_put(const struct rule_writer *w, struct rule_range from, struct rule_range to, struct buf *out)
{
	enum fund_status st = FUND_OK;
	for (; st == FUND_OK && from.uses < to.uses; from.uses++) {
		const struct rule_use *use = &w->uses[from.uses];
		if (use->at > from.raw) /* nothing was written raw yet: there are no bytes to point at */
			st = buf_add(out, w->raw.data + from.raw, use->at - from.raw);
		if (st == FUND_OK)
			st = put_rule(w, &w->rules[use->rule], out);
		from.raw = use->at;
	}
	return st == FUND_OK && to.raw > from.raw ? buf_add(out, w->raw.data + from.raw, to.raw - from.raw) : st;
}
