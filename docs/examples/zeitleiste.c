/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zeitleiste.c - how often a query hits in each year, and ten of the places with what stands beside them. An example for libfundstelle(3).
 *
 *     cc zeitleiste.c -o zeitleiste $(pkg-config --cflags --libs fundstelle)
 *     ./zeitleiste INDEX Truppenaufmarsch
 */
#include <fundstelle.h>
#include <stdio.h>

static int fail(const struct fundstelle_error *error)
{
	fprintf(stderr, "zeitleiste: %s\n", error->message);
	return 2;
}

static void print_years(const fundstelle_counts *years)
{
	struct fundstelle_counts_row row = { .size = sizeof row };
	for (uint32_t i = 0; fundstelle_counts_row(years, i, &row) == FUNDSTELLE_OK; i++)
		printf("%s\t%llu\n", row.value.data, (unsigned long long)row.hits);
}

static void print_lines(const fundstelle_concordance *lines)
{
	struct fundstelle_line line = { .size = sizeof line };
	for (uint32_t i = 0; fundstelle_concordance_line(lines, i, &line) == FUNDSTELLE_OK; i++)
		printf("%s [%s] %s\n", line.left.data, line.match.data, line.right.data);
}

int main(int argc, char **argv)
{
	struct fundstelle_error error = { .size = sizeof error };
	fundstelle_index *index;
	fundstelle_counts *years = NULL;
	fundstelle_concordance *lines = NULL;
	if (argc != 3) {
		fprintf(stderr, "usage: zeitleiste INDEX QUERY\n");
		return 2;
	}
	const char *name = argv[1];
	if (fundstelle_open(&name, 1, NULL, &index, &error) != FUNDSTELLE_OK)
		return fail(&error);
	if (fundstelle_timeline(index, argv[2], FUNDSTELLE_TERMINATED, NULL, FUNDSTELLE_YEAR, &years, &error) == FUNDSTELLE_OK)
		fundstelle_kwic(index, argv[2], FUNDSTELLE_TERMINATED, NULL, NULL, &lines, &error);
	fundstelle_close(index); /* neither needs it */
	int status = lines ? 0 : fail(&error);
	if (lines) {
		print_years(years);
		print_lines(lines);
	}
	fundstelle_counts_free(years);
	fundstelle_concordance_free(lines);
	return status;
}
