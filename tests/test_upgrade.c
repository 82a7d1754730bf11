/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Indexes of other format versions: what both programs and the library say, and how one of an older version is built anew under its readers. */
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "lib/fundstelle.h"
#include "store/index_replacement.h"
#include "store/pages.h"
#include "store/snapshot.h"
#include "tests/site.h"

Suite *suite_upgrade(void);

#define VERSION_AT 8 /* docs/FORMAT.md, "Manifest" */
#define FEATURES_AT 12
#define ALL_ADDED "12 added, 0 changed, 0 removed, 0 unchanged, 0 failed"

/* Another version, or other features, with the checksum that belongs to it. */
static void patch(size_t at, uint32_t value)
{
	struct snapshot *s;
	struct fault why = { 0 };
	struct slice manifest;
	size_t n;
	const uint8_t key = 0x01;
	ck_assert_msg(snapshot_open(&s, index_dir, &why) == FUND_OK, "%s", why.text);
	ck_assert_int_eq(pages_get(snapshot_pages(s), slice_of(&key, 1), &manifest), FUND_OK);
	size_t off = (size_t)(manifest.data - snapshot_pages(s)->map), len = manifest.len;
	snapshot_close(s);
	uint8_t *bytes = (uint8_t *)file_read(data_file, &n);
	put_u32(bytes + off + at, value);
	put_u32(bytes + off + len - 4, checksum(bytes + off, len - 4));
	file_write_bytes(data_file, bytes, n);
	free(bytes);
}

static void set_up(void)
{
	site_set_up();
	articles(0, 12);
	run_is(0, ALL_ADDED);
}

static char *before;
static size_t before_len;

static void remember(void) { before = file_read(data_file, &before_len); }

static void is_untouched(void)
{
	size_t n;
	char *now = file_read(data_file, &n);
	ck_assert(n == before_len && memcmp(now, before, n) == 0);
	free(now);
	free(before);
}

static bool is_there(const char *name)
{
	char path[400];
	snprintf(path, sizeof path, "%s/%s", index_dir, name);
	return access(path, F_OK) == 0;
}

static void says(const struct outcome *o, const char *program, const char *text)
{
	char begin[400];
	snprintf(begin, sizeof begin, "%s: %s %s", program, data_file, text);
	ck_assert_msg(o->status == 2 && o->out_len == 0 && strncmp(o->err, begin, strlen(begin)) == 0, "%d: %s%s\nnot: %s", o->status, o->out, o->err, begin);
}

#define OLDER                                                                                                                                    \
	"has the older index format version 1, this program version 4: run fundstelle-index --rebuild with the archive's PATH; until then the " \
	"program that wrote it reads it\n"

static const struct {
	const char *name;
	size_t at;
	uint32_t value;
	const char *text;
} others[] = {
	{ "an older one: the way to a new one", VERSION_AT, 1, OLDER },
	{ "a newer one: its version", VERSION_AT, 7, "has the newer index format version 7, this program version 4: use a newer fundstelle\n" },
	{ "features that are not known", FEATURES_AT, 6, "its index format has features 0x6 that this program does not know: use a newer fundstelle\n" },
};

static const char *const commands[] = { "%s", "--dry-run %s", "--status", "--status --failed", "--verify", "--verify=deep", "--compact", "--backup=%s/b", "--to-bulk=%s/b" };

START_TEST(both_programs_say_so_and_touch_nothing)
{
	char format[100];
	struct outcome o;
	patch(others[_i].at, others[_i].value);
	remember();
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		snprintf(format, sizeof format, "fundstelle-index -i %s %s", "%s", commands[i]);
		o = program_run(NULL, format, index_dir, archive);
		says(&o, "fundstelle-index", others[_i].text);
		outcome_free(&o);
	}
	o = program_run(NULL, "fundstelle-query -i %s Feuerwehr", index_dir);
	says(&o, "fundstelle-query", others[_i].text);
	outcome_free(&o);
	is_untouched();
	ck_assert(!is_there("rebuild"));
}
END_TEST

START_TEST(the_library_has_a_code_for_it)
{
	const char *name = index_dir;
	fundstelle_index *index = NULL;
	struct fundstelle_error error = { .size = sizeof error };
	patch(others[_i].at, others[_i].value);
	ck_assert_int_eq(fundstelle_open(&name, 1, NULL, &index, &error), FUNDSTELLE_OTHER_FORMAT);
	ck_assert_int_eq(error.code, FUNDSTELLE_OTHER_FORMAT);
	ck_assert_ptr_null(index);
	ck_assert_msg(strncmp(strstr(error.message, "data.mdb ") + 9, others[_i].text, strlen(others[_i].text) - 1) == 0, "%s", error.message);
}
END_TEST

START_TEST(only_an_older_one_is_built_anew)
{
	patch(others[_i].at, others[_i].value);
	remember();
	struct outcome o = program_run(NULL, "fundstelle-index -i %s --rebuild %s", index_dir, archive);
	says(&o, "fundstelle-index", others[_i].text);
	outcome_free(&o);
	is_untouched();
}
END_TEST

START_TEST(one_that_another_run_built_anew_meanwhile_is_kept)
{
	struct index_replacement r;
	struct fault why = { 0 };
	ck_assert_int_eq(index_replacement_begin(&r, index_dir, 0, &why), FUND_INVALID);
	ck_assert_msg(strstr(why.text, "/index: changed while it was looked at: try again"), "%s", why.text);
	index_replacement_end(&r);
	index_is_sound();
}
END_TEST

START_TEST(an_older_one_is_built_anew_from_the_archive)
{
	patch(VERSION_AT, 0);
	remember();
	struct outcome o = program_run(NULL, "fundstelle-index -i %s --rebuild --dry-run %s", index_dir, archive);
	ck_assert_msg(o.status == 0 && strstr(o.out, "\nindexed: " ALL_ADDED), "%s%s", o.out, o.err);
	outcome_free(&o);
	is_untouched();
	run_is_with(0, ALL_ADDED, "--rebuild --max-time=1s"); /* which would leave out what it does not reach */
	index_is_sound();
	hits_are("Feuerwehr", 12);
	ck_assert(!is_there("rebuild") && !is_there("data.mdb.new"));
	article("neu.txt", "Feuerwehr, neu.\n"); /* and goes on as any other */
	run_is(0, "1 added, 0 changed, 0 removed, 12 unchanged, 0 failed");
}
END_TEST

/* Whoever has the old file open keeps it: so does the program that wrote it. */
START_TEST(readers_of_the_old_one_go_on)
{
	struct snapshot *s;
	struct fault why = { 0 };
	ck_assert_msg(snapshot_open(&s, index_dir, &why) == FUND_OK, "%s", why.text);
	uint64_t id = snapshot_manifest(s)->id;
	size_t len;
	char *old = file_read(data_file, &len);
	char aside[400];
	snprintf(aside, sizeof aside, "%s/aside", scratch.dir);
	file_copy(data_file, aside); /* patch() writes into the file that is mapped: in a copy, which takes its place */
	ck_assert_int_eq(rename(aside, data_file), 0);
	patch(VERSION_AT, 0);
	run_is_with(0, ALL_ADDED, "--rebuild");
	ck_assert_int_eq(snapshot_check(s), FUND_OK);
	ck_assert_int_eq(memcmp(snapshot_pages(s)->map, old, len), 0);
	snapshot_close(s);
	ck_assert_msg(snapshot_open(&s, index_dir, &why) == FUND_OK, "%s", why.text);
	ck_assert_uint_ne(snapshot_manifest(s)->id, id);
	snapshot_close(s);
	free(old);
}
END_TEST

START_TEST(what_a_killed_rebuild_left_goes)
{
	char folder[340];
	snprintf(folder, sizeof folder, "%s/rebuild", index_dir);
	if (_i == 0)
		patch(VERSION_AT, 0);
	ck_assert_int_eq(mkdir(folder, 0777), 0);
	file_write(folder, "data.mdb", "half of it");
	file_write(folder, "data.mdb.new", "half of it");
	file_write(folder, "write.lock", "");
	file_write(folder, "lock.mdb", "");
	run_is_with(0, _i == 0 ? ALL_ADDED : "0 added, 0 changed, 0 removed, 12 unchanged, 0 failed", "--rebuild");
	ck_assert(!is_there("rebuild"));
	hits_are("Feuerwehr", 12);
}
END_TEST

START_TEST(an_archive_without_articles_replaces_nothing)
{
	patch(VERSION_AT, 0);
	remember();
	for (uint32_t i = 0; i < 12; i++) {
		char name[40];
		snprintf(name, sizeof name, "%u/%04u.txt", i % 7, i);
		remove_article(name);
	}
	struct outcome o = program_run(NULL, "fundstelle-index -i %s --rebuild %s", index_dir, archive);
	ck_assert_msg(o.status == 2 && strstr(o.err, "no article was found, and the index would be replaced by an empty one: it is kept"), "%s", o.err);
	outcome_free(&o);
	is_untouched();
	ck_assert(!is_there("rebuild"));
	run_is_with(0, "0 added, 0 changed, 0 removed, 0 unchanged, 0 failed", "--rebuild --allow-empty");
	index_is_sound();
}
END_TEST

Suite *suite_upgrade(void)
{
	Suite *s = suite_create("upgrade");
	TCase *t = tcase_create("other formats");
	int n = sizeof others / sizeof *others;
	tcase_add_checked_fixture(t, set_up, site_tear_down);
	tcase_add_loop_test(t, both_programs_say_so_and_touch_nothing, 0, n);
	tcase_add_loop_test(t, the_library_has_a_code_for_it, 0, n);
	tcase_add_loop_test(t, only_an_older_one_is_built_anew, 1, n);
	tcase_add_test(t, one_that_another_run_built_anew_meanwhile_is_kept);
	tcase_add_test(t, an_older_one_is_built_anew_from_the_archive);
	tcase_add_test(t, readers_of_the_old_one_go_on);
	tcase_add_loop_test(t, what_a_killed_rebuild_left_goes, 0, 2);
	tcase_add_test(t, an_archive_without_articles_replaces_nothing);
	suite_add_tcase(s, t);
	return s;
}
