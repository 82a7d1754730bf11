/* SPDX-License-Identifier: GPL-2.0-or-later */
/* site.h - an archive of small articles and its index, for tests of the built programs. Every article has the word Feuerwehr. */
#ifndef TESTS_SITE_H
#define TESTS_SITE_H

#include <time.h>

#include "tests/program.h"

extern struct scratch scratch;
extern char archive[300], index_dir[300], data_file[320];

void site_set_up(void);
void site_tear_down(void);

/* An old modification time: a file written just now is looked at by hash in the next run. */
void make_old(const char *name, time_t when);
void article(const char *name, const char *text);
/* 0/0000.txt, 1/0001.txt ...: the folder is the number modulo 7. */
void articles(uint32_t first, uint32_t n);
void remove_article(const char *name);

void hits_are(const char *query, uint32_t n);
/* A run ends with this status, and its closing line begins with these counts. */
void run_is(int status, const char *counts);
void run_is_with(int status, const char *counts, const char *options);
void index_is_sound(void);

/* An index of all that is below `of` with the words of the system's dictionary, which programs do without in tests (main.c). */
void index_by_system_dictionary(const char *index, const char *of);

#endif
