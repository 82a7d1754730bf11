/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * option_table.h - a program's options as one table, from which come the parsing, --help and the shells' completions
 * (tools/completions.c); tests/test_options.c holds the manual page to it.
 */
#ifndef BASE_OPTION_TABLE_H
#define BASE_OPTION_TABLE_H

#include <getopt.h>

#include "base/print.h"
#include "base/translate.h"

struct option_spec {
	int id;		      /* below 256: its letter */
	const char *name;     /* NULL: a letter alone */
	const char *argument; /* NULL: takes none; "[X]": may be left out */
	const char *values;   /* what the argument may be, a blank between; "<dir>", "<file>"; NULL: anything. For completions */
	const char *help;     /* marked with N_() */
};

#define OPTIONS_MAX 64
#define OPTION_WORD 1 /* the id of an argument that is no option */

struct option_table {
	const char *program;
	const char *head, *foot; /* of --help; marked with N_() */
	const struct option_spec *specs;
	size_t n; /* at most OPTIONS_MAX */
	/* Is this argument a word though it begins with "-"? NULL: none is. */
	bool (*is_word)(const char *argument);
};

struct option_reader {
	const struct option_table *table;
	int argc;
	char **argv;
	struct option longs[OPTIONS_MAX + 1];
	char shorts[2 * OPTIONS_MAX + 3];
	bool only_words; /* behind "--" */
};

/* One reader at a time: getopt_long(3) keeps its place itself. */
void option_reader_init(struct option_reader *r, const struct option_table *table, int argc, char **argv);
/* The next option or word, in the order of the command line: its id, and its value (NULL: none). FUND_END; FUND_INVALID, and why. */
enum fund_status option_next(struct option_reader *r, int *id, const char **value, struct fault *why);

void option_table_help(const struct option_table *table, struct printer *p);
/* "auto, always or never", from the values of the option `id`. */
const char *option_values(const struct option_table *table, int id, char *room, size_t size);
/* The place of `text` among the values of the option `id`; -1: not one of them. */
int option_value(const struct option_table *table, int id, const char *text);
enum fund_status option_not_a_value(const struct option_table *table, int id, const char *text, struct fault *why);

#endif
