/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fundstelle-index as it was built, run on small archives: counts, exit statuses, messages, what is left behind. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/lock.h"
#include "tests/site.h"

/* ---- counting ---- */

START_TEST(added_changed_removed_and_unchanged_articles_are_counted_and_found_as_such)
{
	articles(0, 30);
	run_is(0, "30 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	article("3/0003.txt", "Ganz anders: eine Überschwemmung.\n");
	article("1/0001.txt", "Auch anders: noch eine Überschwemmung.\n");
	remove_article("2/0002.txt");
	article("neu/x.txt", "Das Neueste.\n");
	run_is(0, "1 added, 2 changed, 1 removed, 27 unchanged, 0 failed");
	hits_are("Überschwemmungen", 2);
	hits_are("Wort2", 10); /* of 20 to 29; 0002 itself is gone */
	hits_are("neuestes", 1);
	index_is_sound();
}
END_TEST

START_TEST(a_run_that_finds_nothing_to_do_writes_nothing)
{
	struct stat before, after;
	articles(0, 20);
	run_is(0, "20 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	ck_assert_int_eq(stat(data_file, &before), 0);
	run_is(0, "0 added, 0 changed, 0 removed, 20 unchanged, 0 failed");
	ck_assert_int_eq(stat(data_file, &after), 0);
	ck_assert(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec && before.st_mtim.tv_sec == after.st_mtim.tv_sec);
	ck_assert_int_eq(before.st_size, after.st_size);
}
END_TEST

START_TEST(a_file_that_was_touched_or_whose_mode_changed_is_unchanged)
{
	char path[400];
	articles(0, 3);
	run_is(0, "3 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	make_old("1/0001.txt", 1500000000);
	snprintf(path, sizeof(path), "%s/2/0002.txt", archive);
	ck_assert_int_eq(chmod(path, 0600), 0);
	run_is(0, "0 added, 0 changed, 0 removed, 3 unchanged, 0 failed");
}
END_TEST

START_TEST(a_racily_clean_file_is_looked_at_by_hash)
{
	file_write(archive, "a.txt", "Erste Fassung vom Anfang.\n");
	run_is(0, "1 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	char path[400];
	struct stat st;
	snprintf(path, sizeof(path), "%s/a.txt", archive);
	ck_assert_int_eq(stat(path, &st), 0);
	file_write(archive, "a.txt", "Zweite Fassung vom Ende!!\n"); /* the same size */
	struct timespec times[2] = { st.st_atim, st.st_mtim };
	ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
	run_is(0, "0 added, 1 changed, 0 removed, 0 unchanged, 0 failed");
}
END_TEST

START_TEST(articles_of_one_file_are_counted_one_by_one)
{
	article("a.jsonl", "{\"id\":\"x\",\"text\":\"Eins\"}\n{\"id\":\"y\",\"text\":\"Zwei\"}\n{\"text\":\"Drei\"}\n");
	run_is(0, "3 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	article("a.jsonl", "{\"id\":\"x\",\"text\":\"Eins\"}\n{\"id\":\"y\",\"text\":\"Zweierlei\"}\n");
	run_is(0, "0 added, 1 changed, 1 removed, 1 unchanged, 0 failed");
	hits_are("Drei", 0);
	hits_are("Zweierlei", 1);
}
END_TEST

/* Far more lists than 4M hold, which is what a smaller budget works as. */
static void many_words(void)
{
	struct buf b = BUF_INIT;
	uint64_t seed = 1;
	for (int i = 0; i < 6000; i++) {
		ck_assert_int_eq(buf_add_format(&b, "{\"id\":\"%d\",\"text\":\"Feuerwehr", i), FUND_OK);
		for (int k = 0; k < 120; k++)
			ck_assert_int_eq(buf_add_format(&b, " wort%u", random_below(&seed, 30000)), FUND_OK);
		ck_assert_int_eq(buf_add_str(&b, "\"}\n"), FUND_OK);
	}
	article("viele.jsonl", buf_str(&b));
	buf_release(&b);
}

START_TEST(threads_and_memory_change_nothing_but_speed)
{
	static const char *const options[] = { "-j1", "-j4", "-j2 -m 1M" };
	char *first = NULL;
	articles(0, 400);
	many_words();
	for (size_t i = 0; i < 3; i++) {
		program_expect(0, "fundstelle-index -q -i %s/i%zu %s %s", scratch.dir, i, options[i], archive);
		struct outcome o = program_run(NULL, "fundstelle-query -i %s/i%zu -n0 -f tsv Feuerwehr Wort3 OR Wort17 OR Nummer", scratch.dir, i);
		ck_assert_int_eq(o.status, 0);
		program_expect(0, "fundstelle-index -i %s/i%zu --verify=deep", scratch.dir, i);
		if (first == NULL)
			first = strdup(o.out);
		ck_assert_msg(strcmp(first, o.out) == 0, "%s", options[i]);
		outcome_free(&o);
	}
	free(first);
}
END_TEST

START_TEST(a_path_may_be_a_file_and_several_may_be_given)
{
	articles(0, 3);
	file_write(scratch.dir, "einzeln.txt", "Allein steht das Sonderblatt.\n");
	program_expect(0, "fundstelle-index -q -i %s %s %s/einzeln.txt", index_dir, archive, scratch.dir);
	hits_are("Sonderblatt", 1);
	hits_are("Feuerwehr", 3);
}
END_TEST

START_TEST(links_pipes_and_what_lies_outside_are_left_alone)
{
	char path[400], target[400];
	file_write(scratch.dir, "draussen/geheim.txt", "Geheimakte.\n");
	article("a.txt", "Offen.\n");
	snprintf(target, sizeof(target), "%s/draussen", scratch.dir);
	snprintf(path, sizeof(path), "%s/link", archive);
	ck_assert_int_eq(symlink(target, path), 0);
	snprintf(target, sizeof(target), "%s/draussen/geheim.txt", scratch.dir);
	snprintf(path, sizeof(path), "%s/b.txt", archive);
	ck_assert_int_eq(symlink(target, path), 0);
	snprintf(path, sizeof(path), "%s/rohr.txt", archive);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	run_is(0, "1 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	hits_are("Geheimakte", 0);
}
END_TEST

START_TEST(the_sample_is_found_by_other_inflections_and_dated_by_its_header)
{
	const char *data = getenv("FUNDSTELLE_DATA");
	if (data == NULL) {
		fprintf(stderr, "skipped: FUNDSTELLE_DATA does not name the directory of archive-seed\n");
		return;
	}
	program_expect(0, "fundstelle-index -q -i %s %s/archive-seed", index_dir, data);
	static const char *const words[] = { "Truppenaufmarsch", "Deeskalation" };
	for (size_t i = 0; i < 2; i++) {
		struct outcome o = program_run(NULL, "fundstelle-query -i %s -f json %s", index_dir, words[i]);
		ck_assert_int_eq(o.status, 0);
		ck_assert_ptr_nonnull(strstr(o.out, "\"date\": \"2022-01\""));
		ck_assert_ptr_null(strstr(o.out, "date 2022-01"));
		outcome_free(&o);
	}
}
END_TEST

START_TEST(an_article_of_megabytes_is_read_shown_and_verified)
{
	uint64_t state = 9;
	size_t n = 0, cap = 3000000;
	char *text = malloc(cap + 40);
	while (n < cap) /* words that do not compress: units larger than a chunk */
		n += (size_t)sprintf(text + n, "%llx ", (unsigned long long)random_next(&state));
	strcpy(text + n, "Schlusswort");
	article("gross.txt", text);
	articles(0, 3);
	free(text);
	run_is(0, "4 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	hits_are("Schlussworte", 1);
	index_is_sound();
	articles(3, 1);
	run_is(0, "1 added, 0 changed, 0 removed, 4 unchanged, 0 failed");
	program_expect(0, "fundstelle-index -i %s --compact", index_dir);
	index_is_sound();
	struct outcome o = program_run(NULL, "fundstelle-query -i %s --show=gross.txt", index_dir);
	ck_assert(o.status == 0 && o.out_len > cap);
	outcome_free(&o);
}
END_TEST

/* ---- what fails ---- */

START_TEST(a_broken_file_is_named_once_and_tried_again_only_when_asked)
{
	char path[400];
	articles(0, 2);
	snprintf(path, sizeof(path), "%s/kaputt.txt.gz", archive);
	file_write_bytes(path, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b", 11);
	make_old("kaputt.txt.gz", 1600000000);
	struct outcome o = program_run(NULL, "fundstelle-index -i %s %s", index_dir, archive);
	ck_assert_int_eq(o.status, 1);
	ck_assert_ptr_nonnull(strstr(o.err, "kaputt.txt.gz: "));
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-index -i %s %s", index_dir, archive);
	ck_assert_msg(o.status == 0 && o.err_len == 0 && strstr(o.out, "1 failed") != NULL, "%d %s%s", o.status, o.out, o.err);
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-index -i %s --retry-failed %s", index_dir, archive);
	ck_assert_ptr_nonnull(strstr(o.err, "kaputt.txt.gz: "));
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-index -i %s --status --failed", index_dir);
	ck_assert_ptr_nonnull(strstr(o.out, "kaputt.txt.gz: "));
	outcome_free(&o);
}
END_TEST

START_TEST(a_bad_line_is_named_with_its_number_and_the_others_are_indexed)
{
	article("a.jsonl", "{\"id\":\"x\",\"text\":\"Eins\"}\n{\"id\":\"y\",\"text\":\n{\"id\":\"z\",\"text\":\"Drei\"}\n");
	struct outcome o = program_run(NULL, "fundstelle-index -i %s %s", index_dir, archive);
	ck_assert_int_eq(o.status, 1);
	ck_assert_msg(strstr(o.err, "a.jsonl:2: ") != NULL, "%s", o.err);
	ck_assert_ptr_nonnull(strstr(o.out, "indexed: 2 added, 0 changed, 0 removed, 0 unchanged, 1 failed;"));
	outcome_free(&o);
}
END_TEST

START_TEST(what_a_file_held_before_it_broke_stays)
{
	char path[400];
	article("a.txt", "Ein Hochwasser kam.\n");
	article("b.txt", "Etwas anderes.\n");
	run_is(0, "2 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	snprintf(path, sizeof(path), "%s/a.txt", archive);
	file_write_bytes(path, "\x00\x01\x02\x00\xff\xfe\x00\x00\x00\x07", 10);
	program_expect(1, "fundstelle-index -i %s %s", index_dir, archive);
	hits_are("Hochwasser", 1);
}
END_TEST

START_TEST(names_with_control_characters_do_not_reach_the_terminal)
{
	article("rot\x1b[31m.jsonl", "{\"id\":\n");
	struct outcome o = program_run(NULL, "fundstelle-index -v -i %s %s", index_dir, archive);
	ck_assert_int_eq(o.status, 1);
	ck_assert_ptr_null(memchr(o.err, 0x1b, o.err_len));
	ck_assert_ptr_null(memchr(o.out, 0x1b, o.out_len));
	ck_assert_ptr_nonnull(strstr(o.err, "rot"));
	outcome_free(&o);
}
END_TEST

/* ---- guards ---- */

START_TEST(a_mass_removal_needs_consent)
{
	char path[400];
	articles(0, 300);
	run_is(0, "300 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	for (uint32_t i = 0; i < 140; i++) {
		snprintf(path, sizeof(path), "%u/%04u.txt", i % 7, i);
		remove_article(path);
	}
	run_is(1, "0 added, 0 changed, 0 removed, 300 unchanged, 0 failed");
	hits_are("Feuerwehr", 300);
	run_is_with(0, "0 added, 0 changed, 140 removed, 160 unchanged, 0 failed", "--allow-removals");
	hits_are("Feuerwehr", 160);
}
END_TEST

START_TEST(a_missing_or_empty_path_removes_nothing_without_consent)
{
	char moved[400];
	articles(0, 5);
	run_is(0, "5 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	snprintf(moved, sizeof(moved), "%s/weg", scratch.dir);
	ck_assert_int_eq(rename(archive, moved), 0);
	program_expect(1, "fundstelle-index -i %s %s", index_dir, archive);
	ck_assert_int_eq(mkdir(archive, 0755), 0);
	program_expect(1, "fundstelle-index -i %s %s", index_dir, archive);
	hits_are("Feuerwehr", 5);
	program_expect(0, "fundstelle-index -i %s --allow-empty %s", index_dir, archive);
	hits_are("Feuerwehr", 0);
}
END_TEST

START_TEST(another_run_that_holds_the_lock_is_told_by_75)
{
	struct write_lock lock = WRITE_LOCK_INIT;
	articles(0, 2);
	run_is(0, "2 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	ck_assert_int_eq(write_lock_take(&lock, index_dir, 0, NULL), FUND_OK);
	program_expect(75, "fundstelle-index -i %s %s", index_dir, archive);
	program_expect(75, "fundstelle-index -i %s --wait=1 %s", index_dir, archive);
	program_expect(75, "fundstelle-index -i %s --compact", index_dir);
	program_expect(0, "fundstelle-index -i %s --status", index_dir);
	pid_t waiting = program_start("fundstelle-index -i %s --wait %s", index_dir, archive);
	usleep(300000);
	int status;
	ck_assert_int_eq(waitpid(waiting, &status, WNOHANG), 0);
	write_lock_release(&lock);
	ck_assert_int_eq(waitpid(waiting, &status, 0), waiting);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

START_TEST(a_dry_run_says_what_would_happen_and_writes_nothing)
{
	size_t n_before, n_after;
	articles(0, 4);
	run_is(0, "4 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	article("neu.txt", "Neu.\n");
	remove_article("1/0001.txt");
	char *before = file_read(data_file, &n_before);
	struct outcome o = program_run(NULL, "fundstelle-index -i %s --dry-run %s", index_dir, archive);
	ck_assert_int_eq(o.status, 0);
	ck_assert_msg(strstr(o.out, "1 added, 0 changed, 1 removed, 3 unchanged") != NULL, "%s", o.out);
	char *after = file_read(data_file, &n_after);
	ck_assert(n_before == n_after && memcmp(before, after, n_before) == 0);
	free(before), free(after);
	outcome_free(&o);
	hits_are("Neu", 0);
}
END_TEST

/* ---- usage ---- */

static const struct {
	int status;
	const char *args;
} usages[] = {
	{ 0, "--help" },
	{ 0, "--version" },
	{ 2, "" },
	{ 2, "--no-such-option" },
	{ 2, "-j 0 ." },
	{ 2, "-j x ." },
	{ 2, "-m 12Q ." },
	{ 2, "--max-time=abc ." },
	{ 2, "--progress=perhaps ." },
	{ 2, "--status --verify" },
	{ 2, "--format=json --verify" },
	{ 2, "--format=xml ." },
	{ 2, "--failed ." },
	{ 2, "--verify=shallow" },
	{ 2, "--backup" },
	{ 2, "--wait=-1 ." },
};

START_TEST(usage_is_judged_by_its_exit_status)
{
	struct outcome o = program_run(NULL, "fundstelle-index %s", usages[_i].args);
	ck_assert_msg(o.status == usages[_i].status, "'%s': %d %s%s", usages[_i].args, o.status, o.out, o.err);
	if (o.status == 0)
		ck_assert(o.out_len > 0 && o.err_len == 0);
	else
		ck_assert_msg(o.err_len > 0 && o.out_len == 0, "'%s': %s%s", usages[_i].args, o.out, o.err);
	outcome_free(&o);
}
END_TEST

START_TEST(quiet_is_silent_and_progress_shows_only_where_asked)
{
	articles(0, 3);
	struct outcome o = program_run(NULL, "fundstelle-index -q -i %s %s", index_dir, archive);
	ck_assert(o.status == 0 && o.out_len == 0 && o.err_len == 0);
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-index -v -i %s --rebuild %s", index_dir, archive);
	ck_assert(o.status == 0 && o.err_len == 0 && strstr(o.out, "2/0002.txt: ") != NULL);
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-index -i %s --rebuild --progress=always %s", index_dir, archive);
	ck_assert(o.status == 0 && strchr(o.err, '\r') != NULL);
	outcome_free(&o);
}
END_TEST

START_TEST(status_counts_and_metrics_tell_the_run)
{
	char path[400];
	size_t n;
	articles(0, 12);
	program_expect(0, "fundstelle-index -q -i %s --metrics=%s/m.prom %s", index_dir, scratch.dir, archive);
	struct outcome o = program_run(NULL, "fundstelle-index -i %s --status --format=json", index_dir);
	static const char *const names[] = { "\"schema\": 1", "\"articles\": 12", "\"deleted\": 0", "\"segments\": 1", "\"terms\": ", "\"postings\": ", "\"bytes\": ",
					     "\"bytes_text\": ", "\"date_first\": null", "\"date_last\": null", "\"last_run\": ", "\"analysis\": " };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ck_assert_msg(strstr(o.out, names[i]) != NULL, "%s: %s", names[i], o.out);
	outcome_free(&o);
	snprintf(path, sizeof(path), "%s/m.prom", scratch.dir);
	char *text = file_read(path, &n);
	ck_assert_ptr_nonnull(strstr(text, "\nfundstelle_articles 12\n"));
	free(text);
}
END_TEST

/* ---- trouble ---- */

/* Runs while `limit` bytes are all that a file may have: writes fail as on a full disk. */
static int run_limited(rlim_t limit)
{
	struct rlimit before, small;
	getrlimit(RLIMIT_FSIZE, &before);
	small = before;
	small.rlim_cur = limit;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	struct outcome o = program_run(NULL, "fundstelle-index -i %s %s", index_dir, archive);
	setrlimit(RLIMIT_FSIZE, &before);
	int status = o.status;
	if (status == 2)
		ck_assert_msg(o.err_len > 0 && strchr(o.err, '\n') == o.err + o.err_len - 1, "not one line: %s", o.err);
	outcome_free(&o);
	return status;
}

START_TEST(no_room_to_write_leaves_the_index_as_it_was)
{
	struct stat st;
	articles(0, 100);
	run_is(0, "100 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	ck_assert_int_eq(stat(data_file, &st), 0);
	articles(100, 900);
	int full = 0, done = 0;
	for (rlim_t more = 0; !done && more < (rlim_t)64 << 20; more = more * 2 + 4096) {
		int status = run_limited((rlim_t)st.st_size + more);
		ck_assert_msg(status == 2 || status == 0, "status %d with %llu bytes more", status, (unsigned long long)more);
		full += status == 2;
		done = status == 0;
		hits_are("Feuerwehr", done ? 1000 : 100);
	}
	ck_assert(full > 0 && done);
	index_is_sound();
}
END_TEST

START_TEST(killed_at_random_moments_the_index_answers_as_before_or_after)
{
	uint64_t state = 20260218;
	uint32_t n = 200, n_killed = 0;
	articles(0, n);
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	for (int round = 0; round < 50; round++) {
		int status;
		articles(n, 60);
		pid_t pid = program_start("fundstelle-index -q -j2 -i %s %s", index_dir, archive);
		usleep(random_below(&state, 40000));
		kill(pid, round % 5 == 4 ? SIGTERM : SIGKILL);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		struct outcome o = program_run(NULL, "fundstelle-query -i %s --count Feuerwehr", index_dir);
		uint32_t found = (uint32_t)atoi(o.out);
		ck_assert_msg(o.status == 0 && (found == n || found == n + 60), "round %d: %d: %s%s", round, o.status, o.out, o.err);
		outcome_free(&o);
		n_killed += found == n;
		if (found != n || round % 10 == 9) {
			program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
			n += 60;
			hits_are("Feuerwehr", n);
		}
	}
	ck_assert_msg(n_killed > 0, "no run was hit before it was done");
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	index_is_sound();
}
END_TEST

START_TEST(flipped_bytes_are_an_error_or_do_not_matter_but_never_a_signal)
{
	uint64_t state = 77;
	size_t n;
	articles(0, 60);
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	char *bytes = file_read(data_file, &n);
	struct outcome good = program_run(NULL, "fundstelle-query -i %s -n0 -f tsv Feuerwehr", index_dir);
	uint32_t n_found = 0;
	for (int round = 0; round < 60; round++) {
		size_t at = random_below(&state, (uint32_t)n);
		char flip = (char)(1u << random_below(&state, 8));
		bytes[at] ^= flip;
		file_write_bytes(data_file, bytes, n);
		struct outcome o = program_run(NULL, "fundstelle-query -i %s -n0 -f tsv Feuerwehr", index_dir);
		struct outcome v = program_run(NULL, "fundstelle-index -i %s --verify", index_dir);
		ck_assert_msg(o.status == 2 || (o.status == 0 && strcmp(o.out, good.out) == 0), "byte %zu: %d %s", at, o.status, o.err);
		ck_assert_msg(v.status >= 0 && v.status <= 2, "byte %zu: %d %s", at, v.status, v.err);
		ck_assert_msg(o.status == 0 || v.status != 0, "byte %zu: a query sees what --verify does not: %s", at, o.err);
		n_found += v.status != 0;
		outcome_free(&o), outcome_free(&v);
		bytes[at] ^= flip;
	}
	ck_assert_uint_gt(n_found, 0);
	outcome_free(&good);
	free(bytes);
}
END_TEST

START_TEST(backup_and_compact_keep_every_answer)
{
	articles(0, 50);
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	articles(50, 50);
	remove_article("1/0001.txt");
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	struct outcome before = program_run(NULL, "fundstelle-query -i %s -n0 -f paths Feuerwehr", index_dir);
	program_expect(0, "fundstelle-index -i %s --backup=%s/kopie", index_dir, scratch.dir);
	program_expect(0, "fundstelle-index -i %s --compact", index_dir);
	struct outcome compact = program_run(NULL, "fundstelle-query -i %s -n0 -f paths Feuerwehr", index_dir);
	struct outcome backup = program_run(NULL, "fundstelle-query -i %s/kopie -n0 -f paths Feuerwehr", scratch.dir);
	ck_assert_uint_gt(before.out_len, 0);
	ck_assert_str_eq(before.out, backup.out);
	ck_assert_str_eq(before.out, compact.out);
	outcome_free(&before), outcome_free(&compact), outcome_free(&backup);
	index_is_sound();
	program_expect(0, "fundstelle-index -i %s/kopie --verify=deep", scratch.dir);
	run_is(0, "0 added, 0 changed, 0 removed, 99 unchanged, 0 failed");
}
END_TEST

START_TEST(rebuild_reads_everything_anew_and_counts_it_unchanged)
{
	articles(0, 20);
	run_is(0, "20 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	struct outcome o = program_run(NULL, "fundstelle-index -i %s --rebuild %s", index_dir, archive);
	ck_assert_int_eq(o.status, 0);
	ck_assert_ptr_nonnull(strstr(o.out, "0 removed"));
	outcome_free(&o);
	hits_are("Feuerwehr", 20);
	index_is_sound();
}
END_TEST

static void has_mode(const char *name, mode_t mode)
{
	struct stat st = { .st_mode = 0 };
	char path[400];
	snprintf(path, sizeof path, "%s/%s", scratch.dir, name);
	ck_assert_msg(stat(path, &st) == 0 && (st.st_mode & 0777) == mode, "%s: %o, not %o", name, st.st_mode & 0777, mode);
}

START_TEST(files_follow_the_umask_and_none_is_made_elsewhere)
{
	static const mode_t masks[] = { 077, 027, 002 };
	static const char *const files[] = { "index/data.mdb", "index/write.lock", "backup/data.mdb" };
	setenv("TMPDIR", "/nirgendwo", 1);
	articles(0, 30);
	umask(masks[_i]);
	run_is(0, "30 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	has_mode("index/lock.mdb", 0666 & ~masks[_i]); /* which --compact takes away */
	program_expect(0, "fundstelle-index -i %s --compact", index_dir);
	program_expect(0, "fundstelle-index -i %s --backup=%s/backup", index_dir, scratch.dir);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		has_mode(files[i], 0666 & ~masks[_i]);
	has_mode("index", 0777 & ~masks[_i]);
	has_mode("backup", 0777 & ~masks[_i]);
}
END_TEST

Suite *suite_e2e_index(void);
Suite *suite_e2e_index(void)
{
	Suite *s = suite_create("fundstelle-index, the program");
	TCase *t = tcase_create("runs");

	tcase_add_checked_fixture(t, site_set_up, site_tear_down);
	tcase_set_timeout(t, 300);
	tcase_add_test(t, added_changed_removed_and_unchanged_articles_are_counted_and_found_as_such);
	tcase_add_test(t, a_run_that_finds_nothing_to_do_writes_nothing);
	tcase_add_test(t, a_file_that_was_touched_or_whose_mode_changed_is_unchanged);
	tcase_add_test(t, a_racily_clean_file_is_looked_at_by_hash);
	tcase_add_test(t, articles_of_one_file_are_counted_one_by_one);
	tcase_add_test(t, threads_and_memory_change_nothing_but_speed);
	tcase_add_test(t, a_path_may_be_a_file_and_several_may_be_given);
	tcase_add_test(t, links_pipes_and_what_lies_outside_are_left_alone);
	tcase_add_test(t, the_sample_is_found_by_other_inflections_and_dated_by_its_header);
	tcase_add_test(t, an_article_of_megabytes_is_read_shown_and_verified);
	tcase_add_test(t, a_broken_file_is_named_once_and_tried_again_only_when_asked);
	tcase_add_test(t, a_bad_line_is_named_with_its_number_and_the_others_are_indexed);
	tcase_add_test(t, what_a_file_held_before_it_broke_stays);
	tcase_add_test(t, names_with_control_characters_do_not_reach_the_terminal);
	tcase_add_test(t, a_mass_removal_needs_consent);
	tcase_add_test(t, a_missing_or_empty_path_removes_nothing_without_consent);
	tcase_add_test(t, another_run_that_holds_the_lock_is_told_by_75);
	tcase_add_test(t, a_dry_run_says_what_would_happen_and_writes_nothing);
	tcase_add_loop_test(t, usage_is_judged_by_its_exit_status, 0, sizeof(usages) / sizeof(*usages));
	tcase_add_test(t, quiet_is_silent_and_progress_shows_only_where_asked);
	tcase_add_test(t, status_counts_and_metrics_tell_the_run);
	tcase_add_test(t, no_room_to_write_leaves_the_index_as_it_was);
	tcase_add_test(t, killed_at_random_moments_the_index_answers_as_before_or_after);
	tcase_add_test(t, flipped_bytes_are_an_error_or_do_not_matter_but_never_a_signal);
	tcase_add_test(t, backup_and_compact_keep_every_answer);
	tcase_add_loop_test(t, files_follow_the_umask_and_none_is_made_elsewhere, 0, 3);
	tcase_add_test(t, rebuild_reads_everything_anew_and_counts_it_unchanged);
	suite_add_tcase(s, t);
	return s;
}
