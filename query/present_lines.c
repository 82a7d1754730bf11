/* SPDX-License-Identifier: GPL-2.0-or-later */
/* present_lines.c - tsv, trec and paths: a hit a line, for other programs. */
#include "query/present.h"

static void nothing(struct printer *p, const struct result *r, const struct present_options *o)
{
	(void)p;
	(void)r;
	(void)o;
}

static void count(struct printer *p, const struct result *r, const struct present_options *o)
{
	if (o->qid.len) {
		print_tsv(p, o->qid);
		print_str(p, "\t");
	}
	print_format(p, "%llu\n", (unsigned long long)r->total);
}

/* rank, score, date, key, title; with --batch the query's id in front. */
static void tsv_hit(struct printer *p, const struct result *r, const struct shown_hit *h, const struct present_options *o, bool first)
{
	char score[32], date[16];
	(void)r;
	(void)first;
	if (o->qid.len) {
		print_tsv(p, o->qid);
		print_str(p, "\t");
	}
	print_format(p, "%u\t%s\t%s\t", h->rank, score_format(h->score, score), date_format(h->date, date));
	print_key(p, h->key, false);
	print_str(p, "\t");
	print_tsv(p, h->title.text);
	print_str(p, "\n");
}

static void trec_hit(struct printer *p, const struct result *r, const struct shown_hit *h, const struct present_options *o, bool first)
{
	int64_t score = h->falling; /* six digits where the order needs four: room to tell ties apart */
	(void)r;
	(void)first;
	if (o->qid.len)
		print_key(p, o->qid, true);
	else
		print_str(p, "1");
	print_str(p, " Q0 ");
	print_key(p, h->key, true);
	print_format(p, " %u %s%lld.%06lld fundstelle\n", h->rank, score < 0 ? "-" : "", (long long)((score < 0 ? -score : score) / SCORE_UNIT),
		     (long long)((score < 0 ? -score : score) % SCORE_UNIT));
}

static void paths_hit(struct printer *p, const struct result *r, const struct shown_hit *h, const struct present_options *o, bool first)
{
	(void)r;
	(void)first;
	print_raw(p, h->key.data, h->key.len);
	print_raw(p, o->nul ? "\0" : "\n", 1);
}

const struct presenter present_tsv = { "tsv", HIT_TITLE, false, true, nothing, tsv_hit, nothing, NULL, count };
const struct presenter present_trec = { "trec", HIT_KEY, false, true, nothing, trec_hit, nothing, NULL, count };
const struct presenter present_paths = { "paths", HIT_KEY, false, false, nothing, paths_hit, nothing, NULL, count };
