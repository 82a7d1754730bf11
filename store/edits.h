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

#include "base/letters.h"

#define EDIT_PLACES 7u
#define EDIT_RULE_MAX 255u
#define EDIT_CUT_INLINE 31u /* bytes cut: as many as fit a rule's first byte */
#define EDITS_LISTED 254u

struct edit {
	uint32_t rule_len, n_places;
	uint8_t rule[EDIT_RULE_MAX];
	uint8_t places[EDIT_PLACES]; /* of each replacement: bytes kept since the one before */
};
/* The change from `base` to `word`, each of at most 128 bytes. */
void edit_make(struct slice base, struct slice word, struct edit *out);
/* How many places a rule has, with one byte each; false: the rule cannot be right. */
static inline bool edit_rule_places(struct slice rule, uint32_t *n_places)
{
	*n_places = rule.len ? rule.data[0] & 7u : 0;
	return rule.len > 0;
}
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
	const uint8_t *at[EDITS_LISTED]; /* a rule's length, and the rule */
	uint64_t letters[EDITS_LISTED]; /* that a rule puts into a word, among others (letters.h), if it was asked for */
	uint64_t asked[EDITS_LISTED / 64 + 1]; /* a bit each */
};
/* The list in these bytes, which it borrows. */
bool edit_list_begin(struct edit_list *list, struct slice bytes);
static inline struct slice edit_listed(const struct edit_list *list, uint8_t number) { return slice_of(list->at[number] + 1, *list->at[number]); }
/* A rule by its number, or, behind EDITS_LISTED, as it stands there. */
bool edit_rule_read_on(struct edit_list *list, struct cursor *c, struct slice *rule);
static inline bool edit_rule_read(struct edit_list *list, struct cursor *c, struct slice *rule)
{
	if (c->p == c->end || *c->p >= list->n_read)
		return edit_rule_read_on(list, c, rule);
	*rule = edit_listed(list, *c->p++);
	return true;
}
/* Over a rule and its places; *letters: as above. */
bool edit_rule_pass_on(struct edit_list *list, struct cursor *c, uint64_t *letters);
static inline bool edit_rule_pass(struct edit_list *list, struct cursor *c, uint64_t *letters)
{
	if (c->p == c->end || *c->p >= list->n_read) {
		struct cursor other = *c;
		bool right = edit_rule_pass_on(list, &other, letters);
		*c = other;
		return right;
	}
	uint8_t number = *c->p++, n_places = list->at[number][1] & 7u;
	if (!(list->asked[number / 64] >> number % 64 & 1)) {
		list->letters[number] = letters_in(slice_from(edit_listed(list, number), 1));
		list->asked[number / 64] |= (uint64_t)1 << number % 64;
	}
	*letters = list->letters[number];
	cursor_pass_local(c, n_places);
	return !c->bad;
}
/* Over a rule and its places: edit_keeps(). */
bool edit_rule_keeps_on(struct edit_list *list, struct cursor *c, size_t len, size_t n, size_t *made);
static inline bool edit_rule_keeps(struct edit_list *list, struct cursor *c, size_t len, size_t n, size_t *made)
{
	const uint8_t *at = c->p < c->end && *c->p < list->n_read ? list->at[*c->p] : NULL;
	if (at && (at[1] & 7u) == 0 && at[1] >> 3 < EDIT_CUT_INLINE) { /* most: another end */
		size_t cut = at[1] >> 3;
		c->p++;
		*made = len - cut + *at - 1;
		return len >= cut + n;
	}
	struct cursor other = *c;
	bool keeps = edit_rule_keeps_on(list, &other, len, n, made);
	*c = other;
	return keeps;
}

#endif
