/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/archive_fixture.h"

#include <string.h>
#include <sys/stat.h>

#include "indexer/update.h"
#include "store/segment.h"

/* Three syllables: no ending that the stemmer knows. */
const char *model_word(uint32_t w, char room[16])
{
	static const char *const syllables[] = { "ka", "lo", "mu", "pa", "ro", "tu", "fi", "do" };
	snprintf(room, 16, "%s%s%sk", syllables[w / 64 % 8], syllables[w / 8 % 8], syllables[w % 8]);
	return room;
}

void archive_model_index(struct archive_model *m)
{
	const char *paths[] = { m->archive };
	struct update_options o = { .dir = m->index, .paths = paths, .n_paths = 1, .jobs = 2, .memory = (uint64_t)64 << 20, .quiet = true };
	struct update_result r;
	struct progress progress;
	struct fault why = { 0 };

	progress_init(&progress, false);
	ck_assert_msg(update_run(&o, &progress, &r, &why) == FUND_OK, "%s", why.text);
	ck_assert(!r.newly_failed && !r.refused);
}

/* Zipf-like: small numbers are frequent. */
static uint16_t random_word(uint64_t *state, uint32_t n)
{
	uint32_t a = random_below(state, n), b = random_below(state, n), c = random_below(state, n);
	uint32_t least = a < b ? a : b;
	return (uint16_t)(least < c ? least : c);
}

static void random_article(struct model_article *a, uint32_t number, uint64_t *state, uint32_t n_words)
{
	uint32_t month = 1 + random_below(state, 3), day = random_below(state, 4);

	snprintf(a->key, sizeof a->key, "%c/%05u.txt", 'a' + (char)random_below(state, 4), number);
	a->date = random_below(state, 8) == 0 ? 0 : DATE_PACK(2020, month, day);
	a->n_title = random_below(state, 5);
	a->n = a->n_title + 3 + random_below(state, random_below(state, 6) == 0 ? 500 : 40);
	for (uint32_t i = 0; i < a->n; i++)
		a->word[i] = random_word(state, n_words);
	a->dead = false;
}

static void write_article(const struct archive_model *m, const struct model_article *a)
{
	char path[400], room[16];
	snprintf(path, sizeof path, "%.299s/%s", m->archive, a->key);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	if (a->date && DATE_DAY(a->date))
		fprintf(f, "date %04u-%02u-%02u ", DATE_YEAR(a->date), DATE_MONTH(a->date), DATE_DAY(a->date));
	else if (a->date)
		fprintf(f, "date %04u-%02u ", DATE_YEAR(a->date), DATE_MONTH(a->date));
	for (uint32_t i = 0; i < a->n_title; i++)
		fprintf(f, "%s%s", model_word(a->word[i], room), i + 1 < a->n_title ? " " : "\n\n");
	for (uint32_t i = a->n_title; i < a->n; i++)
		fprintf(f, "%s%s", model_word(a->word[i], room), i % 9 == 8 ? "\n" : " ");
	fprintf(f, ".\n");
	ck_assert_int_eq(fclose(f), 0);
}

void archive_model_make(struct archive_model *m, uint64_t seed, uint32_t runs, uint32_t n, uint32_t n_words)
{
	uint64_t state = seed * 2 + 1;
	char folder[400];

	*m = (struct archive_model){ .n_words = n_words };
	scratch_make(&m->scratch);
	snprintf(m->archive, sizeof m->archive, "%s/archive", m->scratch.dir);
	snprintf(m->index, sizeof m->index, "%s/index", m->scratch.dir);
	ck_assert_int_eq(mkdir(m->archive, 0755), 0);
	for (char c = 'a'; c < 'e'; c++) {
		snprintf(folder, sizeof folder, "%.299s/%c", m->archive, c);
		ck_assert_int_eq(mkdir(folder, 0755), 0);
	}
	m->articles = calloc(n, sizeof *m->articles);
	ck_assert_ptr_nonnull(m->articles);
	for (uint32_t r = 0; r < runs; r++) {
		uint32_t end = r + 1 < runs ? m->n + (n - m->n) * 3 / 4 : n;
		for (; m->n < end; m->n++) {
			random_article(&m->articles[m->n], m->n, &state, n_words);
			write_article(m, &m->articles[m->n]);
		}
		archive_model_index(m);
	}
	for (uint32_t i = 0; i < m->n / 20; i++) {
		struct model_article *a = &m->articles[random_below(&state, m->n)];
		snprintf(folder, sizeof folder, "%.299s/%s", m->archive, a->key);
		remove(folder);
		a->dead = true;
	}
	archive_model_index(m);
}

void archive_model_remove(struct archive_model *m)
{
	free(m->articles);
	scratch_remove(&m->scratch);
}
