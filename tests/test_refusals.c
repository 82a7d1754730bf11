/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said where the system refuses: each message of docs/MESSAGES.md that needs a refused request to come.
 *
 * A row says a run, a kind of request and what becomes of it (tests/crash/inject.c). Which of the requests it takes changes with the code: the first, then the second ... is
 * refused until the message comes. scripts/crash looks at what is left of an index, and refuses all.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sanitized.h"
#include "tests/site.h"

Suite *suite_refusals(void);

enum run { UPDATE, FIRST, COMPACT, BACKUP, EXPORT, QUERY, DEEP, LIMITED, VERIFY, STATUS, REPLACED };

/* "%s" is the index, and the archive or another folder. */
static const struct {
	const char *format;
	bool archive;
} runs[] = {
	[UPDATE] = { "fundstelle-index -j1 -i %s %s", true },
	[FIRST] = { "fundstelle-index -j1 -i %s/new %s", true },
	[COMPACT] = { "fundstelle-index -i %s --compact", false },
	[BACKUP] = { "fundstelle-index -i %s --backup=%s/b", false },
	[EXPORT] = { "fundstelle-index -i %s --to-bulk=%s.bulk", false },
	[QUERY] = { "fundstelle-query -i %s Feuerwehr", false },
	[DEEP] = { "fundstelle-index -i %s --verify=deep", false },
	[LIMITED] = { "fundstelle-index -j1 --max-time=1s -i %s %s", true },
	[VERIFY] = { "fundstelle-index -i %s --verify", false },
	[REPLACED] = { "fundstelle-index -j1 -i %s %s", true },
	[STATUS] = { "fundstelle-index -i %s --status --failed", false },
};

static const struct {
	enum run run;
	const char *kind, *what; /* NULL: `error` */
	int error;
	const char *text;
} refusals[] = {
	{ UPDATE, "lock", NULL, ENOLCK, "/write.lock: cannot lock: No locks available" },
	{ UPDATE, "open", NULL, EACCES, "/index: cannot open: Permission denied" },
	{ UPDATE, "stat", NULL, EIO, "/index: cannot make the index: Input/output error" },
	{ UPDATE, "fork", NULL, EAGAIN, "no process can be started to read files: Resource temporarily unavailable" },
	{ UPDATE, "read", NULL, EIO, "zuletzt.html: cannot be read at byte 0: Input/output error" },
	{ FIRST, "random", NULL, ENOSYS, "/new: no random number for the index: " },
	{ FIRST, "sync", NULL, EIO, "/new: cannot sync: Input/output error" },
	{ UPDATE, "read", "term", 0, "stopped by a signal: nothing was changed" },
	{ COMPACT, "read", "term", 0, "stopped by a signal while segments were merged" },
	{ EXPORT, "open", "term", 0, "fundstelle-index: stopped by a signal\n" },
	{ DEEP, "open", "term", 0, "fundstelle-index: stopped by a signal\n" },
	/* Without a place in lock.mdb, which is not there, while two runs publish. */
	{ VERIFY, "alloc", "run", 0, "/index: was rewritten while it was read: try again" },
	{ STATUS, "alloc", "run", 0, "/index: changed while it was read: try again" },
	{ EXPORT, "alloc", "run", 0, "/index: changed while it was read: try again" },
	{ BACKUP, "alloc", "run", 0, "/index: was rewritten while it was copied; its lock.mdb cannot be written, so it cannot be held still: try again" },
	/* While somebody copies another data.mdb there. */
	{ REPLACED, "open", "run", 0, "/index/lock.mdb belongs to another file" },
	{ LIMITED, "stat", "pause", 0, "files are left for the next run" },
	{ BACKUP, "alloc", NULL, ENOMEM, "/b: no memory" },
	{ BACKUP, "alloc", NULL, ENOMEM, "/b/lock.mdb: no memory" },
	{ COMPACT, "alloc", NULL, ENOMEM, "/index/data.mdb cannot be looked at: no memory" },
	{ COMPACT, "alloc", NULL, ENOMEM, "/index: cannot delete: Cannot allocate memory" },
	{ UPDATE, "alloc", NULL, ENOMEM, "/index: the list of sources cannot be written" },
	{ UPDATE, "alloc", NULL, ENOMEM, "/index: the manifest cannot be written" },
	{ UPDATE, "alloc", NULL, ENOMEM, "the list of files cannot be written: out of memory" },
	{ UPDATE, "alloc", NULL, ENOMEM, "/archive: cannot be read: Cannot allocate memory" },
	{ UPDATE, "alloc", NULL, ENOMEM, "/index: cannot read: Cannot allocate memory; the run itself is complete" },
	{ COMPACT, "rename", NULL, EIO, "/data.mdb.new: cannot rename: Input/output error" },
	{ COMPACT, "unlink", NULL, EACCES, "/index: cannot replace data.mdb: Permission denied" },
	{ COMPACT, "sync", NULL, EIO, "/data.mdb.new: cannot sync: Input/output error" },
	{ QUERY, "alloc", NULL, ENOMEM, "segment 1: no memory" },
	{ QUERY, "open", NULL, EACCES, "/data.mdb: Permission denied" },
	{ QUERY, "stat", NULL, EIO, "/data.mdb cannot be examined: Input/output error" },
	{ QUERY, "stat", NULL, EIO, "/index/data.mdb: Input/output error" },
	{ QUERY, "mmap", NULL, ENOMEM, "/data.mdb cannot be mapped: Cannot allocate memory" },
};

#define N_REFUSALS ((int)(sizeof refusals / sizeof *refusals))
#define TRIES 600 /* requests that are refused in turn */

static char saved[400], newer[400], inject[500];

/* What comes between a program's requests: two runs, or a data.mdb from elsewhere. */
static void write_others(void)
{
	char text[3000];
	snprintf(text, sizeof text, "for i in 1 2; do\necho \"Feuerwehr $$ $i\" > %s/neu.txt\n%s/fundstelle-index -q -j1 -i %s %s || exit 1\ndone\n", archive,
		 getenv("FUNDSTELLE_BIN"), index_dir, archive);
	file_write(scratch.dir, "two-runs", text);
	snprintf(text, sizeof text, "cp %s %s.copy && mv %s.copy %s\n", newer, newer, newer, data_file);
	file_write(scratch.dir, "replace", text);
}

static void set_up(void)
{
	char path[400];
	site_set_up();
	articles(0, 40);
	run_is(0, "40 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	articles(40, 12); /* so many that the next run's are not merged with them: a merge that fails ahead of a publish says nothing */
	remove_article("3/0003.txt");
	article("4/0004.txt", "Anders\n\nDie Feuerwehr rückte am Abend aus.\n");
	run_is(0, "12 added, 1 changed, 1 removed, 38 unchanged, 0 failed");
	articles(52, 3);
	article("zuletzt.html", "<html><head><title>Titel</title></head><body><p>Die Feuerwehr rückte am Abend aus.</p></body></html>");
	snprintf(saved, sizeof saved, "%s/saved", scratch.dir);
	file_copy(data_file, saved);
	run_is(0, "4 added, 0 changed, 0 removed, 51 unchanged, 0 failed");
	snprintf(newer, sizeof newer, "%s/newer", scratch.dir);
	file_copy(data_file, newer);
	write_others();
	snprintf(path, sizeof path, "%s/tests/crash/inject.so", getenv("FUNDSTELLE_BIN"));
	snprintf(inject, sizeof inject, "LD_PRELOAD=%s", path);
	ck_assert_msg(access(path, R_OK) == 0, "%s is not there", path);
}

/* As before each run. */
static void restore(void)
{
	static const char *const leftovers[] = { "index/lock.mdb", "index/data.mdb.new", "index/new/data.mdb", "index/new/lock.mdb", "index/new/write.lock", "index/new/data.mdb.new", "index/new", "index/b/data.mdb", "index/b" };
	char path[700];
	for (size_t i = 0; i < sizeof leftovers / sizeof *leftovers; i++) {
		snprintf(path, sizeof path, "%s/%s", scratch.dir, leftovers[i]);
		remove(path);
	}
	file_copy(saved, data_file);
}

static struct outcome run_refused(int i, unsigned at)
{
	char command[1000], what[20], program[2000], others[400];
	snprintf(others, sizeof others, "sh %s/%s", scratch.dir, refusals[i].run == REPLACED ? "replace" : "two-runs");
	setenv("INJECT_RUN", others, 1);
	snprintf(what, sizeof what, "%d", refusals[i].error);
	snprintf(command, sizeof command, runs[refusals[i].run].format, index_dir, runs[refusals[i].run].archive ? archive : index_dir);
	snprintf(program, sizeof program, "%s/%s", getenv("FUNDSTELLE_BIN"), command);
	return program_run(NULL, "/usr/bin/env %s INJECT_KINDS=%s INJECT_AT=%u INJECT_DO=%s %s", inject, refusals[i].kind, at, refusals[i].what ? refusals[i].what : what, program);
}

static bool same_requests(int a, int b)
{
	const char *x = refusals[a].what, *y = refusals[b].what;
	return refusals[a].run == refusals[b].run && strcmp(refusals[a].kind, refusals[b].kind) == 0 && refusals[a].error == refusals[b].error &&
	       (x == y || (x && y && strcmp(x, y) == 0));
}

/* Marks which rows of the same requests were told by this. How many still wait. */
static int note_told(int row, const char *err, bool told[])
{
	int waiting = 0;
	for (int i = row; i < N_REFUSALS; i++)
		if (same_requests(row, i)) {
			told[i] = told[i] || strstr(err, refusals[i].text);
			waiting += !told[i];
		}
	return waiting;
}

/* One pass for all rows of the same requests, with the first of them. */
START_TEST(a_refused_request_is_told)
{
	bool told[N_REFUSALS] = { false };
	for (int i = 0; i < _i; i++)
		if (same_requests(i, _i))
			return;
	int waiting = note_told(_i, "", told);
	for (unsigned at = 1; at <= TRIES && waiting; at++) {
		restore();
		struct outcome o = run_refused(_i, at);
		ck_assert_msg(o.status >= 0, "status %d: %s", o.status, o.err);
		waiting = note_told(_i, o.err, told);
		outcome_free(&o);
	}
	for (int i = _i; i < N_REFUSALS; i++)
		ck_assert_msg(told[i] || !same_requests(_i, i), "never came: %s", refusals[i].text);
}
END_TEST

Suite *suite_refusals(void)
{
	Suite *s = suite_create("refusals");
	TCase *t = tcase_create("refusals");
	tcase_add_checked_fixture(t, set_up, site_tear_down);
	tcase_set_timeout(t, 600);
	if (SANITIZED) /* a library ahead of AddressSanitizer's is refused */
		printf("refusals: a sanitized build: not tested\n");
	else
		tcase_add_loop_test(t, a_refused_request_is_told, 0, N_REFUSALS);
	suite_add_tcase(s, t);
	return s;
}
