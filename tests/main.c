/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one runner of all tests that are written in C.
 *
 *     run-checks              all suites
 *     run-checks NAME...      these suites: the part of tests/test_NAME.c
 *     run-checks --list       their names
 *     run-checks --part FILE  part K of N of them, as FILE's name has it: unit-KofN.part
 *
 * Without arguments FUNDSTELLE_SUITES in the environment names suites, with blanks between; so does configure, for `make check`.
 *
 * The environment names what the tests look at: FUNDSTELLE_BIN, the directory of the built programs; FUNDSTELLE_SRC, the
 * top of the source tree; FUNDSTELLE_DATA, archives that are not part of it. `make check` sets the first two. check's own
 * variables hold too (CK_FORK, CK_DEFAULT_TIMEOUT, CK_VERBOSITY). A new suite is listed in tests/suites.h.
 *
 * Programs read no dictionary of the system's, unless FUNDSTELLE_DICTIONARY names one: its 80,000 words take longer than all else that
 * a test does. test_compound.c has dictionaries of its own, test_e2e_archive.c and tests/tutorials.py take that of the system.
 */
#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUITE(name) Suite *suite_##name(void);
#include "tests/suites.h"
#undef SUITE

static const struct {
	const char *name;
	Suite *(*make)(void);
} suites[] = {
#define SUITE(name) { #name, suite_##name },
#include "tests/suites.h"
#undef SUITE
};

#define N_SUITES (sizeof(suites) / sizeof(suites[0]))

/* Dealt out to the parts before all others, so that none of them is begun last. */
static const char *const longest[] = { "language", "topk", "crash", "near_word", "e2e_index", "refusals", "e2e_archive", "lender", "topk_windows", "servers", "encoding", "merge" };

/* Read by AddressSanitizer, where built with it: tests ask for more memory than there is, and expect NULL; and each test is a fork,
 * which takes long when much freed memory is kept aside. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1:quarantine_size_mb=16";
}

/*
 * A passed assertion tells check where it stands, by a write to a pipe, which takes longer than most of what is asserted. So only what is not among the last few places
 * told is told: of a test that is ended by a signal, check then names the last place that was new. The makefile lets the linker put this in the function's place.
 */
void __real__mark_point(const char *file, int line);
void __wrap__mark_point(const char *file, int line);
void __wrap__mark_point(const char *file, int line)
{
	static struct {
		const char *file;
		int line;
	} told[16];
	static unsigned next;

	for (unsigned i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (told[i].line == line && told[i].file == file)
			return;
	told[next].file = file;
	told[next].line = line;
	next = (next + 1) % (sizeof(told) / sizeof(told[0]));
	__real__mark_point(file, line);
}

static bool is_wanted(const char *name, char **wanted)
{
	if (!*wanted)
		return true;
	for (; *wanted; wanted++)
		if (strcmp(*wanted, name) == 0)
			return true;
	return false;
}

static bool are_known(char **wanted)
{
	for (; *wanted; wanted++) {
		size_t i = 0;
		while (i < N_SUITES && strcmp(suites[i].name, *wanted) != 0)
			i++;
		if (i == N_SUITES) {
			fprintf(stderr, "run-checks: no suite '%s': see --list\n", *wanted);
			return false;
		}
	}
	return true;
}

/* The suites that the environment names, cut from `names`, which stays in use; NULL ends them. */
static char **suites_of_environment(char *names)
{
	static char *wanted[N_SUITES + 1];
	size_t n = 0;

	for (char *name = strtok(names, " "); name && n < N_SUITES; name = strtok(NULL, " "))
		wanted[n++] = name;
	return wanted;
}

/* Those that take longest first, the others in their order. */
static void order_suites(size_t order[N_SUITES])
{
	bool taken[N_SUITES] = { false };
	size_t n = 0;

	for (size_t k = 0; k < sizeof(longest) / sizeof(longest[0]); k++)
		for (size_t i = 0; i < N_SUITES; i++)
			if (strcmp(suites[i].name, longest[k]) == 0) {
				taken[i] = true;
				order[n++] = i;
			}
	for (size_t i = 0; i < N_SUITES; i++)
		if (!taken[i])
			order[n++] = i;
}

/* Every n-th suite from the k-th on; false: the name says nothing of that kind. */
static bool parse_part(const char *file, size_t *k, size_t *n)
{
	const char *at = file ? strrchr(file, '-') : NULL;
	return at && sscanf(at, "-%zuof%zu", k, n) == 2 && *k >= 1 && *k <= *n;
}

int main(int argc, char **argv)
{
	size_t part = 1, parts = 1, order[N_SUITES];
	char **wanted = argv + (argc > 0), *names = getenv("FUNDSTELLE_SUITES");

	if (*wanted && strcmp(*wanted, "--list") == 0) {
		for (size_t i = 0; i < N_SUITES; i++)
			puts(suites[i].name);
		return EXIT_SUCCESS;
	}
	if (*wanted && strcmp(*wanted, "--part") == 0) {
		if (!parse_part(wanted[1], &part, &parts))
			return 2;
		wanted += 2;
	}
	if (!*wanted && names && *names) {
		printf("run-checks: of %zu suites, as FUNDSTELLE_SUITES says, only: %s\n", N_SUITES, names);
		wanted = suites_of_environment(names);
	}
	if (!are_known(wanted))
		return 2;

	setenv("FUNDSTELLE_DICTIONARY", "none", 0);
	order_suites(order);
	SRunner *runner = srunner_create(NULL);
	for (size_t i = 0; i < N_SUITES; i++)
		if (i % parts == part - 1 && is_wanted(suites[order[i]].name, wanted))
			srunner_add_suite(runner, suites[order[i]].make());
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
