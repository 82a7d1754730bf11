/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_mets.c - METS with ALTO or PAGE beside it: where METS has articles, they are the articles, else each page is one.
 *
 * The pages that it names belong to it: they are not indexed once more as files of their own (claims.h). Pages are read when an article first
 * needs them, and kept up to PAGES_MEMORY bytes.
 */
#include <stdlib.h>
#include <unistd.h>

#include "indexer/date.h"
#include "indexer/mets.h"
#include "indexer/ocr_stream.h"
#include "indexer/siblings.h"

#define PAGES_MEMORY ((size_t)64 << 20)

struct page {
	struct slice file; /* its ID in the METS; empty: not used */
	struct ocr_page page;
	struct slice label; /* the METS's name for it */
	bool there;
	uint64_t used;	   /* when it was last asked for */
};

struct mets_reader {
	struct input *in;
	struct buf path, page_path;
	const struct siblings *siblings;
	struct mets m;
	bool read;
	uint32_t next;
	struct page *pages; /* as many as the METS has files */
	size_t memory;
	uint64_t clock;
	struct ocr_text text, heading;
	struct slice missing; /* the first page that is named and not there */
	uint32_t n_there;
	struct fault bad;     /* the first page that could not be read */
	bool told;
};

static int mets_recognise(struct slice head, bool whole, struct slice name)
{
	struct xml_sniff s;
	(void)whole, (void)name;
	xml_sniff(&s, head);
	return slice_equal(s.name, SLICE_LIT("mets")) ? 95 : 0;
}

static void mets_close(struct reader *reader)
{
	struct mets_reader *r = (struct mets_reader *)reader;
	if (!r)
		return;
	for (uint32_t i = 0; r->pages && i < r->m.n_files; i++)
		ocr_page_release(&r->pages[i].page);
	free(r->pages);
	mets_release(&r->m);
	ocr_text_release(&r->text);
	ocr_text_release(&r->heading);
	buf_release(&r->path);
	buf_release(&r->page_path);
	free(r);
}

static enum fund_status mets_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	struct mets_reader *r = calloc(1, sizeof *r);
	*out = (struct reader *)r;
	if (!r)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	r->in = in;
	r->siblings = limits->siblings;
	enum fund_status st = buf_add_slice(&r->path, path);
	if (st != FUND_OK) {
		mets_close(*out);
		*out = NULL;
		return fault_set(why, st, "out of memory");
	}
	return FUND_OK;
}

/* ---- pages ---- */

static const struct ocr_dialect *dialect_of(struct slice head)
{
	return reader_alto.recognise(head, false, (struct slice){ NULL, 0 }) ? &ocr_alto : reader_page.recognise(head, false, (struct slice){ NULL, 0 }) ? &ocr_page_xml : NULL;
}

/* The first page of an open file. */
static enum fund_status read_page(struct page *p, int fd, struct fault *why)
{
	struct input *in;
	struct slice head;
	struct ocr_stream *s = NULL;
	struct ocr_page *page;
	bool last;
	uint64_t line;
	enum fund_status st = input_open_fd(&in, fd, 0, UINT64_MAX, why);
	if (st != FUND_OK)
		return st;
	st = input_peek(in, 4096, &head, why);
	const struct ocr_dialect *dialect = st == FUND_OK ? dialect_of(head) : NULL;
	if (st == FUND_OK && !dialect)
		st = FUND_END; /* something else that a METS may name: no text */
	if (st == FUND_OK)
		st = ocr_stream_open(&s, in, dialect, why);
	if (st == FUND_OK)
		st = ocr_stream_next(s, &page, &last, &line, why);
	if (st == FUND_OK) { /* taken over; the stream is left with nothing */
		p->page = *page;
		*page = (struct ocr_page){ .pool = BUF_INIT };
		p->there = true;
	}
	ocr_stream_close(s);
	input_close(in);
	return st == FUND_END ? FUND_OK : st;
}

static size_t page_memory(const struct ocr_page *p)
{
	return p->pool.cap + p->cap_words * sizeof *p->words + p->cap_blocks * sizeof *p->blocks + p->cap_others * sizeof *p->others;
}

/* Gives up the pages that were not asked for the longest. */
static void make_room(struct mets_reader *r)
{
	while (r->memory > PAGES_MEMORY) {
		struct page *oldest = NULL;
		for (uint32_t i = 0; i < r->m.n_files; i++)
			if (r->pages[i].there && r->pages[i].used != r->clock && (!oldest || r->pages[i].used < oldest->used))
				oldest = &r->pages[i];
		if (!oldest)
			return;
		r->memory -= page_memory(&oldest->page);
		ocr_page_release(&oldest->page);
		oldest->file.len = 0;
		oldest->there = false;
	}
}

static enum fund_status load_page(struct mets_reader *r, const struct mets_file *f, struct page *p)
{
	struct fault why = { 0 };
	int fd;
	p->file = f->id;
	p->label = f->label;
	enum fund_status st = sibling_path(slice_buf(&r->path), f->href, &r->page_path);
	if (st == FUND_OK)
		st = r->siblings ? r->siblings->open(r->siblings->context, slice_buf(&r->page_path), &fd, &why) : FUND_NOT_FOUND;
	if (st == FUND_NO_MEMORY)
		return st;
	if (st != FUND_OK) {
		r->missing = r->missing.len ? r->missing : f->href;
		return FUND_OK;
	}
	r->n_there++;
	st = read_page(p, fd, &why);
	close(fd);
	if (p->there) {
		r->memory += page_memory(&p->page);
		make_room(r);
	} else if (st != FUND_OK && st != FUND_NO_MEMORY && !r->bad.text[0]) {
		fault_set(&r->bad, st, "%.*s: %.500s", (int)(f->href.len < 300 ? f->href.len : 300), (const char *)f->href.data, why.text);
	}
	return st == FUND_NO_MEMORY ? st : FUND_OK;
}

/* *out NULL: there is no such page, or it cannot be read. */
static enum fund_status find_page(struct mets_reader *r, struct slice id, struct page **out)
{
	const struct mets_file *f = mets_find_file(&r->m, id);
	*out = NULL;
	if (!f)
		return FUND_OK;
	struct page *p = &r->pages[f - r->m.files];
	p->used = ++r->clock;
	enum fund_status st = p->file.len ? FUND_OK : load_page(r, f, p);
	*out = p->there ? p : NULL;
	return st;
}

/* ---- articles ---- */

static enum fund_status add_area(struct mets_reader *r, const struct mets_area *a, struct ocr_text *t, const struct page **on)
{
	struct page *p;
	enum fund_status st = find_page(r, a->file, &p);
	if (st != FUND_OK || !p)
		return st;
	if (p != *on) {
		st = p->label.len ? layout_add_page(&t->layout, p->label) : ocr_text_page(t, &p->page);
		*on = p;
	}
	if (st != FUND_OK)
		return st;
	if (a->block.len == 0)
		return ocr_text_blocks(t, &p->page);
	const struct ocr_block *b = ocr_page_find(&p->page, a->block);
	return b ? ocr_text_block(t, &p->page, b) : FUND_OK; /* a picture has a block, too, and no text */
}

/* The heading is the title where the METS gives no label; it stays in the text, where its boxes are. */
static enum fund_status make_article(struct mets_reader *r, const struct mets_article *a)
{
	const struct page *on = NULL, *heading_on = NULL;
	enum fund_status st = FUND_OK;
	ocr_text_reset(&r->text);
	ocr_text_reset(&r->heading);
	for (uint32_t i = a->first; i < a->first + a->n && st == FUND_OK; i++) {
		st = add_area(r, &r->m.areas[i], &r->text, &on);
		if (st == FUND_OK && r->m.areas[i].title && a->label.len == 0)
			st = add_area(r, &r->m.areas[i], &r->heading, &heading_on);
	}
	return st;
}

static enum fund_status make_page(struct mets_reader *r, const struct mets_file *f)
{
	const struct page *on = NULL;
	struct mets_area all = { f->id, { NULL, 0 }, false };
	ocr_text_reset(&r->text);
	ocr_text_reset(&r->heading);
	return add_area(r, &all, &r->text, &on);
}

static struct article common(const struct mets_reader *r)
{
	return (struct article){ .many = true, .source = r->m.title, .date_text = r->m.date, .date = date_parse(r->m.date), .format = reader_mets.name,
				 .encoding = r->m.encoding ? r->m.encoding : "UTF-8" };
}

/* Pages that are named and not there: nothing is said when none is, as of an issue of pictures. */
static enum fund_status tell(struct mets_reader *r, bool *recovered, struct fault *why)
{
	if (r->told || (!r->bad.text[0] && (!r->missing.len || !r->n_there)))
		return FUND_END;
	r->told = true;
	*recovered = true;
	if (r->bad.text[0])
		return fault_set(why, r->bad.status, "%s", r->bad.text);
	return fault_set(why, FUND_INVALID, "its page %.*s is not there", (int)(r->missing.len < 500 ? r->missing.len : 500), (const char *)r->missing.data);
}

static enum fund_status read_structure(struct mets_reader *r, uint64_t *line, struct fault *why)
{
	r->read = true;
	enum fund_status st = mets_read(&r->m, r->in, line, why);
	if (st != FUND_OK)
		return st;
	r->pages = calloc(r->m.n_files + 1u, sizeof *r->pages);
	return r->pages ? FUND_OK : fault_set(why, FUND_NO_MEMORY, "out of memory");
}

static enum fund_status mets_next(struct reader *reader, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	struct mets_reader *r = (struct mets_reader *)reader;
	*recovered = false;
	*line = 0;
	enum fund_status st = r->read ? FUND_OK : read_structure(r, line, why);
	if (st != FUND_OK)
		return st;
	*out = common(r);
	for (; r->next < (r->m.n_articles ? r->m.n_articles : r->m.n_files);) {
		const struct mets_article *a = r->m.n_articles ? &r->m.articles[r->next] : NULL;
		const struct mets_file *f = a ? NULL : &r->m.files[r->next];
		r->next++;
		st = a ? make_article(r, a) : make_page(r, f);
		if (st != FUND_OK)
			return fault_set(why, st, "out of memory");
		if (r->text.body.len == 0)
			continue;
		out->id = a ? a->id : f->id;
		out->title = a ? (a->label.len ? a->label : slice_buf(&r->heading.body)) : (struct slice){ NULL, 0 };
		ocr_text_article(&r->text, out);
		return FUND_OK;
	}
	return tell(r, recovered, why);
}

const struct reader_format reader_mets = { "METS", false, mets_recognise, mets_open, mets_next, mets_close };
