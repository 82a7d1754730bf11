/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * met_forms.h - the words that a term was made of, as they were written, with how often each was met.
 *
 * Flow     The inverter counts them; they go ahead of the term's postings through runs and merge. The segment stores them, compounds are
 *          split by them (parts.h). Postings name a form by its place in the row.
 * Bytes    a form: length u8, the word in small letters, times met varint, of these alone and capitalised varint, alone and not varint.
 */
#ifndef INDEXER_MET_FORMS_H
#define INDEXER_MET_FORMS_H

#include "base/bytes.h"

#define MET_FORMS_MAX ((size_t)256 << 20) /* bytes of all forms of a term */

struct met_form {
	struct slice word;
	uint64_t n;		 /* occurrences, in hyphenated words too */
	uint64_t capital, small; /* of these: a word by itself, all its letters small, but for the first of the former */
};

static inline bool met_form_next(struct cursor *c, struct met_form *out)
{
	if (cursor_left(c) == 0)
		return false;
	out->word = cursor_take(c, cursor_u8(c));
	out->n = cursor_varint(c);
	out->capital = cursor_varint(c);
	out->small = cursor_varint(c);
	return !c->bad;
}

static inline enum fund_status met_form_put(struct buf *to, const struct met_form *f)
{
	uint8_t room[1 + UINT8_MAX + 3 * VARINT64_MAX], *p = room;
	*p++ = (uint8_t)f->word.len;
	memcpy(p, f->word.data, f->word.len);
	p = put_varint(put_varint(put_varint(p + f->word.len, f->n), f->capital), f->small);
	return buf_add(to, room, (size_t)(p - room));
}

#endif
