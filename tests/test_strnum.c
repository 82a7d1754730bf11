/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "base/strnum.h"

#define UNTOUCHED 424242u

struct row {
	const char *text;
	enum fund_status status;
	uint64_t value;
};

static void ck_row(const struct row *row, enum fund_status st, uint64_t value)
{
	ck_assert_msg(st == row->status, "\"%s\": %s", row->text, fund_status_name(st));
	ck_assert_msg(value == (st ? UNTOUCHED : row->value), "\"%s\": %llu", row->text, (unsigned long long)value);
}

static const struct row counts[] = { /* at most 1000 */
	{ "0", FUND_OK, 0 }, { "7", FUND_OK, 7 }, { "1000", FUND_OK, 1000 }, { "0010", FUND_OK, 10 },
	{ "1001", FUND_LIMIT, 0 }, { "99999999999999999999999999", FUND_LIMIT, 0 },
	{ "", FUND_INVALID, 0 }, { "-1", FUND_INVALID, 0 }, { "+1", FUND_INVALID, 0 }, { " 1", FUND_INVALID, 0 },
	{ "1 ", FUND_INVALID, 0 }, { "1x", FUND_INVALID, 0 }, { "0x10", FUND_INVALID, 0 }, { "1.5", FUND_INVALID, 0 },
	{ "99999999999999999999999999x", FUND_INVALID, 0 },
};

START_TEST(a_count_is_read_or_refused)
{
	uint64_t n = UNTOUCHED;
	enum fund_status st = parse_count(counts[_i].text, 1000, &n);

	ck_row(&counts[_i], st, n);
}
END_TEST

START_TEST(the_largest_count_is_read_and_one_more_is_not)
{
	uint64_t n = 0;

	ck_assert_int_eq(parse_count("18446744073709551615", UINT64_MAX, &n), FUND_OK);
	ck_assert_uint_eq(n, UINT64_MAX);
	ck_assert_int_eq(parse_count("18446744073709551616", UINT64_MAX, &n), FUND_LIMIT);
	ck_assert_int_eq(parse_count("0", 0, &n), FUND_OK);
	ck_assert_int_eq(parse_count("1", 0, &n), FUND_LIMIT);
}
END_TEST

static const struct row sizes[] = {
	{ "0", FUND_OK, 0 }, { "4096", FUND_OK, 4096 }, { "64K", FUND_OK, 65536 }, { "512M", FUND_OK, 536870912 },
	{ "512m", FUND_OK, 536870912 }, { "2G", FUND_OK, 2147483648u }, { "1T", FUND_OK, (uint64_t)1 << 40 },
	{ "1MB", FUND_OK, 1048576 }, { "1MiB", FUND_OK, 1048576 }, { "16777215T", FUND_OK, (uint64_t)16777215 << 40 },
	{ "16777216T", FUND_LIMIT, 0 }, { "99999999999999999999", FUND_LIMIT, 0 }, { "99999999999999999999K", FUND_LIMIT, 0 },
	{ "", FUND_INVALID, 0 }, { "M", FUND_INVALID, 0 }, { "1.5G", FUND_INVALID, 0 }, { "-1M", FUND_INVALID, 0 },
	{ "1P", FUND_INVALID, 0 }, { "1MM", FUND_INVALID, 0 }, { "1 M", FUND_INVALID, 0 }, { "1\xCD", FUND_INVALID, 0 },
	{ "1B", FUND_INVALID, 0 },
};

START_TEST(a_size_is_read_or_refused)
{
	uint64_t bytes = UNTOUCHED;
	enum fund_status st = parse_size(sizes[_i].text, &bytes);

	ck_row(&sizes[_i], st, bytes);
}
END_TEST

static const struct row durations[] = {
	{ "0", FUND_OK, 0 }, { "45", FUND_OK, 45 }, { "45s", FUND_OK, 45 }, { "90m", FUND_OK, 5400 }, { "2h", FUND_OK, 7200 },
	{ "1d", FUND_OK, 86400 }, { "99999999999999999999", FUND_LIMIT, 0 }, { "18446744073709551615h", FUND_LIMIT, 0 },
	{ "", FUND_INVALID, 0 }, { "h", FUND_INVALID, 0 }, { "1w", FUND_INVALID, 0 }, { "1hh", FUND_INVALID, 0 },
	{ "1h30m", FUND_INVALID, 0 }, { "-5", FUND_INVALID, 0 }, { "1.5h", FUND_INVALID, 0 },
};

START_TEST(a_duration_is_read_or_refused)
{
	uint64_t seconds = UNTOUCHED;
	enum fund_status st = parse_duration(durations[_i].text, &seconds);

	ck_row(&durations[_i], st, seconds);
}
END_TEST

Suite *suite_strnum(void)
{
	Suite *s = suite_create("strnum");
	TCase *t = tcase_create("strnum");

	tcase_add_loop_test(t, a_count_is_read_or_refused, 0, sizeof(counts) / sizeof(counts[0]));
	tcase_add_test(t, the_largest_count_is_read_and_one_more_is_not);
	tcase_add_loop_test(t, a_size_is_read_or_refused, 0, sizeof(sizes) / sizeof(sizes[0]));
	tcase_add_loop_test(t, a_duration_is_read_or_refused, 0, sizeof(durations) / sizeof(durations[0]));
	suite_add_tcase(s, t);
	return s;
}
