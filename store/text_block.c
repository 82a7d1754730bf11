/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/text_block.h"

#include <stdlib.h>

#include "base/hash.h"
#include "store/deflate.h"

#define RAW_MAX (1u << 30)
#define RATIO_MAX 1032u /* deflate makes no more of a byte */
#define CHECKSUM_LEN 4u

struct text_builder {
	struct buf raw, record;
	uint32_t n_docs;
	struct deflater *deflater;
};

enum fund_status text_builder_new(struct text_builder **out)
{
	struct text_builder *b = calloc(1, sizeof(*b));

	*out = NULL;
	if (b == NULL)
		return FUND_NO_MEMORY;
	b->deflater = deflater_new();
	if (b->deflater == NULL) {
		text_builder_free(b);
		return FUND_NO_MEMORY;
	}
	*out = b;
	return FUND_OK;
}

void text_builder_free(struct text_builder *b)
{
	if (b == NULL)
		return;
	buf_release(&b->raw);
	buf_release(&b->record);
	deflater_free(b->deflater);
	free(b);
}

enum fund_status text_builder_add(struct text_builder *b, const struct stored_article *article)
{
	size_t before = b->raw.len;
	enum fund_status status;

	buf_reset(&b->record);
	status = stored_article_encode(article, &b->record);
	if (status != FUND_OK)
		return status;
	if (b->record.len > RAW_MAX - VARINT32_MAX || b->raw.len > RAW_MAX - VARINT32_MAX - b->record.len)
		return FUND_LIMIT;
	status = buf_add_varint(&b->raw, b->record.len);
	if (status == FUND_OK)
		status = buf_add_slice(&b->raw, slice_buf(&b->record));
	if (status == FUND_OK)
		b->n_docs++;
	else
		b->raw.len = before;
	return status;
}

uint32_t text_builder_n_docs(const struct text_builder *b)
{
	return b->n_docs;
}

size_t text_builder_raw_len(const struct text_builder *b)
{
	return b->raw.len;
}

enum fund_status text_builder_close(struct text_builder *b, struct buf *stored, uint32_t *n_docs, uint32_t *raw_len)
{
	size_t start = stored->len;
	enum fund_status status;

	if (b->n_docs == 0)
		return FUND_END;
	status = buf_add(stored, (const uint8_t[CHECKSUM_LEN]){ 0 }, CHECKSUM_LEN);
	if (status == FUND_OK)
		status = deflater_add(b->deflater, slice_buf(&b->raw), stored);
	if (status != FUND_OK) {
		stored->len = start;
		return status;
	}
	put_u32(stored->data + start, checksum(stored->data + start + CHECKSUM_LEN, stored->len - start - CHECKSUM_LEN));
	*n_docs = b->n_docs;
	*raw_len = (uint32_t)b->raw.len;
	b->n_docs = 0;
	buf_reset(&b->raw);
	return FUND_OK;
}

enum fund_status text_block_unpack(struct slice stored, uint32_t raw_len, struct buf *raw)
{
	struct slice stream;
	enum fund_status status;

	buf_reset(raw);
	if (stored.len < CHECKSUM_LEN || raw_len > RAW_MAX)
		return FUND_CORRUPT;
	stream = slice_from(stored, CHECKSUM_LEN);
	if (get_u32(stored.data) != checksum(stream.data, stream.len) || raw_len / RATIO_MAX > stream.len)
		return FUND_CORRUPT;
	status = buf_reserve(raw, raw_len);
	if (status == FUND_OK)
		status = inflate_exactly(stream, raw->data, raw_len);
	if (status == FUND_OK)
		raw->len = raw_len;
	return status;
}

struct slice text_record_next(struct cursor *c)
{
	uint32_t len = cursor_varint32(c);

	return cursor_take(c, len);
}

/* ---- records: fields in the order of their tags ---- */

enum { FIELDS = 11 };

static const size_t field_offset[FIELDS] = {
	offsetof(struct stored_article, title),	  offsetof(struct stored_article, lead),
	offsetof(struct stored_article, body),	  offsetof(struct stored_article, author),
	offsetof(struct stored_article, section), offsetof(struct stored_article, source),
	offsetof(struct stored_article, format),  offsetof(struct stored_article, encoding),
	offsetof(struct stored_article, date_text), offsetof(struct stored_article, layout),
	offsetof(struct stored_article, others),
};

enum fund_status stored_article_encode(const struct stored_article *a, struct buf *out)
{
	enum fund_status status = FUND_OK;

	for (size_t i = 0; status == FUND_OK && i < FIELDS; i++) {
		struct slice field;

		memcpy(&field, (const uint8_t *)a + field_offset[i], sizeof(field));
		if (field.len == 0)
			continue;
		status = buf_add_byte(out, (uint8_t)(i + 1));
		if (status == FUND_OK)
			status = buf_add_varint(out, field.len);
		if (status == FUND_OK)
			status = buf_add_slice(out, field);
	}
	return status;
}

enum fund_status stored_article_decode(struct slice record, struct stored_article *out)
{
	struct cursor c = cursor_of(record);
	uint8_t before = 0;

	*out = (struct stored_article){ .title = { NULL, 0 } };
	while (cursor_left(&c) > 0) {
		uint8_t tag = cursor_u8(&c);
		uint32_t len = cursor_varint32(&c);
		struct slice field = cursor_take(&c, len);

		if (c.bad || tag <= before)
			return FUND_CORRUPT;
		before = tag;
		if (tag <= FIELDS)
			memcpy((uint8_t *)out + field_offset[tag - 1], &field, sizeof(field));
	}
	return FUND_OK;
}
