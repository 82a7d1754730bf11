/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read piece by piece, pages of a result and lines of a concordance, is what is read at once, whatever the index is asked meanwhile; or it says that it cannot be. */
#include <string.h>

#include "tests/lib_fixture.h"

static fundstelle_index *open_place(enum place place)
{
	const char *names[3];
	struct fundstelle_error error = { .size = sizeof error };
	fundstelle_index *index;
	size_t n = names_of(place, names);
	ck_assert_msg(fundstelle_open(names, n, NULL, &index, &error) == FUNDSTELLE_OK, "%s", error.message);
	return index;
}

static uint32_t n_hits(const fundstelle_result *r)
{
	struct fundstelle_summary s = { .size = sizeof s };
	fundstelle_result_summary(r, &s);
	return s.n_hits;
}

/* Somebody else asks, or nobody and the index is let go. */
static void disturb(fundstelle_index *index, uint32_t round)
{
	fundstelle_result *other;
	struct fundstelle_search_options options = CHOOSE(.limit = 50, .page = 2);
	if (round % 3 == 0)
		fundstelle_let_go(index);
	if (round % 3 == 1)
		return;
	ck_assert_int_eq(fundstelle_search(index, "viel* Aufmarsch Grenze", FUNDSTELLE_TERMINATED, &options, &other, NULL), FUNDSTELLE_OK);
	fundstelle_result_free(other);
}

/* ---- pages ---- */

static const struct {
	enum place place;
	const char *query;
	struct fundstelle_search_options options;
} searches[] = {
	{ HERE, "Kreml", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT) },
	{ HERE, "Kreml", CHOOSE(.limit = 5, .offset = 1) },
	{ HERE, "Aufmarsch Kreml", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT, .flags = FUNDSTELLE_COLLAPSE) },
	{ HERE, "Kreml", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT, .order = FUNDSTELLE_NEWEST_FIRST) },
	{ HERE, "", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT, .similar_to = "a.jsonl#zwei") },
	{ HERE, "/viel[a-m]*/ \"im Kreml\" Krem*", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT) },
	{ CORPUS, "Truppenaufmarsch an der Grenze", CHOOSE(.limit = 100) },
	{ BOTH, "Kreml Grenze", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT) },
	{ XAPIAN, "Truppenaufmarsch an der Grenze", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT) },
	{ MIXED, "Kreml Grenze Aufmarsch", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT, .flags = FUNDSTELLE_COLLAPSE) },
};

static const uint32_t sizes[] = { 1, 2, 3, 7, 1000 };

static char *in_pages(fundstelle_index *index, size_t i, uint32_t size)
{
	struct fundstelle_search_options options = searches[i].options;
	struct fundstelle_error error = { .size = sizeof error };
	fundstelle_result *r;
	struct buf all = BUF_INIT;
	char *query = strdup(searches[i].query), *similar = options.similar_to ? strdup(options.similar_to) : NULL;
	int code;
	options.page = size;
	options.similar_to = similar;
	options.flags |= FUNDSTELLE_EXPLAIN;
	ck_assert_int_eq(fundstelle_search(index, query, strlen(query), &options, &r, &error), FUNDSTELLE_OK);
	memset(query, '/', strlen(query)); /* nothing of it is kept */
	free(query);
	free(similar);
	ck_assert_uint_le(n_hits(r), size);
	for (uint32_t round = 0; n_hits(r); round++) {
		char *lines = lines_of(r);
		ck_assert_int_eq(buf_add_str(&all, lines), FUND_OK);
		free(lines);
		disturb(index, round);
		code = fundstelle_result_next(r, index, &error);
		ck_assert_msg(code == FUNDSTELLE_OK || (code == FUNDSTELLE_END && n_hits(r) == 0), "%d %s", code, error.message);
	}
	ck_assert_int_eq(fundstelle_result_next(r, index, NULL), FUNDSTELLE_END);
	fundstelle_result_free(r);
	return buf_str(&all) ? (char *)all.data : NULL;
}

START_TEST(pages_are_the_list_in_pieces)
{
	struct fundstelle_search_options options = searches[_i].options;
	fundstelle_result *whole;
	if (!has_xapian && searches[_i].place >= XAPIAN)
		return;
	fundstelle_index *index = open_place(searches[_i].place);
	options.flags |= FUNDSTELLE_EXPLAIN;
	ck_assert_int_eq(fundstelle_search(index, searches[_i].query, FUNDSTELLE_TERMINATED, &options, &whole, NULL), FUNDSTELLE_OK);
	ck_assert_uint_gt(n_hits(whole), 3);
	char *wanted = lines_of(whole);
	for (size_t k = 0; k < N(sizes); k++) {
		char *found = in_pages(index, (size_t)_i, sizes[k]);
		ck_assert_msg(strcmp(found, wanted) == 0, "pages of %u:\n%snot\n%s", sizes[k], found, wanted);
		free(found);
	}
	free(wanted);
	fundstelle_result_free(whole);
	fundstelle_close(index);
}
END_TEST

START_TEST(a_page_of_another_state_or_index_is_refused)
{
	struct fundstelle_search_options options = CHOOSE(.page = 2);
	struct fundstelle_error error = { .size = sizeof error };
	struct fundstelle_hit hit = { .size = sizeof hit };
	fundstelle_result *r, *whole;
	fundstelle_index *index = open_one(index_dir), *other = open_one(index_dir);
	ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, &options, &r, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, NULL, &whole, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_result_next(r, other, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "the result is of another index");
	ck_assert_int_eq(fundstelle_result_hit(r, 0, &hit), FUNDSTELLE_INVALID);
	ck_assert_int_eq(fundstelle_result_next(r, index, &error), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_result_hit(r, 0, &hit), FUNDSTELLE_OK);
	ck_assert_uint_eq(hit.rank, 3);
	article("neu.txt", "Noch ein Kreml.\n");
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	ck_assert_int_eq(fundstelle_refresh(index, NULL, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_result_next(r, index, &error), FUNDSTELLE_CHANGED);
	ck_assert_str_eq(error.message, "the index changed while its hits were listed: the list above is not complete; run the query again");
	ck_assert_uint_eq(n_hits(r), 0);
	ck_assert_int_eq(fundstelle_result_next(whole, other, &error), FUNDSTELLE_END); /* it has all of its hits */
	ck_assert_uint_eq(n_hits(whole), 0);
	fundstelle_result_free(whole);
	fundstelle_result_free(r);
	fundstelle_close(other);
	fundstelle_close(index);
}
END_TEST

/* ---- what is told beside hits ---- */

START_TEST(scores_are_exact_and_fall_where_they_are_to_fall)
{
	struct fundstelle_search_options options = CHOOSE(.limit = FUNDSTELLE_NO_LIMIT, .page = 3, .flags = FUNDSTELLE_NO_TEXT);
	struct fundstelle_hit hit = { .size = sizeof hit };
	fundstelle_result *r;
	fundstelle_index *index = open_one(other_dir);
	struct outcome o = program_run(NULL, "fundstelle-query -i %s -n 0 -f trec Grenze", other_dir);
	struct buf lines = BUF_INIT;
	int64_t before = INT64_MAX;
	ck_assert_int_eq(fundstelle_search(index, "Grenze", FUNDSTELLE_TERMINATED, &options, &r, NULL), FUNDSTELLE_OK);
	for (; n_hits(r); fundstelle_result_next(r, index, NULL))
		for (uint32_t i = 0; fundstelle_result_hit(r, i, &hit) == FUNDSTELLE_OK; i++) {
			double rounded = (double)((hit.millionths + 50) / 100) / 10000;
			ck_assert_msg(hit.score == rounded, "%f is not %lld", hit.score, (long long)hit.millionths);
			ck_assert_int_lt(hit.falling, before);
			before = hit.falling;
			buf_add_format(&lines, "1 Q0 %s %u %lld.%06lld fundstelle\n", hit.key.data, hit.rank, (long long)hit.falling / 1000000, (long long)hit.falling % 1000000);
		}
	ck_assert_msg(strcmp(buf_str(&lines), o.out) == 0, "%snot\n%s", lines.data, o.out);
	buf_release(&lines);
	outcome_free(&o);
	fundstelle_result_free(r);
	fundstelle_close(index);
}
END_TEST

START_TEST(addresses_are_those_that_the_program_links_to)
{
	struct fundstelle_search_options options = CHOOSE(.flags = FUNDSTELLE_ADDRESS | FUNDSTELLE_COLLAPSE), plain = CHOOSE(.flags = FUNDSTELLE_COLLAPSE);
	struct fundstelle_hit hit = { .size = sizeof hit };
	struct fundstelle_duplicate copy = { .size = sizeof copy };
	struct fundstelle_fields fields = { .size = sizeof fields };
	fundstelle_result *r;
	fundstelle_article *a;
	uint32_t n_copies = 0;
	fundstelle_index *index = open_one(index_dir);
	struct outcome o = program_run(NULL, "fundstelle-query -i %s -f text --hyperlink=always Kreml", index_dir);
	ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, &options, &r, NULL), FUNDSTELLE_OK);
	for (uint32_t i = 0; fundstelle_result_hit(r, i, &hit) == FUNDSTELLE_OK; i++) {
		ck_assert_msg(strncmp(hit.address.data, "file://", 7) == 0 && strstr(o.out, hit.address.data), "no %s in\n%s", hit.address.data, o.out);
		for (uint32_t k = 0; fundstelle_hit_duplicate(r, i, k, &copy) == FUNDSTELLE_OK; k++, n_copies++)
			ck_assert_msg(strstr(o.out, copy.address.data) && copy.address.len, "no %s in\n%s", copy.address.data, o.out);
		ck_assert_int_eq(fundstelle_show(index, hit.key.data, hit.key.len, &a, NULL), FUNDSTELLE_OK);
		fundstelle_article_fields(a, &fields);
		ck_assert_str_eq(fields.address.data, hit.address.data);
		fundstelle_article_free(a);
	}
	ck_assert_uint_gt(n_copies, 0);
	fundstelle_result_free(r);
	ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, &plain, &r, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_result_hit(r, 0, &hit), FUNDSTELLE_OK);
	ck_assert_str_eq(hit.address.data, "");
	fundstelle_result_free(r);
	outcome_free(&o);
	fundstelle_close(index);
}
END_TEST

START_TEST(a_total_alone_and_a_time_are_had_where_they_are_asked_for)
{
	struct fundstelle_search_options options = CHOOSE(.flags = FUNDSTELLE_COUNT_ONLY, .limit = 2), timed = CHOOSE(.flags = FUNDSTELLE_TIMED, .limit = 2), plain = CHOOSE(.limit = 2);
	const struct fundstelle_search_options *const all[] = { &options, &timed, &plain };
	uint64_t n;
	fundstelle_index *index = open_one(index_dir);
	ck_assert_int_eq(fundstelle_count(index, "Kreml", 5, NULL, &n, NULL), FUNDSTELLE_OK);
	for (size_t i = 0; i < 3; i++) {
		struct fundstelle_summary s = { .size = sizeof s };
		fundstelle_result *r;
		ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, all[i], &r, NULL), FUNDSTELLE_OK);
		fundstelle_result_summary(r, &s);
		ck_assert_uint_eq(s.n_hits, i == 0 ? 0 : 2);
		ck_assert(i != 0 || (s.total == n && s.total_exact));
		ck_assert(i == 1 ? s.to_keys > 0 : s.to_keys == 0);
		fundstelle_result_free(r);
	}
	fundstelle_close(index);
}
END_TEST

/* ---- lines ---- */

#define KWIC(...) { .size = sizeof(struct fundstelle_kwic_options), __VA_ARGS__ }

static const struct {
	enum place place;
	const char *query;
	struct fundstelle_search_options options;
	struct fundstelle_kwic_options kwic;
	bool files;
} concordances[] = {
	{ HERE, "Kreml", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT), KWIC(.width = 0), false },
	{ HERE, "Kreml", CHOOSE(.limit = 3, .offset = 2), KWIC(.width = 20), false },
	{ CORPUS, "der", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT, .flags = FUNDSTELLE_ADDRESS), KWIC(.width = 0), false },
	{ CORPUS, "der", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT), KWIC(.order = FUNDSTELLE_BY_LEFT), false },
	{ HERE, "viel*", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT), KWIC(.order = FUNDSTELLE_BY_RIGHT, .memory = 4096), true },
	{ CORPUS, "der", CHOOSE(.limit = 20, .offset = 5), KWIC(.order = FUNDSTELLE_BY_RIGHT), true },
	{ HERE, "Nirgendwort", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT), KWIC(.width = 0), false },
	{ MIXED, "Kreml Grenze", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT), KWIC(.order = FUNDSTELLE_BY_LEFT), false },
};

static void lines_are_equal(const struct fundstelle_line *a, const struct fundstelle_line *b)
{
	const struct fundstelle_text x[] = { a->key, a->left, a->match, a->right, a->address }, y[] = { b->key, b->left, b->match, b->right, b->address };
	for (size_t i = 0; i < sizeof x / sizeof *x; i++)
		ck_assert_msg(slice_equal(slice_text(x[i]), slice_of(y[i].data, y[i].len)), "%zu: %s is not %.*s", i, x[i].data, (int)y[i].len, y[i].data);
	ck_assert(a->date.year == b->date.year && a->date.month == b->date.month && a->date.day == b->date.day);
}

START_TEST(lines_one_by_one_are_those_at_once)
{
	struct fundstelle_kwic_options kwic = concordances[_i].kwic;
	struct fundstelle_line wanted = { .size = sizeof wanted }, line = { .size = sizeof line };
	struct fundstelle_concordance_summary summary = { .size = sizeof summary };
	struct fundstelle_error error = { .size = sizeof error };
	fundstelle_concordance *whole, *c;
	if (!has_xapian && concordances[_i].place >= XAPIAN)
		return;
	fundstelle_index *index = open_place(concordances[_i].place);
	ck_assert_int_eq(fundstelle_kwic(index, concordances[_i].query, FUNDSTELLE_TERMINATED, &concordances[_i].options, &kwic, &whole, NULL), FUNDSTELLE_OK);
	char *query = strdup(concordances[_i].query), *dir = strdup(scratch.dir);
	kwic.one_by_one = 1;
	kwic.dir = concordances[_i].files ? dir : NULL;
	ck_assert_int_eq(fundstelle_kwic(index, query, strlen(query), &concordances[_i].options, &kwic, &c, NULL), FUNDSTELLE_OK);
	memset(query, '/', strlen(query)); /* nothing of them is kept */
	memset(dir, '/', strlen(dir));
	free(query);
	free(dir);
	fundstelle_concordance_summary(c, &summary);
	ck_assert(summary.n_lines == 0 && summary.analysis.len && summary.generation);
	ck_assert_int_eq(fundstelle_concordance_line(c, 0, &line), FUNDSTELLE_INVALID);
	int code = FUNDSTELLE_OK;
	for (uint32_t i = 0; code == FUNDSTELLE_OK; i++) {
		if (i < 30 || i % 997 == 0)
			disturb(index, i);
		code = fundstelle_concordance_next(c, index, &line, &error);
		ck_assert_msg(code == FUNDSTELLE_OK || code == FUNDSTELLE_END, "%d %s", code, error.message);
		ck_assert_int_eq(fundstelle_concordance_line(whole, i, &wanted), code == FUNDSTELLE_OK ? FUNDSTELLE_OK : FUNDSTELLE_INVALID);
		if (code == FUNDSTELLE_OK)
			lines_are_equal(&line, &wanted);
		ck_assert(code != FUNDSTELLE_OK || !(concordances[_i].options.flags & FUNDSTELLE_ADDRESS) == (line.address.len == 0));
	}
	ck_assert_int_eq(fundstelle_concordance_next(c, index, &line, NULL), FUNDSTELLE_END);
	ck_assert_int_eq(fundstelle_concordance_next(whole, index, &line, NULL), FUNDSTELLE_END);
	fundstelle_concordance_free(whole);
	fundstelle_concordance_free(c);
	fundstelle_close(index);
}
END_TEST

START_TEST(a_line_of_another_state_or_index_is_refused)
{
	struct fundstelle_kwic_options kwic = KWIC(.one_by_one = 1), sorted = KWIC(.one_by_one = 1, .order = FUNDSTELLE_BY_LEFT, .dir = "/nonexistent", .memory = 1);
	struct fundstelle_line line = { .size = sizeof line };
	struct fundstelle_error error = { .size = sizeof error };
	fundstelle_concordance *c, *lost;
	struct fundstelle_search_options all = CHOOSE(.limit = FUNDSTELLE_NO_LIMIT);
	fundstelle_index *index = open_one(index_dir), *other = open_one(other_dir);
	ck_assert_int_eq(fundstelle_kwic(index, "Kreml", 5, NULL, &kwic, &c, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_concordance_next(c, other, &line, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "the concordance is of another index");
	ck_assert_int_eq(fundstelle_kwic(index, "viel*", 5, &all, &sorted, &lost, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_concordance_next(lost, index, &line, &error), FUNDSTELLE_IO); /* its files have no place */
	ck_assert_int_eq(fundstelle_concordance_next(lost, index, &line, &error), FUNDSTELLE_END);
	article("neu.txt", "Noch ein Kreml.\n");
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	ck_assert_int_eq(fundstelle_refresh(index, NULL, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_concordance_next(c, index, &line, &error), FUNDSTELLE_CHANGED);
	ck_assert_int_eq(fundstelle_concordance_next(c, index, &line, &error), FUNDSTELLE_END);
	fundstelle_concordance_free(lost);
	fundstelle_concordance_free(c);
	fundstelle_close(other);
	fundstelle_close(index);
}
END_TEST

Suite *suite_lib_pieces(void);
Suite *suite_lib_pieces(void)
{
	Suite *s = suite_create("what the library reads piece by piece");
	TCase *t = tcase_create("pieces");
	tcase_add_unchecked_fixture(t, lib_set_up, site_tear_down);
	tcase_add_loop_test(t, pages_are_the_list_in_pieces, 0, N(searches));
	tcase_add_test(t, a_page_of_another_state_or_index_is_refused);
	tcase_add_test(t, scores_are_exact_and_fall_where_they_are_to_fall);
	tcase_add_test(t, addresses_are_those_that_the_program_links_to);
	tcase_add_test(t, a_total_alone_and_a_time_are_had_where_they_are_asked_for);
	tcase_add_loop_test(t, lines_one_by_one_are_those_at_once, 0, N(concordances));
	tcase_add_test(t, a_line_of_another_state_or_index_is_refused);
	suite_add_tcase(s, t);
	return s;
}
