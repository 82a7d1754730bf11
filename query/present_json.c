/* SPDX-License-Identifier: GPL-2.0-or-later */
/* present_json.c - json: one object; jsonl: a hit a line. */
#include "query/present.h"

static void member(struct printer *p, const char *name, struct slice value)
{
	print_format(p, ", \"%s\": ", name);
	if (value.len)
		print_json(p, value);
	else
		print_str(p, "null");
}

void present_json_date(struct printer *p, uint32_t date)
{
	char room[16];
	if (date)
		print_format(p, "\"%s\"", date_format(date, room));
	else
		print_str(p, "null");
}

static void member_date(struct printer *p, uint32_t date)
{
	print_str(p, ", \"date\": ");
	present_json_date(p, date);
}

static void write_explain(struct printer *p, const struct shown_hit *h)
{
	char score[32];
	print_str(p, ", \"explain\": [");
	for (uint32_t i = 0; i < h->n_explain; i++) {
		const struct explain_item *e = &h->explain[i];
		print_str(p, i ? ", {\"term\": " : "{\"term\": ");
		print_json(p, e->term);
		print_format(p, ", \"field\": \"%s\", \"kind\": \"%s\", \"freq\": %u, \"df\": %llu, \"score\": %s}", field_name(e->field), e->kind,
			     e->freq, (unsigned long long)e->df, score_format(e->score, score));
	}
	print_str(p, "]");
}

/* The page and the box of the first mark, and of all. */
static void write_boxes(struct printer *p, const struct shown_hit *h)
{
	if (h->n_boxes == 0)
		return;
	const struct shown_box *b = h->boxes;
	member(p, "page", b->page);
	print_format(p, ", \"box\": [%d, %d, %d, %d], \"boxes\": [", b->x, b->y, b->w, b->h);
	for (uint32_t i = 0; i < h->n_boxes; i++) {
		b = &h->boxes[i];
		print_format(p, "%s{\"mark\": %u", i ? ", " : "", b->mark);
		member(p, "page", b->page);
		print_format(p, ", \"box\": [%d, %d, %d, %d]}", b->x, b->y, b->w, b->h);
	}
	print_str(p, "]");
}

/* With --batch: whose line it is. */
static void write_qid(struct printer *p, const struct present_options *o)
{
	if (!o->qid.len)
		return;
	print_str(p, "\"qid\": ");
	print_json(p, o->qid);
	print_str(p, ", ");
}

static void write_hit(struct printer *p, const struct shown_hit *h, const struct present_options *o)
{
	char room[32];
	print_str(p, "{");
	write_qid(p, o);
	print_format(p, "\"rank\": %u, \"score\": %s, \"key\": ", h->rank, score_format(h->score, room));
	print_json_key(p, h->key);
	member(p, "title", h->title.text);
	member_date(p, h->date);
	member(p, "author", h->author);
	member(p, "section", h->section);
	member(p, "source", h->source);
	print_str(p, ", \"snippet\": {\"text\": ");
	print_json(p, h->snippet.text);
	print_str(p, ", \"marks\": [");
	for (uint32_t i = 0; i < h->snippet.n_marks; i++)
		print_format(p, "%s[%u, %u]", i ? ", " : "", h->snippet.marks[i].off, h->snippet.marks[i].off + h->snippet.marks[i].len);
	print_str(p, "]}");
	write_boxes(p, h);
	print_str(p, ", \"duplicates\": [");
	for (uint32_t i = 0; i < h->n_copies; i++) {
		print_str(p, i ? ", {\"key\": " : "{\"key\": ");
		print_json_key(p, h->copies[i].key);
		member_date(p, h->copies[i].date);
		member(p, "source", h->copies[i].source);
		print_str(p, "}");
	}
	print_str(p, "]");
	if (o->explain)
		write_explain(p, h);
	print_str(p, "}");
}

static void head(struct printer *p, const struct result *r)
{
	print_str(p, "{\"schema\": 1, \"query\": ");
	print_json(p, r->query);
}

static void write_limits(struct printer *p, const struct result *r)
{
	print_str(p, ", \"limits\": [");
	for (uint32_t i = 0; i < r->n_limits; i++) {
		print_str(p, i ? ", {\"pattern\": " : "{\"pattern\": ");
		print_json(p, r->limits[i].text);
		print_format(p, ", \"words\": %u, \"used\": %u}", r->limits[i].n_words, r->limits[i].n_used);
	}
	print_str(p, "]");
}

/* Servers that did not answer: only where some did not. */
static void write_missing(struct printer *p, const struct result *r)
{
	if (!r->servers || r->servers->n_lost == 0)
		return;
	for (uint32_t i = 0; i < r->servers->n_lost; i++) {
		print_str(p, i ? ", " : ", \"missing\": [");
		print_json(p, slice_str(r->servers->lost[i].name));
	}
	print_str(p, "]");
}

static void origin(struct printer *p, const struct result *r)
{
	print_format(p, ",\n \"index\": {\"id\": \"%016llx\", \"generation\": %llu, \"analysis\": ", (unsigned long long)r->index_id,
		     (unsigned long long)r->generation);
	print_json(p, r->analysis);
	print_str(p, "}");
}

void present_json_head(struct printer *p, const struct result *r)
{
	head(p, r);
	print_format(p, ", \"took_us\": %llu", (unsigned long long)r->took_us);
	origin(p, r);
	write_limits(p, r);
	write_missing(p, r);
}

/* The query as it may have been meant. */
static void write_suggestion(struct printer *p, const struct result *r)
{
	print_str(p, ", \"suggestion\": ");
	if (r->suggestion.len)
		print_json(p, r->suggestion);
	else
		print_str(p, "null");
}

static void json_begin(struct printer *p, const struct result *r, const struct present_options *o)
{
	(void)o;
	head(p, r);
	print_format(p, ", \"total\": %llu, \"total_exact\": %s, \"took_us\": %llu", (unsigned long long)r->total,
		     r->total_exact ? "true" : "false", (unsigned long long)r->took_us);
	write_suggestion(p, r);
	origin(p, r);
	write_limits(p, r);
	write_missing(p, r);
	print_str(p, ",\n \"hits\": [");
}

static void json_hit(struct printer *p, const struct result *r, const struct shown_hit *h, const struct present_options *o, bool first)
{
	(void)r;
	print_str(p, first ? "\n  " : ",\n  ");
	write_hit(p, h, o);
}

static void json_end(struct printer *p, const struct result *r, const struct present_options *o)
{
	(void)r;
	(void)o;
	print_str(p, "]}\n");
}

static void show(struct printer *p, const struct shown_hit *h, const struct present_options *o)
{
	(void)o;
	print_str(p, "{\"key\": ");
	print_json_key(p, h->key);
	member(p, "title", h->title.text);
	member_date(p, h->date);
	member(p, "author", h->author);
	member(p, "section", h->section);
	member(p, "source", h->source);
	member(p, "lead", h->lead);
	member(p, "format", h->format);
	member(p, "encoding", h->encoding);
	print_str(p, ", \"text\": ");
	print_json(p, h->body);
	print_str(p, "}\n");
}

static void json_count(struct printer *p, const struct result *r, const struct present_options *o)
{
	json_begin(p, r, o);
	json_end(p, r, o);
}

static void jsonl_begin(struct printer *p, const struct result *r, const struct present_options *o)
{
	(void)p;
	(void)r;
	(void)o;
}

static void jsonl_hit(struct printer *p, const struct result *r, const struct shown_hit *h, const struct present_options *o, bool first)
{
	(void)r;
	(void)first;
	write_hit(p, h, o);
	print_str(p, "\n");
}

static void jsonl_count(struct printer *p, const struct result *r, const struct present_options *o)
{
	print_str(p, "{");
	write_qid(p, o);
	print_str(p, "\"query\": ");
	print_json(p, r->query);
	print_format(p, ", \"total\": %llu}\n", (unsigned long long)r->total);
}

#define PARTS (HIT_TITLE | HIT_SNIPPET)

const struct presenter present_json = { "json", PARTS, true, false, json_begin, json_hit, json_end, show, json_count };
const struct presenter present_jsonl = { "jsonl", PARTS, false, true, jsonl_begin, jsonl_hit, jsonl_begin, show, jsonl_count };
