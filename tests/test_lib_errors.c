/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the library refuses, of damaged indexes, too; structs of older and newer callers. */
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/lib_fixture.h"

/* ---- errors ---- */

static const struct {
	const char *name, *query; /* the query NULL: opening fails */
	struct fundstelle_search_options options;
	int code;
	uint32_t offset;
	const char *message;
} errors[] = {
	{ "/nonexistent", NULL, PLAIN, FUNDSTELLE_NO_INDEX, 0, "/nonexistent: no index there" },
	{ "xapian:/nonexistent", NULL, PLAIN, FUNDSTELLE_NO_INDEX, 0, "nonexistent" },
	{ "xapian://", NULL, PLAIN, FUNDSTELLE_INVALID, 0, "xapian://" },
	{ "xapian://127.0.0.1:1", NULL, PLAIN, FUNDSTELLE_TIMEOUT, 0, "does not answer" },
	{ "", "Kreml NEAR/", PLAIN, FUNDSTELLE_SYNTAX, 11, "a number" },
	{ "", "\xC3\xA4 /gr(/", PLAIN, FUNDSTELLE_SYNTAX, 6, "parenthesis" },
	{ "", "Kreml", CHOOSE(.from = "gestern"), FUNDSTELLE_INVALID, 0, "from: not a date: 2022, 2022-01 or 2022-01-18" },
	{ "", "Kreml", CHOOSE(.to = "2020..2021"), FUNDSTELLE_INVALID, 0, "to: not a date: 2022, 2022-01 or 2022-01-18" },
	{ "", "Kreml", CHOOSE(.from = "2021", .to = "2020"), FUNDSTELLE_INVALID, 0, "from lies behind to" },
	{ "", "Kreml", CHOOSE(.order = 4), FUNDSTELLE_INVALID, 0, "fundstelle_search_options: flags or an order that this version does not know" },
	{ "", "Kreml", CHOOSE(.flags = 1u << 31), FUNDSTELLE_INVALID, 0, "fundstelle_search_options: flags or an order that this version does not know" },
	{ "", "Kreml", { .size = 0 }, FUNDSTELLE_INVALID, 0, "fundstelle_search_options: not of a size, or with members, that this version knows" },
	{ "", "Kreml", { .size = 3 }, FUNDSTELLE_INVALID, 0, "fundstelle_search_options: not of a size, or with members, that this version knows" },
	{ "", "", CHOOSE(.similar_to = "fehlt.txt"), FUNDSTELLE_NO_ARTICLE, 0, "fehlt.txt: no article with this key" },
};

START_TEST(an_error_has_its_code_its_place_and_a_message)
{
	const char *name = errors[_i].name[0] ? errors[_i].name : index_dir;
	struct fundstelle_error error = { .size = sizeof error };
	fundstelle_index *index;
	fundstelle_result *result = (fundstelle_result *)&error;
	if (!has_xapian && strncmp(name, "xapian:", 7) == 0)
		return;
	int code = fundstelle_open(&name, 1, NULL, &index, &error);
	if (errors[_i].query) {
		ck_assert_int_eq(code, FUNDSTELLE_OK);
		code = fundstelle_search(index, errors[_i].query, FUNDSTELLE_TERMINATED, &errors[_i].options, &result, &error);
		ck_assert_ptr_null(result);
		/* the index is as good as before */
		ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, NULL, &result, NULL), FUNDSTELLE_OK);
		fundstelle_result_free(result);
	} else {
		ck_assert_ptr_null(index);
	}
	ck_assert_msg(code == errors[_i].code && error.code == code && error.offset == errors[_i].offset && strstr(error.message, errors[_i].message), "%d %d at %u: %s",
		      code, error.code, error.offset, error.message);
	fundstelle_close(index);
}
END_TEST

/* A copy of the index whose file is these bytes. */
static const char *copy_of(const void *bytes, size_t n)
{
	static char dir[340];
	char path[360];
	snprintf(dir, sizeof dir, "%s/copy", scratch.dir);
	mkdir(dir, 0755);
	snprintf(path, sizeof path, "%s/data.mdb", dir);
	file_write_bytes(path, bytes, n);
	return dir;
}

/* Opens, searches, shows; the first code that is none of success, with a message. */
static int try_all(const char *name, struct fundstelle_error *error)
{
	fundstelle_index *index;
	fundstelle_result *result = NULL;
	fundstelle_article *a = NULL;
	int code = fundstelle_open(&name, 1, NULL, &index, error);
	if (code == FUNDSTELLE_OK)
		code = fundstelle_search(index, "Kreml Aufmarsch viel*", FUNDSTELLE_TERMINATED, NULL, &result, error);
	if (code == FUNDSTELLE_OK)
		code = fundstelle_show(index, "a.jsonl#1", FUNDSTELLE_TERMINATED, &a, error);
	ck_assert(code == FUNDSTELLE_OK || (code == error->code && error->message[0]));
	fundstelle_article_free(a);
	fundstelle_result_free(result);
	fundstelle_close(index);
	return code;
}

START_TEST(a_damaged_index_is_an_error_whatever_is_damaged)
{
	struct fundstelle_error error = { .size = sizeof error };
	uint64_t state = 4711;
	uint32_t damaged = 0;
	size_t n;
	char *bytes = file_read(data_file, &n);
	ck_assert_int_eq(try_all(copy_of(bytes, n), &error), FUNDSTELLE_OK);
	ck_assert_int_eq(try_all(copy_of(bytes, n / 3), &error), FUNDSTELLE_DAMAGED);
	ck_assert_int_eq(try_all(copy_of("kein Index", 10), &error), FUNDSTELLE_OTHER_FORMAT);
	for (int i = 0; i < 200; i++) {
		uint32_t at = random_below(&state, (uint32_t)n), bit = random_below(&state, 8);
		bytes[at] = (char)(bytes[at] ^ (1 << bit));
		int code = try_all(copy_of(bytes, n), &error);
		ck_assert_msg(code == FUNDSTELLE_OK || code == FUNDSTELLE_DAMAGED || code == FUNDSTELLE_OTHER_FORMAT || code == FUNDSTELLE_NO_INDEX ||
				      code == FUNDSTELLE_NO_ARTICLE || code == FUNDSTELLE_OTHER_ANALYSIS, "bit %u of byte %u: %d %s", bit, at, code, error.message);
		damaged += code == FUNDSTELLE_DAMAGED;
		bytes[at] = (char)(bytes[at] ^ (1 << bit));
	}
	ck_assert_uint_gt(damaged, 5);
	free(bytes);
}
END_TEST

START_TEST(too_many_indexes_are_refused_and_no_query_is_too_long)
{
	const char *names[65];
	struct fundstelle_error error = { .size = sizeof error };
	struct fundstelle_summary summary = { .size = sizeof summary };
	fundstelle_index *index;
	fundstelle_result *result;
	for (size_t i = 0; i < 65; i++)
		names[i] = index_dir;
	ck_assert_int_eq(fundstelle_open(names, 65, NULL, &index, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "more than 64 indexes");
	ck_assert_int_eq(fundstelle_open(names, 64, NULL, &index, NULL), FUNDSTELLE_OK);
	size_t len = (size_t)3 << 20;
	char *query = malloc(len);
	memset(query, 'a', len);
	memcpy(query, "Kreml ", 6);
	ck_assert_int_eq(fundstelle_search(index, query, len, NULL, &result, NULL), FUNDSTELLE_OK);
	fundstelle_result_summary(result, &summary);
	ck_assert_uint_gt(summary.n_hits, 0);
	fundstelle_result_free(result);
	free(query);
	fundstelle_close(index);
	fundstelle_close(NULL);
	fundstelle_result_free(NULL);
	fundstelle_article_free(NULL);
}
END_TEST

START_TEST(an_index_is_not_opened_nor_a_status_given_by_a_struct_without_its_size)
{
	struct fundstelle_open_options options = { .timeout = 1 };
	struct fundstelle_status status = { .id = 4711 };
	struct fundstelle_error error = { .size = sizeof error };
	const char *name = index_dir;
	fundstelle_index *index;
	ck_assert_int_eq(fundstelle_open(&name, 1, &options, &index, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "fundstelle_open_options: not of a size, or with members, that this version knows");
	ck_assert_ptr_null(index);
	index = open_one(index_dir);
	ck_assert_int_eq(fundstelle_status(index, 0, &status, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "fundstelle_status: without its size");
	ck_assert_uint_eq(status.id, 4711);
	fundstelle_close(index);
}
END_TEST

START_TEST(without_a_name_the_place_is_that_of_the_programs)
{
	fundstelle_index *index;
	struct fundstelle_status status = { .size = sizeof status };
	setenv("FUNDSTELLE_INDEX", other_dir, 1);
	ck_assert_int_eq(fundstelle_open(NULL, 0, NULL, &index, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_status(index, 0, &status, NULL), FUNDSTELLE_OK);
	ck_assert_str_eq(status.name.data, other_dir);
	fundstelle_close(index);
}
END_TEST

/* ---- versions of structs ---- */

START_TEST(an_older_caller_gets_what_it_knows_and_no_byte_more)
{
	struct {
		struct fundstelle_summary summary;
		unsigned char behind[16];
	} room;
	size_t known = offsetof(struct fundstelle_summary, n_hits);
	fundstelle_index *index = open_one(index_dir);
	fundstelle_result *result;
	ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, NULL, &result, NULL), FUNDSTELLE_OK);
	memset(&room, 0xEE, sizeof room);
	room.summary.size = known;
	fundstelle_result_summary(result, &room.summary);
	ck_assert_uint_eq(room.summary.size, known);
	ck_assert_int_eq(room.summary.total_exact, 1);
	for (size_t i = known; i < sizeof room; i++)
		ck_assert_int_eq(((unsigned char *)&room)[i], 0xEE);
	fundstelle_result_free(result);
	fundstelle_close(index);
}
END_TEST

START_TEST(a_newer_caller_gets_zeros_and_is_refused_what_the_library_does_not_know)
{
	struct {
		struct fundstelle_search_options options;
		uint64_t later;
	} newer = { CHOOSE(.limit = 1), 0 };
	struct {
		struct fundstelle_summary summary;
		uint64_t later;
	} room;
	fundstelle_index *index = open_one(index_dir);
	fundstelle_result *result;
	newer.options.size = sizeof newer;
	ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, &newer.options, &result, NULL), FUNDSTELLE_OK);
	memset(&room, 0xEE, sizeof room);
	room.summary.size = sizeof room;
	fundstelle_result_summary(result, &room.summary);
	ck_assert(room.summary.n_hits == 1 && room.later == 0 && room.summary.size == sizeof room);
	fundstelle_result_free(result);
	newer.later = 1;
	ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, &newer.options, &result, NULL), FUNDSTELLE_INVALID);
	fundstelle_close(index);
}
END_TEST

Suite *suite_lib_errors(void);
Suite *suite_lib_errors(void)
{
	Suite *s = suite_create("errors of the library");
	TCase *t = tcase_create("answers");
	tcase_add_unchecked_fixture(t, lib_set_up, site_tear_down);
	tcase_add_loop_test(t, an_error_has_its_code_its_place_and_a_message, 0, N(errors));
	tcase_add_test(t, a_damaged_index_is_an_error_whatever_is_damaged);
	tcase_add_test(t, too_many_indexes_are_refused_and_no_query_is_too_long);
	tcase_add_test(t, an_index_is_not_opened_nor_a_status_given_by_a_struct_without_its_size);
	tcase_add_test(t, without_a_name_the_place_is_that_of_the_programs);
	tcase_add_test(t, an_older_caller_gets_what_it_knows_and_no_byte_more);
	tcase_add_test(t, a_newer_caller_gets_zeros_and_is_refused_what_the_library_does_not_know);
	suite_add_tcase(s, t);
	return s;
}
