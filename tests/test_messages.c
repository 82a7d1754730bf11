/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of docs/MESSAGES.md that no other suite produces: what a person does, and what is said. */
#include <lmdb.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "lib/fundstelle.h"
#include "store/pages.h"
#include "store/snapshot.h"
#include "tests/site.h"

Suite *suite_messages(void);

static void set_up(void)
{
	site_set_up();
	articles(0, 12);
	run_is(0, "12 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
}

static void says(const struct outcome *o, int status, const char *text)
{
	ck_assert_msg(o->status == status && strstr(o->err, text), "%d: %s%s\nnot: %s", o->status, o->out, o->err, text);
}

/* ---- the command line ---- */

/* Behind "-i INDEX"; "@" is the archive. */
static const struct {
	bool query;
	const char *arguments, *text;
} lines[] = {
	{ false, "-q -v @", "--quiet and --verbose exclude each other" },
	{ false, "--status --rebuild", "--rebuild, --dry-run, --max-time and --metrics go with PATHs" },
	{ false, "--status --shard=1/2", "--shard goes with --to-xapian and --to-bulk" },
	{ false, "--to-bulk=/nonexistent/bulk --shard=5/4", "--shard=5/4: K/N, from 1/N to N/N, as in 1/4" },
	{ false, "--to-bulk=/nonexistent/bulk --dry-run @", "--to-xapian and --to-bulk go with PATHs or stand alone, without --dry-run and --max-time" },
	{ false, "--status @", "this command takes no PATH" },
	{ false, "/dev/null", "/dev/null: neither a directory nor a regular file" },
	{ false, "-i /dev/null/index @", "/dev/null/index: cannot make the index: Not a directory" },
	{ false, "--backup=/dev/null/backup", "/dev/null/backup: cannot make the directory: Not a directory" },
	{ true, "--count --show=0/0000.txt", "--count goes with a list of hits" },
	{ true, "--batch=/dev/null Krim", "--batch takes its queries from the file: no QUERY" },
	{ true, "--kwic --facet=jahr Krim", "--kwic and --facet exclude each other" },
	{ true, "--batch=/dev/null --kwic", "--batch and --kwic exclude each other" },
	{ true, "--terms=a --kwic", "--terms and --kwic exclude each other" },
	{ true, "--show=a --collocates", "--show and --collocates exclude each other" },
	{ true, "--timeline --batch=- a", "--timeline and --batch exclude each other" },
	{ true, "--format=svg Krim", "--format=svg is not for this; there are text, json" },
	{ true, "--from=2022 --to=2021 Krim", "--from lies behind --to" },
	{ true, "--relative Krim", "--relative goes with --timeline" },
	{ true, "--show=0/0000.txt Krim", "--show, --similar and --terms take no QUERY" },
	{ true, "--similar=0/0000.txt --kwic", "--similar gives a list of hits, nothing else" },
	{ true, "--sort=left Krim", "--sort=left and --sort=right go with --kwic" },
	{ true, "--timing Krim", "--timing goes with --batch" },
	{ true, "-0 Krim", "-0 goes with -f paths" },
	{ true, "--frobnicate", "unknown or ambiguous option '--frobnicate'; try fundstelle-query --help" },
	{ false, "-\xC3\xA4", "unknown option '-\xC3\xA4'; try fundstelle-index --help" },
	{ true, "--timeline a --timeline b --timeline c --timeline d --timeline e --timeline f --timeline g --timeline h --timeline i", "more than 8 timelines" },
	{ true, "--timeline --timeline Krim", "of several --timeline, each is followed by its query" },
	{ true, "-i xapian://nowhere Krim", "xapian://nowhere: a server is named xapian://HOST:PORT" },
};

START_TEST(a_command_line_that_cannot_be_meant)
{
	char arguments[600];
	const char *at = strchr(lines[_i].arguments, '@');
	snprintf(arguments, sizeof arguments, "%.*s%s", at ? (int)(at - lines[_i].arguments) : (int)strlen(lines[_i].arguments), lines[_i].arguments, at ? archive : "");
	struct outcome o = program_run(NULL, "%s -i %s %s", lines[_i].query ? "fundstelle-query" : "fundstelle-index", index_dir, arguments);
	if (o.status == 2 && strstr(o.err, "apt-get install fundstelle-xapian") && strstr(arguments, "xapian:"))
		printf("messages: no Xapian: not tested\n");
	else
		says(&o, 2, lines[_i].text);
	outcome_free(&o);
}
END_TEST

START_TEST(no_index_is_named_and_no_home)
{
	unsetenv("FUNDSTELLE_INDEX");
	unsetenv("XDG_DATA_HOME");
	unsetenv("HOME");
	struct outcome o = program_run(NULL, "fundstelle-query Krim");
	says(&o, 2, "no index named: -i DIR, or set FUNDSTELLE_INDEX");
	outcome_free(&o);
}
END_TEST

START_TEST(a_query_that_asks_for_too_much)
{
	struct buf b = BUF_INIT;
	ck_assert_int_eq(buf_add_str(&b, "\""), FUND_OK);
	for (int i = 0; i < 65; i++)
		ck_assert_int_eq(buf_add_str(&b, "Feuerwehr "), FUND_OK);
	ck_assert_int_eq(buf_add_str(&b, "\"~3"), FUND_OK);
	char *const argv[] = { "fundstelle-query", "-i", index_dir, (char *)(uintptr_t)buf_str(&b), NULL };
	struct outcome o = program_run_argv(NULL, argv);
	says(&o, 2, "the query asks for too much at once");
	outcome_free(&o);
	buf_release(&b);
}
END_TEST

START_TEST(a_pattern_that_no_word_can_match)
{
	char pattern[2100];
	memset(pattern, 'a', sizeof pattern - 1);
	pattern[sizeof pattern - 2] = '*';
	pattern[sizeof pattern - 1] = 0;
	struct outcome o = program_run(NULL, "fundstelle-query -i %s --terms=%s", index_dir, pattern);
	says(&o, 2, "--terms: the pattern is too long");
	outcome_free(&o);
}
END_TEST

/* So many times the same, behind the index. */
static void query_says(const char *program, const char *again, int times, const char *end, const char *text)
{
	char *argv[200] = { (char *)(uintptr_t)program, "-i", index_dir };
	int n = 3;
	for (int i = 0; i < times; i++)
		argv[n++] = (char *)(uintptr_t)again;
	argv[n++] = (char *)(uintptr_t)end;
	struct outcome o = program_run_argv(NULL, argv);
	says(&o, 2, text);
	outcome_free(&o);
}

START_TEST(more_than_there_can_be)
{
	query_says("fundstelle-query", "--index=/nowhere", 70, "Krim", "more than 64 indexes");
}
END_TEST

START_TEST(the_library_is_called_as_it_cannot_be)
{
	const char *names[70];
	fundstelle_index *index = NULL;
	struct fundstelle_error error = { .size = sizeof error };
	struct fundstelle_open_options options = { .size = 1 };
	struct fundstelle_status status = { .size = 0 };
	for (int i = 0; i < 70; i++)
		names[i] = index_dir;
	ck_assert_int_eq(fundstelle_open(names, 70, NULL, &index, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "more than 64 indexes");
	ck_assert_int_eq(fundstelle_open(names, 1, &options, &index, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "fundstelle_open_options: not of a size, or with members, that this version knows");
	ck_assert_msg(fundstelle_open(names, 1, NULL, &index, &error) == FUNDSTELLE_OK, "%s", error.message);
	ck_assert_int_eq(fundstelle_status(index, 0, &status, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "fundstelle_status: without its size");
	fundstelle_close(index);
}
END_TEST

/* ---- what stands where the index should ---- */

static void put(const char *name, const char *text)
{
	char path[400];
	snprintf(path, sizeof path, "%s/%s", index_dir, name);
	unlink(path);
	file_write(index_dir, name, text);
}

static void make_folder(const char *name)
{
	char path[400];
	snprintf(path, sizeof path, "%s/%s", index_dir, name);
	unlink(path);
	ck_assert_int_eq(mkdir(path, 0777), 0);
}

static void index_says(int status, const char *arguments, const char *text)
{
	struct outcome o = program_run(NULL, "fundstelle-index -i %s %s", index_dir, arguments);
	says(&o, status, text);
	outcome_free(&o);
}

START_TEST(the_lock_cannot_be_taken)
{
	make_folder("write.lock");
	index_says(2, archive, "/write.lock: Is a directory");
}
END_TEST

START_TEST(data_is_no_regular_file)
{
	make_folder("data.mdb");
	index_says(2, archive, "/data.mdb is no regular file");
	index_says(2, "--status", "/data.mdb is no regular file");
}
END_TEST

START_TEST(what_an_earlier_run_left_cannot_go)
{
	make_folder("data.mdb.new");
	article("neu.txt", "Feuerwehr.\n");
	index_says(2, archive, "/data.mdb.new: cannot delete: Is a directory");
}
END_TEST

static void zero(size_t from, size_t len)
{
	size_t n;
	char *bytes = file_read(data_file, &n);
	ck_assert_uint_ge(n, from + len);
	memset(bytes + from, 0, len);
	file_write_bytes(data_file, bytes, n);
	free(bytes);
}

/* The page of the tree that has the manifest. */
static size_t page_of_the_manifest(void)
{
	struct snapshot *s;
	struct fault why = { 0 };
	struct slice value;
	const uint8_t key = 0x01;
	ck_assert_msg(snapshot_open(&s, index_dir, &why) == FUND_OK, "%s", why.text);
	ck_assert_int_eq(pages_get(snapshot_pages(s), slice_of(&key, 1), &value), FUND_OK);
	size_t at = (size_t)(value.data - snapshot_pages(s)->map) / 4096 * 4096;
	snapshot_close(s);
	return at;
}

#define ADVICE "; a damaged index does not mend: copy data.mdb of a backup back, or build another with fundstelle-index -i DIR PATH\n"

START_TEST(a_page_that_is_lost)
{
	char to[400];
	snprintf(to, sizeof to, "--backup=%s/b", scratch.dir);
	zero(page_of_the_manifest(), 4096);
	index_says(2, archive, "/data.mdb is damaged: ");
	index_says(2, archive, ADVICE);
	index_says(2, "--status", "/data.mdb is damaged: the manifest cannot be reached" ADVICE);
	index_says(2, to, "/data.mdb is damaged: the manifest cannot be reached" ADVICE);
	struct outcome o = program_run(NULL, "fundstelle-query -i %s Feuerwehr", index_dir);
	says(&o, 2, "/data.mdb is damaged: the manifest cannot be reached" ADVICE);
	outcome_free(&o);
}
END_TEST

START_TEST(a_checksum_that_is_wrong)
{
	struct snapshot *s;
	struct fault why = { 0 };
	struct slice value;
	const uint8_t key = 0x01;
	ck_assert_int_eq(snapshot_open(&s, index_dir, &why), FUND_OK);
	ck_assert_int_eq(pages_get(snapshot_pages(s), slice_of(&key, 1), &value), FUND_OK);
	size_t end = (size_t)(value.data - snapshot_pages(s)->map) + value.len;
	snapshot_close(s);
	zero(end - 4, 4);
	index_says(2, "--status", "/data.mdb is damaged: the manifest's checksum is wrong" ADVICE);
	index_says(2, archive, "/data.mdb is damaged: the manifest's checksum is wrong" ADVICE);
}
END_TEST

START_TEST(another_analysis_of_words)
{
	struct snapshot *s;
	struct fault why = { 0 };
	struct slice value;
	const uint8_t key = 0x01;
	size_t n;
	uint8_t hash[8];
	ck_assert_int_eq(snapshot_open(&s, index_dir, &why), FUND_OK);
	ck_assert_int_eq(pages_get(snapshot_pages(s), slice_of(&key, 1), &value), FUND_OK);
	put_u64(hash, snapshot_manifest(s)->analysis_hash);
	size_t at = (size_t)(value.data - snapshot_pages(s)->map), len = value.len;
	snapshot_close(s);
	uint8_t *bytes = (uint8_t *)file_read(data_file, &n), *found = memmem(bytes + at, len, hash, 8);
	ck_assert_ptr_nonnull(found);
	found[0] ^= 1;
	put_u32(bytes + at + len - 4, checksum(bytes + at, len - 4));
	file_write_bytes(data_file, bytes, n);
	free(bytes);
	index_says(2, archive, "made with another analysis of words than this program has: run fundstelle-index --rebuild with the archive's PATH");
	struct outcome o = program_run(NULL, "fundstelle-query -i %s Feuerwehr", index_dir);
	says(&o, 2, "made with another analysis of words than this program has: run fundstelle-index --rebuild with the archive's PATH");
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-index -i %s --status", index_dir);
	ck_assert_msg(o.status == 0 && strstr(o.out, "articles    12 "), "%d %s%s", o.status, o.out, o.err);
	outcome_free(&o);
	run_is_with(0, "0 added, 0 changed, 0 removed, 12 unchanged, 0 failed", "--rebuild");
	hits_are("Feuerwehr", 12);
}
END_TEST

START_TEST(another_programs_database)
{
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	MDB_val key = { 5, (void *)(uintptr_t) "hello" }, value = { 5, (void *)(uintptr_t) "world" };
	put("data.mdb", "");
	put("lock.mdb", "");
	ck_assert_int_eq(mdb_env_create(&env), 0);
	ck_assert_int_eq(mdb_env_open(env, index_dir, 0, 0600), 0);
	ck_assert_int_eq(mdb_txn_begin(env, NULL, 0, &txn), 0);
	ck_assert_int_eq(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
	ck_assert_int_eq(mdb_put(txn, dbi, &key, &value, 0), 0);
	ck_assert_int_eq(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	index_says(2, archive, "/data.mdb is an LMDB file, but no index of fundstelle");
	index_says(2, "--status", "/data.mdb is an LMDB file, but no index of fundstelle");
}
END_TEST

START_TEST(another_word_size)
{
	size_t n;
	char *bytes = file_read(data_file, &n);
	memmove(bytes + 12, bytes + 16, 4); /* where a machine of 32 bits has it */
	memset(bytes + 16, 0, 4);
	file_write_bytes(data_file, bytes, n);
	free(bytes);
	index_says(2, "--status", "/data.mdb was written on a machine of another word size");
}
END_TEST

/* ---- backups ---- */

START_TEST(a_backup_where_something_else_is)
{
	char to[400], aside[400];
	snprintf(to, sizeof to, "--backup=%s/b", scratch.dir);
	snprintf(aside, sizeof aside, "%s/aside", scratch.dir);
	file_copy(data_file, aside);
	article("neu.txt", "Feuerwehr.\n");
	run_is(0, "1 added, 0 changed, 0 removed, 12 unchanged, 0 failed");
	program_expect(0, "fundstelle-index -i %s %s", index_dir, to);
	ck_assert_int_eq(rename(aside, data_file), 0); /* an older state is restored */
	index_says(2, to, "/b: holds a newer state of this index: name another folder for the backup");
	snprintf(aside, sizeof aside, "%s/b", scratch.dir);
	file_write(aside, "data.mdb", "something else, of more than a few bytes");
	index_says(2, to, "/b: holds something that is no backup of this index: ");
}
END_TEST

Suite *suite_messages(void)
{
	Suite *s = suite_create("messages");
	TCase *t = tcase_create("what is said");
	tcase_add_checked_fixture(t, set_up, site_tear_down);
	tcase_add_loop_test(t, a_command_line_that_cannot_be_meant, 0, sizeof lines / sizeof *lines);
	tcase_add_test(t, no_index_is_named_and_no_home);
	tcase_add_test(t, a_query_that_asks_for_too_much);
	tcase_add_test(t, a_pattern_that_no_word_can_match);
	tcase_add_test(t, more_than_there_can_be);
	tcase_add_test(t, the_library_is_called_as_it_cannot_be);
	tcase_add_test(t, the_lock_cannot_be_taken);
	tcase_add_test(t, data_is_no_regular_file);
	tcase_add_test(t, what_an_earlier_run_left_cannot_go);
	tcase_add_test(t, a_page_that_is_lost);
	tcase_add_test(t, a_checksum_that_is_wrong);
	tcase_add_test(t, another_analysis_of_words);
	tcase_add_test(t, another_programs_database);
	tcase_add_test(t, another_word_size);
	tcase_add_test(t, a_backup_where_something_else_is);
	suite_add_tcase(s, t);
	return s;
}
