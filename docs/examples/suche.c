/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suche.c - the ten best articles for a query, with the passage that shows why. An example for libfundstelle(3).
 *
 *     cc suche.c -o suche $(pkg-config --cflags --libs fundstelle)
 *     ./suche INDEX 'Truppenaufmarsch -Manöver'
 */
#include <fundstelle.h>
#include <stdio.h>

static int fail(const struct fundstelle_error *error)
{
	if (error->code == FUNDSTELLE_SYNTAX)
		fprintf(stderr, "suche: byte %u of the query: %s\n", (unsigned)error->offset, error->message);
	else
		fprintf(stderr, "suche: %s\n", error->message);
	return 2;
}

/* The text with what was found in brackets. */
static void print_marked(struct fundstelle_text text, const struct fundstelle_range *marks, uint32_t n)
{
	size_t at = 0;
	for (uint32_t i = 0; i < n; i++) {
		printf("%.*s[%.*s]", (int)(marks[i].begin - at), text.data + at, (int)(marks[i].end - marks[i].begin), text.data + marks[i].begin);
		at = marks[i].end;
	}
	printf("%s\n", text.data + at);
}

static void print_hit(const struct fundstelle_hit *hit)
{
	printf("%u. %s", (unsigned)hit->rank, hit->key.data);
	if (hit->date.year)
		printf("  %04u", (unsigned)hit->date.year);
	if (hit->date.month)
		printf("-%02u", (unsigned)hit->date.month);
	if (hit->date.day)
		printf("-%02u", (unsigned)hit->date.day);
	printf("  %.4f\n", hit->score);
	if (hit->title.len) {
		printf("   ");
		print_marked(hit->title, hit->title_marks, hit->n_title_marks);
	}
	if (hit->snippet.len) {
		printf("   ");
		print_marked(hit->snippet, hit->marks, hit->n_marks);
	}
}

static void print_result(const fundstelle_result *result)
{
	struct fundstelle_summary summary = { .size = sizeof summary };
	struct fundstelle_warning warning = { .size = sizeof warning };
	struct fundstelle_hit hit = { .size = sizeof hit };
	fundstelle_result_summary(result, &summary);
	for (uint32_t i = 0; i < summary.n_warnings; i++)
		if (fundstelle_result_warning(result, i, &warning) == FUNDSTELLE_OK)
			fprintf(stderr, "suche: %s\n", warning.message.data);
	printf("%s%llu\n", summary.total_exact ? "" : "> ", (unsigned long long)summary.total);
	for (uint32_t i = 0; i < summary.n_hits; i++)
		if (fundstelle_result_hit(result, i, &hit) == FUNDSTELLE_OK)
			print_hit(&hit);
	if (summary.suggestion.len)
		printf("? %s\n", summary.suggestion.data);
}

int main(int argc, char **argv)
{
	struct fundstelle_error error = { .size = sizeof error };
	struct fundstelle_search_options options = { .size = sizeof options };
	fundstelle_index *index;
	fundstelle_result *result;
	if (argc != 3) {
		fprintf(stderr, "usage: suche INDEX QUERY\n");
		return 2;
	}
	const char *name = argv[1];
	options.flags = FUNDSTELLE_EXACT_TOTAL | FUNDSTELLE_SUGGEST;
	if (fundstelle_open(&name, 1, NULL, &index, &error) != FUNDSTELLE_OK)
		return fail(&error);
	if (fundstelle_search(index, argv[2], FUNDSTELLE_TERMINATED, &options, &result, &error) != FUNDSTELLE_OK) {
		fundstelle_close(index);
		return fail(&error);
	}
	fundstelle_close(index); /* the result does not need it */
	print_result(result);
	fundstelle_result_free(result);
	return 0;
}
