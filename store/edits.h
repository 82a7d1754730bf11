/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * edits.h - a word as the change of another one: haus -> häuser is "a to ä, er behind".
 *
 * Shape    a rule (up to 7 replacements within the word, then what is cut from its end and put there instead) and where the replacements
 *          are. Words of a language share their rules: a chunk of the dictionary lists its frequent ones once.
 * Bytes    docs/FORMAT.md, "Forms".
 */
#ifndef STORE_EDITS_H
#define STORE_EDITS_H

#include "base/bytes.h"

#define EDIT_PLACES 7u
#define EDIT_RULE_MAX 255u
#define EDITS_LISTED 254u

struct edit {
	uint32_t rule_len, n_places;
	uint8_t rule[EDIT_RULE_MAX];
	uint8_t places[EDIT_PLACES]; /* of each replacement: bytes kept since the one before */
};
/* The change from `base` to `word`, each of at most 128 bytes. */
void edit_make(struct slice base, struct slice word, struct edit *out);
/* How many places a rule has, with one byte each; false: the rule cannot be right. */
bool edit_rule_places(struct slice rule, uint32_t *n_places);
/* Applies it: at most `room` bytes at out. 0: cannot be right. */
size_t edit_apply(struct slice rule, const uint8_t *places, struct slice base, uint8_t *out, size_t room);

/* Does it keep the first `n` bytes of any word of `len` bytes? *made: how long that becomes. false also for one that cannot be right. */
bool edit_keeps(struct slice rule, const uint8_t *places, size_t len, size_t n, size_t *made);

/* The rules that a chunk lists. */
struct edit_list {
	uint32_t n;
	/* private: read as far as they are asked for, and frequent ones have low numbers */
	uint32_t n_read;
	struct cursor rest;
	struct slice rules[EDITS_LISTED];
};
/* The list in these bytes, which it borrows. */
bool edit_list_begin(struct edit_list *list, struct slice bytes);
/* A rule by its number, or, behind EDITS_LISTED, as it stands there. */
bool edit_rule_read_on(struct edit_list *list, struct cursor *c, struct slice *rule);
static inline bool edit_rule_read(struct edit_list *list, struct cursor *c, struct slice *rule)
{
	if (c->p == c->end || *c->p >= list->n_read)
		return edit_rule_read_on(list, c, rule);
	*rule = list->rules[*c->p++];
	return true;
}

#endif
