/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/hash.h"

/* ---- varints ---- */

static const struct {
	uint64_t value;
	const char *bytes;
	size_t len;
} varints[] = {
	{ 0, "\x00", 1 },
	{ 1, "\x01", 1 },
	{ 127, "\x7F", 1 },
	{ 128, "\x80\x01", 2 },
	{ 300, "\xAC\x02", 2 },
	{ 16383, "\xFF\x7F", 2 },
	{ 16384, "\x80\x80\x01", 3 },
	{ UINT32_MAX, "\xFF\xFF\xFF\xFF\x0F", 5 },
	{ (uint64_t)UINT32_MAX + 1, "\x80\x80\x80\x80\x10", 5 },
	{ (uint64_t)1 << 63, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 10 },
	{ UINT64_MAX, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 10 },
};
#define N_VARINTS (sizeof(varints) / sizeof(varints[0]))

START_TEST(a_varint_has_these_bytes_and_comes_back)
{
	struct buf b = BUF_INIT;
	struct slice golden = slice_of(varints[_i].bytes, varints[_i].len);

	ck_assert_int_eq(buf_add_varint(&b, varints[_i].value), FUND_OK);
	ck_assert(slice_equal(slice_buf(&b), golden));
	struct cursor c = cursor_of(slice_buf(&b));
	ck_assert_uint_eq(cursor_varint(&c), varints[_i].value);
	ck_assert(!c.bad);
	ck_assert_uint_eq(cursor_left(&c), 0);
	buf_release(&b);
}
END_TEST

START_TEST(a_varint_of_32_bits_refuses_more)
{
	struct cursor c = cursor_of(slice_of(varints[_i].bytes, varints[_i].len));
	bool fits = varints[_i].value <= UINT32_MAX;

	ck_assert_uint_eq(cursor_varint32(&c), fits ? varints[_i].value : 0);
	ck_assert(c.bad == !fits);
}
END_TEST

START_TEST(a_truncated_varint_is_bad_not_a_read_past_the_end)
{
	for (size_t len = 0; len < varints[_i].len; len++) {
		uint8_t *bytes = malloc(len + 1); /* so that ASan sees a read behind the last byte */
		ck_assert_ptr_nonnull(bytes);
		memcpy(bytes + 1, varints[_i].bytes, len);
		struct cursor c = cursor_of(slice_of(bytes + 1, len));
		ck_assert_uint_eq(cursor_varint(&c), 0);
		ck_assert(c.bad);
		free(bytes);
	}
}
END_TEST

static const struct {
	const char *why, *bytes;
	size_t len;
} bad_varints[] = {
	{ "a tenth byte holds one bit only", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02", 10 },
	{ "eleven bytes", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 11 },
	{ "never ends", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 12 },
};

START_TEST(a_varint_that_does_not_fit_64_bits_is_bad)
{
	struct cursor c = cursor_of(slice_of(bad_varints[_i].bytes, bad_varints[_i].len));

	ck_assert_msg(cursor_varint(&c) == 0 && c.bad, "%s", bad_varints[_i].why);
}
END_TEST

/* ---- cursor ---- */

START_TEST(a_cursor_reads_little_endian_at_odd_addresses)
{
	static const uint8_t bytes[] = "\x01\x02\x01\x04\x03\x02\x01\x08\x07\x06\x05\x04\x03\x02\x01xyz";
	struct cursor c = cursor_of(slice_of(bytes, sizeof(bytes) - 1));

	ck_assert_uint_eq(cursor_u8(&c), 0x01);
	ck_assert_uint_eq(cursor_u16(&c), 0x0102);
	ck_assert_uint_eq(cursor_u32(&c), 0x01020304);
	ck_assert_uint_eq(cursor_u64(&c), 0x0102030405060708u);
	ck_assert(slice_equal(cursor_take(&c, 3), SLICE_LIT("xyz")));
	ck_assert(!c.bad);
	ck_assert_uint_eq(cursor_left(&c), 0);
}
END_TEST

START_TEST(fixed_width_integers_come_back)
{
	uint8_t bytes[9] = { 0 };

	put_u64(bytes + 1, 0xFEDCBA9876543210u);
	ck_assert_uint_eq(bytes[1], 0x10);
	ck_assert_uint_eq(get_u64(bytes + 1), 0xFEDCBA9876543210u);
	put_u32(bytes + 1, 0xFEDCBA98u);
	ck_assert_uint_eq(get_u32(bytes + 1), 0xFEDCBA98u);
	put_u16(bytes + 1, 0xFEDC);
	ck_assert_uint_eq(get_u16(bytes + 1), 0xFEDC);
}
END_TEST

START_TEST(a_cursor_that_failed_gives_nothing_more)
{
	struct cursor c = cursor_of(SLICE_LIT("\x01\x02\x03"));

	ck_assert_uint_eq(cursor_u32(&c), 0);
	ck_assert(c.bad);
	ck_assert_uint_eq(cursor_u8(&c), 0);
	ck_assert_uint_eq(cursor_u16(&c), 0);
	ck_assert_uint_eq(cursor_u64(&c), 0);
	ck_assert_uint_eq(cursor_varint(&c), 0);
	ck_assert_uint_eq(cursor_varint32(&c), 0);
	ck_assert_uint_eq(cursor_take(&c, 0).len, 0);
	ck_assert_uint_eq(cursor_take(&c, 1).len, 0);
	ck_assert_uint_eq(cursor_left(&c), 0);
	ck_assert(c.bad);
}
END_TEST

START_TEST(a_cursor_over_nothing_is_at_its_end)
{
	struct cursor c = cursor_of((struct slice){ NULL, 0 });

	ck_assert_uint_eq(cursor_take(&c, 0).len, 0);
	ck_assert(!c.bad);
	ck_assert_uint_eq(cursor_take(&c, SIZE_MAX).len, 0);
	ck_assert(c.bad);
}
END_TEST

/* ---- buf ---- */

START_TEST(a_buf_grows_and_keeps_what_it_holds)
{
	struct buf b = BUF_INIT;

	for (unsigned i = 0; i < 10000; i++)
		ck_assert_int_eq(buf_add_byte(&b, (uint8_t)(i * 7)), FUND_OK);
	ck_assert_uint_eq(b.len, 10000);
	for (unsigned i = 0; i < 10000; i++)
		ck_assert_uint_eq(b.data[i], (uint8_t)(i * 7));
	ck_assert_uint_le(b.cap, 4 * b.len);
	size_t cap = b.cap;
	buf_reset(&b);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_uint_eq(b.cap, cap);
	buf_release(&b);
	buf_release(&b);
	ck_assert_ptr_null(b.data);
}
END_TEST

START_TEST(a_buf_refuses_what_no_memory_holds)
{
	struct buf b = BUF_INIT;

	ck_assert_int_eq(buf_add_str(&b, "kept"), FUND_OK);
	ck_assert_int_eq(buf_reserve(&b, SIZE_MAX), FUND_NO_MEMORY);
	ck_assert_int_eq(buf_reserve(&b, SIZE_MAX - 4), FUND_NO_MEMORY);
	ck_assert_str_eq(buf_str(&b), "kept");
	buf_release(&b);
}
END_TEST

START_TEST(a_buf_formats_and_is_a_string_when_asked)
{
	struct buf b = BUF_INIT;

	ck_assert_str_eq(buf_str(&b), "");
	ck_assert_int_eq(buf_add(&b, NULL, 0), FUND_OK);
	ck_assert_int_eq(buf_add_slice(&b, SLICE_LIT("a")), FUND_OK);
	ck_assert_int_eq(buf_add_format(&b, "%d-%s", 42, "b"), FUND_OK);
	ck_assert_str_eq(buf_str(&b), "a42-b");
	ck_assert_int_eq(buf_add_format(&b, "%0500d", 1), FUND_OK);
	ck_assert_uint_eq(b.len, 505);
	buf_release(&b);
}
END_TEST

/* ---- slices, faults, hashes ---- */

static const struct {
	const char *a, *b;
	int order;
} orders[] = {
	{ "", "", 0 }, { "", "a", -1 }, { "a", "b", -1 }, { "a", "ab", -1 }, { "b", "ab", 1 }, { "a", "\xC3", -1 },
};

START_TEST(slices_order_by_unsigned_bytes_the_shorter_first)
{
	struct slice a = slice_str(orders[_i].a), b = slice_str(orders[_i].b);
	int forth = slice_compare(a, b), back = slice_compare(b, a);

	ck_assert_int_eq((forth > 0) - (forth < 0), orders[_i].order);
	ck_assert_int_eq((back > 0) - (back < 0), -orders[_i].order);
	ck_assert(slice_equal(a, b) == (orders[_i].order == 0));
}
END_TEST

static const struct {
	const char *text, *beginning, *ending, *trimmed;
	bool begins, ends;
} texts[] = {
	{ "Text/HTML", "text/", "html", "Text/HTML", true, true }, { "  a b\t\r", "  a", "\r", "a b", true, true }, { "\n\f\va\n", "\n", "\n", "a", true, true }, { "", "a", "a", "", false, false },
	{ "", "", "", "", true, true },				  { "ab", "abc", "zab", "ab", false, false },	{ " \t ", "\t", "x", "", false, false },
};

START_TEST(a_slice_begins_ends_and_is_trimmed_like_this)
{
	struct slice s = texts[_i].text[0] ? slice_str(texts[_i].text) : (struct slice){ NULL, 0 };
	ck_assert_int_eq(slice_begins_with(s, texts[_i].beginning), texts[_i].begins);
	ck_assert_int_eq(slice_ends_in(s, texts[_i].ending), texts[_i].ends);
	ck_assert(slice_equal(slice_trim(s), slice_str(texts[_i].trimmed)));
}
END_TEST

START_TEST(an_array_grows_and_keeps_what_it_holds)
{
	uint16_t *array = NULL;
	size_t cap = 0;
	for (size_t i = 0; i < 5000; i++) {
		array = array_room(array, i + 1, &cap, sizeof *array);
		ck_assert_ptr_nonnull(array);
		array[i] = (uint16_t)i;
	}
	ck_assert_uint_eq(cap, 8192);
	for (size_t i = 0; i < 5000; i++)
		ck_assert_uint_eq(array[i], i);
	/* more than there is on a machine of 64 bits; of 32 bits, more than can be counted */
	const size_t much = sizeof much == 8 ? SIZE_MAX / 8 : SIZE_MAX / 4;
	cap = much;
	ck_assert_ptr_null(array_room(array, cap + 1, &cap, sizeof *array));
	ck_assert_ptr_null(array_room(array, SIZE_MAX, &cap, sizeof *array));
	ck_assert_uint_eq(cap, much);
	free(array);
}
END_TEST

START_TEST(a_fault_says_what_and_why_and_marks_a_cut)
{
	struct fault f = { 0 };
	char name[2 * FAULT_TEXT_MAX];

	ck_assert_int_eq(fault_set(&f, FUND_CORRUPT, "block %d", 7), FUND_CORRUPT);
	ck_assert_int_eq(f.status, FUND_CORRUPT);
	ck_assert_str_eq(f.text, "block 7");
	ck_assert_int_eq(fault_set(NULL, FUND_END, "x"), FUND_END);

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	fault_set(&f, FUND_INVALID, "%s", name);
	ck_assert_uint_eq(strlen(f.text), FAULT_TEXT_MAX - 1);
	ck_assert_str_eq(f.text + FAULT_TEXT_MAX - 4, "...");
	fault_errno(&f, ENOENT, "%s", name);
	ck_assert_ptr_nonnull(strstr(f.text, "x...: "));
	ck_assert_ptr_nonnull(strstr(f.text, strerror(ENOENT)));
}
END_TEST

START_TEST(a_cut_never_splits_a_character)
{
	struct fault f = { 0 };

	for (int shift = 0; shift < 4; shift++) {
		char name[4 * FAULT_TEXT_MAX + 8];
		size_t len = 0;
		while (len < (size_t)shift)
			name[len++] = 'x';
		for (int i = 0; i < FAULT_TEXT_MAX; i++, len += 4)
			memcpy(name + len, "\xF0\x9F\x93\xB0", 4);
		name[len] = '\0';
		fault_set(&f, FUND_INVALID, "%s", name);
		size_t end = strlen(f.text);
		ck_assert_uint_eq((end - 3 - (size_t)shift) % 4, 0);
		ck_assert_str_eq(f.text + end - 3, "...");
	}
}
END_TEST

static const struct {
	int error;
	enum fund_status status;
} errnos[] = {
	{ ENOSPC, FUND_NO_SPACE }, { EDQUOT, FUND_NO_SPACE }, { EFBIG, FUND_NO_SPACE },
	{ ENOMEM, FUND_NO_MEMORY }, { EIO, FUND_IO }, { EACCES, FUND_IO },
};

START_TEST(an_errno_becomes_this_status)
{
	struct fault f = { 0 };

	ck_assert_int_eq(fault_errno(&f, errnos[_i].error, "f"), errnos[_i].status);
	ck_assert_int_eq(f.status, errnos[_i].status);
	ck_assert_int_eq(fault_errno(NULL, errnos[_i].error, "f"), errnos[_i].status);
}
END_TEST

START_TEST(every_status_has_a_name)
{
	for (int st = FUND_OK; st <= FUND_INTERRUPTED; st++)
		ck_assert_str_ne(fund_status_name((enum fund_status)st), "unknown status");
}
END_TEST

/* Published values of XXH3-64: of nothing, and with xxhsum -H3 of "a" and "abc". */
START_TEST(hashes_are_those_of_xxh3)
{
	ck_assert_uint_eq(hash_bytes(NULL, 0), 0x2D06800538D394C2u);
	ck_assert_uint_eq(hash_bytes("a", 1), 0xE6C632B61E964E1Fu);
	ck_assert_uint_eq(hash_bytes("abc", 3), 0x78AF5F94892F3950u);
	ck_assert_uint_eq(hash_bytes_seed("abc", 3, 0), hash_bytes("abc", 3));
	ck_assert_uint_ne(hash_bytes_seed("abc", 3, 1), hash_bytes("abc", 3));
	ck_assert_uint_eq(checksum("abc", 3), 0x892F3950u);
}
END_TEST

Suite *suite_bytes(void)
{
	Suite *s = suite_create("bytes");
	TCase *t = tcase_create("integers");

	tcase_add_loop_test(t, a_varint_has_these_bytes_and_comes_back, 0, N_VARINTS);
	tcase_add_loop_test(t, a_varint_of_32_bits_refuses_more, 0, N_VARINTS);
	tcase_add_loop_test(t, a_truncated_varint_is_bad_not_a_read_past_the_end, 0, N_VARINTS);
	tcase_add_loop_test(t, a_varint_that_does_not_fit_64_bits_is_bad, 0,
			    sizeof(bad_varints) / sizeof(bad_varints[0]));
	tcase_add_test(t, fixed_width_integers_come_back);
	suite_add_tcase(s, t);

	t = tcase_create("cursor");
	tcase_add_test(t, a_cursor_reads_little_endian_at_odd_addresses);
	tcase_add_test(t, a_cursor_that_failed_gives_nothing_more);
	tcase_add_test(t, a_cursor_over_nothing_is_at_its_end);
	suite_add_tcase(s, t);

	t = tcase_create("buf");
	tcase_add_test(t, a_buf_grows_and_keeps_what_it_holds);
	tcase_add_test(t, a_buf_refuses_what_no_memory_holds);
	tcase_add_test(t, a_buf_formats_and_is_a_string_when_asked);
	suite_add_tcase(s, t);

	t = tcase_create("slices, faults, hashes");
	tcase_add_loop_test(t, slices_order_by_unsigned_bytes_the_shorter_first, 0,
			    sizeof(orders) / sizeof(orders[0]));
	tcase_add_loop_test(t, a_slice_begins_ends_and_is_trimmed_like_this, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_test(t, an_array_grows_and_keeps_what_it_holds);
	tcase_add_test(t, a_fault_says_what_and_why_and_marks_a_cut);
	tcase_add_test(t, a_cut_never_splits_a_character);
	tcase_add_loop_test(t, an_errno_becomes_this_status, 0, sizeof(errnos) / sizeof(errnos[0]));
	tcase_add_test(t, every_status_has_a_name);
	tcase_add_test(t, hashes_are_those_of_xxh3);
	suite_add_tcase(s, t);
	return s;
}
