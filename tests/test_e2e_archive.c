/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An archive of every format, with broken and hostile files among them: what is told, what is found, alike with any number of threads. It is laid out by the
 * script mkarchive.py beside $FUNDSTELLE_DATA; without them nothing is tested.
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "base/sanitized.h"
#include "tests/program.h"

Suite *suite_e2e_archive(void);

static struct scratch scratch;
static char archive[300], index_dir[300];
static bool available;

static void set_up(void)
{
	const char *data = getenv("FUNDSTELLE_DATA");
	char command[1200];
	unsetenv("FUNDSTELLE_DICTIONARY"); /* that of the system */
	scratch_make(&scratch);
	snprintf(archive, sizeof archive, "%s/archive", scratch.dir);
	snprintf(index_dir, sizeof index_dir, "%s/index", scratch.dir);
	snprintf(command, sizeof command, "test -e '%s/news.jsonl.gz' && test -e '%s/../tools/mkarchive.py' && python3 '%s/../tools/mkarchive.py' '%s/news.jsonl.gz' '%s' --limit 500 --broken >/dev/null",
		 data ? data : "", data ? data : "", data ? data : "", data ? data : "", archive);
	available = data != NULL && system(command) == 0;
	if (!available)
		printf("e2e_archive: no news.jsonl.gz and mkarchive.py by $FUNDSTELLE_DATA: not tested\n");
}

static void tear_down(void) { scratch_remove(&scratch); }

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;
	for (const char *p = text; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

/* Files that cannot be read whatever the reader, each with a part of its reason. */
static const struct {
	const char *file, *reason;
} broken[] = {
	{ "broken/badcrc.txt.gz", "incorrect data check" }, { "broken/truncated.txt.gz", "is cut off" }, { "broken/bomb.txt.gz", "more than 250 times its size" },
	{ "broken/binary.txt", "its bytes are none" }, { "broken/bad.jsonl:2", "a value should stand here" },
#ifdef HAVE_EXPAT
	{ "broken/entities.xml:1", "it is not expanded" }, { "broken/external.xml:1", "nothing is fetched" },
#endif
};

/* What is odd in them is no reason not to read them. */
static const char *const odd[] = {
	"invalid-utf8.txt", "nul.txt", "unclosed.html", "longword.txt", "longline.txt", "wrongdate.txt", "latin1-n%E4me.txt", "bad.jsonl#fang-6079", "bad.jsonl#fang-6083",
};

static void names_each_once(const char *err)
{
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		char line[100];
		snprintf(line, sizeof line, "%s: ", broken[i].file);
		const char *at = strstr(err, line);
		ck_assert_msg(at && count(err, line) == 1, "%s is named %u times:\n%s", broken[i].file, count(err, line), err);
		const char *reason = strstr(at, broken[i].reason), *end = strchr(at, '\n');
		ck_assert_msg(reason && end && reason < end, "%s: no word of '%s':\n%s", broken[i].file, broken[i].reason, err);
	}
	ck_assert_msg(!strstr(err, "fifo") && !strstr(err, "passwd") && !strstr(err, "loop") && !strstr(err, "empty.txt"), "%s", err);
	ck_assert_uint_eq(count(err, "\n"), sizeof broken / sizeof *broken);
}

static char *run_and_keep(const char *format, const char *index, int status)
{
	struct outcome o = program_run(NULL, format, index, archive);
	ck_assert_msg(o.status == status, "status %d instead of %d\n%s%s", o.status, status, o.out, o.err);
	free(o.out);
	return o.err;
}

START_TEST(broken_files_are_named_once_and_the_others_are_read)
{
	if (!available)
		return;
	char *first = run_and_keep("fundstelle-index -q -j2 -i %s %s", index_dir, 1);
	names_each_once(first);
	char *second = run_and_keep("fundstelle-index -q -j2 -i %s %s", index_dir, 0);
	ck_assert_str_eq(second, "");
	char *retried = run_and_keep("fundstelle-index -q -j2 --retry-failed -i %s %s", index_dir, 1);
	ck_assert_str_eq(retried, first);
	free(first), free(second), free(retried);
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		program_expect(0, "fundstelle-query -i %s --show=broken/%s", index_dir, odd[i]);
	program_expect(0, "fundstelle-index --verify=deep -q -i %s", index_dir);
}
END_TEST

START_TEST(nothing_comes_from_outside_and_names_are_only_names)
{
	if (!available)
		return;
	free(run_and_keep("fundstelle-index -q -j1 -i %s %s", index_dir, 1));
	program_expect(0, "fundstelle-query -i %s --show=broken/evil.tar#../../flucht.txt", index_dir);
	program_expect(0, "fundstelle-query -i %s --show=broken/evil.tar#/etc/flucht.txt", index_dir);
	program_expect(1, "fundstelle-query -i %s --show=broken/evil.tar#link.txt", index_dir);
	program_expect(1, "fundstelle-query -i %s nologin", index_dir);
	ck_assert_int_ne(access("/etc/flucht.txt", F_OK), 0);
}
END_TEST

START_TEST(any_number_of_threads_gives_the_same)
{
	static const char *const queries[] = { "Ukraine", "Truppen", "der", "Bombe", "Lach" };
	char other[310];
	if (!available)
		return;
	snprintf(other, sizeof other, "%s2", index_dir);
	char *one = run_and_keep("fundstelle-index -q -j1 -i %s %s", index_dir, 1), *two = run_and_keep("fundstelle-index -q -j3 -i %s %s", other, 1);
	ck_assert_str_eq(one, two);
	free(one), free(two);
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		struct outcome a = program_run(NULL, "fundstelle-query -i %s -n0 -f tsv %s", index_dir, queries[i]);
		struct outcome b = program_run(NULL, "fundstelle-query -i %s -n0 -f tsv %s", other, queries[i]);
		ck_assert_int_eq(a.status, b.status);
		ck_assert_str_eq(a.out, b.out);
		outcome_free(&a);
		outcome_free(&b);
	}
}
END_TEST

#ifdef HAVE_EXPAT
START_TEST(each_article_is_found_by_its_key_as_it_was_laid_out_in_little_memory_and_nothing_else_is_written)
{
	char command[1600];
	if (!available)
		return;
	snprintf(command, sizeof command, "python3 '%s/tests/laid_out.py' '%s/news.jsonl.gz' '%s' '%s' %d", getenv("FUNDSTELLE_SRC"), getenv("FUNDSTELLE_DATA"), archive, index_dir, SANITIZED ? 4096 : 64);
	ck_assert_msg(system(command) == 0, "see the lines above");
}
END_TEST
#endif

Suite *suite_e2e_archive(void)
{
	Suite *s = suite_create("archives of all formats");
	TCase *c = tcase_create("archive");
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, broken_files_are_named_once_and_the_others_are_read);
	tcase_add_test(c, nothing_comes_from_outside_and_names_are_only_names);
	tcase_add_test(c, any_number_of_threads_gives_the_same);
#ifdef HAVE_EXPAT
	tcase_add_test(c, each_article_is_found_by_its_key_as_it_was_laid_out_in_little_memory_and_nothing_else_is_written);
#endif
	suite_add_tcase(s, c);
	return s;
}
