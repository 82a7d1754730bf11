/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "store/manifest.h"

static struct manifest sample(void)
{
	struct manifest m = { .id = 0x1122334455667788u, .generation = 300, .analysis_hash = 0xA1A2A3A4A5A6A7A8u,
			      .weights = { 3, 2 }, .next_segment = 3, .n_sources = 5, .n_failed = 1,
			      .last_run = { 1000, 1002, 9, 8, 7, 6, 5, 4, 3 } };
	static const struct segment_stats late = { .number = 9, .n_docs = 20000, .n_dead = 3, .n_terms = 11, .n_postings = 12, .n_words = 13,
				      .sum_length = 14, .date_first = 15, .date_last = 16, .bytes = 17, .bytes_text = 18,
				      .n_list_chunks = 19, .n_position_chunks = 20, .n_stores = 2,
				      .stores = { { .number = 4, .n_docs = 22, .bytes = 23, .n_chunks = 24 }, { .number = 9, .n_docs = 20000, .bytes = 25, .n_chunks = 26 } } };
	static const struct segment_stats early = { .number = 2, .n_docs = 1, .n_stores = 1, .stores = { { .number = 2, .n_docs = 1 } } };
	struct root *root;

	ck_assert_int_eq(buf_add_str(&m.analysis_text, "de 1"), FUND_OK);
	ck_assert_int_eq(manifest_add_root(&m, slice_str("/srv/a"), 77, &root), FUND_OK);
	ck_assert_int_eq(manifest_add_root(&m, slice_str("/b"), 1, &root), FUND_OK);
	ck_assert_uint_eq(root->number, 1);
	root->flags = 6;
	ck_assert_int_eq(manifest_add_segment(&m, &late), FUND_OK);
	ck_assert_int_eq(manifest_add_segment(&m, &early), FUND_OK);
	return m;
}

static void assert_equal(const struct manifest *a, const struct manifest *b)
{
	ck_assert_uint_eq(a->id, b->id);
	ck_assert_uint_eq(a->generation, b->generation);
	ck_assert_uint_eq(a->analysis_hash, b->analysis_hash);
	ck_assert(slice_equal(slice_buf(&a->analysis_text), slice_buf(&b->analysis_text)));
	ck_assert_uint_eq(a->weights.title, b->weights.title);
	ck_assert_uint_eq(a->weights.lead, b->weights.lead);
	ck_assert_uint_eq(a->next_segment, b->next_segment);
	ck_assert_uint_eq(a->next_root, b->next_root);
	ck_assert_uint_eq(a->n_roots, b->n_roots);
	for (uint32_t i = 0; i < a->n_roots; i++) {
		ck_assert_uint_eq(a->roots[i].number, b->roots[i].number);
		ck_assert_uint_eq(a->roots[i].device, b->roots[i].device);
		ck_assert_uint_eq(a->roots[i].flags, b->roots[i].flags);
		ck_assert(slice_equal(slice_buf(&a->roots[i].path), slice_buf(&b->roots[i].path)));
	}
	ck_assert_uint_eq(a->n_segments, b->n_segments);
	for (uint32_t i = 0; i < a->n_segments; i++)
		ck_assert_mem_eq(&a->segments[i], &b->segments[i], sizeof(a->segments[i]));
	ck_assert_mem_eq(&a->last_run, &b->last_run, sizeof(a->last_run));
	ck_assert_uint_eq(a->n_sources, b->n_sources);
	ck_assert_uint_eq(a->n_failed, b->n_failed);
}

static struct buf encoded(const struct manifest *m)
{
	struct buf bytes = BUF_INIT;

	ck_assert_int_eq(manifest_encode(m, &bytes), FUND_OK);
	return bytes;
}

static void seal(struct buf *bytes)
{
	put_u32(bytes->data + bytes->len - 4, checksum(bytes->data, bytes->len - 4));
}

START_TEST(what_was_encoded_is_decoded)
{
	struct manifest m = sample(), out;
	struct buf bytes = encoded(&m);

	ck_assert_int_eq(manifest_decode(slice_buf(&bytes), &out, NULL), FUND_OK);
	assert_equal(&m, &out);
	ck_assert_str_eq((const char *)out.roots[0].path.data, "/srv/a");
	ck_assert_str_eq((const char *)out.analysis_text.data, "de 1");
	manifest_release(&out);
	manifest_release(&out);
	manifest_release(&m);
	buf_release(&bytes);
}
END_TEST

/* docs/FORMAT.md, "Manifest", written out. */
START_TEST(the_bytes_are_those_of_the_format)
{
	static const uint8_t golden[] = {
		'F', 'U', 'N', 'D', 'S', 'T', 'L', '\n', 4, 0, 0, 0, 0, 0, 0, 0,
		0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0xAC, 0x02,
		0xA8, 0xA7, 0xA6, 0xA5, 0xA4, 0xA3, 0xA2, 0xA1, 4, 'd', 'e', ' ', '1',
		3, 2, 10, 2,
		2, 0, 77, 0, 6, '/', 's', 'r', 'v', '/', 'a', 1, 1, 6, 2, '/', 'b',
		2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0,
		9, 0xA0, 0x9C, 0x01, 3, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 2, 4, 22, 23, 24, 9, 0xA0, 0x9C, 0x01, 25, 26,
		0xE8, 0x07, 0xEA, 0x07, 9, 8, 7, 6, 5, 4, 3, 5, 1,
	};
	struct manifest m = sample();
	struct buf bytes = encoded(&m);

	ck_assert_uint_eq(bytes.len, sizeof(golden) + 4);
	ck_assert_mem_eq(bytes.data, golden, sizeof(golden));
	ck_assert_uint_eq(get_u32(bytes.data + sizeof(golden)), checksum(golden, sizeof(golden)));
	manifest_release(&m);
	buf_release(&bytes);
}
END_TEST

START_TEST(a_copy_is_independent)
{
	struct manifest m = sample(), copy;

	ck_assert_int_eq(manifest_copy(&copy, &m), FUND_OK);
	assert_equal(&m, &copy);
	manifest_drop_segment(&m, 2);
	ck_assert_uint_eq(m.n_segments, 1);
	ck_assert_uint_eq(m.segments[0].number, 9);
	ck_assert_uint_eq(copy.n_segments, 2);
	manifest_release(&m);
	ck_assert_str_eq((const char *)copy.roots[1].path.data, "/b");
	manifest_release(&copy);
}
END_TEST

START_TEST(segments_are_listed_by_number)
{
	struct manifest m = { .next_segment = 0 };

	for (uint32_t i = 0; i < 100; i++)
		ck_assert_int_eq(manifest_add_segment(&m, &(struct segment_stats){ .number = i * 37 % 101 }), FUND_OK);
	for (uint32_t i = 1; i < m.n_segments; i++)
		ck_assert_uint_lt(m.segments[i - 1].number, m.segments[i].number);
	ck_assert_uint_eq(m.next_segment, 101);
	manifest_release(&m);
}
END_TEST

START_TEST(there_is_a_limit_of_roots)
{
	struct manifest m = { .next_root = 65536 };
	struct root *root;

	ck_assert_int_eq(manifest_add_root(&m, slice_str("/"), 0, &root), FUND_LIMIT);
	manifest_release(&m);
}
END_TEST

static const struct {
	const char *name;
	size_t off;
	uint8_t byte;
	enum fund_status status;
	const char *text;
} strange[] = {
	{ "another program's value", 0, 'G', FUND_FORMAT, "is no index of fundstelle" },
	{ "a newer version", 8, 5, FUND_FORMAT, "newer index format version 5" },
	{ "an older version", 8, 3, FUND_OLDER, "older index format version 3" },
	{ "a feature that is not known", 12, 4, FUND_FORMAT, "features 0x4" },
	{ "a title without weight", 39, 0, FUND_CORRUPT, "cannot be right" },
	{ "more roots than bytes", 43, 120, FUND_CORRUPT, "cannot be right" },
	{ "a root number twice", 54, 0, FUND_CORRUPT, "cannot be right" },
	{ "a segment number that was not given out", 79, 10, FUND_CORRUPT, "cannot be right" },
	{ "segments out of order", 79, 1, FUND_CORRUPT, "cannot be right" },
	{ "more text stores than a segment may have", 94, 17, FUND_CORRUPT, "cannot be right" },
	{ "more documents than there are texts of", 76, 0, FUND_CORRUPT, "cannot be right" },
	{ "texts of a segment that is listed itself", 95, 2, FUND_CORRUPT, "cannot be right" },
	{ "text stores out of order", 95, 9, FUND_CORRUPT, "cannot be right" },
	{ "texts of a segment that came later", 99, 10, FUND_CORRUPT, "cannot be right" },
	{ "a text store twice", 99, 4, FUND_CORRUPT, "cannot be right" },
};

START_TEST(strange_manifests_are_refused)
{
	struct manifest m = sample(), out;
	struct buf bytes = encoded(&m);
	struct fault why = { .status = FUND_OK };

	bytes.data[strange[_i].off] = strange[_i].byte;
	seal(&bytes);
	ck_assert_msg(manifest_decode(slice_buf(&bytes), &out, &why) == strange[_i].status, "%s: %s", strange[_i].name, why.text);
	ck_assert_msg(strstr(why.text, strange[_i].text) != NULL, "%s: %s", strange[_i].name, why.text);
	manifest_release(&m);
	buf_release(&bytes);
}
END_TEST

START_TEST(every_flipped_byte_is_found)
{
	struct manifest m = sample(), out;
	struct buf bytes = encoded(&m);

	for (size_t i = 0; i < bytes.len; i++) {
		bytes.data[i] ^= 0x10;
		ck_assert_int_ne(manifest_decode(slice_buf(&bytes), &out, NULL), FUND_OK);
		bytes.data[i] ^= 0x10;
	}
	manifest_release(&m);
	buf_release(&bytes);
}
END_TEST

/* The checksum is right, the bytes are not. */
START_TEST(sealed_nonsense_never_crashes)
{
	struct manifest m = sample(), out;
	struct buf bytes = encoded(&m);

	for (size_t i = 16; i < bytes.len - 4; i++)
		for (int value = 0; value < 256; value += 5) {
			uint8_t keep = bytes.data[i];

			bytes.data[i] = (uint8_t)value;
			seal(&bytes);
			if (manifest_decode(slice_buf(&bytes), &out, NULL) == FUND_OK)
				manifest_release(&out);
			bytes.data[i] = keep;
		}
	manifest_release(&m);
	buf_release(&bytes);
}
END_TEST

START_TEST(every_truncation_is_found)
{
	struct manifest m = sample(), out;
	struct buf bytes = encoded(&m);

	for (size_t len = 0; len < bytes.len; len++) {
		uint8_t *cut = malloc(len + 1);

		ck_assert_ptr_nonnull(cut);
		memcpy(cut, bytes.data, len);
		if (len >= 20)
			put_u32(cut + len - 4, checksum(cut, len - 4));
		ck_assert_int_ne(manifest_decode(slice_of(cut, len), &out, NULL), FUND_OK);
		free(cut);
	}
	manifest_release(&m);
	buf_release(&bytes);
}
END_TEST

Suite *suite_manifest(void);
Suite *suite_manifest(void)
{
	Suite *suite = suite_create("manifest");
	TCase *tcase = tcase_create("manifest");

	tcase_add_test(tcase, what_was_encoded_is_decoded);
	tcase_add_test(tcase, the_bytes_are_those_of_the_format);
	tcase_add_test(tcase, a_copy_is_independent);
	tcase_add_test(tcase, segments_are_listed_by_number);
	tcase_add_test(tcase, there_is_a_limit_of_roots);
	tcase_add_loop_test(tcase, strange_manifests_are_refused, 0, sizeof(strange) / sizeof(strange[0]));
	tcase_add_test(tcase, every_flipped_byte_is_found);
	tcase_add_test(tcase, sealed_nonsense_never_crashes);
	tcase_add_test(tcase, every_truncation_is_found);
	suite_add_tcase(suite, tcase);
	return suite;
}
