/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/impact.h"

/* A full set gives up the pair whose place costs least: its neighbour above takes its length, and so still bounds it. */
static void make_room(struct impacts *set)
{
	uint32_t least = 0;
	uint64_t cost = UINT64_MAX;
	for (uint32_t i = 0; i + 1 < set->n; i++) {
		uint64_t loss = (uint64_t)(set->pair[i + 1].len - set->pair[i].len) * (set->pair[i + 1].freq - set->pair[i].freq);
		if (loss < cost) {
			cost = loss;
			least = i;
		}
	}
	set->pair[least + 1].len = set->pair[least].len;
	memmove(set->pair + least, set->pair + least + 1, (set->n - least - 1) * sizeof *set->pair);
	set->n--;
}

void impacts_add(struct impacts *set, struct impact one)
{
	uint32_t at = 0;
	while (at < set->n && set->pair[at].freq < one.freq)
		at++;
	if (at < set->n && set->pair[at].len <= one.len)
		return; /* bounded already by one with as many and no longer */
	uint32_t from = at;
	while (from > 0 && set->pair[from - 1].len >= one.len)
		from--;
	uint32_t to = at + (at < set->n && set->pair[at].freq == one.freq);
	if (from == to && set->n == IMPACTS_MAX) {
		make_room(set);
		impacts_add(set, one);
		return;
	}
	memmove(set->pair + from + 1, set->pair + to, (set->n - to) * sizeof *set->pair);
	set->pair[from] = one;
	set->n = set->n - (to - from) + 1;
}

void impacts_merge(struct impacts *set, const struct impacts *other)
{
	for (uint32_t i = 0; i < other->n; i++)
		impacts_add(set, other->pair[i]);
}

uint8_t *impacts_encode(const struct impacts *set, uint8_t *out)
{
	*out++ = (uint8_t)set->n;
	for (uint32_t i = 0; i < set->n; i++) {
		out = put_varint(out, set->pair[i].freq);
		out = put_varint(out, set->pair[i].len);
	}
	return out;
}

bool impacts_decode(struct cursor *c, struct impacts *set)
{
	set->n = cursor_u8(c);
	if (c->bad || set->n < 1 || set->n > IMPACTS_MAX) {
		set->n = 0;
		return false;
	}
	for (uint32_t i = 0; i < set->n; i++) {
		set->pair[i].freq = cursor_varint32(c);
		set->pair[i].len = cursor_varint32(c);
		if (i && (set->pair[i].freq <= set->pair[i - 1].freq || set->pair[i].len <= set->pair[i - 1].len))
			c->bad = true;
	}
	if (c->bad)
		set->n = 0;
	return !c->bad;
}
