/* SPDX-License-Identifier: GPL-2.0-or-later */
/* present_json.c - json: one object; jsonl: a hit a line. */
#include "query/present.h"

static const char *const field_names[FIELDS] = { "text", "title", "author", "section", "source" };

static void member(struct printer *p, const char *name, struct slice value)
{
	print_format(p, ", \"%s\": ", name);
	if (value.len)
		print_json(p, value);
	else
		print_str(p, "null");
}

static void member_key(struct printer *p, struct slice key)
{
	struct buf escaped = BUF_INIT;
	if (key_escape(key, false, &escaped) == FUND_OK)
		print_json(p, slice_buf(&escaped));
	else
		print_json(p, key);
	buf_release(&escaped);
}

static void member_date(struct printer *p, uint32_t date)
{
	char room[16];
	print_str(p, ", \"date\": ");
	if (date)
		print_format(p, "\"%s\"", date_format(date, room));
	else
		print_str(p, "null");
}

static void write_explain(struct printer *p, const struct shown_hit *h)
{
	print_str(p, ", \"explain\": [");
	for (uint32_t i = 0; i < h->n_explain; i++) {
		const struct explain_item *e = &h->explain[i];
		print_str(p, i ? ", {\"term\": " : "{\"term\": ");
		print_json(p, e->term);
		print_format(p, ", \"field\": \"%s\", \"kind\": \"%s\", \"freq\": %u, \"df\": %llu, \"score\": %lld.%06lld}", field_names[e->field],
			     e->kind, e->freq, (unsigned long long)e->df, (long long)(e->score / SCORE_UNIT), (long long)(e->score % SCORE_UNIT));
	}
	print_str(p, "]");
}

static void write_hit(struct printer *p, const struct shown_hit *h, const struct present_options *o)
{
	char room[32];
	print_str(p, "{");
	if (o->qid.len) {
		print_str(p, "\"qid\": ");
		print_json(p, o->qid);
		print_str(p, ", ");
	}
	print_format(p, "\"rank\": %u, \"score\": %s, \"key\": ", h->rank, score_format(h->score, room));
	member_key(p, h->key);
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
	print_str(p, "]}, \"duplicates\": []");
	if (o->explain)
		write_explain(p, h);
	print_str(p, "}");
}

static void json_begin(struct printer *p, const struct result *r, const struct present_options *o)
{
	(void)o;
	print_str(p, "{\"schema\": 1, \"query\": ");
	print_json(p, r->query);
	print_format(p, ", \"total\": %llu, \"total_exact\": %s, \"took_us\": %llu, \"suggestion\": null,\n \"index\": {\"id\": \"%016llx\", \"generation\": %llu, "
		     "\"analysis\": ", (unsigned long long)r->total, r->total_exact ? "true" : "false", (unsigned long long)r->took_us,
		     (unsigned long long)r->index_id, (unsigned long long)r->generation);
	print_json(p, r->analysis);
	print_str(p, "},\n \"hits\": [");
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
	member_key(p, h->key);
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
	(void)o;
	print_str(p, "{\"query\": ");
	print_json(p, r->query);
	print_format(p, ", \"total\": %llu}\n", (unsigned long long)r->total);
}

#define PARTS (HIT_TITLE | HIT_SNIPPET)

const struct presenter present_json = { "json", PARTS, true, false, json_begin, json_hit, json_end, show, json_count };
const struct presenter present_jsonl = { "jsonl", PARTS, false, true, jsonl_begin, jsonl_hit, jsonl_begin, show, jsonl_count };
