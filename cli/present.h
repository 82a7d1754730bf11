/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * present.h - results for people and programs: one interface, one file a format.
 */
#ifndef CLI_PRESENT_H
#define CLI_PRESENT_H

#include "base/date_text.h"
#include "base/print.h"
#include "lib/fundstelle.h"

enum format_id { FORMAT_TEXT, FORMAT_JSON, FORMAT_JSONL, FORMAT_TSV, FORMAT_TREC, FORMAT_PATHS, FORMAT_SVG }; /* as --format's values are listed */

struct present_options {
	bool terminal;	   /* it is one that is printed to */
	bool color;	   /* escape sequences may be used */
	uint32_t width;	   /* columns of the terminal, else 80 */
	bool nul;	   /* paths end with NUL */
	struct slice qid;  /* --batch: printed in front; empty otherwise */
	bool explain;
};

/* What is told of every answer. */
struct answer {
	struct slice query;
	const fundstelle_index *index; /* that was asked: it has the warnings */
	uint64_t took_us;
	uint64_t index_id, generation;
	struct fundstelle_text analysis;
};

/* A list of hits, a page at a time. */
struct listing {
	struct answer answer;
	const fundstelle_result *result;
	struct fundstelle_summary summary;
};

/* One of them. */
struct listed_hit {
	const fundstelle_result *result;
	uint32_t number; /* of the page */
	struct fundstelle_hit is;
};

struct presenter {
	uint32_t flags;	  /* what it does not need of a hit: enum fundstelle_search_flag */
	bool shows_total;
	/* begin once, hits in one or more calls (pages of a long list), end once. Output errors stay in the printer. */
	void (*begin)(struct printer *p, const struct listing *list, const struct present_options *o);
	void (*hit)(struct printer *p, const struct listed_hit *h, const struct present_options *o, bool first);
	void (*end)(struct printer *p, const struct listing *list, const struct present_options *o);
	void (*show)(struct printer *p, const struct fundstelle_fields *f, const struct present_options *o); /* --show; NULL: not with this format */
	void (*count)(struct printer *p, const struct listing *list, const struct present_options *o);	     /* --count */
};

extern const struct presenter present_text, present_json, present_jsonl, present_tsv, present_trec, present_paths;
/* Of hits; NULL: FORMAT_SVG is for other things. */
const struct presenter *presenter_of(enum format_id format);

enum present_look { PRESENT_PLAIN, PRESENT_BOLD, PRESENT_DIM, PRESENT_MATCH };
/* Switches to that look where escape sequences may be used. */
void present_color(struct printer *p, const struct present_options *o, enum present_look look);
/* What is printed until the end leads to that address, where it is not empty. Pieces of one link have the same number; 0: it is one piece. */
void present_link(struct printer *p, struct fundstelle_text address, uint32_t number);
void present_link_end(struct printer *p, struct fundstelle_text address);
/* Of an article: its key, its date. */
void present_linked_key(struct printer *p, struct fundstelle_text key, struct fundstelle_text address, uint32_t number);
void present_linked_date(struct printer *p, struct fundstelle_date date, struct fundstelle_text address, uint32_t number);
/* {"schema": 1, "query": …, "took_us": …, "index": {…}, "limits": […] without the closing brace. */
void present_json_head(struct printer *p, const struct answer *a);
void present_json_date(struct printer *p, struct fundstelle_date date); /* its value: a string or null */

static inline struct slice text_slice(struct fundstelle_text t) { return slice_of(t.data, t.len); }
static inline bool has_date(struct fundstelle_date d) { return d.year != 0; }
/* "2022", "2022-01", "2022-01-18"; "" where there is none. */
static inline const char *date_format(struct fundstelle_date d, char out[DATE_TEXT_MAX]) { return date_text(d.year, d.month, d.day, out); }
/* A score with 4 decimals. */
const char *score_format(int64_t millionths, char out[32]);
#define MILLION 1000000

#endif
