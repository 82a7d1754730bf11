/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/manifest.h"

#include <stdlib.h>

#include "base/hash.h"

#define MAGIC "FUNDSTL\n"
#define MAGIC_LEN 8u
#define HEAD_LEN (MAGIC_LEN + 8) /* and version and features */
#define CHECKSUM_LEN 4u
#define FEATURES_KNOWN 0u
#define ROOT_BYTES_MIN 4u /* of an encoded root: an upper bound for their number before memory is taken */
#define SEGMENT_BYTES_MIN 14u
#define STORE_BYTES_MIN 4u
#define ROOT_NUMBERS 65536u /* u16 in keys */

void manifest_release(struct manifest *m)
{
	for (uint32_t i = 0; i < m->n_roots; i++)
		buf_release(&m->roots[i].path);
	free(m->roots);
	free(m->segments);
	buf_release(&m->analysis_text);
	*m = (struct manifest){ .id = 0 };
}

static enum fund_status push_root(struct manifest *m, const struct root *root, struct slice path)
{
	struct root *roots = realloc(m->roots, ((size_t)m->n_roots + 1) * sizeof(*roots));
	struct root *r;

	if (roots == NULL)
		return FUND_NO_MEMORY;
	m->roots = roots;
	r = &roots[m->n_roots];
	*r = *root;
	r->path = (struct buf)BUF_INIT;
	if (buf_add_slice(&r->path, path) != FUND_OK || buf_str(&r->path) == NULL) {
		buf_release(&r->path);
		return FUND_NO_MEMORY;
	}
	m->n_roots++;
	return FUND_OK;
}

static enum fund_status push_segment(struct manifest *m, const struct segment_stats *s)
{
	struct segment_stats *segments = realloc(m->segments, ((size_t)m->n_segments + 1) * sizeof(*segments));

	if (segments == NULL)
		return FUND_NO_MEMORY;
	m->segments = segments;
	segments[m->n_segments++] = *s;
	return FUND_OK;
}

enum fund_status manifest_copy(struct manifest *to, const struct manifest *from)
{
	enum fund_status status;

	*to = *from;
	to->analysis_text = (struct buf)BUF_INIT;
	to->roots = NULL;
	to->segments = NULL;
	to->n_roots = to->n_segments = 0;
	status = buf_add_slice(&to->analysis_text, slice_buf(&from->analysis_text));
	for (uint32_t i = 0; status == FUND_OK && i < from->n_roots; i++)
		status = push_root(to, &from->roots[i], slice_buf(&from->roots[i].path));
	for (uint32_t i = 0; status == FUND_OK && i < from->n_segments; i++)
		status = push_segment(to, &from->segments[i]);
	if (status != FUND_OK)
		manifest_release(to);
	return status;
}

/* ---- bytes ---- */

static enum fund_status add_varints(struct buf *out, const uint64_t *values, size_t n)
{
	enum fund_status status = FUND_OK;

	for (size_t i = 0; status == FUND_OK && i < n; i++)
		status = buf_add_varint(out, values[i]);
	return status;
}
#define ADD_VARINTS(out, ...) \
	add_varints(out, (const uint64_t[]){ __VA_ARGS__ }, sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))

static enum fund_status add_u64(struct buf *out, uint64_t v)
{
	uint8_t bytes[8];

	put_u64(bytes, v);
	return buf_add(out, bytes, sizeof(bytes));
}

static enum fund_status add_string(struct buf *out, struct slice s)
{
	enum fund_status status = buf_add_varint(out, s.len);

	return status == FUND_OK ? buf_add_slice(out, s) : status;
}

static enum fund_status encode_head(const struct manifest *m, struct buf *out)
{
	uint8_t head[HEAD_LEN];
	enum fund_status status;

	memcpy(head, MAGIC, MAGIC_LEN);
	put_u32(head + MAGIC_LEN, STORE_FORMAT_VERSION);
	put_u32(head + MAGIC_LEN + 4, FEATURES_KNOWN);
	status = buf_add(out, head, sizeof(head));
	if (status == FUND_OK)
		status = add_u64(out, m->id);
	if (status == FUND_OK)
		status = buf_add_varint(out, m->generation);
	if (status == FUND_OK)
		status = add_u64(out, m->analysis_hash);
	if (status == FUND_OK)
		status = add_string(out, slice_buf(&m->analysis_text));
	if (status == FUND_OK)
		status = ADD_VARINTS(out, m->weights.title, m->weights.lead, m->next_segment, m->next_root);
	return status;
}

static enum fund_status encode_root(const struct root *r, struct buf *out)
{
	enum fund_status status = ADD_VARINTS(out, r->number, r->device, r->flags);

	return status == FUND_OK ? add_string(out, slice_buf(&r->path)) : status;
}

static enum fund_status encode_segment(const struct segment_stats *s, struct buf *out)
{
	enum fund_status status = ADD_VARINTS(out, s->number, s->n_docs, s->n_dead, s->n_terms, s->n_postings, s->n_words, s->sum_length,
					      s->date_first, s->date_last, s->bytes, s->bytes_text, s->n_list_chunks,
					      s->n_position_chunks, s->n_stores);

	for (uint32_t i = 0; status == FUND_OK && i < s->n_stores; i++)
		status = ADD_VARINTS(out, s->stores[i].number, s->stores[i].n_docs, s->stores[i].bytes, s->stores[i].n_chunks);
	return status;
}

enum fund_status manifest_encode(const struct manifest *m, struct buf *out)
{
	const struct run_stats *run = &m->last_run;
	size_t start = out->len;
	enum fund_status status = encode_head(m, out);

	if (status == FUND_OK)
		status = buf_add_varint(out, m->n_roots);
	for (uint32_t i = 0; status == FUND_OK && i < m->n_roots; i++)
		status = encode_root(&m->roots[i], out);
	if (status == FUND_OK)
		status = buf_add_varint(out, m->n_segments);
	for (uint32_t i = 0; status == FUND_OK && i < m->n_segments; i++)
		status = encode_segment(&m->segments[i], out);
	if (status == FUND_OK)
		status = ADD_VARINTS(out, run->start, run->end, run->added, run->changed, run->removed, run->unchanged,
				     run->failed, run->bytes_read, run->generation, m->n_sources, m->n_failed);
	if (status != FUND_OK)
		return status;
	return buf_add_u32(out, checksum(out->data + start, out->len - start));
}

static struct slice take_string(struct cursor *c)
{
	uint64_t len = cursor_varint(c);

	if (len > cursor_left(c)) {
		c->bad = true;
		return (struct slice){ NULL, 0 };
	}
	return cursor_take(c, (size_t)len);
}

/* A count of things that take at least `bytes_min` each. */
static uint32_t take_count(struct cursor *c, size_t bytes_min)
{
	uint32_t n = cursor_varint32(c);

	if (n > cursor_left(c) / bytes_min)
		c->bad = true;
	return c->bad ? 0 : n;
}

static enum fund_status decode_head(struct cursor *c, struct manifest *m)
{
	struct slice text;
	uint32_t title, lead;

	m->id = cursor_u64(c);
	m->generation = cursor_varint(c);
	m->analysis_hash = cursor_u64(c);
	text = take_string(c);
	title = cursor_varint32(c);
	lead = cursor_varint32(c);
	m->next_segment = cursor_varint32(c);
	m->next_root = cursor_varint32(c);
	if (c->bad || title < 1 || title > 255 || lead < 1 || lead > 255 || m->next_root > ROOT_NUMBERS)
		return FUND_CORRUPT;
	m->weights = (struct field_weights){ (uint8_t)title, (uint8_t)lead };
	if (buf_add_slice(&m->analysis_text, text) != FUND_OK || buf_str(&m->analysis_text) == NULL)
		return FUND_NO_MEMORY;
	return FUND_OK;
}

static enum fund_status decode_roots(struct cursor *c, struct manifest *m)
{
	uint32_t n = take_count(c, ROOT_BYTES_MIN);
	enum fund_status status = FUND_OK;

	for (uint32_t i = 0; status == FUND_OK && i < n; i++) {
		struct root r = { .number = cursor_varint32(c) };
		struct slice path;

		r.device = cursor_varint(c);
		r.flags = cursor_varint32(c);
		path = take_string(c);
		if (c->bad || r.number >= m->next_root)
			return FUND_CORRUPT;
		for (uint32_t k = 0; k < m->n_roots; k++)
			if (m->roots[k].number == r.number)
				return FUND_CORRUPT;
		status = push_root(m, &r, path);
	}
	return status;
}

/* All documents have their text in one of the stores, and each store is one segment's alone. */
static bool decode_stores(struct cursor *c, const struct manifest *m, struct segment_stats *s)
{
	uint32_t n = take_count(c, STORE_BYTES_MIN);
	uint64_t n_docs = 0;

	if (c->bad || n > TEXT_STORES_MAX)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		struct text_store *t = &s->stores[i];
		t->number = cursor_varint32(c);
		t->n_docs = cursor_varint32(c);
		t->bytes = cursor_varint(c);
		t->n_chunks = cursor_varint32(c);
		if (t->number > s->number || (i > 0 && t->number <= s->stores[i - 1].number) || manifest_store(m, t->number, NULL) ||
		    (t->number != s->number && manifest_segment(m, t->number)))
			return false;
		n_docs += t->n_docs;
	}
	s->n_stores = n;
	return n_docs >= s->n_docs;
}

static enum fund_status decode_segments(struct cursor *c, struct manifest *m)
{
	uint32_t n = take_count(c, SEGMENT_BYTES_MIN);
	enum fund_status status = FUND_OK;

	for (uint32_t i = 0; status == FUND_OK && i < n; i++) {
		struct segment_stats s = { .number = cursor_varint32(c) };

		s.n_docs = cursor_varint32(c);
		s.n_dead = cursor_varint32(c);
		s.n_terms = cursor_varint(c);
		s.n_postings = cursor_varint(c);
		s.n_words = cursor_varint(c);
		s.sum_length = cursor_varint(c);
		s.date_first = cursor_varint32(c);
		s.date_last = cursor_varint32(c);
		s.bytes = cursor_varint(c);
		s.bytes_text = cursor_varint(c);
		s.n_list_chunks = cursor_varint32(c);
		s.n_position_chunks = cursor_varint32(c);
		if (!decode_stores(c, m, &s) || c->bad || s.number >= m->next_segment || s.n_docs == UINT32_MAX || s.n_dead > s.n_docs ||
		    (i > 0 && s.number <= m->segments[i - 1].number))
			return FUND_CORRUPT;
		status = push_segment(m, &s);
	}
	return status;
}

static enum fund_status decode_rest(struct cursor *c, struct manifest *m)
{
	struct run_stats *run = &m->last_run;

	run->start = cursor_varint(c);
	run->end = cursor_varint(c);
	run->added = cursor_varint(c);
	run->changed = cursor_varint(c);
	run->removed = cursor_varint(c);
	run->unchanged = cursor_varint(c);
	run->failed = cursor_varint(c);
	run->bytes_read = cursor_varint(c);
	run->generation = cursor_varint(c);
	m->n_sources = cursor_varint(c);
	m->n_failed = cursor_varint(c);
	return c->bad || cursor_left(c) != 0 ? FUND_CORRUPT : FUND_OK;
}

/* The version comes first: only then is it known what the rest means, its checksum included. */
static enum fund_status check_frame(struct slice bytes, struct fault *why)
{
	uint32_t version, features;

	if (bytes.len < HEAD_LEN + CHECKSUM_LEN || memcmp(bytes.data, MAGIC, MAGIC_LEN) != 0)
		return fault_set(why, FUND_FORMAT, "is no index of fundstelle");
	version = get_u32(bytes.data + MAGIC_LEN);
	features = get_u32(bytes.data + MAGIC_LEN + 4);
	if (checksum(bytes.data, bytes.len - CHECKSUM_LEN) == get_u32(bytes.data + bytes.len - CHECKSUM_LEN) &&
	    version == STORE_FORMAT_VERSION && (features & ~FEATURES_KNOWN) == 0)
		return FUND_OK;
	if (version < STORE_FORMAT_VERSION)
		return fault_set(why, FUND_OLDER,
				 "has the older index format version %u, this program version %u: run fundstelle-index --rebuild with the archive's PATH; "
				 "until then the program that wrote it reads it",
				 version, STORE_FORMAT_VERSION);
	if (version > STORE_FORMAT_VERSION)
		return fault_set(why, FUND_FORMAT, "has the newer index format version %u, this program version %u: use a newer fundstelle", version,
				 STORE_FORMAT_VERSION);
	if ((features & ~FEATURES_KNOWN) != 0)
		return fault_set(why, FUND_FORMAT, "its index format has features %#x that this program does not know: use a newer fundstelle", features);
	return fault_set(why, FUND_CORRUPT, "is damaged: the manifest's checksum is wrong");
}

enum fund_status manifest_decode(struct slice bytes, struct manifest *out, struct fault *why)
{
	enum fund_status status;
	struct cursor c;

	*out = (struct manifest){ .id = 0 };
	status = check_frame(bytes, why);
	if (status != FUND_OK)
		return status;
	c = cursor_of(slice_part(bytes, HEAD_LEN, bytes.len - HEAD_LEN - CHECKSUM_LEN));
	status = decode_head(&c, out);
	if (status == FUND_OK)
		status = decode_roots(&c, out);
	if (status == FUND_OK)
		status = decode_segments(&c, out);
	if (status == FUND_OK)
		status = decode_rest(&c, out);
	if (status == FUND_OK)
		return FUND_OK;
	manifest_release(out);
	if (status == FUND_NO_MEMORY)
		return fault_set(why, status, "cannot be looked at: no memory");
	return fault_set(why, status, "is damaged: the manifest cannot be right");
}

/* ---- finding ---- */

const struct segment_stats *manifest_segment(const struct manifest *m, uint32_t number)
{
	for (uint32_t i = 0; i < m->n_segments; i++)
		if (m->segments[i].number == number)
			return &m->segments[i];
	return NULL;
}

const struct text_store *segment_stats_store(const struct segment_stats *s, uint32_t number)
{
	for (uint32_t i = 0; i < s->n_stores; i++)
		if (s->stores[i].number == number)
			return &s->stores[i];
	return NULL;
}

const struct text_store *manifest_store(const struct manifest *m, uint32_t number, const struct segment_stats **owner)
{
	const struct text_store *store = NULL;

	for (uint32_t i = 0; i < m->n_segments && !store; i++) {
		store = segment_stats_store(&m->segments[i], number);
		if (store && owner)
			*owner = &m->segments[i];
	}
	return store;
}

/* ---- editing ---- */

enum fund_status manifest_add_segment(struct manifest *m, const struct segment_stats *s)
{
	enum fund_status status = push_segment(m, s);
	uint32_t i;

	if (status != FUND_OK)
		return status;
	for (i = m->n_segments - 1; i > 0 && m->segments[i - 1].number > s->number; i--)
		m->segments[i] = m->segments[i - 1];
	m->segments[i] = *s;
	if (m->next_segment <= s->number)
		m->next_segment = s->number + 1;
	return FUND_OK;
}

void manifest_drop_segment(struct manifest *m, uint32_t number)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->n_segments; i++)
		if (m->segments[i].number != number)
			m->segments[n++] = m->segments[i];
	m->n_segments = n;
}

enum fund_status manifest_add_root(struct manifest *m, struct slice path, uint64_t device, struct root **out)
{
	struct root r = { .number = m->next_root, .device = device };
	enum fund_status status;

	if (m->next_root >= ROOT_NUMBERS)
		return FUND_LIMIT;
	status = push_root(m, &r, path);
	if (status != FUND_OK)
		return status;
	m->next_root++;
	*out = &m->roots[m->n_roots - 1];
	return FUND_OK;
}
