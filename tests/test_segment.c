/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A segment that was written byte by byte (handmade.h) is read, whole and damaged. */
#include <check.h>
#include <fcntl.h>
#include <unistd.h>

#include "store/segment.h"
#include "store/text_block.h"
#include "tests/handmade.h"

/* ---- reading ---- */

START_TEST(every_value_of_every_column_is_read)
{
	ck_assert_uint_eq(segment_number(handmade_segment), SEGMENT);
	ck_assert_uint_eq(segment_n_docs(handmade_segment), N_DOCS);
	ck_assert_uint_eq(segment_weights(handmade_segment).title, 3);
	for (uint32_t column = 0; column < COLUMNS; column++)
		for (uint32_t d = 0; d < N_DOCS; d += 1 + d % 3) {
			uint64_t value;

			ck_assert_int_eq(segment_value(handmade_segment, (enum column)column, d, &value), FUND_OK);
			ck_assert_uint_eq(value, handmade_value((enum column)column, d));
		}
}
END_TEST

START_TEST(a_column_chunk_is_as_long_as_its_documents)
{
	const uint8_t *values, *again;
	uint32_t n;

	ck_assert_int_eq(segment_column(handmade_segment, COLUMN_LENGTH, 1, &values, &n), FUND_OK);
	ck_assert_uint_eq(n, N_DOCS - COLUMN_CHUNK);
	ck_assert_uint_eq(get_u32(values), handmade_value(COLUMN_LENGTH, COLUMN_CHUNK));
	ck_assert_int_eq(segment_column(handmade_segment, COLUMN_LENGTH, 1, &again, &n), FUND_OK);
	ck_assert_ptr_eq(values, again);
	ck_assert_int_eq(segment_column(handmade_segment, COLUMN_SIGNATURE, 0, &values, &n), FUND_NOT_FOUND);
}
END_TEST

START_TEST(a_document_that_is_not_there_is_corrupt)
{
	struct text_cache cache = { 0 };
	struct stored_article article;
	struct article_key key;
	struct buf room = BUF_INIT;
	const uint8_t *values;
	uint64_t value;
	uint32_t n;

	ck_assert_int_eq(segment_value(handmade_segment, COLUMN_DATE, N_DOCS, &value), FUND_CORRUPT);
	ck_assert_int_eq(segment_value(handmade_segment, COLUMN_DATE, UINT32_MAX, &value), FUND_CORRUPT);
	ck_assert_int_eq(segment_column(handmade_segment, COLUMN_DATE, 2, &values, &n), FUND_CORRUPT);
	ck_assert_int_eq(segment_key(handmade_segment, N_DOCS, &(struct key_chunk){ .n = 0 }, &room, &key), FUND_CORRUPT);
	ck_assert_int_eq(segment_article(handmade_segment, N_DOCS, &cache, &article), FUND_CORRUPT);
	buf_release(&room);
	text_cache_release(&cache);
}
END_TEST

START_TEST(keys_are_read_by_document)
{
	struct buf room = BUF_INIT;
	struct article_key key;

	for (uint32_t d = 0; d < N_DOCS; d += 1 + d % 11) {
		ck_assert_int_eq(segment_key(handmade_segment, d, &(struct key_chunk){ .n = 0 }, &room, &key), FUND_OK);
		handmade_is_key(&key, d);
	}
	buf_release(&room);
}
END_TEST

START_TEST(keys_are_read_in_order_from_anywhere)
{
	static const uint32_t starts[] = { 0, 1, 15, 16, 17, KEY_CHUNK - 1, KEY_CHUNK, N_DOCS - 1, N_DOCS, 0 };
	struct key_iter it = { .segment = NULL };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		uint32_t end = i + 1 == sizeof(starts) / sizeof(starts[0]) ? N_DOCS : starts[i] + 40;

		ck_assert_int_eq(key_iter_seek(&it, handmade_segment, starts[i]), FUND_OK);
		for (uint32_t d = starts[i]; d < end && d < N_DOCS; d++) {
			ck_assert_int_eq(key_iter_next(&it), FUND_OK);
			ck_assert_uint_eq(it.doc, d);
			handmade_is_key(&it.key, d);
		}
		if (end >= N_DOCS)
			for (int again = 0; again < 2; again++)
				ck_assert_int_eq(key_iter_next(&it), FUND_END);
	}
	key_iter_release(&it);
}
END_TEST

START_TEST(the_documents_of_a_file_are_found)
{
	uint32_t first, end;

	for (uint32_t d = 0; d < N_DOCS; d += 1 + d % 97) {
		struct handmade_key k = handmade_key(d);

		ck_assert_int_eq(segment_file_docs(handmade_segment, k.root, slice_str(k.path), &first, &end), FUND_OK);
		ck_assert_uint_eq(first, k.file_first);
		ck_assert_uint_eq(end, k.file_end);
		k.path[strlen(k.path) - 1] = 'u';
		ck_assert_int_eq(segment_file_docs(handmade_segment, k.root, slice_str(k.path), &first, &end), FUND_OK);
		ck_assert_uint_eq(first, end);
		ck_assert_int_eq(segment_file_docs(handmade_segment, 2, slice_str(k.path), &first, &end), FUND_OK);
		ck_assert_uint_eq(first, end);
	}
}
END_TEST

START_TEST(a_printed_key_finds_its_live_document)
{
	uint32_t doc;

	for (uint32_t d = 0; d < N_DOCS; d += 1 + d % 89) {
		enum fund_status status = segment_find_key(handmade_segment, slice_str(handmade_key(d).printed), &doc);

		ck_assert_int_eq(status, handmade_is_dead(d) ? FUND_NOT_FOUND : FUND_OK);
		if (status == FUND_OK)
			ck_assert_uint_eq(doc, d);
	}
	ck_assert_int_eq(segment_find_key(handmade_segment, slice_str(""), &doc), FUND_NOT_FOUND);
	ck_assert_int_eq(segment_find_key(handmade_segment, slice_str("#####"), &doc), FUND_NOT_FOUND);
	ck_assert_int_eq(segment_find_key(handmade_segment, slice_str("zzz#1"), &doc), FUND_NOT_FOUND);
}
END_TEST

START_TEST(the_dead_are_dead)
{
	const uint8_t *bits;
	bool dead;

	ck_assert(segment_has_dead(handmade_segment));
	for (uint32_t d = 0; d < N_DOCS; d++) {
		ck_assert_int_eq(segment_is_dead(handmade_segment, d, &dead), FUND_OK);
		ck_assert(dead == handmade_is_dead(d));
	}
	ck_assert_int_eq(segment_tombstones(handmade_segment, 0, &bits), FUND_OK);
	ck_assert_ptr_nonnull(bits);
	ck_assert_uint_eq(bits[0], 1u << 3);
}
END_TEST

START_TEST(articles_come_back)
{
	struct text_cache cache = { 0 };
	struct stored_article article;

	for (uint32_t d = 0; d < N_DOCS; d += 1 + d % 37) {
		ck_assert_int_eq(segment_article(handmade_segment, d, &cache, &article), FUND_OK);
		handmade_is_article(&article, d);
		ck_assert_uint_le(cache.run.first, d);
	}
	text_cache_release(&cache);
}
END_TEST

START_TEST(text_blocks_come_in_order_and_again)
{
	struct text_run run;
	struct slice stored;
	uint32_t n_blocks = (N_DOCS + TEXT_BLOCK - 1) / TEXT_BLOCK;
	struct buf raw = BUF_INIT;

	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < n_blocks; i++) {
			ck_assert_int_eq(segment_text_run(handmade_segment, i, &run), FUND_OK);
			ck_assert_uint_eq(run.first, i * TEXT_BLOCK);
			ck_assert_int_eq(segment_text_block(handmade_segment, &run, &stored), FUND_OK);
			ck_assert_int_eq(text_block_unpack(stored, run.raw_len, &raw), FUND_OK);
		}
	ck_assert_int_eq(segment_text_run(handmade_segment, n_blocks, &run), FUND_END);
	ck_assert_int_eq(segment_text_run(handmade_segment, UINT32_MAX, &run), FUND_END);
	ck_assert_int_eq(segment_text_run(handmade_segment, 3, &run), FUND_OK);
	buf_release(&raw);
}
END_TEST

START_TEST(chunks_of_another_kind_or_segment_are_not_found)
{
	const struct chunk_source *s = segment_chunks(handmade_segment);
	uint8_t long_tail[600] = { 0 };
	struct slice found, value;

	ck_assert_int_eq(s->get(s->context, CHUNK_LISTS, slice_str("x"), &value), FUND_NOT_FOUND);
	ck_assert_int_eq(s->seek_le(s->context, CHUNK_LISTS, slice_str("x"), &found, &value), FUND_NOT_FOUND);
	ck_assert_int_eq(s->next(s->context, CHUNK_LISTS, slice_str("x"), &found, &value), FUND_NOT_FOUND);
	ck_assert_int_eq(s->get(s->context, CHUNK_KEYS, slice_of(long_tail, 600), &value), FUND_NOT_FOUND);
	ck_assert_int_eq(s->seek_le(s->context, CHUNK_KEYS, slice_of(long_tail, 600), &found, &value), FUND_OK);
	ck_assert_uint_eq(found.len, 4);
	ck_assert_int_eq(s->next(s->context, CHUNK_KEYS, slice_of(long_tail, 600), &found, &value), FUND_OK);
	ck_assert(slice_equal(found, slice_of("\0\0\x03\xe0", 4)));
	ck_assert_int_eq(s->next(s->context, CHUNK_KEYS, slice_of(NULL, 0), &found, &value), FUND_OK);
	ck_assert(slice_equal(found, slice_of("\0\0\0\0", 4)));
}
END_TEST

/* ---- damage: an answer is right, or it is an error ---- */

/* Numbers of the meta, branch and leaf pages: of the many pages of a file those that LMDB would follow into a crash. */
static uint32_t find_tree_pages(int fd, off_t size, uint32_t pages[64])
{
	uint32_t n = 0;

	for (uint32_t page = 0; page < size / 4096 && n < 64; page++) {
		struct {
			size_t number;
			uint16_t pad, flags;
		} head; /* as LMDB has it on this machine */

		ck_assert_int_eq(pread(fd, &head, sizeof(head), (off_t)page * 4096), sizeof(head));
		if ((head.flags == 1 || head.flags == 2 || head.flags == 8) && head.number == page)
			pages[n++] = page;
	}
	ck_assert_uint_gt(n, 2);
	return n;
}

#ifndef DAMAGE_RUNS
#define DAMAGE_RUNS 150
#endif

START_TEST(damage_gives_an_error_or_the_right_answer)
{
	uint64_t seed = (uint64_t)_i * 1000 + 41;
	uint32_t tree_pages[64], n_tree_pages;
	int fd = handmade_open_file(&handmade_scratch, "data.mdb", O_RDWR);
	off_t size = lseek(fd, 0, SEEK_END);

	n_tree_pages = find_tree_pages(fd, size, tree_pages);
	for (int run = 0; run < DAMAGE_RUNS; run++) {
		off_t page = random_below(&seed, 2) ? tree_pages[random_below(&seed, n_tree_pages)]
						    : random_below(&seed, (uint32_t)(size / 4096));
		off_t off = page * 4096 + random_below(&seed, random_below(&seed, 2) ? 200 : 4096);
		struct fault why = { .status = FUND_OK };
		struct snapshot *s;
		uint8_t keep, flipped;

		ck_assert_int_eq(pread(fd, &keep, 1, off), 1);
		flipped = keep ^ (uint8_t)(1u << random_below(&seed, 8));
		ck_assert_int_eq(pwrite(fd, &flipped, 1, off), 1);
		if (snapshot_open(&s, handmade_scratch.dir, &why) == FUND_OK) {
			handmade_use(s, &seed);
			snapshot_close(s);
		} else {
			handmade_n_noticed++;
			ck_assert_uint_gt(strlen(why.text), 0);
		}
		ck_assert_int_eq(pwrite(fd, &keep, 1, off), 1);
	}
	ck_assert_uint_gt(handmade_n_noticed, 0);
	close(fd);
}
END_TEST

/* A cut in the middle of the file is seen at opening. */
START_TEST(a_cut_index_is_refused)
{
	struct fault why = { .status = FUND_OK };
	struct snapshot *s;
	int fd = handmade_open_file(&handmade_scratch, "data.mdb", O_RDWR);
	off_t size = lseek(fd, 0, SEEK_END);

	for (off_t at = size - 4096; at >= 0; at -= size / 20) {
		ck_assert_int_eq(ftruncate(fd, at), 0);
		ck_assert_int_eq(snapshot_open(&s, handmade_scratch.dir, &why), FUND_CORRUPT);
		ck_assert_ptr_nonnull(strstr(why.text, "cut off"));
	}
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(snapshot_open(&s, handmade_scratch.dir, &why), FUND_CORRUPT);
	ck_assert_ptr_nonnull(strstr(why.text, "empty"));
	close(fd);
}
END_TEST

Suite *suite_segment(void);
Suite *suite_segment(void)
{
	Suite *suite = suite_create("segment");
	TCase *reading = tcase_create("reading"), *damage = tcase_create("damage");

	tcase_add_unchecked_fixture(reading, handmade_make_image, handmade_remove_image);
	tcase_add_checked_fixture(reading, handmade_set_up, handmade_tear_down);
	tcase_add_test(reading, every_value_of_every_column_is_read);
	tcase_add_test(reading, a_column_chunk_is_as_long_as_its_documents);
	tcase_add_test(reading, a_document_that_is_not_there_is_corrupt);
	tcase_add_test(reading, keys_are_read_by_document);
	tcase_add_test(reading, keys_are_read_in_order_from_anywhere);
	tcase_add_test(reading, the_documents_of_a_file_are_found);
	tcase_add_test(reading, a_printed_key_finds_its_live_document);
	tcase_add_test(reading, the_dead_are_dead);
	tcase_add_test(reading, articles_come_back);
	tcase_add_test(reading, text_blocks_come_in_order_and_again);
	tcase_add_test(reading, chunks_of_another_kind_or_segment_are_not_found);
	suite_add_tcase(suite, reading);

	tcase_add_unchecked_fixture(damage, handmade_make_image, handmade_remove_image);
	tcase_add_checked_fixture(damage, handmade_make_index, handmade_remove_index);
	tcase_add_loop_test(damage, damage_gives_an_error_or_the_right_answer, 0, 4);
	tcase_add_test(damage, a_cut_index_is_refused);
	tcase_set_timeout(damage, 120);
	suite_add_tcase(suite, damage);
	return suite;
}
