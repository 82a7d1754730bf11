/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chunks in memory, and a table of them: found by their places as a sorted map has them. */
#include <check.h>

#include "store/chunk_table.h"
#include "store/memory_chunks.h"

static struct memory_chunks chunks;

static void put(char kind, const char *tail, const char *value)
{
	struct chunk_sink sink = memory_chunks_sink(&chunks);
	ck_assert_int_eq(sink.put(sink.context, (enum chunk_kind)kind, slice_str(tail), slice_str(value)), FUND_OK);
}

/* In no order. */
static void set_up(void)
{
	put('p', "b", "4");
	put('d', "bb", "2");
	put('p', "a", "3");
	put('d', "a", "1");
	put('x', "", "5");
	memory_chunks_settle(&chunks);
}

static void tear_down(void) { memory_chunks_release(&chunks); }

static const struct {
	const char *name;
	char kind;
	const char *tail, *get, *le, *next; /* NULL: there is none */
} lookups[] = {
	{ "the first of all", 'd', "a", "1", "1", "2" },    { "before the first of a kind", 'p', "", NULL, NULL, "3" },
	{ "between two", 'd', "b", NULL, "1", "2" },	       { "the last of a kind", 'd', "bb", "2", "2", NULL },
	{ "behind the last of a kind", 'd', "z", NULL, "2", NULL }, { "a kind that is not there", 'k', "a", NULL, NULL, NULL },
	{ "an empty tail", 'x', "", "5", "5", NULL },	       { "behind all", 'x', "z", NULL, "5", NULL },
};

static void expect(enum fund_status st, struct slice value, const char *want)
{
	if (want)
		ck_assert_msg(st == FUND_OK && slice_equal(value, slice_str(want)), "not %s", want);
	else
		ck_assert_int_eq(st, FUND_NOT_FOUND);
}

START_TEST(a_chunk_is_found_by_its_place)
{
	struct chunk_source s = memory_chunks_source(&chunks);
	struct slice tail = slice_str(lookups[_i].tail), found, value = { NULL, 0 };
	enum chunk_kind kind = (enum chunk_kind)lookups[_i].kind;
	expect(s.get(s.context, kind, tail, &value), value, lookups[_i].get);
	expect(s.seek_le(s.context, kind, tail, &found, &value), value, lookups[_i].le);
	expect(s.next(s.context, kind, tail, &found, &value), value, lookups[_i].next);
}
END_TEST

START_TEST(a_table_of_a_kind_finds_the_same)
{
	struct slice tail = slice_str(lookups[_i].tail), found, value = { NULL, 0 };
	struct chunk_table *table;
	if (lookups[_i].kind == 'x') /* an empty tail: a table has none */
		return;
	ck_assert_int_eq(chunk_table_new(&table, memory_chunks_source(&chunks), (enum chunk_kind)lookups[_i].kind, 2), FUND_OK);
	for (int again = 0; again < 2; again++) {
		expect(chunk_table_seek_le(table, tail, &found, &value), value, lookups[_i].le);
		expect(chunk_table_next(table, tail, &found, &value), value, lookups[_i].next);
		expect(chunk_table_next(table, tail, &found, NULL), slice_str(lookups[_i].next ? lookups[_i].next : ""), lookups[_i].next);
	}
	chunk_table_free(table);
}
END_TEST

START_TEST(a_table_is_not_made_of_more_chunks_than_it_may_have)
{
	struct chunk_table *table;
	ck_assert_int_eq(chunk_table_new(&table, memory_chunks_source(&chunks), CHUNK_POSITIONS, 1), FUND_LIMIT);
	ck_assert_ptr_null(table);
}
END_TEST

START_TEST(emptied_it_holds_nothing_and_may_be_filled_again)
{
	struct slice value;
	memory_chunks_reset(&chunks);
	struct chunk_source s = memory_chunks_source(&chunks);
	ck_assert_int_eq(s.get(s.context, CHUNK_DICTIONARY, SLICE_LIT("a"), &value), FUND_NOT_FOUND);
	put('d', "a", "9");
	memory_chunks_settle(&chunks);
	ck_assert_int_eq(s.get(s.context, CHUNK_DICTIONARY, SLICE_LIT("a"), &value), FUND_OK);
	ck_assert(slice_equal(value, SLICE_LIT("9")));
}
END_TEST

Suite *suite_memory_chunks(void);
Suite *suite_memory_chunks(void)
{
	Suite *s = suite_create("chunks in memory");
	TCase *t = tcase_create("chunks");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, a_chunk_is_found_by_its_place, 0, (int)(sizeof lookups / sizeof *lookups));
	tcase_add_loop_test(t, a_table_of_a_kind_finds_the_same, 0, (int)(sizeof lookups / sizeof *lookups));
	tcase_add_test(t, a_table_is_not_made_of_more_chunks_than_it_may_have);
	tcase_add_test(t, emptied_it_holds_nothing_and_may_be_filled_again);
	suite_add_tcase(s, t);
	return s;
}
