/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/mets.h"

#include <stdlib.h>
#include <strings.h>

#define TEXT_MAX 4096u /* bytes of a title or date */

enum within { IN_NOTHING, IN_FILES, IN_LOGICAL, IN_PHYSICAL };

struct parser {
	struct mets *m;
	struct xml_stream *xml;
	enum within within;
	bool text_group;	  /* files of OCR, not pictures */
	uint32_t article;	  /* the open one, from 1; 0: none */
	uint32_t heading_depth;	  /* depth of the open heading's div; 0: none */
	struct slice file;	  /* the file being declared */
	struct slice page_label;  /* of the open page */
	struct slice *into;	  /* where text goes; NULL: nowhere */
	struct buf text;
	uint32_t related;	  /* depth of mods:relatedItem, whose titles are others' */
};

static void no_memory(struct parser *p) { xml_stream_fail(p->xml, FUND_NO_MEMORY, "out of memory"); }

static struct slice keep(struct parser *p, const char *s)
{
	struct slice kept = s ? arena_slice(&p->m->arena, slice_str(s)) : (struct slice){ NULL, 0 };
	if (s && !kept.data)
		no_memory(p);
	return kept;
}

/* Room for one more row; NULL: no memory. */
static void *room(struct parser *p, void **rows, uint32_t n, size_t *cap, size_t size)
{
	void *grown = array_room(*rows, n + (size_t)1, cap, size);
	if (!grown) {
		no_memory(p);
		return NULL;
	}
	*rows = grown;
	return (uint8_t *)*rows + n * size;
}

static bool is_word(const char *value, const char *const *words)
{
	for (; value && *words; words++)
		if (strcasecmp(value, *words) == 0)
			return true;
	return false;
}

/* ---- files ---- */

static bool names_text(const char *value)
{
	static const char *const parts[] = { "alto", "fulltext", "ocr", "page+xml", "prima", "text/xml" };
	for (size_t i = 0; value && i < sizeof parts / sizeof *parts; i++)
		if (strcasestr(value, parts[i]))
			return true;
	return false;
}

static void add_file(struct parser *p, const char **attributes)
{
	const char *href = xml_attribute(attributes, "href");
	struct mets *m = p->m;
	if (!href || p->file.len == 0 || !(p->text_group || names_text(href) || slice_ends_in(slice_str(href), ".xml")))
		return;
	struct mets_file *f = room(p, (void **)&m->files, m->n_files, &m->cap_files, sizeof *f);
	if (f) {
		*f = (struct mets_file){ p->file, keep(p, href), { NULL, 0 } };
		m->n_files++;
	}
}

const struct mets_file *mets_find_file(const struct mets *m, struct slice id)
{
	for (uint32_t i = 0; i < m->n_files; i++)
		if (slice_equal(m->files[i].id, id))
			return &m->files[i];
	return NULL;
}

static void in_files(struct parser *p, const char *name, const char **attributes)
{
	if (strcmp(name, "fileGrp") == 0) {
		p->text_group = names_text(xml_attribute(attributes, "USE")) || names_text(xml_attribute(attributes, "ID"));
	} else if (strcmp(name, "file") == 0) {
		const char *id = xml_attribute(attributes, "ID"), *mime = xml_attribute(attributes, "MIMETYPE");
		bool other = mime && (strncmp(mime, "image/", 6) == 0 || strcmp(mime, "application/pdf") == 0);
		p->file = !other ? keep(p, id) : (struct slice){ NULL, 0 };
	} else if (strcmp(name, "FLocat") == 0) {
		add_file(p, attributes);
	}
}

/* ---- articles ---- */

static void begin_article(struct parser *p, const char **attributes)
{
	struct mets *m = p->m;
	struct mets_article *a = room(p, (void **)&m->articles, m->n_articles, &m->cap_articles, sizeof *a);
	if (!a)
		return;
	const char *id = xml_attribute(attributes, "ID");
	*a = (struct mets_article){ keep(p, id), keep(p, xml_attribute(attributes, "LABEL")), m->n_areas, 0, xml_stream_depth(p->xml) };
	p->article = ++m->n_articles;
}

static void add_area(struct parser *p, const char *file, const char *block)
{
	struct mets *m = p->m;
	if (!file || !p->article)
		return;
	struct mets_area *a = room(p, (void **)&m->areas, m->n_areas, &m->cap_areas, sizeof *a);
	if (!a)
		return;
	*a = (struct mets_area){ keep(p, file), keep(p, block), p->heading_depth != 0 };
	m->n_areas++;
	m->articles[p->article - 1].n++;
}

static void in_logical(struct parser *p, const char *name, const char **attributes)
{
	static const char *const articles[] = { "article", "advertisement", "obituary", "weather", "serial", "letter", "illustration", NULL };
	static const char *const headings[] = { "heading", "headline", "title", NULL };
	if (strcmp(name, "div") == 0) {
		const char *type = xml_attribute(attributes, "TYPE");
		if (!p->article && is_word(type, articles))
			begin_article(p, attributes);
		else if (p->article && !p->heading_depth && is_word(type, headings))
			p->heading_depth = xml_stream_depth(p->xml);
	} else if (strcmp(name, "area") == 0) {
		add_area(p, xml_attribute(attributes, "FILEID"), xml_attribute(attributes, "BEGIN"));
	} else if (strcmp(name, "fptr") == 0) {
		add_area(p, xml_attribute(attributes, "FILEID"), NULL);
	}
}

static void in_physical(struct parser *p, const char *name, const char **attributes)
{
	if (strcmp(name, "div") == 0) {
		const char *label = xml_attribute(attributes, "ORDERLABEL");
		if (!label || !*label || strcmp(label, " - ") == 0)
			label = xml_attribute(attributes, "ORDER");
		p->page_label = keep(p, label);
	} else if (strcmp(name, "fptr") == 0 || strcmp(name, "area") == 0) {
		const char *id = xml_attribute(attributes, "FILEID");
		for (uint32_t i = 0; id && i < p->m->n_files; i++)
			if (slice_equal(p->m->files[i].id, slice_str(id)))
				p->m->files[i].label = p->page_label;
	}
}

/* ---- of the issue ---- */

static void in_description(struct parser *p, const char *name)
{
	struct mets *m = p->m;
	struct slice *into = NULL;
	if (strcmp(name, "relatedItem") == 0 && !p->related)
		p->related = xml_stream_depth(p->xml);
	if (strcmp(name, "title") == 0)
		into = &m->title;
	else if (strcmp(name, "dateIssued") == 0 || strcmp(name, "date") == 0 || strcmp(name, "issued") == 0)
		into = p->related ? NULL : &m->date;
	if (into && into->len == 0) {
		p->into = into;
		buf_reset(&p->text);
	}
}

/* ---- events ---- */

static void on_start(void *context, const char *name, const char **attributes)
{
	struct parser *p = context;
	name = xml_local(name);
	if (strcmp(name, "fileSec") == 0) {
		p->within = IN_FILES;
	} else if (strcmp(name, "structMap") == 0) {
		const char *type = xml_attribute(attributes, "TYPE");
		p->within = type && strcasestr(type, "logical") ? IN_LOGICAL : IN_PHYSICAL;
	} else if (p->within == IN_FILES) {
		in_files(p, name, attributes);
	} else if (p->within == IN_LOGICAL) {
		in_logical(p, name, attributes);
	} else if (p->within == IN_PHYSICAL) {
		in_physical(p, name, attributes);
	} else {
		in_description(p, name);
	}
}

static void on_end(void *context, const char *name)
{
	struct parser *p = context;
	uint32_t depth = xml_stream_depth(p->xml);
	name = xml_local(name);
	if (p->into) {
		*p->into = arena_slice(&p->m->arena, slice_buf(&p->text));
		p->into = NULL;
	}
	if (p->article && p->m->articles[p->article - 1].depth == depth)
		p->article = 0;
	if (p->heading_depth == depth)
		p->heading_depth = 0;
	if (p->related == depth)
		p->related = 0;
	if (strcmp(name, "fileSec") == 0 || strcmp(name, "structMap") == 0)
		p->within = IN_NOTHING;
	if (strcmp(name, "file") == 0)
		p->file.len = 0;
}

static void on_text(void *context, struct slice text)
{
	struct parser *p = context;
	if (p->into && p->text.len + text.len <= TEXT_MAX && buf_add_slice(&p->text, text) != FUND_OK)
		no_memory(p);
}

enum fund_status mets_read(struct mets *m, struct input *in, uint64_t *line, struct fault *why)
{
	static const struct xml_events events = { on_start, on_end, on_text };
	struct parser p = { .m = m };
	enum fund_status st = xml_stream_open(&p.xml, in, &events, &p, why);
	while (st == FUND_OK)
		st = xml_stream_run(p.xml, line, why);
	if (p.xml)
		m->encoding = xml_stream_encoding(p.xml);
	xml_stream_close(p.xml);
	buf_release(&p.text);
	return st == FUND_END ? FUND_OK : st;
}

void mets_release(struct mets *m)
{
	arena_release(&m->arena);
	free(m->files);
	free(m->articles);
	free(m->areas);
	*m = (struct mets){ .arena = ARENA_INIT };
}
