/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - what is counted over hits, as a table: timeline, facets, collocates, words. Computed from an open index, printed
 * when that is closed; one description makes the text, JSON, JSON Lines and TSV.
 */
#ifndef QUERY_REPORT_H
#define QUERY_REPORT_H

#include "base/arena.h"
#include "query/present.h"

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

/* Counts beside the table, in JSON, and for people a line below it. */
struct report_member {
	const char *name;
	uint64_t value;
};

#define REPORT_COLUMNS_MAX 12
#define REPORT_MEMBERS_MAX 4

struct report {
	const char *name; /* the array's, in JSON */
	struct result head; /* query, index, time */
	struct arena *arena; /* rows and texts live in it */
	struct report_column columns[REPORT_COLUMNS_MAX];
	uint32_t n_columns;
	struct cell **rows; /* n_columns cells each */
	uint32_t n_rows;
	int bar; /* the column that bars show on a terminal; -1: none */
	struct report_member members[REPORT_MEMBERS_MAX];
	uint32_t n_members;
	struct slice note; /* a last line for people; empty: none */
};

void report_init(struct report *r, struct arena *arena, const char *name);
void report_add_column(struct report *r, const char *name, const char *heading, enum cell_kind kind, unsigned flags);
void report_add_member(struct report *r, const char *name, uint64_t value);
/* A row of cells, all none; NULL: no memory. */
struct cell *report_add_row(struct report *r);
static inline struct cell cell_text(struct slice text) { return (struct cell){ .text = text }; }
static inline struct cell cell_count(uint64_t n) { return (struct cell){ .count = n }; }
static inline struct cell cell_decimal(double x) { return (struct cell){ .number = x }; }
/* Keeps rows [offset, offset + limit); UINT32_MAX: all. */
void report_cut(struct report *r, uint32_t offset, uint32_t limit);

void report_print(const struct report *r, enum format_id format, struct printer *p, const struct present_options *o);

#endif
