/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/twins.h"

#include <locale.h>
#include <string.h>

#include "tests/random_query.h"
#include "xapian/xapian_c.h"

struct searcher twins[2];
static struct analyser *analysers[2];
static struct fault why;

static const char *const names[] = { "Anna Müller", "Bernd Meier", "Müller-Lüdenscheidt", "" };
static const char *const sections[] = { "Politik", "Kultur", "Wirtschaft am Morgen", "" };
static const char *const sources[] = { "dpa", "Neue Presse", "" };

static void say_words(FILE *f, uint64_t *state, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		fprintf(f, "%s%s", i ? random_below(state, 9) ? " " : random_below(state, 3) ? ". " : ".\\n\\n" : "", random_word(state));
}

void twins_write_archive(uint64_t seed, const char *name, uint32_t first, uint32_t n)
{
	char path[400];
	uint64_t state = seed;
	snprintf(path, sizeof path, "%s/a", scratch.dir);
	file_write(path, name, ""); /* makes the folder */
	snprintf(path, sizeof path, "%s/a/%s", scratch.dir, name);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	for (uint32_t i = first; i < first + n; i++) {
		fprintf(f, "{\"id\": \"%u\", \"title\": \"", i);
		say_words(f, &state, random_below(&state, 5));
		fprintf(f, "\", \"author\": \"%s\", \"section\": \"%s\", \"source\": \"%s\", \"text\": \"", names[random_below(&state, 4)], sections[random_below(&state, 4)],
			sources[random_below(&state, 3)]);
		say_words(f, &state, 1 + random_below(&state, random_below(&state, 5) ? 40 : 200));
		fprintf(f, "\"");
		if (random_below(&state, 8))
			fprintf(f, ", \"date\": \"202%u-%02u-%02u\"", random_below(&state, 3), 1 + random_below(&state, 12), 1 + random_below(&state, 28));
		fprintf(f, "}\n");
	}
	fclose(f);
}

bool twins_possible(void)
{
	const struct xapian_c *x;
	if (xapian_load(&x, &why) == FUND_OK)
		return true;
	fprintf(stderr, "skipped: %s\n", why.text);
	return false;
}

void twins_open(void)
{
	char paths[2][300];
	for (int i = 0; i < 2; i++) {
		const char *dirs[] = { paths[i] };
		snprintf(paths[i], sizeof paths[i], i ? "xapian:%s/x" : "%s/i", scratch.dir);
		ck_assert_int_eq(analyser_new(&analysers[i]), FUND_OK);
		ck_assert_msg(searcher_open(&twins[i], analysers[i], dirs, 1, &why) == FUND_OK, "%s", why.text);
	}
	ck_assert_uint_eq(twins[0].n_docs, twins[1].n_docs);
	ck_assert_uint_eq(twins[0].sum_length, twins[1].sum_length);
}

void twins_close(void)
{
	for (int i = 0; i < 2; i++) {
		searcher_close(&twins[i]);
		analyser_free(analysers[i]);
		analysers[i] = NULL;
	}
}

void twins_make(uint64_t seed)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	scratch_make(&scratch);
	twins_write_archive(seed, "alt.jsonl", 0, ARTICLES);
	program_expect(0, "fundstelle-index -q -i %s/i %s/a", scratch.dir, scratch.dir);
	program_expect(0, "fundstelle-index -q -i %s/i --to-xapian=%s/x", scratch.dir, scratch.dir);
	twins_write_archive(seed + 1, "neu.jsonl", ARTICLES, ARTICLES / 4);
	program_expect(0, "fundstelle-index -q -i %s/i %s/a", scratch.dir, scratch.dir);
	program_expect(0, "fundstelle-index -q -i %s/i --to-xapian=%s/x", scratch.dir, scratch.dir);
}
