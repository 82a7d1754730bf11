/* SPDX-License-Identifier: GPL-2.0-or-later */
/* present_json.c - json: one object; jsonl: a hit a line. */
#include "cli/present.h"

static void member(struct printer *p, const char *name, struct fundstelle_text value)
{
	print_format(p, ", \"%s\": ", name);
	if (value.len)
		print_json(p, text_slice(value));
	else
		print_str(p, "null");
}

void present_json_date(struct printer *p, struct fundstelle_date date)
{
	char room[DATE_TEXT_MAX];
	if (has_date(date))
		print_format(p, "\"%s\"", date_format(date, room));
	else
		print_str(p, "null");
}

static void member_date(struct printer *p, struct fundstelle_date date)
{
	print_str(p, ", \"date\": ");
	present_json_date(p, date);
}

static void write_explain(struct printer *p, const struct listed_hit *h)
{
	char score[32];
	struct fundstelle_explained e = { .size = sizeof e };
	print_str(p, ", \"explain\": [");
	for (uint32_t i = 0; fundstelle_hit_explained(h->result, h->number, i, &e) == FUNDSTELLE_OK; i++) {
		print_str(p, i ? ", {\"term\": " : "{\"term\": ");
		print_json(p, text_slice(e.term));
		print_format(p, ", \"field\": \"%s\", \"kind\": \"%s\", \"freq\": %u, \"df\": %llu, \"score\": %s}", e.field.data, e.kind.data, e.freq,
			     (unsigned long long)e.df, score_format(e.millionths, score));
	}
	print_str(p, "]");
}

/* The page and the box of the first mark, and of all. */
static void write_boxes(struct printer *p, const struct listed_hit *h)
{
	struct fundstelle_box b = { .size = sizeof b };
	for (uint32_t i = 0; i < h->is.n_boxes && fundstelle_hit_box(h->result, h->number, i, &b) == FUNDSTELLE_OK; i++) {
		if (i == 0) {
			member(p, "page", b.page);
			print_format(p, ", \"box\": [%d, %d, %d, %d], \"boxes\": [", b.x, b.y, b.width, b.height);
		}
		print_format(p, "%s{\"mark\": %u", i ? ", " : "", b.mark);
		member(p, "page", b.page);
		print_format(p, ", \"box\": [%d, %d, %d, %d]}", b.x, b.y, b.width, b.height);
	}
	print_str(p, h->is.n_boxes ? "]" : "");
}

static void write_duplicates(struct printer *p, const struct listed_hit *h)
{
	struct fundstelle_duplicate d = { .size = sizeof d };
	print_str(p, ", \"duplicates\": [");
	for (uint32_t i = 0; i < h->is.n_duplicates && fundstelle_hit_duplicate(h->result, h->number, i, &d) == FUNDSTELLE_OK; i++) {
		print_str(p, i ? ", {\"key\": " : "{\"key\": ");
		print_json_key(p, text_slice(d.key));
		member_date(p, d.date);
		member(p, "source", d.source);
		print_str(p, "}");
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

static void write_snippet(struct printer *p, struct fundstelle_text snippet, const struct fundstelle_range *marks, uint32_t n_marks)
{
	print_str(p, ", \"snippet\": {\"text\": ");
	print_json(p, text_slice(snippet));
	print_str(p, ", \"marks\": [");
	for (uint32_t i = 0; i < n_marks; i++)
		print_format(p, "%s[%u, %u]", i ? ", " : "", marks[i].begin, marks[i].end);
	print_str(p, "]}");
}

static void write_hit(struct printer *p, const struct listed_hit *h, const struct present_options *o)
{
	char room[32];
	print_str(p, "{");
	write_qid(p, o);
	print_format(p, "\"rank\": %u, \"score\": %s, \"key\": ", h->is.rank, score_format(h->is.millionths, room));
	print_json_key(p, text_slice(h->is.key));
	member(p, "title", h->is.title);
	member_date(p, h->is.date);
	member(p, "author", h->is.author);
	member(p, "section", h->is.section);
	member(p, "source", h->is.source);
	write_snippet(p, h->is.snippet, h->is.marks, h->is.n_marks);
	write_boxes(p, h);
	write_duplicates(p, h);
	if (o->explain)
		write_explain(p, h);
	print_str(p, "}");
}

static void head(struct printer *p, const struct answer *a)
{
	print_str(p, "{\"schema\": 1, \"query\": ");
	print_json(p, a->query);
}

/* The next warning of that kind from the i-th on; false: there is none. */
static bool next_warning(const struct answer *a, uint32_t kind, uint32_t *i, struct fundstelle_warning *w)
{
	while (fundstelle_index_warning(a->index, (*i)++, w) == FUNDSTELLE_OK)
		if (w->kind == kind)
			return true;
	return false;
}

static void write_limits(struct printer *p, const struct answer *a)
{
	struct fundstelle_warning w = { .size = sizeof w };
	uint32_t n = 0;
	print_str(p, ", \"limits\": [");
	for (uint32_t i = 0; next_warning(a, FUNDSTELLE_CUT, &i, &w);) {
		print_str(p, n++ ? ", {\"pattern\": " : "{\"pattern\": ");
		print_json(p, text_slice(w.about));
		print_format(p, ", \"words\": %u, \"used\": %u}", w.words, w.used);
	}
	print_str(p, "]");
}

/* Servers that did not answer: only where some did not. */
static void write_missing(struct printer *p, const struct answer *a)
{
	struct fundstelle_warning w = { .size = sizeof w };
	uint32_t n = 0;
	for (uint32_t i = 0; next_warning(a, FUNDSTELLE_MISSING, &i, &w);) {
		print_str(p, n++ ? ", " : ", \"missing\": [");
		print_json(p, text_slice(w.about));
	}
	print_str(p, n ? "]" : "");
}

static void origin(struct printer *p, const struct answer *a)
{
	print_format(p, ",\n \"index\": {\"id\": \"%016llx\", \"generation\": %llu, \"analysis\": ", (unsigned long long)a->index_id,
		     (unsigned long long)a->generation);
	print_json(p, text_slice(a->analysis));
	print_str(p, "}");
}

void present_json_head(struct printer *p, const struct answer *a)
{
	head(p, a);
	print_format(p, ", \"took_us\": %llu", (unsigned long long)a->took_us);
	origin(p, a);
	write_limits(p, a);
	write_missing(p, a);
}

static void json_begin(struct printer *p, const struct listing *list, const struct present_options *o)
{
	const struct fundstelle_summary *s = &list->summary;
	(void)o;
	head(p, &list->answer);
	print_format(p, ", \"total\": %llu, \"total_exact\": %s, \"took_us\": %llu", (unsigned long long)s->total, s->total_exact ? "true" : "false",
		     (unsigned long long)s->took);
	member(p, "suggestion", s->suggestion); /* the query as it may have been meant */
	origin(p, &list->answer);
	write_limits(p, &list->answer);
	write_missing(p, &list->answer);
	print_str(p, ",\n \"hits\": [");
}

static void json_hit(struct printer *p, const struct listed_hit *h, const struct present_options *o, bool first)
{
	print_str(p, first ? "\n  " : ",\n  ");
	write_hit(p, h, o);
}

static void json_end(struct printer *p, const struct listing *list, const struct present_options *o)
{
	(void)list;
	(void)o;
	print_str(p, "]}\n");
}

static void show(struct printer *p, const struct fundstelle_fields *f, const struct present_options *o)
{
	(void)o;
	print_str(p, "{\"key\": ");
	print_json_key(p, text_slice(f->key));
	member(p, "title", f->title);
	member_date(p, f->date);
	member(p, "author", f->author);
	member(p, "section", f->section);
	member(p, "source", f->source);
	write_snippet(p, f->snippet, NULL, 0);
	print_str(p, ", \"duplicates\": []"); /* nobody looked for them */
	member(p, "lead", f->lead);
	member(p, "format", f->format);
	member(p, "encoding", f->encoding);
	print_str(p, ", \"text\": ");
	print_json(p, text_slice(f->body));
	print_str(p, "}\n");
}

static void json_count(struct printer *p, const struct listing *list, const struct present_options *o)
{
	json_begin(p, list, o);
	json_end(p, list, o);
}

static void jsonl_begin(struct printer *p, const struct listing *list, const struct present_options *o)
{
	(void)p;
	(void)list;
	(void)o;
}

static void jsonl_hit(struct printer *p, const struct listed_hit *h, const struct present_options *o, bool first)
{
	(void)first;
	write_hit(p, h, o);
	print_str(p, "\n");
}

static void jsonl_count(struct printer *p, const struct listing *list, const struct present_options *o)
{
	print_str(p, "{");
	write_qid(p, o);
	print_str(p, "\"query\": ");
	print_json(p, list->answer.query);
	print_format(p, ", \"total\": %llu}\n", (unsigned long long)list->summary.total);
}

const struct presenter present_json = { 0, true, json_begin, json_hit, json_end, show, json_count };
const struct presenter present_jsonl = { 0, false, jsonl_begin, jsonl_hit, jsonl_begin, show, jsonl_count };
