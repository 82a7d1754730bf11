/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - what is counted over hits, as a table: timeline, facets, collocates, words. One description makes the text, JSON, JSON Lines and TSV. Rows are
 * not kept: cells are made of the counts whenever they are printed.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cli/options.h"
#include "cli/present.h"

enum cell_kind { CELL_TEXT, CELL_COUNT, CELL_DECIMAL };

/* Where a column is shown. */
enum column_flag {
	COLUMN_NOT_IN_TEXT = 1,	 /* for programs alone */
	COLUMN_ONLY_IN_TEXT = 2, /* for people alone */
	COLUMN_MAY_GO = 4,	 /* left out on a terminal that is too narrow for bars */
};

struct report_column {
	const char *name;    /* in JSON */
	const char *heading; /* for people; marked with N_() */
	enum cell_kind kind;
	unsigned flags;
};

struct cell {
	struct slice text;
	uint64_t count;
	double number;
	bool none; /* there is no such value: null, or empty */
};

/* Counts beside the table, in JSON. */
struct report_member {
	const char *name;
	uint64_t value;
};

#define REPORT_COLUMNS_MAX 12
#define REPORT_MEMBERS_MAX 4

/* A row as it is printed: valid until it is made anew. */
struct report_row {
	struct cell cells[REPORT_COLUMNS_MAX];
	char room[64]; /* of a text that is made up */
};

struct report {
	const char *name; /* the array's, in JSON */
	struct answer head;
	const struct options *options;
	const fundstelle_counts *counts; /* borrowed, as the texts of cells */
	struct report_column columns[REPORT_COLUMNS_MAX];
	uint32_t n_columns;
	void (*fill)(const struct report *r, const struct fundstelle_counts_row *from, struct report_row *to);
	uint32_t first, n_rows; /* of the counts */
	int bar; /* the column that bars show on a terminal; -1: none */
	struct report_member members[REPORT_MEMBERS_MAX];
	uint32_t n_members;
	char note[200]; /* a last line for people; empty: none */
};

/* As the options want it, of counts that were made by them. */
void report_init(struct report *r, const struct options *o, const struct answer *head, const fundstelle_counts *counts);
void report_read(const struct report *r, uint32_t row, struct report_row *out);
/* Of a column that is no text. */
double report_number(const struct report *r, const struct report_row *row, uint32_t column);

void report_print(const struct report *r, enum format_id format, struct printer *p, const struct present_options *o);

#endif
