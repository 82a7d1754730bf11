/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/guard.h"
#include "store/pages.h"
#include "tests/scratch.h"

static struct scratch scratch;
static MDB_env *env;
static MDB_dbi dbi;
static char data_path[300];

static void setup(void)
{
	MDB_txn *txn;

	scratch_make(&scratch);
	snprintf(data_path, sizeof(data_path), "%s/data.mdb", scratch.dir);
	ck_assert_int_eq(mdb_env_create(&env), 0);
	ck_assert_int_eq(mdb_env_set_mapsize(env, (size_t)1 << 30), 0);
	ck_assert_int_eq(mdb_env_open(env, scratch.dir, MDB_NOTLS | MDB_NOSYNC, 0600), 0);
	ck_assert_int_eq(mdb_txn_begin(env, NULL, 0, &txn), 0);
	ck_assert_int_eq(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
	ck_assert_int_eq(mdb_txn_commit(txn), 0);
}

static void teardown(void)
{
	mdb_env_close(env);
	scratch_remove(&scratch);
}

static enum fund_status open_path(struct pages *p, const char *path, uint64_t txnid, struct fault *why)
{
	int fd = open(path, O_RDONLY);
	enum fund_status status;

	ck_assert_int_ge(fd, 0);
	status = pages_open(p, fd, txnid, why);
	close(fd);
	return status;
}

/* Few different keys, some of them long and alike, so that they are put more than once. */
static size_t make_key(uint64_t *seed, uint8_t key[511])
{
	uint32_t which = random_below(seed, 4000);
	size_t len = 4 + (which % 97 == 0 ? 507 : which % 7 * 9);

	memset(key, 'k', len);
	key[0] = (uint8_t)(which >> 8);
	if (which % 2)
		key[1] = (uint8_t)which;
	key[len - 1] = (uint8_t)which;
	return len;
}

static size_t make_value_len(uint64_t *seed)
{
	switch (random_below(seed, 8)) {
	case 0: return random_below(seed, 40000);
	case 1: return 2000 + random_below(seed, 2100);
	default: return random_below(seed, 300);
	}
}

static void change(uint64_t *seed, unsigned n)
{
	static uint8_t bytes[40000];
	uint8_t key[511];
	MDB_txn *txn;

	ck_assert_int_eq(mdb_txn_begin(env, NULL, 0, &txn), 0);
	for (unsigned i = 0; i < n; i++) {
		MDB_val k = { make_key(seed, key), key }, v = { make_value_len(seed), bytes };

		memset(bytes, (int)random_below(seed, 256), v.mv_size);
		if (random_below(seed, 3) == 0) {
			int rc = mdb_del(txn, dbi, &k, NULL);
			ck_assert(rc == 0 || rc == MDB_NOTFOUND);
		} else {
			ck_assert_int_eq(mdb_put(txn, dbi, &k, &v, 0), 0);
		}
	}
	ck_assert_int_eq(mdb_txn_commit(txn), 0);
}

static void assert_same(int rc, MDB_val k, MDB_val v, enum fund_status status, struct slice found, struct slice value)
{
	if (rc == MDB_NOTFOUND) {
		ck_assert_int_eq(status, FUND_NOT_FOUND);
		return;
	}
	ck_assert_int_eq(rc, 0);
	ck_assert_int_eq(status, FUND_OK);
	ck_assert(slice_equal(found, slice_of(k.mv_data, k.mv_size)));
	ck_assert(slice_equal(value, slice_of(v.mv_data, v.mv_size)));
}

static void compare_one(MDB_cursor *c, const struct pages *p, const uint8_t *key, size_t len)
{
	MDB_val k = { len, (void *)(uintptr_t)key }, v;
	struct slice asked = slice_of(key, len), found = asked, value;
	enum fund_status status = pages_get(p, asked, &value);
	int rc = mdb_cursor_get(c, &k, &v, MDB_SET_KEY);
	bool there = rc == 0;

	assert_same(rc, k, v, status, found, value);
	k = (MDB_val){ len, (void *)(uintptr_t)key };
	rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
	assert_same(rc, k, v, pages_seek_ge(p, asked, &found, &value), found, value);
	if (there)
		rc = mdb_cursor_get(c, &k, &v, MDB_NEXT);
	status = pages_seek_gt(p, asked, &found, &value);
	assert_same(rc, k, v, status, found, value);
	k = (MDB_val){ len, (void *)(uintptr_t)key };
	rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
	if (!there)
		rc = mdb_cursor_get(c, &k, &v, rc == 0 ? MDB_PREV : MDB_LAST);
	status = pages_seek_le(p, asked, &found, &value);
	assert_same(rc, k, v, status, found, value);
}

START_TEST(finds_what_lmdb_finds)
{
	uint64_t seed = (uint64_t)_i + 1;
	struct fault why = { .status = FUND_OK };

	for (int round = 0; round < 8; round++) {
		uint8_t key[511];
		struct pages p;
		MDB_txn *txn;
		MDB_cursor *c;

		change(&seed, 40u << (2 * (round % 4)));
		ck_assert_int_eq(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), 0);
		ck_assert_int_eq(mdb_cursor_open(txn, dbi, &c), 0);
		ck_assert_msg(open_path(&p, data_path, mdb_txn_id(txn), &why) == FUND_OK, "%s", why.text);
		ck_assert_uint_eq(p.txnid, mdb_txn_id(txn));
		ck_assert_msg(pages_check(&p, &why) == FUND_OK, "%s", why.text);
		for (int i = 0; i < 1000; i++)
			compare_one(c, &p, key, make_key(&seed, key));
		compare_one(c, &p, (const uint8_t *)"", 1);
		compare_one(c, &p, (const uint8_t *)"\xff\xff\xff\xff\xff", 5);
		pages_close(&p);
		mdb_cursor_close(c);
		mdb_txn_abort(txn);
	}
}
END_TEST

START_TEST(an_empty_tree_has_no_keys)
{
	struct slice found, value;
	struct pages p;

	ck_assert_int_eq(open_path(&p, data_path, 0, NULL), FUND_OK);
	ck_assert_int_eq(pages_get(&p, SLICE_LIT("a"), &value), FUND_NOT_FOUND);
	ck_assert_int_eq(pages_seek_le(&p, SLICE_LIT("a"), &found, &value), FUND_NOT_FOUND);
	ck_assert_int_eq(pages_seek_ge(&p, SLICE_LIT("a"), &found, &value), FUND_NOT_FOUND);
	ck_assert_int_eq(pages_check(&p, NULL), FUND_OK);
	pages_close(&p);
}
END_TEST

START_TEST(a_state_can_be_read_until_it_is_overwritten)
{
	uint64_t seed = 5, first;
	struct pages p, again;

	change(&seed, 100);
	ck_assert_int_eq(open_path(&p, data_path, 0, NULL), FUND_OK);
	first = p.txnid;
	ck_assert_uint_eq(pages_newest(&p), first);
	change(&seed, 100);
	ck_assert_uint_eq(pages_newest(&p), first + 1);
	ck_assert_int_eq(open_path(&again, data_path, first, NULL), FUND_OK);
	ck_assert_uint_eq(again.txnid, first);
	pages_close(&again);
	change(&seed, 100);
	ck_assert_uint_eq(pages_newest(&p), first + 2);
	ck_assert_int_eq(open_path(&again, data_path, first, NULL), FUND_STALE);
	pages_close(&p);
}
END_TEST

/* ---- damage ---- */

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
static void put_word(uint8_t *p, size_t v) { memcpy(p, &v, WORD); }
static uint16_t u16_at(const uint8_t *p) { uint16_t v; memcpy(&v, p, 2); return v; }

/* The file as bytes, to be damaged and written elsewhere. */
static uint8_t *load(size_t *len)
{
	struct stat st;
	uint8_t *bytes;
	int fd = open(data_path, O_RDONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	*len = (size_t)st.st_size;
	bytes = malloc(*len);
	ck_assert_ptr_nonnull(bytes);
	ck_assert_int_eq(read(fd, bytes, *len), st.st_size);
	close(fd);
	return bytes;
}

static int other_file(void)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/other", scratch.dir);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	ck_assert_int_ge(fd, 0);
	return fd;
}

static void use_all(const struct pages *p, uint64_t *seed)
{
	uint8_t key[511];
	volatile uint8_t sum = 0;

	for (int i = 0; i < 20; i++) {
		struct slice asked = slice_of(key, make_key(seed, key)), found, value = { NULL, 0 };

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
	int fd = other_file();

	for (int i = 0; i < 6; i++)
		change(&seed, 500);
	bytes = load(&len);
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
	uint8_t key[511];
	struct slice asked = slice_of(key, make_key(seed, key)), found[2], value[2];
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
	int fd = other_file();

	for (int i = 0; i < 6; i++) /* what is deleted leaves keys in branches that their leaves no longer have */
		change(&seed, 2000);
	bytes = load(&len);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	ck_assert_int_eq(open_path(&whole, data_path, 0, NULL), FUND_OK);
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
	int fd = other_file();

	change(&seed, 2000);
	bytes = load(&len);
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
	int fd = other_file();

	change(&seed, 1000);
	bytes = load(&len);
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

/* What LMDB took and gave back in one transaction it does not write, and the file may be shorter than its last page. */
START_TEST(a_file_that_32_bits_cannot_address_is_named)
{
	struct fault why = { .status = FUND_OK };
	struct pages p;
	ck_assert_int_eq(truncate(data_path, (off_t)3 << 30), 0); /* of which nothing takes room */
	ck_assert_int_eq(open_path(&p, data_path, 0, &why), FUND_NO_MEMORY);
	ck_assert_str_eq(why.text, "is too large for this machine");
}
END_TEST

START_TEST(a_file_may_lack_pages_at_its_end_that_are_free)
{
	static uint8_t big[10 * 4096];
	uint64_t seed = 29;
	MDB_val key = { 3, "big" }, value = { sizeof(big), big };
	struct pages p;
	MDB_txn *txn;
	uint8_t *bytes;
	size_t len;
	unsigned n_missing = 0;
	int fd = other_file();

	change(&seed, 100);
	ck_assert_int_eq(mdb_txn_begin(env, NULL, 0, &txn), 0);
	ck_assert_int_eq(mdb_put(txn, dbi, &key, &value, 0), 0);
	ck_assert_int_eq(mdb_txn_commit(txn), 0);
	ck_assert_int_eq(mdb_txn_begin(env, NULL, 0, &txn), 0);
	ck_assert_int_eq(mdb_del(txn, dbi, &key, NULL), 0);
	ck_assert_int_eq(mdb_txn_commit(txn), 0);
	for (int i = 0; i < 6; i++) /* the trees move to the front */
		change(&seed, 1);
	bytes = load(&len);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	while (pages_open(&p, fd, 0, NULL) == FUND_OK) {
		ck_assert_int_eq(pages_check(&p, NULL), FUND_OK);
		pages_close(&p);
		n_missing++;
		ck_assert_int_eq(ftruncate(fd, (off_t)(len - n_missing * 4096)), 0);
	}
	ck_assert_uint_ge(n_missing, 3);
	ck_assert_uint_lt(n_missing, len / 4096 / 2);
	close(fd);
	free(bytes);
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

static void put_native(uint8_t *p, uint64_t value, size_t len)
{
	uint16_t v2 = (uint16_t)value;
	uint32_t v4 = (uint32_t)value;

	memcpy(p, len == 2 ? (void *)&v2 : len == 4 ? (void *)&v4 : (void *)&value, len);
}

START_TEST(heads_that_cannot_be_read_are_named)
{
	uint64_t seed = 3;
	struct fault why = { .status = FUND_OK };
	struct pages p;
	uint8_t *bytes;
	size_t len;
	int fd = other_file();

	change(&seed, 50);
	bytes = load(&len);
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
	int fd = other_file();

	for (int i = 0; i < 3; i++)
		change(&seed, 300);
	bytes = load(&len);
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
	int fd = other_file();

	change(&seed, 50);
	uint8_t *bytes = load(&len);
	put_word(newest_meta(bytes) + LAST_PAGE, last_pages[_i]);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	ck_assert_int_eq(pages_open(&p, fd, 0, &why), FUND_CORRUPT);
	ck_assert_str_eq(why.text, "is damaged: its meta page names a last page that cannot be");
	close(fd);
	free(bytes);
}
END_TEST

/* ---- guard ---- */

static void die_in_map(void)
{
	int fd = other_file();
	struct pages p;
	uint8_t *bytes;
	size_t len;

	bytes = load(&len);
	if (write(fd, bytes, len) != (ssize_t)len || pages_open(&p, fd, 0, NULL) != FUND_OK || ftruncate(fd, 0) != 0)
		_exit(9);
	free(bytes);
	_exit(p.map[4096] == 77 ? 8 : 7);
}

static void die_elsewhere(void)
{
	volatile int *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	_exit(*nowhere);
}

static int run_guarded(void (*f)(void), char line[64])
{
	int pipe_fd[2], status;
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(pipe(pipe_fd), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		dup2(pipe_fd[1], STDERR_FILENO);
		guard_install("the index is damaged\n");
		f();
	}
	close(pipe_fd[1]);
	n = read(pipe_fd[0], line, 63);
	line[n > 0 ? n : 0] = '\0';
	close(pipe_fd[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

START_TEST(a_fault_in_the_map_is_one_line_and_exit_2)
{
	char line[64];
	int status = run_guarded(die_in_map, line);

	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 2);
	ck_assert_str_eq(line, "the index is damaged\n");
}
END_TEST

START_TEST(a_fault_elsewhere_keeps_its_signal)
{
	char line[64];
	int status = run_guarded(die_elsewhere, line);

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGSEGV);
	ck_assert_str_eq(line, "");
}
END_TEST

Suite *suite_pages(void);
Suite *suite_pages(void)
{
	Suite *suite = suite_create("pages");
	TCase *reading = tcase_create("reading"), *damage = tcase_create("damage"), *guard = tcase_create("guard");

	tcase_add_checked_fixture(reading, setup, teardown);
	tcase_add_loop_test(reading, finds_what_lmdb_finds, 0, 3);
	tcase_add_test(reading, an_empty_tree_has_no_keys);
	tcase_add_test(reading, a_state_can_be_read_until_it_is_overwritten);
	tcase_add_test(damage, a_file_may_lack_pages_at_its_end_that_are_free);
	tcase_set_timeout(reading, 60);
	suite_add_tcase(suite, reading);

	tcase_add_checked_fixture(damage, setup, teardown);
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

	suite_add_tcase(suite, guard);
	tcase_add_checked_fixture(guard, setup, teardown);
	if (getenv("FUNDSTELLE_EMULATED")) {
		puts("skipped: faults in the map: an emulator has signals of its own");
	} else {
		tcase_add_test(guard, a_fault_in_the_map_is_one_line_and_exit_2);
		tcase_add_test(guard, a_fault_elsewhere_keeps_its_signal);
	}
	return suite;
}
