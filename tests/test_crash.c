/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small run of each of tests/crash/: killed, out of power, refused, damaged. scripts/crash makes the long ones. */
#include <stdbool.h>
#include <string.h>

#include "base/sanitized.h"
#include "tests/program.h"

static const struct {
	const char *what;
	bool preloads; /* a library ahead of AddressSanitizer's is refused */
} small_runs[] = {
	{ "kill 40", true }, { "power 60", true }, { "faults 60", true }, { "flips 100", false }, { "planted 3", true },
};

START_TEST(hurt_in_every_way_nothing_is_lost_and_nothing_half)
{
	char command[1200], line[4096] = "", all[16384] = "";
	const char *bin = getenv("FUNDSTELLE_BIN"), *src = getenv("FUNDSTELLE_SRC");

	if ((SANITIZED && small_runs[_i].preloads) || system("python3 -c '' 2>/dev/null") != 0) {
		fprintf(stderr, "skipped: %s: %s\n", small_runs[_i].what, SANITIZED ? "a sanitized build" : "python3 is missing");
		return;
	}
	snprintf(command, sizeof(command), "CRASH_BIN='%s' python3 '%s/tests/crash/crash.py' %s 2>&1", bin, src, small_runs[_i].what);
	FILE *f = popen(command, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f))
		strncat(all, line, sizeof(all) - strlen(all) - 1);
	ck_assert_msg(pclose(f) == 0, "%s", all);
	ck_assert_msg(strncmp(line, small_runs[_i].what, strcspn(small_runs[_i].what, " ")) == 0, "no line of counts: %s", all);
}
END_TEST

Suite *suite_crash(void);
Suite *suite_crash(void)
{
	Suite *s = suite_create("kills, power loss, faults");
	TCase *t = tcase_create("small runs");

	tcase_set_timeout(t, 600);
	tcase_add_loop_test(t, hurt_in_every_way_nothing_is_lost_and_nothing_half, 0, sizeof(small_runs) / sizeof(*small_runs));
	suite_add_tcase(s, t);
	return s;
}
