/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/article_wire.h"

#define LENGTH 4u
#define NAME_MAX_LEN 63u

void wire_names_release(struct wire_names *n)
{
	arena_release(&n->arena);
	*n = (struct wire_names){ .n = 0 };
}

static const char *keep_name(struct wire_names *names, struct slice s)
{
	for (uint32_t i = 0; i < names->n; i++)
		if (slice_equal(slice_str(names->name[i]), s))
			return names->name[i];
	if (s.len > NAME_MAX_LEN || names->n == sizeof names->name / sizeof *names->name || (s.len && memchr(s.data, 0, s.len)))
		return NULL;
	const char *copy = (const char *)arena_slice(&names->arena, s).data;
	if (copy)
		names->name[names->n++] = copy;
	return copy;
}

/* The texts of an article, in their order. */
#define N_TEXTS 11
/* A field more in struct article is a field more here. */
_Static_assert(sizeof(struct article) == N_TEXTS * sizeof(struct slice) + 2 * sizeof(void *) + 2 * sizeof(void *), "article_wire.c does not carry all of struct article");
#define TEXTS(a) { &(a)->member, &(a)->id, &(a)->title, &(a)->lead, &(a)->body, &(a)->author, &(a)->section, &(a)->source, &(a)->date_text, \
		   &(a)->layout, &(a)->others }

static enum fund_status put_text(struct buf *out, struct slice s)
{
	enum fund_status st = buf_add_varint(out, s.len);
	return st == FUND_OK ? buf_add_slice(out, s) : st;
}

/* Room for the length, which end() fills, and the kind. */
static enum fund_status begin(struct buf *out, enum wire_kind kind)
{
	uint8_t head[LENGTH + 1] = { 0, 0, 0, 0, (uint8_t)kind };
	return buf_add(out, head, sizeof head);
}

static enum fund_status end(struct buf *out, size_t start, enum fund_status st)
{
	size_t len = out->len - start - LENGTH;
	if (st != FUND_OK || len > UINT32_MAX) {
		out->len = start;
		return st == FUND_OK ? FUND_LIMIT : st;
	}
	put_u32(out->data + start, (uint32_t)len);
	return FUND_OK;
}

enum fund_status wire_put_article(struct buf *out, const struct article *a)
{
	const struct slice *texts[N_TEXTS] = TEXTS(a);
	size_t start = out->len;
	enum fund_status st = begin(out, WIRE_ARTICLE);
	if (st == FUND_OK)
		st = buf_add_byte(out, a->many);
	if (st == FUND_OK)
		st = buf_add_varint(out, a->date);
	for (int i = 0; i < N_TEXTS && st == FUND_OK; i++)
		st = put_text(out, *texts[i]);
	if (st == FUND_OK)
		st = put_text(out, slice_str(a->format));
	if (st == FUND_OK)
		st = put_text(out, slice_str(a->encoding));
	return end(out, start, st);
}

enum fund_status wire_put_fault(struct buf *out, enum wire_kind kind, enum fund_status status, uint64_t line, struct slice member, const char *reason)
{
	size_t start = out->len;
	enum fund_status st = begin(out, kind);
	if (st == FUND_OK)
		st = buf_add_byte(out, (uint8_t)status);
	if (st == FUND_OK)
		st = buf_add_varint(out, line);
	if (st == FUND_OK)
		st = put_text(out, member);
	if (st == FUND_OK)
		st = put_text(out, slice_str(reason));
	return end(out, start, st);
}

enum fund_status wire_put_sibling(struct buf *out, struct slice path)
{
	size_t start = out->len;
	enum fund_status st = begin(out, WIRE_SIBLING);
	return end(out, start, st == FUND_OK ? put_text(out, path) : st);
}

enum fund_status wire_put_wish(struct buf *out, enum wire_kind kind)
{
	size_t start = out->len;
	return end(out, start, begin(out, kind));
}

static struct slice take_text(struct cursor *c)
{
	uint64_t len = cursor_varint(c);
	if (len > cursor_left(c))
		c->bad = true;
	return cursor_take(c, c->bad ? 0 : (size_t)len);
}

bool wire_get(struct slice frame, struct wire_names *names, struct wire_frame *out)
{
	struct cursor c = cursor_of(frame);
	struct slice *texts[N_TEXTS] = TEXTS(&out->article);
	*out = (struct wire_frame){ .kind = (enum wire_kind)cursor_u8(&c) };
	if (out->kind == WIRE_ARTICLE) {
		out->article.many = cursor_u8(&c) != 0;
		out->article.date = cursor_varint32(&c);
		for (int i = 0; i < N_TEXTS; i++)
			*texts[i] = take_text(&c);
		out->article.format = keep_name(names, take_text(&c));
		out->article.encoding = keep_name(names, take_text(&c));
		return !c.bad && cursor_left(&c) == 0 && out->article.format && out->article.encoding;
	}
	if (out->kind >= WIRE_SIBLING) {
		out->sibling = out->kind == WIRE_SIBLING ? take_text(&c) : (struct slice){ NULL, 0 };
		return !c.bad && cursor_left(&c) == 0 && out->kind <= WIRE_CONVERTED;
	}
	out->status = (enum fund_status)cursor_u8(&c);
	out->line = cursor_varint(&c);
	out->member = take_text(&c);
	out->reason = take_text(&c);
	return !c.bad && cursor_left(&c) == 0 && out->kind >= WIRE_BAD && out->kind <= WIRE_LAST && out->status != FUND_OK && out->status <= FUND_INTERRUPTED;
}
