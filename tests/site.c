/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/site.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct scratch scratch;
char archive[300], index_dir[300], data_file[320];

void site_set_up(void)
{
	scratch_make(&scratch);
	snprintf(archive, sizeof(archive), "%s/archive", scratch.dir);
	snprintf(index_dir, sizeof(index_dir), "%s/index", scratch.dir);
	snprintf(data_file, sizeof(data_file), "%s/data.mdb", index_dir);
	ck_assert_int_eq(mkdir(archive, 0755), 0);
}

void site_tear_down(void)
{
	scratch_remove(&scratch);
}

/* An old modification time: a file written just now is looked at by hash in the next run. */
void make_old(const char *name, time_t when)
{
	char path[1024];
	struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };
	snprintf(path, sizeof(path), "%s/%s", archive, name);
	ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

void article(const char *name, const char *text)
{
	file_write(archive, name, text);
	make_old(name, 1600000000);
}

void articles(uint32_t first, uint32_t n)
{
	char name[40], text[400];
	for (uint32_t i = first; i < first + n; i++) {
		snprintf(name, sizeof(name), "%u/%04u.txt", i % 7, i);
		snprintf(text, sizeof(text), "Meldung Nummer %u\n\nDie Feuerwehr rückte am Morgen aus. Wort%u steht hier, auch Wort%u.\n", i, i, i / 10);
		article(name, text);
	}
}

void remove_article(const char *name)
{
	char path[1024];
	snprintf(path, sizeof(path), "%s/%s", archive, name);
	ck_assert_int_eq(remove(path), 0);
}

void hits_are(const char *query, uint32_t n)
{
	struct outcome o = program_run(NULL, "fundstelle-query -i %s --count %s", index_dir, query);
	ck_assert_msg((uint32_t)atoi(o.out) == n, "%s: %s instead of %u %s", query, o.out, n, o.err);
	outcome_free(&o);
}

/* A run ends with this status, and its closing line begins with these counts. */
void run_is_with(int status, const char *counts, const char *options)
{
	struct outcome o = program_run(NULL, "fundstelle-index -i %s %s %s", index_dir, options, archive);
	char wanted[200];
	snprintf(wanted, sizeof(wanted), "indexed: %s; ", counts);
	ck_assert_msg(o.status == status && strncmp(o.out, wanted, strlen(wanted)) == 0, "status %d, wanted %d and %s\n%s%s", o.status, status, counts, o.out,
		      o.err);
	outcome_free(&o);
}

void run_is(int status, const char *counts)
{
	run_is_with(status, counts, "");
}

void index_is_sound(void)
{
	program_expect(0, "fundstelle-index -i %s --verify=deep", index_dir);
}

void index_by_system_dictionary(const char *index, const char *of)
{
	program_expect(0, "/usr/bin/env -u FUNDSTELLE_DICTIONARY %s/fundstelle-index -q -i %s %s", getenv("FUNDSTELLE_BIN"), index, of);
}
