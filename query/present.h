/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * present.h - results for people and programs: one interface, one file a format.
 */
#ifndef QUERY_PRESENT_H
#define QUERY_PRESENT_H

#include "base/print.h"
#include "query/hits.h"

enum format_id { FORMAT_TEXT, FORMAT_JSON, FORMAT_JSONL, FORMAT_TSV, FORMAT_TREC, FORMAT_PATHS, FORMAT_SVG }; /* as --format's values are listed */

struct present_options {
	bool terminal;	   /* it is one that is printed to */
	bool color;	   /* escape sequences may be used */
	uint32_t width;	   /* columns of the terminal, else 80 */
	bool nul;	   /* paths end with NUL */
	struct slice qid;  /* --batch: printed in front; empty otherwise */
	bool explain;
};

struct presenter {
	const char *name; /* as --format= has it */
	unsigned parts;	  /* what it needs of a hit: enum hit_part */
	bool shows_total;
	bool batch;	  /* may be used with --batch */
	/* begin once, hits in one or more calls (pages of a long list), end once. Output errors stay in the printer. */
	void (*begin)(struct printer *p, const struct result *r, const struct present_options *o);
	void (*hit)(struct printer *p, const struct result *r, const struct shown_hit *h, const struct present_options *o, bool first);
	void (*end)(struct printer *p, const struct result *r, const struct present_options *o);
	void (*show)(struct printer *p, const struct shown_hit *h, const struct present_options *o); /* --show; NULL: not with this format */
	void (*count)(struct printer *p, const struct result *r, const struct present_options *o);   /* --count */
};

extern const struct presenter present_text, present_json, present_jsonl, present_tsv, present_trec, present_paths;
/* Of hits; NULL: FORMAT_SVG is for other things. */
const struct presenter *presenter_of(enum format_id format);

enum present_look { PRESENT_PLAIN, PRESENT_BOLD, PRESENT_DIM, PRESENT_MATCH };
/* Switches to that look where escape sequences may be used. */
void present_color(struct printer *p, const struct present_options *o, enum present_look look);
/* What is printed until the end leads to that address, where it is not empty. Pieces of one link have the same number; 0: it is one piece. */
void present_link(struct printer *p, struct slice address, uint32_t number);
void present_link_end(struct printer *p, struct slice address);
/* Of an article: its key, its date. */
void present_linked_key(struct printer *p, struct slice key, struct slice address, uint32_t number);
void present_linked_date(struct printer *p, uint32_t date, struct slice address, uint32_t number);
/* {"schema": 1, "query": …, "took_us": …, "index": {…}, "limits": […] without the closing brace. */
void present_json_head(struct printer *p, const struct result *r);
void present_json_date(struct printer *p, uint32_t date); /* its value: a string or null */

/* "2022", "2022-01", "2022-01-18"; "" for 0. */
const char *date_format(uint32_t date, char out[16]);
/* As --explain names it. */
const char *field_name(enum field field);
/* A score with 4 decimals. */
const char *score_format(int64_t micro, char out[32]);

#endif
