/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/hash.h"
#include "store/text_block.h"
#include "tests/scratch.h"

static const struct stored_article full = {
	.title = { (const uint8_t *)"Titel", 5 },
	.lead = { (const uint8_t *)"Vorspann", 8 },
	.body = { (const uint8_t *)"Text", 4 },
	.author = { (const uint8_t *)"A. B.", 5 },
	.section = { (const uint8_t *)"Politik", 7 },
	.source = { (const uint8_t *)"dpa", 3 },
	.format = { (const uint8_t *)"text", 4 },
	.encoding = { (const uint8_t *)"utf-8", 5 },
	.date_text = { (const uint8_t *)"2022-01", 7 },
};

static void assert_same(const struct stored_article *a, const struct stored_article *b)
{
	ck_assert(slice_equal(a->title, b->title));
	ck_assert(slice_equal(a->lead, b->lead));
	ck_assert(slice_equal(a->body, b->body));
	ck_assert(slice_equal(a->author, b->author));
	ck_assert(slice_equal(a->section, b->section));
	ck_assert(slice_equal(a->source, b->source));
	ck_assert(slice_equal(a->format, b->format));
	ck_assert(slice_equal(a->encoding, b->encoding));
	ck_assert(slice_equal(a->date_text, b->date_text));
}

START_TEST(an_article_comes_back)
{
	struct stored_article few = { .body = full.body, .date_text = full.date_text }, none = { .title = { NULL, 0 } }, out;
	const struct stored_article *articles[] = { &full, &few, &none };

	for (size_t i = 0; i < 3; i++) {
		struct buf record = BUF_INIT;

		ck_assert_int_eq(stored_article_encode(articles[i], &record), FUND_OK);
		ck_assert_int_eq(stored_article_decode(slice_buf(&record), &out), FUND_OK);
		assert_same(articles[i], &out);
		buf_release(&record);
	}
}
END_TEST

START_TEST(a_record_has_the_bytes_of_the_format)
{
	static const uint8_t golden[] = { 1, 5, 'T', 'i', 't', 'e', 'l', 3, 4, 'T', 'e', 'x', 't' };
	struct stored_article a = { .title = full.title, .body = full.body };
	struct buf record = BUF_INIT;

	ck_assert_int_eq(stored_article_encode(&a, &record), FUND_OK);
	ck_assert(slice_equal(slice_buf(&record), slice_of(golden, sizeof(golden))));
	buf_release(&record);
}
END_TEST

static const struct {
	const char *name, *bytes;
	size_t len;
	enum fund_status status;
} records[] = {
	{ "an unknown tag is skipped", "\1\1a\xC8\2xy", 7, FUND_OK },
	{ "tags that do not ascend", "\3\1a\1\1b", 6, FUND_CORRUPT },
	{ "a tag twice", "\3\1a\3\1b", 6, FUND_CORRUPT },
	{ "tag 0", "\0\1a", 3, FUND_CORRUPT },
	{ "a field that runs past the end", "\1\5abc", 5, FUND_CORRUPT },
	{ "a length that runs past the end", "\1\x85", 2, FUND_CORRUPT },
	{ "a tag without length", "\1", 1, FUND_CORRUPT },
};

START_TEST(records_are_checked)
{
	struct stored_article out;
	enum fund_status status = stored_article_decode(slice_of(records[_i].bytes, records[_i].len), &out);

	ck_assert_msg(status == records[_i].status, "%s: %s", records[_i].name, fund_status_name(status));
	if (status == FUND_OK)
		ck_assert(slice_equal(out.title, SLICE_LIT("a")));
}
END_TEST

/* Text that compresses, of a length that says which one it is. */
static struct slice make_body(uint8_t *room, uint32_t i)
{
	uint64_t seed = i + 1;
	size_t len = i % 13 == 0 ? 0 : random_below(&seed, 3000);

	for (size_t k = 0; k < len; k++)
		room[k] = (uint8_t)("enrsita duh"[random_below(&seed, 11)]);
	return slice_of(room, len);
}

static void build(struct text_builder *b, uint32_t n, struct buf *stored, uint32_t *raw_len)
{
	static uint8_t room[3000];
	uint32_t n_docs;

	for (uint32_t i = 0; i < n; i++) {
		struct stored_article a = { .title = full.title, .body = make_body(room, i) };

		ck_assert_int_eq(text_builder_add(b, &a), FUND_OK);
		ck_assert_uint_eq(text_builder_n_docs(b), i + 1);
	}
	ck_assert_int_eq(text_builder_close(b, stored, &n_docs, raw_len), FUND_OK);
	ck_assert_uint_eq(n_docs, n);
	ck_assert_uint_eq(text_builder_n_docs(b), 0);
	ck_assert_uint_eq(text_builder_raw_len(b), 0);
	ck_assert_int_eq(text_builder_close(b, stored, &n_docs, raw_len), FUND_END);
}

START_TEST(blocks_come_back)
{
	static const uint32_t sizes[] = { 1, 2, 100 };
	static uint8_t room[3000];
	struct buf stored = BUF_INIT, raw = BUF_INIT;
	struct text_builder *b;

	ck_assert_int_eq(text_builder_new(&b), FUND_OK);
	for (size_t s = 0; s < 3; s++) {
		uint32_t raw_len = 0;
		struct cursor c;

		buf_reset(&stored);
		build(b, sizes[s], &stored, &raw_len);
		ck_assert_int_eq(text_block_unpack(slice_buf(&stored), raw_len, &raw), FUND_OK);
		ck_assert_uint_eq(raw.len, raw_len);
		c = cursor_of(slice_buf(&raw));
		for (uint32_t i = 0; i < sizes[s]; i++) {
			struct stored_article a = { .title = full.title, .body = make_body(room, i) }, out;

			ck_assert_int_eq(stored_article_decode(text_record_next(&c), &out), FUND_OK);
			assert_same(&a, &out);
		}
		ck_assert(!c.bad && cursor_left(&c) == 0);
		text_record_next(&c);
		ck_assert(c.bad);
	}
	text_builder_free(b);
	buf_release(&stored);
	buf_release(&raw);
}
END_TEST

/* Whatever wrote it: RFC 1950. */
START_TEST(zlib_reads_a_block_and_writes_one)
{
	struct buf stored = BUF_INIT, raw = BUF_INIT;
	struct text_builder *b;
	uint32_t raw_len = 0;
	uLongf len, again;
	uint8_t *bytes, *packed;

	ck_assert_int_eq(text_builder_new(&b), FUND_OK);
	build(b, 20, &stored, &raw_len);
	len = raw_len;
	bytes = malloc(len);
	ck_assert_ptr_nonnull(bytes);
	ck_assert_int_eq(uncompress(bytes, &len, stored.data + 4, (uLong)stored.len - 4), Z_OK);
	ck_assert_uint_eq(len, raw_len);

	again = compressBound(len);
	packed = malloc(again + 4);
	ck_assert_ptr_nonnull(packed);
	ck_assert_int_eq(compress2(packed + 4, &again, bytes, len, 9), Z_OK);
	put_u32(packed, checksum(packed + 4, again));
	ck_assert_int_eq(text_block_unpack(slice_of(packed, again + 4), raw_len, &raw), FUND_OK);
	ck_assert(slice_equal(slice_buf(&raw), slice_of(bytes, len)));
	text_builder_free(b);
	buf_release(&stored);
	buf_release(&raw);
	free(bytes);
	free(packed);
}
END_TEST

START_TEST(another_length_than_the_stream_gives_is_corrupt)
{
	struct buf stored = BUF_INIT, raw = BUF_INIT;
	struct text_builder *b;
	uint32_t raw_len = 0;

	ck_assert_int_eq(text_builder_new(&b), FUND_OK);
	build(b, 5, &stored, &raw_len);
	ck_assert_int_eq(text_block_unpack(slice_buf(&stored), raw_len, &raw), FUND_OK);
	ck_assert_int_eq(text_block_unpack(slice_buf(&stored), raw_len - 1, &raw), FUND_CORRUPT);
	ck_assert_int_eq(text_block_unpack(slice_buf(&stored), raw_len + 1, &raw), FUND_CORRUPT);
	ck_assert_int_eq(text_block_unpack(slice_buf(&stored), 0, &raw), FUND_CORRUPT);
	ck_assert_int_eq(text_block_unpack(slice_buf(&stored), 1u << 30, &raw), FUND_CORRUPT);
	ck_assert_int_eq(text_block_unpack(slice_buf(&stored), UINT32_MAX, &raw), FUND_CORRUPT);
	text_builder_free(b);
	buf_release(&stored);
	buf_release(&raw);
}
END_TEST

START_TEST(damaged_blocks_are_corrupt)
{
	struct buf stored = BUF_INIT, raw = BUF_INIT;
	struct text_builder *b;
	uint32_t raw_len = 0;
	uint64_t seed = 7;

	ck_assert_int_eq(text_builder_new(&b), FUND_OK);
	build(b, 20, &stored, &raw_len);
	for (int run = 0; run < 3000; run++) {
		size_t off = random_below(&seed, (uint32_t)stored.len);
		uint8_t keep[4], flip = (uint8_t)(1 + random_below(&seed, 255));

		memcpy(keep, stored.data, 4);
		stored.data[off] ^= flip;
		ck_assert_int_eq(text_block_unpack(slice_buf(&stored), raw_len, &raw), FUND_CORRUPT);
		/* As if the checksum had been made of the damage. */
		put_u32(stored.data, checksum(stored.data + 4, stored.len - 4));
		if (off >= 4)
			ck_assert_int_eq(text_block_unpack(slice_buf(&stored), raw_len, &raw), FUND_CORRUPT);
		if (off >= 4)
			stored.data[off] ^= flip;
		memcpy(stored.data, keep, 4);
	}
	for (size_t len = 0; len < stored.len; len += len < 20 ? 1 : 97)
		ck_assert_int_eq(text_block_unpack(slice_of(stored.data, len), raw_len, &raw), FUND_CORRUPT);
	text_builder_free(b);
	buf_release(&stored);
	buf_release(&raw);
}
END_TEST

Suite *suite_text_block(void);
Suite *suite_text_block(void)
{
	Suite *suite = suite_create("text_block");
	TCase *tcase = tcase_create("text_block");

	tcase_add_test(tcase, an_article_comes_back);
	tcase_add_test(tcase, a_record_has_the_bytes_of_the_format);
	tcase_add_loop_test(tcase, records_are_checked, 0, sizeof(records) / sizeof(records[0]));
	tcase_add_test(tcase, blocks_come_back);
	tcase_add_test(tcase, zlib_reads_a_block_and_writes_one);
	tcase_add_test(tcase, another_length_than_the_stream_gives_is_corrupt);
	tcase_add_test(tcase, damaged_blocks_are_corrupt);
	suite_add_tcase(suite, tcase);
	return suite;
}
