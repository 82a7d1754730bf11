/* SPDX-License-Identifier: GPL-2.0-or-later */
/* present_lines.c - tsv, trec and paths: a hit a line, for other programs. */
#include "cli/present.h"

static void nothing(struct printer *p, const struct listing *list, const struct present_options *o)
{
	(void)p;
	(void)list;
	(void)o;
}

static void count(struct printer *p, const struct listing *list, const struct present_options *o)
{
	if (o->qid.len) {
		print_tsv(p, o->qid);
		print_str(p, "\t");
	}
	print_format(p, "%llu\n", (unsigned long long)list->summary.total);
}

/* rank, score, date, key, title; with --batch the query's id in front. */
static void tsv_hit(struct printer *p, const struct listed_hit *h, const struct present_options *o, bool first)
{
	char score[32], date[DATE_TEXT_MAX];
	(void)first;
	if (o->qid.len) {
		print_tsv(p, o->qid);
		print_str(p, "\t");
	}
	print_format(p, "%u\t%s\t%s\t", h->is.rank, score_format(h->is.millionths, score), date_format(h->is.date, date));
	print_key(p, text_slice(h->is.key), false);
	print_str(p, "\t");
	print_tsv(p, text_slice(h->is.title));
	print_str(p, "\n");
}

static void trec_hit(struct printer *p, const struct listed_hit *h, const struct present_options *o, bool first)
{
	int64_t score = h->is.falling; /* six digits where the order needs four: room to tell ties apart */
	(void)first;
	if (o->qid.len)
		print_key(p, o->qid, true);
	else
		print_str(p, "1");
	print_str(p, " Q0 ");
	print_key(p, text_slice(h->is.key), true);
	print_format(p, " %u %s%lld.%06lld fundstelle\n", h->is.rank, score < 0 ? "-" : "", (long long)((score < 0 ? -score : score) / MILLION),
		     (long long)((score < 0 ? -score : score) % MILLION));
}

static void paths_hit(struct printer *p, const struct listed_hit *h, const struct present_options *o, bool first)
{
	(void)first;
	print_raw(p, h->is.key.data, h->is.key.len);
	print_raw(p, o->nul ? "\0" : "\n", 1);
}

const struct presenter present_tsv = { FUNDSTELLE_NO_SNIPPET, false, nothing, tsv_hit, nothing, NULL, count };
const struct presenter present_trec = { FUNDSTELLE_NO_TEXT, false, nothing, trec_hit, nothing, NULL, count };
const struct presenter present_paths = { FUNDSTELLE_NO_TEXT, false, nothing, paths_hit, nothing, NULL, count };
