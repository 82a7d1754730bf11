/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many nights: when segments are merged, what becomes of their texts, and that nothing is lost. */
#include <string.h>

#include "store/pages.h"
#include "store/snapshot.h"
#include "tests/site.h"

Suite *suite_merge(void);

static void night(void)
{
	struct outcome o = program_run(NULL, "fundstelle-index -q -i %s %s", index_dir, archive);
	ck_assert_msg(o.status == 0, "%s", o.err);
	outcome_free(&o);
}

static void remove_first(uint32_t n)
{
	char name[40];
	for (uint32_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%u/%04u.txt", i % 7, i);
		remove_article(name);
	}
}

/* The first articles; those of each night; then so many go. */
static uint32_t nights(uint32_t first, uint32_t n, uint32_t a_night, uint32_t gone)
{
	articles(0, first);
	night();
	for (uint32_t i = 0; i < n; i++, first += a_night) {
		articles(first, a_night);
		night();
	}
	remove_first(gone);
	if (gone)
		night();
	return first - gone;
}

/* ---- segments ---- */

static void status_has(const char *what, const char *name, uint32_t n)
{
	char part[60];
	struct outcome o = program_run(NULL, "fundstelle-index -i %s --status --format=json", index_dir);
	snprintf(part, sizeof(part), "\"%s\": %u,", name, n);
	ck_assert_msg(o.status == 0 && strstr(o.out, part) != NULL, "%s: %s is not in %s%s", what, part, o.out, o.err);
	outcome_free(&o);
}

static const struct {
	const char *what;
	uint32_t first, nights, a_night, gone;
	uint32_t segments, deleted;
} years[] = {
	{ "up to 14 dead articles of 100 stay where they are", 100, 0, 0, 14, 1, 14 },
	{ "with the 15th the segment is written again without them", 100, 0, 0, 15, 1, 0 },
	{ "dead articles of a large segment are kept apart from small segments behind it", 100, 3, 2, 14, 3, 14 },
	{ "with too many in the large one small segments go into the merge", 100, 3, 2, 16, 1, 0 },
	{ "what a night adds goes to a segment of its size", 100, 2, 2, 0, 2, 0 },
	{ "and not to one that is twice as large", 100, 3, 2, 0, 3, 0 },
	{ "with what the next night adds they are as large as that one, and all become one", 100, 4, 2, 0, 2, 0 },
	{ "a large one goes too, where those behind it have 57 % of its articles together", 14, 4, 2, 0, 1, 0 },
	{ "where they have fewer it stays", 15, 4, 2, 0, 2, 0 },
};

START_TEST(merges_keep_segments_and_dead_articles_few)
{
	uint32_t n = nights(years[_i].first, years[_i].nights, years[_i].a_night, years[_i].gone);
	status_has(years[_i].what, "segments", years[_i].segments);
	status_has(years[_i].what, "deleted", years[_i].deleted);
	hits_are("Feuerwehr", n);
	index_is_sound();
}
END_TEST

static const struct {
	uint32_t n, segments;
} shrinking_nights[] = { { 300, 1 }, { 100, 2 }, { 33, 3 }, { 11, 4 }, { 3, 5 }, { 1, 5 } };

START_TEST(the_sixth_segment_goes_into_a_merge_though_all_others_are_larger)
{
	uint32_t n = 0;
	for (size_t i = 0; i < sizeof shrinking_nights / sizeof *shrinking_nights; n += shrinking_nights[i++].n) {
		articles(n, shrinking_nights[i].n);
		night();
		status_has("shrinking nights", "segments", shrinking_nights[i].segments);
	}
	hits_are("Feuerwehr", n);
	index_is_sound();
}
END_TEST

static void state(uint64_t *transaction, uint64_t *generation, uint32_t *n_segments)
{
	struct snapshot *s;
	ck_assert_int_eq(snapshot_open(&s, index_dir, NULL), FUND_OK);
	*transaction = snapshot_pages(s)->txnid;
	*generation = snapshot_manifest(s)->generation;
	*n_segments = snapshot_n_segments(s);
	snapshot_close(s);
}

/* Each transaction writes leaves, the root and the list of free pages again; what a night adds and a merge takes would be written twice. */
START_TEST(a_night_is_one_transaction_also_where_it_ends_with_a_merge)
{
	uint64_t before, generation, transaction;
	uint32_t n_before, n, n_merges = 0;
	nights(100, 0, 0, 0);
	state(&before, &generation, &n_before);
	for (uint32_t i = 0; i < 6; i++, before = transaction, n_before = n) {
		articles(100 + 2 * i, 2);
		night();
		uint64_t last = generation;
		state(&transaction, &generation, &n);
		ck_assert_uint_eq(generation, last + 1);
		ck_assert_uint_eq(transaction, before + 1);
		n_merges += n <= n_before;
	}
	ck_assert_uint_eq(n_merges, 3);
}
END_TEST

/* ---- texts ---- */

/* Of each segment the documents that its text stores were written with; its own store is marked. */
static void stores_are(const char *what, const char *wanted)
{
	struct snapshot *s;
	char text[400] = "";
	size_t len = 0;
	ck_assert_int_eq(snapshot_open(&s, index_dir, NULL), FUND_OK);
	const struct manifest *m = snapshot_manifest(s);
	for (uint32_t i = 0; i < m->n_segments; i++) {
		const struct segment_stats *g = &m->segments[i];
		for (uint32_t k = 0; k < g->n_stores; k++)
			len += (size_t)snprintf(text + len, sizeof text - len, "%s%u%s", k ? " " : i ? "; " : "", g->stores[k].n_docs, g->stores[k].number == g->number ? " own" : "");
	}
	snapshot_close(s);
	ck_assert_msg(strcmp(text, wanted) == 0, "%s: %s, not %s", what, text, wanted);
}

static const struct {
	const char *what;
	uint32_t first, nights, a_night, gone;
	const char *stores;
} texts[] = {
	{ "a first run has its own", 100, 0, 0, 0, "100 own" },
	{ "dead texts stay with half of the living", 100, 0, 0, 50, "100" },
	{ "where more are dead the living are written anew", 100, 0, 0, 51, "49 own" },
	{ "a merged segment keeps those of its parts, and has those of the night", 100, 4, 2, 0, "100 own; 2 2 2 2 own" },
	{ "a large one too", 14, 4, 2, 0, "14 2 2 2 2 own" },
	{ "those of which too little lives are written together", 14, 4, 2, 8, "2 2 2 2 6 own" },
};

START_TEST(texts_stay_where_they_are)
{
	uint32_t n = nights(texts[_i].first, texts[_i].nights, texts[_i].a_night, texts[_i].gone);
	stores_are(texts[_i].what, texts[_i].stores);
	hits_are("Feuerwehr", n);
	index_is_sound();
}
END_TEST

static void same_output(const char *index, const char *other, const char *arguments)
{
	char format[200];
	snprintf(format, sizeof format, "fundstelle-query -i %%s %s", arguments);
	struct outcome a = program_run(NULL, format, index), b = program_run(NULL, format, other);
	ck_assert_msg(a.status == 0 && b.status == 0 && a.out_len > 0 && strcmp(a.out, b.out) == 0, "%s: status %d and %d, %zu and %zu bytes: %.300s ... %.300s",
		      arguments, a.status, b.status, a.out_len, b.out_len, a.out, b.out);
	outcome_free(&a);
	outcome_free(&b);
}

/* Each article's text is its own: also in a copy, and when all is written into one segment. */
static void has_the_texts_of(const char *fresh)
{
	char copy[420];
	snprintf(copy, sizeof copy, "%s-copy", fresh);
	program_expect(0, "fundstelle-index -i %s --backup=%s", index_dir, copy);
	program_expect(0, "fundstelle-index -i %s --verify=deep", copy);
	same_output(index_dir, fresh, "--kwic Meldung");
	same_output(copy, fresh, "--kwic Meldung");
	program_expect(0, "fundstelle-index -i %s --compact", copy);
	program_expect(0, "fundstelle-index -i %s --verify=deep", copy);
	same_output(copy, fresh, "--kwic Meldung");
}

/* New articles, changed ones, some that go: from the number of the night alone. */
static void something_happens(uint32_t number, uint32_t n)
{
	char name[40], text[200];
	articles(n, 6);
	for (uint32_t i = number % 5; i < n; i += 7 + number % 5) {
		snprintf(name, sizeof name, "%u/%04u.txt", i % 7, i);
		snprintf(text, sizeof text, "Meldung Nummer %u\n\nDie Feuerwehr rückte in der Nacht %u aus.\n", i, number);
		if (i % 11 > number % 3)
			article(name, text);
	}
}

START_TEST(after_many_nights_each_text_is_its_article_s)
{
	char fresh[400];
	articles(0, 150);
	night();
	for (uint32_t number = 1, n = 150; number <= 60; number++, n += 6) {
		something_happens(number, n);
		night();
		index_is_sound();
		if (number % 12)
			continue;
		snprintf(fresh, sizeof fresh, "%s/fresh-%u", scratch.dir, number);
		program_expect(0, "fundstelle-index -q -i %s %s", fresh, archive);
		has_the_texts_of(fresh);
	}
}
END_TEST

static uint64_t bytes_of(const char *index, const char *what)
{
	struct outcome o = program_run(NULL, "fundstelle-index -i %s --status --format=json", index);
	char name[40];
	snprintf(name, sizeof name, "\"%s\": ", what);
	const char *at = strstr(o.out, name);
	ck_assert_msg(at, "%s", o.out);
	uint64_t n = strtoull(at + strlen(name), NULL, 10);
	outcome_free(&o);
	return n;
}

START_TEST(compact_gives_dead_texts_back_also_of_one_segment_without_dead_articles)
{
	char fresh[400];
	snprintf(fresh, sizeof fresh, "%s/fresh", scratch.dir);
	nights(200, 0, 0, 50);
	stores_are("before", "200");
	status_has("before", "segments", 1);
	status_has("before", "deleted", 0);
	program_expect(0, "fundstelle-index -i %s --compact", index_dir);
	stores_are("behind", "150 own");
	program_expect(0, "fundstelle-index -q -i %s %s", fresh, archive);
	ck_assert_uint_eq(bytes_of(index_dir, "bytes_text"), bytes_of(fresh, "bytes_text"));
	uint64_t generation = bytes_of(index_dir, "generation");
	program_expect(0, "fundstelle-index -i %s --compact", index_dir);
	ck_assert_uint_eq(bytes_of(index_dir, "generation"), generation);
	index_is_sound();
}
END_TEST

Suite *suite_merge(void)
{
	Suite *s = suite_create("merges");
	TCase *t = tcase_create("merges");

	tcase_add_checked_fixture(t, site_set_up, site_tear_down);
	tcase_set_timeout(t, 240);
	tcase_add_loop_test(t, merges_keep_segments_and_dead_articles_few, 0, sizeof(years) / sizeof(years[0]));
	tcase_add_test(t, the_sixth_segment_goes_into_a_merge_though_all_others_are_larger);
	tcase_add_test(t, a_night_is_one_transaction_also_where_it_ends_with_a_merge);
	tcase_add_loop_test(t, texts_stay_where_they_are, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_test(t, after_many_nights_each_text_is_its_article_s);
	tcase_add_test(t, compact_gives_dead_texts_back_also_of_one_segment_without_dead_articles);
	suite_add_tcase(s, t);
	return s;
}
