/* SPDX-License-Identifier: GPL-2.0-or-later */
/* query_fixture.h - a small archive of several formats and its index, and what fundstelle-query prints of it. */
#ifndef TESTS_QUERY_FIXTURE_H
#define TESTS_QUERY_FIXTURE_H

#include "tests/site.h"

void query_set_up(void); /* site_tear_down() takes it down */

/* With these arguments, blanks between. */
struct outcome query_run(const char *args);
void query_prints(const char *args, int status, const char *wanted);
void query_has(const char *args, const char *part);

#endif
