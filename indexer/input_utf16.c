/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/utf8.h"
#include "indexer/encoding.h"
#include "indexer/input_source.h"

struct utf16 {
	struct input *outer; /* borrowed */
	enum encoding encoding;
	struct buf raw;	     /* a whole number of characters is decoded, the rest waits */
	struct buf text;
	size_t at;	     /* of text, what was handed out */
};

static enum fund_status decode_more(struct utf16 *u, struct fault *why)
{
	struct slice part;
	enum fund_status st = input_read(u->outer, &part, why);
	if (st != FUND_OK)
		return st;
	st = buf_add_slice(&u->raw, part);
	bool pairs = u->encoding == ENCODING_UTF16LE || u->encoding == ENCODING_UTF16BE;
	size_t len = u->raw.len & ~(size_t)(pairs ? 1 : 3);
	/* the first half of a pair waits for the second */
	if (pairs && len >= 2 && (u->raw.data[len - (u->encoding == ENCODING_UTF16LE ? 1 : 2)] & 0xFC) == 0xD8)
		len -= 2;
	buf_reset(&u->text);
	u->at = 0;
	if (st == FUND_OK)
		st = encoding_decode(u->encoding, slice_of(u->raw.data, len), &u->text);
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	memmove(u->raw.data, u->raw.data + len, u->raw.len - len);
	u->raw.len -= len;
	return FUND_OK;
}

static enum fund_status utf16_read(void *context, uint8_t *out, size_t cap, size_t *len, struct fault *why)
{
	struct utf16 *u = context;
	enum fund_status st = FUND_OK;
	*len = 0;
	while (st == FUND_OK && u->at == u->text.len)
		st = decode_more(u, why);
	if (st != FUND_OK)
		return st == FUND_END ? FUND_OK : st;
	*len = u->text.len - u->at < cap ? u->text.len - u->at : cap;
	memcpy(out, u->text.data + u->at, *len);
	u->at += *len;
	return FUND_OK;
}

static void utf16_close(void *context)
{
	struct utf16 *u = context;
	buf_release(&u->raw);
	buf_release(&u->text);
	free(u);
}

enum fund_status input_as_utf8(struct input **out, const char **name, struct input *in, struct fault *why)
{
	struct slice head;
	enum encoding encoding;
	*out = NULL;
	*name = NULL;
	enum fund_status st = input_peek(in, 4096, &head, why);
	if (st != FUND_OK || !encoding_wide(head, &encoding))
		return st;
	struct utf16 *u = calloc(1, sizeof *u);
	if (!u)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	u->outer = in;
	u->encoding = encoding;
	*name = encoding_name(encoding);
	st = input_open(out, (struct input_source){ .context = u, .read = utf16_read, .close = utf16_close });
	return st == FUND_OK ? st : fault_set(why, st, "out of memory");
}
