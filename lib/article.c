/* SPDX-License-Identifier: GPL-2.0-or-later */
/* article.c - one article with all its fields. */
#include <stdlib.h>

#include "lib/handles_private.h"
#include "lib/sized.h"

void fundstelle_article_free(fundstelle_article *article)
{
	if (!article)
		return;
	arena_release(&article->arena);
	free(article);
}

static struct fundstelle_fields fields_of(const struct shown_hit *h)
{
	return (struct fundstelle_fields){
		.key = text_of(h->key), .title = text_of(h->title.text), .lead = text_of(h->lead), .body = text_of(h->body), .author = text_of(h->author),
		.section = text_of(h->section), .source = text_of(h->source), .format = text_of(h->format), .encoding = text_of(h->encoding),
		.date_text = text_of(h->date_text), .date = date_of(h->date), .address = text_of(h->address),
		.snippet = text_of(h->snippet.text),
	};
}

int fundstelle_show(fundstelle_index *index, const char *key, size_t len, fundstelle_article **out, struct fundstelle_error *error)
{
	struct fault why = { 0 };
	struct call call;
	struct shown_hit hit;
	*out = NULL;
	fundstelle_article *a = calloc(1, sizeof *a);
	if (!a)
		return tell_no_memory(error);
	call_begin(&call, index);
	int code = question_begin(index, error);
	if (code == FUNDSTELLE_OK) {
		enum fund_status st = session_show(&index->session, len == FUNDSTELLE_TERMINATED ? slice_str(key) : slice_of(key, len), HIT_ADDRESS, &a->arena, &hit, &why);
		enum fund_status warned = question_end(index, &(struct search_note){ .n_limits = 0 }, 1);
		code = st != FUND_OK ? tell_fault(error, st, &why) : warned != FUND_OK ? tell_no_memory(error) : FUNDSTELLE_OK;
	}
	call_end(&call);
	if (code != FUNDSTELLE_OK) {
		fundstelle_article_free(a);
		return code;
	}
	a->fields = fields_of(&hit);
	*out = a;
	return FUNDSTELLE_OK;
}

void fundstelle_article_fields(const fundstelle_article *article, struct fundstelle_fields *fields)
{
	sized_write(fields, &article->fields, sizeof article->fields);
}
