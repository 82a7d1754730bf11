/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_pages_damage.c - bytes of LMDB's pages that are not what LMDB wrote: a status, never a crash, never an answer that lacks something; and pages_check() finds them. */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lmdb_fixture.h"

/* LMDB's layout with this machine's words: a page's head (number, pad, flags, lower, upper), and behind it in a meta page magic, version, address, map size, two trees
 * (pad, flags, depth, five words), the last page, the transaction. */
#define WORD sizeof(size_t)
#define FLAGS (WORD + 2)
#define LOWER (WORD + 4)
#define HEAD (WORD + 8)
#define FREE_TREE (8 + 2 * WORD) /* from the magic on */
#define MAIN_TREE (FREE_TREE + 8 + 5 * WORD)
#define LAST_PAGE (MAIN_TREE + 8 + 5 * WORD)
#define TXNID (LAST_PAGE + WORD)
#define TREE_LEAVES (8 + WORD) /* from the tree on */
#define TREE_ENTRIES (8 + 3 * WORD)
#define TREE_ROOT (8 + 4 * WORD)

static size_t word_at(const uint8_t *p) { size_t v; memcpy(&v, p, WORD); return v; }
static uint16_t u16_at(const uint8_t *p) { uint16_t v; memcpy(&v, p, 2); return v; }

/* `len` bytes, as this machine has them: 2, 4 or 8. */
static void put_native(uint8_t *p, uint64_t value, size_t len)
{
	uint16_t v2 = (uint16_t)value;
	uint32_t v4 = (uint32_t)value;

	memcpy(p, len == 2 ? (void *)&v2 : len == 4 ? (void *)&v4 : (void *)&value, len);
}

static void put_word(uint8_t *p, size_t v) { put_native(p, v, WORD); }

static void use_all(const struct pages *p, uint64_t *seed)
{
	uint8_t key[LMDB_KEY_MAX];
	volatile uint8_t sum = 0;

	for (int i = 0; i < 20; i++) {
		struct slice asked = slice_of(key, lmdb_make_key(seed, key)), found, value = { NULL, 0 };

		pages_will_need_value(p, asked);
		if (pages_get(p, asked, &value) == FUND_OK && value.len > 0)
			sum ^= value.data[value.len - 1];
		if (pages_seek_le(p, asked, &found, &value) == FUND_OK && value.len > 0)
			sum ^= value.data[value.len - 1];
		if (pages_seek_ge(p, asked, &found, &value) == FUND_OK && value.len > 0)
			sum ^= value.data[value.len - 1];
		if (pages_seek_gt(p, asked, &found, &value) == FUND_OK && value.len > 0)
			sum ^= value.data[value.len - 1];
	}
	(void)sum;
}

START_TEST(flipped_bytes_give_a_status_never_a_crash)
{
	uint64_t seed = 11;
	uint8_t *bytes;
	size_t len;
	unsigned n_found = 0, runs = 1500;
	int fd = lmdb_other_file();

	for (int i = 0; i < 6; i++)
		lmdb_change(&seed, 500);
	bytes = lmdb_load(&len);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	for (unsigned run = 0; run < runs; run++) {
		/* Where the structure is: the first 200 bytes of a page, and the first pages more often. */
		size_t page = random_below(&seed, 4) == 0 ? random_below(&seed, 2) : random_below(&seed, (uint32_t)(len / 4096));
		size_t off = page * 4096 + random_below(&seed, page < 2 ? 160 : 200);
		uint8_t flipped = bytes[off] ^ (uint8_t)(1u << random_below(&seed, 8));
		struct fault why = { .status = FUND_OK };
		struct pages p;
		enum fund_status status;

		ck_assert_int_eq(pwrite(fd, &flipped, 1, (off_t)off), 1);
		status = pages_open(&p, fd, 0, &why);
		if (status == FUND_OK) {
			use_all(&p, &seed);
			status = pages_check(&p, &why);
			pages_close(&p);
		}
		if (status != FUND_OK) {
			n_found++;
			ck_assert(status == FUND_CORRUPT || status == FUND_FORMAT);
			ck_assert_uint_gt(strlen(why.text), 0);
		}
		ck_assert_int_eq(pwrite(fd, bytes + off, 1, (off_t)off), 1);
	}
	/* The others hit values and free pages. */
	ck_assert_uint_gt(n_found, runs / 20);
	close(fd);
	free(bytes);
}
END_TEST

typedef enum fund_status seek_fn(const struct pages *p, struct slice key, struct slice *found, struct slice *value);

/* What is asked of the damaged file is answered as the whole one answers, or refused. How many were refused. */
static unsigned refused(const struct pages *whole, const struct pages *damaged, uint64_t *seed)
{
	static seek_fn *const seeks[] = { pages_seek_le, pages_seek_ge, pages_seek_gt };
	uint8_t key[LMDB_KEY_MAX];
	struct slice asked = slice_of(key, lmdb_make_key(seed, key)), found[2], value[2];
	enum fund_status status = pages_get(damaged, asked, &value[1]);
	unsigned n = status == FUND_CORRUPT;

	ck_assert(status == FUND_CORRUPT || status == pages_get(whole, asked, &value[0]));
	for (size_t i = 0; i < sizeof(seeks) / sizeof(*seeks); i++) {
		status = seeks[i](damaged, asked, &found[1], &value[1]);
		n += status == FUND_CORRUPT;
		if (status == FUND_CORRUPT)
			continue;
		ck_assert_int_eq(status, seeks[i](whole, asked, &found[0], &value[0]));
		ck_assert(status != FUND_OK || (slice_equal(found[0], found[1]) && slice_equal(value[0], value[1])));
	}
	return n;
}

/* `lower` is the end of a page's list of entries: a smaller one hides the last of them. */
START_TEST(hidden_entries_are_never_taken_for_none)
{
	uint64_t seed = 31;
	unsigned n_refused = 0;
	struct pages whole;
	uint8_t *bytes;
	size_t len;
	int fd = lmdb_other_file();

	for (int i = 0; i < 6; i++) /* what is deleted leaves keys in branches that their leaves no longer have */
		lmdb_change(&seed, 2000);
	bytes = lmdb_load(&len);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	ck_assert_int_eq(lmdb_open_pages(&whole, 0, NULL), FUND_OK);
	for (size_t at = 8192; at < len; at += 4096) {
		uint16_t lower = u16_at(bytes + at + LOWER), hidden;

		if (word_at(bytes + at) != at / 4096 || (u16_at(bytes + at + FLAGS) & 3) == 0 || lower <= HEAD + 2)
			continue; /* an overflow page, or one entry */
		hidden = (uint16_t)(HEAD + 2 * (1 + random_below(&seed, (uint32_t)(lower - HEAD - 2) / 2)));
		ck_assert_int_eq(pwrite(fd, &hidden, sizeof(hidden), (off_t)(at + LOWER)), 2);
		struct pages damaged;
		ck_assert_int_eq(pages_open(&damaged, fd, 0, NULL), FUND_OK);
		for (int i = 0; i < 100; i++)
			n_refused += refused(&whole, &damaged, &seed);
		pages_close(&damaged);
		ck_assert_int_eq(pwrite(fd, &lower, sizeof(lower), (off_t)(at + LOWER)), 2);
	}
	ck_assert_uint_gt(n_refused, 100);
	pages_close(&whole);
	close(fd);
	free(bytes);
}
END_TEST

START_TEST(random_bytes_behind_good_meta_pages_never_crash)
{
	uint64_t seed = 17;
	uint8_t *bytes;
	size_t len;
	int fd = lmdb_other_file();

	lmdb_change(&seed, 2000);
	bytes = lmdb_load(&len);
	for (int run = 0; run < 30; run++) {
		struct pages p;

		for (int i = 0; i < 200; i++)
			bytes[8192 + random_next(&seed) % (len - 8192)] = (uint8_t)random_next(&seed);
		ck_assert_int_eq(pwrite(fd, bytes, len, 0), (ssize_t)len);
		ck_assert_int_eq(pages_open(&p, fd, 0, NULL), FUND_OK);
		use_all(&p, &seed);
		ck_assert_int_ne(pages_check(&p, NULL), FUND_NO_MEMORY);
		pages_close(&p);
	}
	close(fd);
	free(bytes);
}
END_TEST

START_TEST(a_file_that_was_cut_off_is_corrupt)
{
	uint64_t seed = 13;
	uint8_t *bytes;
	size_t len;
	int fd = lmdb_other_file();

	lmdb_change(&seed, 1000);
	bytes = lmdb_load(&len);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	for (size_t at = len - 1;; at = random_below(&seed, (uint32_t)at)) {
		struct fault why = { .status = FUND_OK };
		struct pages p;
		enum fund_status status;

		ck_assert_int_eq(ftruncate(fd, (off_t)at), 0);
		status = pages_open(&p, fd, 0, &why);
		ck_assert_msg(status == FUND_CORRUPT || (at < 4096 && status == FUND_FORMAT), "%zu bytes: %d", at, status);
		ck_assert_uint_gt(strlen(why.text), 0);
		if (at == 0)
			break;
	}
	close(fd);
	free(bytes);
}
END_TEST

START_TEST(a_file_that_32_bits_cannot_address_is_named)
{
	struct fault why = { .status = FUND_OK };
	struct pages p;
	ck_assert_int_eq(truncate(lmdb.path, (off_t)3 << 30), 0); /* of which nothing takes room */
	ck_assert_int_eq(lmdb_open_pages(&p, 0, &why), FUND_NO_MEMORY);
	ck_assert_str_eq(why.text, "is too large for this machine");
}
END_TEST

static const struct {
	const char *name;
	size_t off;
	size_t len;
	uint64_t value; /* of `len` bytes, as this machine has it */
	enum fund_status status;
	const char *text;
} heads[] = {
	{ "another program's file", HEAD, 4, 0x694C5153, FUND_FORMAT, "LMDB's format" },
	{ "the other byte order", HEAD, 4, 0xDEC0EFBE, FUND_FORMAT, "byte order" },
	{ "a later version of LMDB's format", HEAD + 4, 4, 2, FUND_FORMAT, "version 2" },
	{ "a page size that is none", HEAD + FREE_TREE, 4, 0x1001, FUND_CORRUPT, "page size" },
	{ "a page size of 1 TiB", HEAD + FREE_TREE, 4, 0x7f000000, FUND_CORRUPT, "page size" },
	{ "a first page that is no meta page", FLAGS, 2, 2, FUND_CORRUPT, "meta pages" },
	{ "a second page without magic", 4096 + HEAD, 4, 0, FUND_CORRUPT, "meta pages" },
	{ "a transaction number out of order", HEAD + TXNID, WORD, 0x909, FUND_CORRUPT, "meta pages" },
};

START_TEST(heads_that_cannot_be_read_are_named)
{
	uint64_t seed = 3;
	struct fault why = { .status = FUND_OK };
	struct pages p;
	uint8_t *bytes;
	size_t len;
	int fd = lmdb_other_file();

	lmdb_change(&seed, 50);
	bytes = lmdb_load(&len);
	put_native(bytes + heads[_i].off, heads[_i].value, heads[_i].len);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	ck_assert_msg(pages_open(&p, fd, 0, &why) == heads[_i].status, "%s: %s", heads[_i].name, why.text);
	ck_assert_msg(strstr(why.text, heads[_i].text) != NULL, "%s: %s", heads[_i].name, why.text);
	close(fd);
	free(bytes);
}
END_TEST

/* ---- planted errors that pages_check has to find ---- */

static uint8_t *newest_meta(uint8_t *bytes)
{
	uint8_t *even = bytes + HEAD, *odd = even + 4096;

	return word_at(odd + TXNID) > word_at(even + TXNID) ? odd : even;
}

static uint8_t *root_of(uint8_t *bytes, size_t tree) { return bytes + word_at(newest_meta(bytes) + tree + TREE_ROOT) * 4096; }
static uint8_t *main_root(uint8_t *bytes) { return root_of(bytes, MAIN_TREE); }
static uint8_t *node(uint8_t *page, unsigned i) { return page + u16_at(page + HEAD + 2 * i); }

static void plant_count(uint8_t *bytes) { newest_meta(bytes)[MAIN_TREE + TREE_ENTRIES]++; }
static void plant_leaf_count(uint8_t *bytes) { newest_meta(bytes)[MAIN_TREE + TREE_LEAVES]++; }
static void plant_twice(uint8_t *bytes)
{
	memcpy(node(main_root(bytes), 1), node(main_root(bytes), 0), 6);
}
static void plant_order(uint8_t *bytes)
{
	uint8_t *entries = main_root(bytes) + HEAD, keep[2];

	memcpy(keep, entries + 2, 2);
	memcpy(entries + 2, entries + 4, 2);
	memcpy(entries + 4, keep, 2);
}
static void plant_hidden(uint8_t *bytes) { put_native(main_root(bytes) + LOWER, u16_at(main_root(bytes) + LOWER) - 2u, 2); }
static void plant_flag(uint8_t *bytes) { put_native(main_root(bytes) + FLAGS, 0x22, 2); }
static void plant_free(uint8_t *bytes)
{
	uint8_t *value = node(root_of(bytes, FREE_TREE), 0) + 8 + WORD;

	put_word(value, 1);
	put_word(value + WORD, (size_t)(main_root(bytes) - bytes) / 4096);
}

/* The last record of the free list: what it was freed by, then how many pages, then which. */
static uint8_t *free_record(uint8_t *bytes)
{
	uint8_t *root = root_of(bytes, FREE_TREE);

	return node(root, (unsigned)(u16_at(root + LOWER) - HEAD) / 2 - 1) + 8;
}
static void plant_future(uint8_t *bytes) { put_word(free_record(bytes), 1000000); }
static void plant_end(uint8_t *bytes) { put_word(free_record(bytes) + WORD, 1000000); }
static void plant_place(uint8_t *bytes)
{
	put_word(free_record(bytes) + WORD, 1);
	put_word(free_record(bytes) + 2 * WORD, 1); /* a meta page */
}

static const struct {
	void (*plant)(uint8_t *bytes);
	const char *text;
} planted[] = {
	{ plant_future, "free list: a transaction that has not been" },
	{ plant_end, "free list: a record that runs past its end" },
	{ plant_place, "free list: page 1 cannot stand where it does" },
	{ plant_count, "where the meta page says" },
	{ plant_leaf_count, "where the meta page says" },
	{ plant_twice, "page" },
	{ plant_order, "keys do not ascend" },
	{ plant_hidden, "its entries do not fill it" },
	{ plant_flag, "not the page that should be here" },
	{ plant_free, "free and used" },
};

START_TEST(the_check_finds_planted_errors)
{
	uint64_t seed = 3;
	struct fault why = { .status = FUND_OK };
	struct pages p;
	uint8_t *bytes;
	size_t len;
	int fd = lmdb_other_file();

	for (int i = 0; i < 3; i++)
		lmdb_change(&seed, 300);
	bytes = lmdb_load(&len);
	planted[_i].plant(bytes);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	ck_assert_int_eq(pages_open(&p, fd, 0, &why), FUND_OK);
	ck_assert_int_eq(pages_check(&p, &why), FUND_CORRUPT);
	ck_assert_msg(strstr(why.text, planted[_i].text) != NULL, "%s", why.text);
	pages_close(&p);
	close(fd);
	free(bytes);
}
END_TEST

static const size_t last_pages[] = { 0, SIZE_MAX };

START_TEST(a_last_page_that_cannot_be_is_named)
{
	uint64_t seed = 3;
	struct fault why = { .status = FUND_OK };
	struct pages p;
	size_t len;
	int fd = lmdb_other_file();

	lmdb_change(&seed, 50);
	uint8_t *bytes = lmdb_load(&len);
	put_word(newest_meta(bytes) + LAST_PAGE, last_pages[_i]);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	ck_assert_int_eq(pages_open(&p, fd, 0, &why), FUND_CORRUPT);
	ck_assert_str_eq(why.text, "is damaged: its meta page names a last page that cannot be");
	close(fd);
	free(bytes);
}
END_TEST

Suite *suite_pages_damage(void);
Suite *suite_pages_damage(void)
{
	Suite *suite = suite_create("pages, damaged");
	TCase *damage = tcase_create("damage");

	tcase_add_checked_fixture(damage, lmdb_set_up, lmdb_tear_down);
	tcase_add_test(damage, flipped_bytes_give_a_status_never_a_crash);
	tcase_add_test(damage, hidden_entries_are_never_taken_for_none);
	tcase_add_test(damage, random_bytes_behind_good_meta_pages_never_crash);
	tcase_add_test(damage, a_file_that_was_cut_off_is_corrupt);
	if (sizeof(size_t) == 4)
		tcase_add_test(damage, a_file_that_32_bits_cannot_address_is_named);
	tcase_add_loop_test(damage, heads_that_cannot_be_read_are_named, 0, sizeof(heads) / sizeof(heads[0]));
	tcase_add_loop_test(damage, the_check_finds_planted_errors, 0, sizeof(planted) / sizeof(planted[0]));
	tcase_add_loop_test(damage, a_last_page_that_cannot_be_is_named, 0, sizeof(last_pages) / sizeof(last_pages[0]));
	tcase_set_timeout(damage, 60);
	suite_add_tcase(suite, damage);
	return suite;
}
