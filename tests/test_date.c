/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "indexer/date.h"
#include "store/segment.h"
#include "tests/scratch.h"

struct row {
	const char *text;
	uint32_t y, m, d; /* y 0: none */
};

static void ck_date(const char *text, uint32_t date, uint32_t y, uint32_t m, uint32_t d)
{
	ck_assert_msg(date == (y ? DATE_PACK(y, m, d) : 0), "\"%s\" gives %u-%u-%u", text, DATE_YEAR(date), DATE_MONTH(date), DATE_DAY(date));
}

static const struct row texts[] = {
	{ "2022-01-18", 2022, 1, 18 }, { "2022-01-18T12:30:00+01:00", 2022, 1, 18 }, { "2022-01-18 12:30", 2022, 1, 18 }, { "2022/01/18", 2022, 1, 18 },
	{ "2022-01", 2022, 1, 0 }, { "2022", 2022, 0, 0 }, { "20220118", 2022, 1, 18 }, { "18.01.2022", 2022, 1, 18 }, { "18.1.2022", 2022, 1, 18 },
	{ "18.1.22", 2022, 1, 18 }, { "18.1.69", 1969, 1, 18 }, { "1.2.68", 2068, 2, 1 }, { "18. Januar 2022", 2022, 1, 18 }, { "18. J\xC3\xA4nner 2022", 2022, 1, 18 },
	{ "3. M\xC3\xA4rz 1897", 1897, 3, 3 }, { "3. MAERZ 1897", 1897, 3, 3 }, { "3. M\xC3\x84RZ 1897", 1897, 3, 3 }, { "1. Feber 1950", 1950, 2, 1 },
	{ "Dienstag, 18. Januar 2022", 2022, 1, 18 }, { "Tue, 18 Jan 2022 12:00:00 +0100", 2022, 1, 18 }, { "January 18, 2022", 2022, 1, 18 },
	{ "Januar 2022", 2022, 1, 0 }, { "  2022-01-18", 2022, 1, 18 }, { "29.02.2000", 2000, 2, 29 }, { "1500", 1500, 0, 0 }, { "2100-12-31", 2100, 12, 31 },
	{ "202201", 2022, 1, 0 }, { "202213", 0, 0, 0 }, { "202200", 0, 0, 0 }, { "20220118T063000+0100", 2022, 1, 18 }, { "2022-1-8", 2022, 1, 8 },
	{ "2022-1", 2022, 0, 0 }, { "1914-08-XX", 1914, 8, 0 }, { "[1855]", 1855, 0, 0 }, { "ca. 1855", 1855, 0, 0 }, { "den 3. M\xC3\xA4rz 1848", 1848, 3, 3 },
	{ "Sonnabend, den 18. Januar 1848", 1848, 1, 18 }, { "1. Hornung 1799", 1799, 2, 1 }, { "12. Junius 1790", 1790, 6, 12 }, { "18 Jan 22", 2022, 1, 18 },
	{ "2022-13-45", 0, 0, 0 }, { "2022-00-10", 0, 0, 0 }, { "2022-01-32", 0, 0, 0 }, { "29.02.1900", 0, 0, 0 }, { "31.04.2022", 0, 0, 0 },
	{ "1499", 0, 0, 0 }, { "2101-01-01", 0, 0, 0 }, { "20221318", 0, 0, 0 }, { "123", 0, 0, 0 }, { "gestern", 0, 0, 0 }, { "", 0, 0, 0 },
	{ "18. Brumaire 1799", 0, 0, 0 }, { "Maibaum 2022", 0, 0, 0 }, { "0.1.2022", 0, 0, 0 },
};

START_TEST(a_date_as_archives_write_it_is_read_or_none)
{
	const struct row *r = &texts[_i];

	ck_date(r->text, date_parse(slice_str(r->text)), r->y, r->m, r->d);
}
END_TEST

static const struct row paths[] = {
	{ "2022/01/18/grenze.txt", 2022, 1, 18 }, { "2022/01/2022-01-19_grenze.txt", 2022, 1, 19 }, { "2022/01/a.txt", 2022, 1, 0 }, { "2022/a.txt", 2022, 0, 0 },
	{ "taz/20220118-7.xml", 2022, 1, 18 }, { "a/2022_01_18.txt", 2022, 1, 18 }, { "1234.txt", 0, 0, 0 }, { "fang-6073.txt", 0, 0, 0 }, { "ohne/datum.txt", 0, 0, 0 },
	{ "2022/13/a.txt", 0, 0, 0 }, { "archiv1957/10/05/a.txt", 1957, 10, 5 }, { "1957/10/05/2001-odyssee.txt", 1957, 10, 5 }, { "", 0, 0, 0 }, { "2022", 0, 0, 0 },
	{ "12345678901234.txt", 0, 0, 0 }, { "2020/03/fang-6136.txt", 2020, 3, 0 },
};

START_TEST(a_path_gives_its_most_precise_date)
{
	const struct row *r = &paths[_i];

	ck_date(r->text, date_of_path(slice_str(r->text)), r->y, r->m, r->d);
}
END_TEST

START_TEST(no_bytes_read_beyond_the_end_or_give_an_impossible_date)
{
	static const char alphabet[] = "0123456789-./ JanuarM\xC3\xA4rzT,";
	uint64_t state = 7;

	for (int round = 0; round < 50000; round++) {
		size_t len = random_below(&state, 16);
		char *text = malloc(len ? len : 1);
		ck_assert_ptr_nonnull(text);
		for (size_t i = 0; i < len; i++)
			text[i] = alphabet[random_below(&state, sizeof alphabet - 1)];
		uint32_t found[2] = { date_parse(slice_of(text, len)), date_of_path(slice_of(text, len)) };
		for (int k = 0; k < 2; k++)
			ck_assert(!found[k] || (DATE_YEAR(found[k]) >= 1500 && DATE_YEAR(found[k]) <= 2100 && DATE_MONTH(found[k]) <= 12 && DATE_DAY(found[k]) <= 31));
		free(text);
	}
}
END_TEST

Suite *suite_date(void)
{
	Suite *s = suite_create("date");
	TCase *t = tcase_create("dates");

	tcase_add_loop_test(t, a_date_as_archives_write_it_is_read_or_none, 0, sizeof texts / sizeof *texts);
	tcase_add_loop_test(t, a_path_gives_its_most_precise_date, 0, sizeof paths / sizeof *paths);
	tcase_add_test(t, no_bytes_read_beyond_the_end_or_give_an_impossible_date);
	suite_add_tcase(s, t);
	return s;
}
