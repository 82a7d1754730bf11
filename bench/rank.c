/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rank INDEX QUERIES [NAME=VALUE]...: the best 100 of each query (`qid TAB query` a line) in TREC's form, or as many as hits=N says, with other figures in the
 * ranking than the default ones (query/ranking.h): what each component is worth. On stderr, the time of all queries.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "query/search.h"

static uint32_t n_hits = 100;

static const struct {
	const char *name;
	size_t at;
} figures[] = {
#define FIGURE(name) { #name, offsetof(struct ranking, name) }
	FIGURE(k1), FIGURE(b), FIGURE(part), FIGURE(variant), FIGURE(own_part), FIGURE(near),
#undef FIGURE
};

static void die(const char *what, const char *which)
{
	fprintf(stderr, "rank: %s: %s\n", which, what);
	exit(2);
}

static void set_figure(struct ranking *r, char *setting)
{
	char *value = strchr(setting, '=');
	if (strncmp(setting, "hits=", 5) == 0 && atoi(value + 1) > 0) {
		n_hits = (uint32_t)atoi(value + 1);
		return;
	}
	for (size_t i = 0; value && i < sizeof figures / sizeof *figures; i++)
		if (strncmp(setting, figures[i].name, (size_t)(value - setting)) == 0 && figures[i].name[value - setting] == '\0') {
			double figure = atof(value + 1);
			memcpy((char *)r + figures[i].at, &figure, sizeof figure);
			return;
		}
	die("no such figure", setting);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The best hits of one query; gives the seconds it took. */
static double ask(struct searcher *s, struct search *search, const char *qid, const char *query)
{
	struct search_options options = { .limit = n_hits, .to = UINT32_MAX };
	struct search_note note;
	struct fault why = { 0 };
	struct arena arena = ARENA_INIT;
	double start = now();
	enum fund_status st = search_find(search, s, slice_str(query), &options, &note, &why);
	double took = now() - start;
	if (st == FUND_OK)
		st = search_page(search, s, 0, n_hits, HIT_KEY, &arena, &why);
	if (st != FUND_OK)
		die(why.text, query);
	for (uint32_t i = 0; i < search->result.n_hits; i++) {
		const struct shown_hit *h = &search->result.hits[i];
		printf("%s Q0 %.*s %" PRIu32 " %.4f fundstelle\n", qid, (int)h->key.len, (const char *)h->key.data, h->rank, (double)h->falling / SCORE_UNIT);
	}
	arena_release(&arena);
	return took;
}

int main(int argc, char **argv)
{
	struct ranking ranking = ranking_default;
	struct analyser *analyser;
	struct searcher s = { .opening = 0 };
	struct search search = { 0 };
	struct fault why = { 0 };
	char *line = NULL;
	size_t cap = 0, n = 0;
	double took = 0;
	if (argc < 3)
		die("usage: rank INDEX QUERIES [NAME=VALUE]...", argv[0]);
	for (int i = 3; i < argc; i++)
		set_figure(&ranking, argv[i]);
	FILE *queries = fopen(argv[2], "r");
	if (!queries)
		die("cannot be read", argv[2]);
	if (analyser_new(&analyser) != FUND_OK || searcher_open(&s, analyser, (const char *const *)&argv[1], 1, &why) != FUND_OK)
		die(why.text, argv[1]);
	searcher_rank(&s, &ranking);
	for (; getline(&line, &cap, queries) > 0; n++) {
		char *tab = strchr(line, '\t');
		if (!tab)
			continue;
		*tab = '\0';
		tab[1 + strcspn(tab + 1, "\r\n")] = '\0';
		took += ask(&s, &search, line, tab + 1);
	}
	fprintf(stderr, "%zu queries in %.3f s\n", n, took);
	free(line);
	fclose(queries);
	search_release(&search);
	searcher_close(&s);
	analyser_free(analyser);
	return 0;
}
