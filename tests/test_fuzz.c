/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every target of tests/fuzz/ over its stored seeds and some thousand mutations of them. What scripts/fuzz found stands among the seeds. */
#include <fcntl.h>

#include "tests/fuzz/fuzz.h"
#include "tests/scratch.h"

#define MUTATIONS 2000u /* a target: $FUZZ_MUTATIONS says otherwise */

Suite *suite_fuzz(void);

START_TEST(any_bytes_are_read_or_refused)
{
	const struct fuzz_target *t = &fuzz_targets[_i];
	const char *top = getenv("FUNDSTELLE_SRC"), *more = getenv("FUZZ_MUTATIONS");
	struct scratch scratch;
	char folder[600], path[300];
	ck_assert_msg(top != NULL, "FUNDSTELLE_SRC names the source tree");
	scratch_make(&scratch);
	snprintf(folder, sizeof folder, "%s/tests/fuzz/seeds/%s", top, t->name);
	snprintf(path, sizeof path, "%s/%s", scratch.dir, t->name); /* what a crash leaves behind */
	int crash = open(path, O_WRONLY | O_CREAT, 0644);
	unsigned n = fuzz_replay(t, folder, more ? (unsigned)atoi(more) : MUTATIONS, crash);
	ck_assert_msg(n > 0, "%s: no seed in %s", t->name, folder);
	close(crash);
	scratch_remove(&scratch);
}
END_TEST

Suite *suite_fuzz(void)
{
	Suite *s = suite_create("fuzz");
	TCase *c = tcase_create("targets");
	tcase_add_loop_test(c, any_bytes_are_read_or_refused, 0, (int)fuzz_n_targets);
	suite_add_tcase(s, c);
	return s;
}
