/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/layout.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "xapian/xapian_c.h"

#define SAMPLE_BYTES 512u /* of text that Omega shows */
#define HASH_DIGITS 16u

/* ---- terms ---- */

/* Classes: docs/FORMAT.md, "Terms". Words have no prefix. */
static const struct {
	uint8_t class;
	const char *prefix;
} prefixes[] = { { 'w', "" }, { 'x', "XPART" }, { 'v', "XVAR" }, { 'a', "A" }, { 's', "XSECT" }, { 'q', "XSRC" }, { 'b', "XB" } };

/* A zero byte counts twice. */
static size_t key_length(const uint8_t *bytes, size_t n)
{
	size_t len = n;
	for (size_t i = 0; i < n; i++)
		len += bytes[i] == 0;
	return len;
}

enum fund_status xapian_prefixed(const char *prefix, struct slice bytes, struct buf *out)
{
	size_t start = out->len;
	enum fund_status st = buf_add_str(out, prefix);
	if (st == FUND_OK)
		st = buf_add_slice(out, bytes);
	if (st != FUND_OK || key_length(out->data + start, out->len - start) <= XAPIAN_TERM_MAX)
		return st;
	uint64_t hash = hash_bytes(bytes.data, bytes.len);
	do
		out->len--;
	while (key_length(out->data + start, out->len - start) > XAPIAN_TERM_MAX - HASH_DIGITS);
	return buf_add_format(out, "%016llx", (unsigned long long)hash);
}

enum fund_status xapian_term_name(struct slice term, struct buf *out)
{
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (term.len > 1 && prefixes[i].class == term.data[0])
			return xapian_prefixed(prefixes[i].prefix, slice_from(term, 1), out);
	return FUND_UNSUPPORTED; /* a class that other engines have no use for */
}

/* ---- forms ---- */

const char *xapian_form_prefix(uint8_t class, bool in_title)
{
	switch (class) {
	case 'w': return in_title ? "XFT" : "XFW";
	case 'a': return "XFA";
	case 's': return "XFS";
	case 'q': return "XFQ";
	default: return NULL;
	}
}

enum fund_status xapian_form_name(const char *prefix, struct slice form, struct slice term, struct buf *out)
{
	size_t start = out->len;
	if (form.len && memchr(form.data, ' ', form.len))
		return FUND_LIMIT;
	enum fund_status st = buf_add_str(out, prefix);
	if (st == FUND_OK)
		st = buf_add_slice(out, form);
	if (st == FUND_OK)
		st = buf_add_byte(out, ' ');
	if (st == FUND_OK)
		st = buf_add_slice(out, term);
	return st == FUND_OK && key_length(out->data + start, out->len - start) > XAPIAN_TERM_MAX ? FUND_LIMIT : st;
}

bool xapian_form_split(struct slice name, struct slice *form, struct slice *term)
{
	const uint8_t *blank = name.len ? memchr(name.data, ' ', name.len) : NULL;
	if (!blank)
		return false;
	*form = slice_of(name.data, (size_t)(blank - name.data));
	*term = slice_from(name, form->len + 1);
	return true;
}

/* ---- terms in the data ---- */

static size_t shared_with(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len, i = 0;
	while (i < n && i < UINT8_MAX && a.data[i] == b.data[i])
		i++;
	return i;
}

/* shared u8, length of the rest u8, the rest. */
static enum fund_status add_shared(struct buf *out, struct slice base, struct slice word)
{
	size_t shared = shared_with(base, word);
	if (word.len - shared > UINT8_MAX)
		return FUND_LIMIT;
	enum fund_status st = buf_add_byte(out, (uint8_t)shared);
	if (st == FUND_OK)
		st = buf_add_byte(out, (uint8_t)(word.len - shared));
	return st == FUND_OK ? buf_add_slice(out, slice_from(word, shared)) : st;
}

/* freq << 1 | positions, boost u8, gaps of the positions, number of forms, forms shared with the term (without class), with several an ordinal each. */
static enum fund_status add_payload(struct buf *out, const struct xapian_posting *p)
{
	uint32_t last = 0;
	enum fund_status st = buf_add_varint(out, (uint64_t)p->freq << 1 | (p->pos != NULL));
	if (st == FUND_OK)
		st = buf_add_byte(out, p->boost);
	for (uint32_t i = 0; p->pos && i < p->freq && st == FUND_OK; i++) {
		st = buf_add_varint(out, p->pos[i] - last);
		last = p->pos[i];
	}
	if (st == FUND_OK)
		st = buf_add_varint(out, p->n_forms);
	for (uint32_t i = 0; i < p->n_forms && st == FUND_OK; i++)
		st = add_shared(out, slice_from(p->term, 1), p->forms[i]);
	for (uint32_t i = 0; p->n_forms > 1 && i < p->freq && st == FUND_OK; i++)
		st = buf_add_varint(out, p->ordinals ? p->ordinals[i] : 0);
	return st;
}

enum fund_status xapian_terms_add(struct buf *out, struct slice last, const struct xapian_posting *p)
{
	struct buf payload = BUF_INIT;
	enum fund_status st = add_payload(&payload, p);
	if (st == FUND_OK)
		st = add_shared(out, last, p->term);
	if (st == FUND_OK)
		st = buf_add_varint(out, payload.len);
	if (st == FUND_OK)
		st = buf_add_slice(out, slice_buf(&payload));
	buf_release(&payload);
	return st;
}

enum fund_status xapian_terms_next(struct xapian_terms *t)
{
	if (cursor_left(&t->c) == 0)
		return FUND_END;
	size_t shared = cursor_u8(&t->c);
	struct slice rest = cursor_take(&t->c, cursor_u8(&t->c));
	t->payload = cursor_take(&t->c, cursor_varint32(&t->c));
	if (t->c.bad || shared > t->term_len || shared + rest.len > sizeof t->term || shared + rest.len == 0)
		return FUND_CORRUPT;
	if (rest.len)
		memcpy(t->term + shared, rest.data, rest.len);
	t->term_len = shared + rest.len;
	t->posting = (struct xapian_posting){ .term = slice_of(t->term, t->term_len) };
	return FUND_OK;
}

static enum fund_status read_forms(struct xapian_terms *t, struct cursor *c, uint32_t n)
{
	struct slice base = slice_from(t->posting.term, 1);
	struct slice *forms = array_room(t->forms, n + (size_t)1, &t->cap_forms, sizeof *forms);
	if (!forms)
		return FUND_NO_MEMORY;
	t->forms = forms;
	buf_reset(&t->words);
	enum fund_status st = buf_reserve(&t->words, 2 * (size_t)UINT8_MAX * (n + (size_t)1));
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		size_t shared = cursor_u8(c), start = t->words.len;
		struct slice rest = cursor_take(c, cursor_u8(c));
		if (c->bad || shared > base.len)
			return FUND_CORRUPT;
		st = buf_add(&t->words, base.data, shared);
		if (st == FUND_OK)
			st = buf_add_slice(&t->words, rest);
		t->forms[i] = slice_of(t->words.data + start, t->words.len - start);
	}
	t->posting.forms = t->forms;
	t->posting.n_forms = n;
	return st;
}

#define FREQ_WITHOUT_POSITIONS 1000000u

/* False: they do not rise. */
static bool read_positions(struct cursor *c, uint32_t n, uint32_t *out)
{
	uint64_t pos = 0;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t gap = cursor_varint32(c);
		pos += gap;
		if (c->bad || (i && gap == 0) || pos > UINT32_MAX)
			return false;
		out[i] = (uint32_t)pos;
	}
	return true;
}

enum fund_status xapian_terms_read(struct xapian_terms *t)
{
	struct cursor c = cursor_of(t->payload);
	struct xapian_posting *p = &t->posting;
	uint32_t head = cursor_varint32(&c);
	p->freq = head >> 1;
	p->boost = cursor_u8(&c);
	if (c.bad || p->freq == 0 || p->freq > ((head & 1) ? cursor_left(&c) : FREQ_WITHOUT_POSITIONS))
		return FUND_CORRUPT;
	uint32_t *numbers = array_room(t->numbers, 2 * (size_t)p->freq + 1, &t->cap_numbers, sizeof *numbers);
	if (!numbers)
		return FUND_NO_MEMORY;
	t->numbers = numbers;
	if ((head & 1) && !read_positions(&c, p->freq, numbers))
		return FUND_CORRUPT;
	p->pos = head & 1 ? numbers : NULL;
	uint32_t n = cursor_varint32(&c);
	if (c.bad || n > cursor_left(&c))
		return FUND_CORRUPT;
	enum fund_status st = read_forms(t, &c, n);
	for (uint32_t i = 0; n > 1 && i < p->freq && st == FUND_OK; i++) {
		numbers[p->freq + i] = cursor_varint32(&c);
		st = c.bad || numbers[p->freq + i] >= n ? FUND_CORRUPT : FUND_OK;
	}
	p->ordinals = n > 1 ? numbers + p->freq : NULL;
	return st;
}

void xapian_terms_release(struct xapian_terms *t)
{
	buf_release(&t->words);
	free(t->numbers);
	free(t->forms);
	*t = (struct xapian_terms){ .term_len = 0 };
}

/* ---- state ---- */

enum fund_status xapian_state_encode(const struct xapian_state *s, struct buf *out)
{
	return buf_add_format(out, "%u %llx %llu %llu %llu %llx %u %u", XAPIAN_LAYOUT_VERSION, (unsigned long long)s->id, (unsigned long long)s->generation,
			      (unsigned long long)s->newest, (unsigned long long)s->sum_length, (unsigned long long)s->mark, s->weights.title, s->weights.lead);
}

enum fund_status xapian_state_decode(struct slice text, struct xapian_state *out)
{
	char line[200];
	unsigned version, title, lead;
	unsigned long long id, generation, newest, sum, mark;
	if (text.len == 0 || text.len >= sizeof line)
		return FUND_FORMAT;
	memcpy(line, text.data, text.len);
	line[text.len] = '\0';
	if (sscanf(line, "%u %llx %llu %llu %llu %llx %u %u", &version, &id, &generation, &newest, &sum, &mark, &title, &lead) != 8 ||
	    version != XAPIAN_LAYOUT_VERSION || title < 1 || title > 255 || lead < 1 || lead > 255)
		return FUND_FORMAT;
	*out = (struct xapian_state){ id, generation, newest, sum, mark, { (uint8_t)title, (uint8_t)lead } };
	return FUND_OK;
}

/* ---- data ---- */

static enum fund_status put_value(struct slice value, struct buf *out)
{
	size_t from = 0;
	enum fund_status st = FUND_OK;
	if (value.len == 0)
		return FUND_OK;
	for (size_t i = 0; i < value.len && st == FUND_OK; i++) {
		const char *escape = value.data[i] == '\n' ? "\\n" : value.data[i] == '\\' ? "\\\\" : NULL;
		if (!escape)
			continue;
		st = buf_add(out, value.data + from, i - from);
		if (st == FUND_OK)
			st = buf_add_str(out, escape);
		from = i + 1;
	}
	return st == FUND_OK ? buf_add(out, value.data + from, value.len - from) : st;
}

static enum fund_status put_line(const char *name, struct slice value, struct buf *out)
{
	enum fund_status st = buf_add_format(out, "%s=", name);
	if (st == FUND_OK)
		st = put_value(value, out);
	return st == FUND_OK ? buf_add_byte(out, '\n') : st;
}

/* The fields of a stored article by their names. */
#define FIELDS 11
static const char *const field_names[FIELDS] = { "f_title",  "f_lead",	   "f_body",	  "f_author", "f_section", "f_source",
						 "f_format", "f_encoding", "f_date_text", "f_layout", "f_others" };
static void fields_of(struct stored_article *t, struct slice *out[FIELDS])
{
	struct slice *const all[FIELDS] = { &t->title, &t->lead, &t->body, &t->author, &t->section, &t->source, &t->format, &t->encoding, &t->date_text,
					      &t->layout, &t->others };
	memcpy(out, all, sizeof all);
}

static struct slice sample_of(struct slice body)
{
	size_t n = body.len;
	if (n > SAMPLE_BYTES)
		for (n = SAMPLE_BYTES; n > 0 && (body.data[n] & 0xC0) == 0x80;)
			n--;
	return slice_of(body.data, n);
}

enum fund_status xapian_ranking_encode(const struct xapian_article *a, struct buf *out)
{
	const uint64_t figures[] = { a->date, a->words, a->length, a->fields, a->signature, a->key.len };
	enum fund_status st = FUND_OK;
	buf_reset(out);
	for (size_t i = 0; i < sizeof figures / sizeof *figures && st == FUND_OK; i++)
		st = buf_add_varint(out, figures[i]);
	if (st == FUND_OK)
		st = buf_add_slice(out, a->key);
	return st == FUND_OK ? buf_add_slice(out, a->terms) : st;
}

enum fund_status xapian_ranking_decode(struct slice bytes, struct xapian_article *out)
{
	struct cursor c = cursor_of(bytes);
	*out = (struct xapian_article){ .date = cursor_varint32(&c) };
	out->words = cursor_varint32(&c);
	out->length = cursor_varint32(&c);
	out->fields = cursor_varint32(&c);
	out->signature = cursor_varint(&c);
	out->key = cursor_take(&c, cursor_varint32(&c));
	out->terms = cursor_take(&c, cursor_left(&c));
	return c.bad || out->key.len == 0 ? FUND_CORRUPT : FUND_OK;
}

enum fund_status xapian_data_encode(const struct xapian_article *a, struct buf *out)
{
	struct stored_article text = a->text;
	struct slice *fields[FIELDS];
	buf_reset(out);
	fields_of(&text, fields);
	enum fund_status st = put_line("url", a->key, out);
	if (st == FUND_OK)
		st = put_line("caption", a->text.title, out);
	if (st == FUND_OK)
		st = put_line("sample", sample_of(a->text.body), out);
	if (st == FUND_OK)
		st = buf_add_format(out, "type=text/plain\nsize=%zu\nf_date=%u\nf_words=%u\nf_length=%u\nf_fields=%u\nf_signature=%llu\n", a->text.body.len,
				    a->date, a->words, a->length, a->fields, (unsigned long long)a->signature);
	for (size_t i = 0; i < FIELDS && st == FUND_OK; i++)
		if (fields[i]->len)
			st = put_line(field_names[i], *fields[i], out);
	return st;
}

/* Unescaped in place: it only gets shorter. */
static enum fund_status take_value(uint8_t *p, uint8_t *end, struct slice *out)
{
	uint8_t *to = p;
	out->data = p;
	for (; p < end; p++) {
		if (*p != '\\') {
			*to++ = *p;
			continue;
		}
		if (++p == end || (*p != 'n' && *p != '\\'))
			return FUND_CORRUPT;
		*to++ = *p == 'n' ? '\n' : '\\';
	}
	out->len = (size_t)(to - out->data);
	return FUND_OK;
}

static bool take_number(struct slice s, uint64_t most, uint64_t *out)
{
	uint64_t v = 0;
	for (size_t i = 0; i < s.len; i++) {
		uint64_t digit = (uint64_t)s.data[i] - '0';
		if (digit > 9 || v > (most - digit) / 10)
			return false;
		v = 10 * v + digit;
	}
	*out = v;
	return s.len > 0;
}

/* A line with a number: false where it is of another kind. */
static bool take_figure(struct slice name, struct slice value, struct xapian_article *out, enum fund_status *st)
{
	static const char *const names[] = { "f_date", "f_words", "f_length", "f_fields" };
	uint32_t *const to[] = { &out->date, &out->words, &out->length, &out->fields };
	uint64_t v = 0;
	*st = FUND_OK;
	if (slice_equal(name, SLICE_LIT("f_signature"))) {
		*st = take_number(value, UINT64_MAX, &out->signature) ? FUND_OK : FUND_CORRUPT;
		return true;
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_equal(name, slice_str(names[i]))) {
			*st = take_number(value, UINT32_MAX, &v) ? FUND_OK : FUND_CORRUPT;
			*to[i] = (uint32_t)v;
			return true;
		}
	return false;
}

static enum fund_status take_line(uint8_t *line, uint8_t *end, struct xapian_article *out)
{
	uint8_t *is = memchr(line, '=', (size_t)(end - line));
	struct slice *fields[FIELDS], value;
	if (!is)
		return FUND_CORRUPT;
	struct slice name = slice_of(line, (size_t)(is - line));
	enum fund_status st = take_value(is + 1, end, &value);
	if (st != FUND_OK)
		return st;
	if (slice_equal(name, SLICE_LIT("url")))
		out->key = value;
	else if (take_figure(name, value, out, &st))
		return st;
	fields_of(&out->text, fields);
	for (size_t i = 0; i < FIELDS; i++)
		if (slice_equal(name, slice_str(field_names[i])))
			*fields[i] = value;
	return FUND_OK;
}

enum fund_status xapian_data_decode(struct slice data, struct buf *room, struct xapian_article *out)
{
	*out = (struct xapian_article){ .date = 0 };
	buf_reset(room);
	enum fund_status st = buf_add_slice(room, data);
	uint8_t *p = room->data, *end = p ? p + room->len : p;
	while (st == FUND_OK && p < end) {
		uint8_t *newline = memchr(p, '\n', (size_t)(end - p));
		if (!newline)
			return FUND_CORRUPT;
		st = take_line(p, newline, out);
		p = newline + 1;
	}
	return st == FUND_OK && !out->key.data ? FUND_CORRUPT : st;
}
