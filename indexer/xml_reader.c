/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/xml_reader.h"

#include <stdlib.h>

#include "indexer/date.h"
#include "indexer/html_text.h"

struct open_element {
	const struct xml_rule *rule; /* NULL: none */
	enum xml_field before;	     /* where the parent's text goes */
};

struct xml_reader {
	struct xml_stream *stream;
	const struct xml_dialect *dialect;
	struct xml_text outer[XML_FIELDS], inner[XML_FIELDS]; /* of the file; of an article in it */
	struct xml_text *field;				      /* one of them */
	struct buf html;				      /* while it is being collected */
	struct open_element open[XML_DEPTH_MAX + 1];
	uint32_t n_open, n_articles; /* articles: 0 or 1, more where they are nested */
	uint32_t html_from;	     /* the open element that holds HTML, from 1; 0: none */
	enum xml_field to;	     /* where text goes now */
	bool complete, ended, has_inner;
	bool root_is_article;
	bool ended_before; /* the last event was an end tag */
	bool told;	   /* what was left out */
};

#define PART(name, how_) { .element = name, .to = XML_AS_BEFORE, .how = how_ }
const struct xml_rule xml_text_rules[] = {
	PART("p", XML_PARAGRAPH), PART("para", XML_PARAGRAPH), PART("h1", XML_PARAGRAPH), PART("h2", XML_PARAGRAPH), PART("h3", XML_PARAGRAPH),
	PART("h4", XML_PARAGRAPH), PART("hl1", XML_PARAGRAPH), PART("hl2", XML_PARAGRAPH), PART("div", XML_PARAGRAPH), PART("section", XML_PARAGRAPH),
	PART("block", XML_PARAGRAPH), PART("blockquote", XML_PARAGRAPH), PART("bq", XML_PARAGRAPH), PART("note", XML_PARAGRAPH), PART("fn", XML_PARAGRAPH),
	PART("table", XML_PARAGRAPH), PART("nitf-table", XML_PARAGRAPH), PART("ul", XML_PARAGRAPH), PART("ol", XML_PARAGRAPH), PART("dl", XML_PARAGRAPH),
	PART("pre", XML_PARAGRAPH), PART("li", XML_LINE), PART("tr", XML_LINE), PART("dt", XML_LINE), PART("dd", XML_LINE), PART("br", XML_LINE),
	PART("credit", XML_LINE), PART("td", XML_BLANK), PART("th", XML_BLANK), { .element = "script", .to = XML_NOWHERE },
	{ .element = "style", .to = XML_NOWHERE }, { .element = NULL },
};
#undef PART

/* ---- rules ---- */

static bool is_open(const struct xml_reader *r, const char *element)
{
	if (strcmp(element, "*") == 0)
		return r->n_articles > 0;
	for (uint32_t i = r->n_open; i-- > 0;)
		if (r->open[i].rule && strcmp(r->open[i].rule->element, element) == 0)
			return true;
	return false;
}

static bool holds(const struct xml_reader *r, const struct xml_rule *rule, const char **attributes)
{
	if (rule->within && !is_open(r, rule->within))
		return false;
	if (rule->how & XML_FIRST && r->field[rule->to].buf.len && !(rule->how & XML_ARTICLE))
		return false;
	if (rule->attribute && !(rule->how & XML_ARTICLE) && !xml_attribute(attributes, rule->attribute))
		return false;
	const char *value = rule->when ? xml_attribute(attributes, rule->when) : NULL;
	return !rule->when || (value && strcmp(value, rule->is) == 0);
}

static const struct xml_rule *find_in(const struct xml_reader *r, const struct xml_rule *rule, const char *name, const char **attributes)
{
	for (; rule && rule->element; rule++)
		if (rule->element[0] == name[0] && strcmp(rule->element, name) == 0 && holds(r, rule, attributes))
			return rule;
	return NULL;
}

static const struct xml_rule *find_rule(const struct xml_reader *r, const char *name, const char **attributes)
{
	const struct xml_rule *rule = find_in(r, r->dialect->rules, name, attributes);
	return rule ? rule : find_in(r, r->dialect->more, name, attributes);
}

static enum xml_gap gap_of(const struct xml_rule *rule)
{
	if (rule->how & XML_JOINT)
		return XML_GAP_JOINT;
	return rule->how & XML_PARAGRAPH ? XML_GAP_PARAGRAPH : rule->how & XML_LINE ? XML_GAP_LINE : rule->how & XML_BLANK ? XML_GAP_BLANK : XML_GAP_NONE;
}

static void too_much(struct xml_reader *r, enum fund_status st)
{
	if (st == FUND_LIMIT)
		xml_stream_fail(r->stream, st, "an article has more than %zu MiB of text", XML_TEXT_MAX >> 20);
	else
		xml_stream_fail(r->stream, st, "out of memory");
}

static void check_fields(struct xml_reader *r)
{
	for (int i = 0; i < XML_FIELDS; i++)
		if (r->field[i].status != FUND_OK)
			too_much(r, r->field[i].status);
}

static void add_gap(struct xml_reader *r, enum xml_gap gap)
{
	if (r->to < XML_FIELDS)
		xml_text_gap(&r->field[r->to], gap);
}

/* The field of a rule whose element begins. */
static void make_ready(struct xml_reader *r, const struct xml_rule *rule)
{
	struct xml_text *t = &r->field[rule->to];
	if (rule->how & XML_INSTEAD)
		xml_text_reset(t);
	if (rule->how & XML_LIST && t->buf.len) {
		t->gap = XML_GAP_NONE;
		xml_text_add_raw(t, SLICE_LIT(", "));
	}
}

static void begin_article(struct xml_reader *r)
{
	if (r->n_articles++)
		return;
	for (int i = 0; i < XML_FIELDS; i++)
		xml_text_reset(&r->inner[i]);
	xml_text_gap(&r->outer[XML_BODY], XML_GAP_PARAGRAPH);
	r->field = r->inner;
	r->has_inner = true;
	r->root_is_article = r->n_open == 1;
}

static void take_attribute(struct xml_reader *r, const struct xml_rule *rule, const char **attributes)
{
	const char *value = xml_attribute(attributes, rule->attribute);
	if (!value || !*value || rule->to >= XML_FIELDS)
		return;
	make_ready(r, rule);
	xml_text_add(&r->field[rule->to], slice_str(value));
}

/* ---- HTML inside ---- */

static bool says_html(const struct xml_rule *rule, const char **attributes)
{
	const char *type = rule->how & XML_MAYBE_HTML ? xml_attribute(attributes, "type") : NULL;
	return rule->how & XML_HTML || (type && strstr(type, "html"));
}

/* Room for so many bytes more. */
static bool has_room(struct xml_reader *r, size_t n)
{
	enum fund_status st = r->html.len + n > XML_TEXT_MAX ? FUND_LIMIT : buf_reserve(&r->html, n);
	if (st != FUND_OK)
		too_much(r, st);
	return st == FUND_OK;
}

static void add_html(struct xml_reader *r, struct slice text)
{
	if (!has_room(r, text.len))
		return;
	memcpy(r->html.data + r->html.len, text.data, text.len);
	r->html.len += text.len;
}

static void add_tag(struct xml_reader *r, const char *before, const char *name)
{
	add_html(r, slice_str(before));
	add_html(r, slice_str(xml_local(name)));
	add_html(r, SLICE_LIT(">"));
}

static void end_html(struct xml_reader *r)
{
	struct buf text = BUF_INIT;
	enum fund_status st = html_to_text(slice_buf(&r->html), &text);
	if (st != FUND_OK)
		too_much(r, st);
	else
		xml_text_add_raw(&r->field[r->to], slice_buf(&text));
	buf_release(&text);
	r->html_from = 0;
}

/* ---- events ---- */

static void on_start(void *context, const char *name, const char **attributes)
{
	struct xml_reader *r = context;
	if (r->html_from) {
		r->open[r->n_open++] = (struct open_element){ NULL, r->to };
		add_tag(r, "<", name);
		return;
	}
	const struct xml_rule *rule = find_rule(r, r->dialect->local_names ? xml_local(name) : name, attributes);
	r->open[r->n_open++] = (struct open_element){ rule, r->to };
	if (r->dialect->split_adjacent && r->ended_before)
		add_gap(r, XML_GAP_LINE);
	r->ended_before = false;
	if (!rule)
		return;
	if (rule->how & XML_ARTICLE)
		begin_article(r);
	add_gap(r, gap_of(rule));
	if (rule->attribute) {
		take_attribute(r, rule, attributes);
	} else if (rule->to < XML_FIELDS) {
		make_ready(r, rule);
		r->to = rule->to;
	} else if (rule->to == XML_NOWHERE) {
		r->to = XML_NOWHERE;
	}
	add_gap(r, gap_of(rule));
	if (r->to < XML_FIELDS && says_html(rule, attributes)) {
		r->html_from = r->n_open;
		buf_reset(&r->html);
	}
}

static void on_end(void *context, const char *name)
{
	struct xml_reader *r = context;
	if (r->html_from && r->n_open > r->html_from) {
		r->n_open--;
		add_tag(r, "</", name);
		return;
	}
	if (r->html_from)
		end_html(r);
	const struct open_element *e = &r->open[--r->n_open];
	if (e->rule)
		add_gap(r, gap_of(e->rule));
	r->to = e->before;
	if (e->rule)
		add_gap(r, gap_of(e->rule));
	r->ended_before = true;
	if (e->rule && e->rule->how & XML_ARTICLE && --r->n_articles == 0) {
		check_fields(r);
		r->complete = true;
		xml_stream_pause(r->stream);
	}
}

static bool all_blank(struct slice s)
{
	while (s.len && (s.data[0] == ' ' || (s.data[0] >= '\t' && s.data[0] <= '\r')))
		s = slice_from(s, 1);
	return s.len == 0;
}

static void on_text(void *context, struct slice text)
{
	struct xml_reader *r = context;
	if (r->html_from) {
		add_html(r, text);
		return;
	}
	if (r->ended_before && r->dialect->split_adjacent && all_blank(text))
		return;
	r->ended_before = false;
	if (r->to >= XML_FIELDS)
		return;
	xml_text_add(&r->field[r->to], text);
	if (r->field[r->to].status != FUND_OK)
		check_fields(r);
}

/* ---- the reader ---- */

enum fund_status xml_reader_open(struct reader **out, struct input *in, const struct xml_dialect *dialect, struct fault *why)
{
	static const struct xml_events events = { on_start, on_end, on_text };
	struct xml_reader *r = calloc(1, sizeof *r);
	*out = (struct reader *)r;
	if (!r)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	r->dialect = dialect;
	r->field = r->outer;
	r->to = dialect->split_adjacent ? XML_BODY : XML_NOWHERE;
	enum fund_status st = xml_stream_open(&r->stream, in, &events, r, why);
	if (st != FUND_OK) {
		xml_reader_close(*out);
		*out = NULL;
	}
	return st;
}

void xml_reader_close(struct reader *reader)
{
	struct xml_reader *r = (struct xml_reader *)reader;
	if (!r)
		return;
	xml_stream_close(r->stream);
	for (int i = 0; i < XML_FIELDS; i++) {
		xml_text_release(&r->outer[i]);
		xml_text_release(&r->inner[i]);
	}
	buf_release(&r->html);
	free(r);
}

static bool fill(struct xml_reader *r, struct article *out)
{
	struct slice f[XML_FIELDS];
	for (int i = 0; i < XML_FIELDS; i++) {
		bool inherited = i >= XML_AUTHOR && r->field[i].buf.len == 0;
		f[i] = xml_text_slice(inherited ? &r->outer[i] : &r->field[i]);
	}
	if (r->dialect->lead_may_be_body && f[XML_BODY].len == 0) {
		f[XML_BODY] = f[XML_LEAD];
		f[XML_LEAD].len = 0;
	}
	*out = (struct article){ .id = f[XML_ID], .many = (r->dialect->many || r->has_inner) && !r->root_is_article, .title = f[XML_TITLE], .lead = f[XML_LEAD], .body = f[XML_BODY],
				 .author = f[XML_AUTHOR], .section = f[XML_SECTION], .source = f[XML_SOURCE], .date = date_parse(f[XML_DATE]),
				 .date_text = f[XML_DATE], .format = r->dialect->name, .encoding = xml_stream_encoding(r->stream) };
	if (!out->encoding)
		out->encoding = "UTF-8";
	return out->body.len || (r->field == r->outer && r->has_inner ? false : out->title.len || out->lead.len);
}

/* The file was read but for something that was left out: one line, once. */
static enum fund_status tell_left_out(struct xml_reader *r, bool *recovered, uint64_t *line, struct fault *why)
{
	const char *what = r->told ? NULL : xml_stream_left_out(r->stream, line);
	r->told = true;
	if (!what) {
		*line = 0;
		return FUND_END;
	}
	*recovered = true;
	return fault_set(why, FUND_INVALID, "%s", what);
}

enum fund_status xml_reader_next(struct reader *reader, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	struct xml_reader *r = (struct xml_reader *)reader;
	*recovered = false;
	while (!r->ended) {
		r->field = r->n_articles ? r->inner : r->outer;
		r->complete = false;
		enum fund_status st = xml_stream_run(r->stream, line, why);
		if (st != FUND_OK && st != FUND_END)
			return st;
		r->ended = st == FUND_END;
		r->complete |= r->ended && r->dialect->whole;
		if (r->complete && fill(r, out))
			return FUND_OK;
	}
	return tell_left_out(r, recovered, line, why);
}

int xml_root_is(struct slice head, const char *root, const char *mark)
{
	struct xml_sniff s;
	xml_sniff(&s, head);
	if (!slice_equal(s.name, slice_str(root)))
		return 0;
	return !mark || memmem(s.tag.data, s.tag.len, mark, strlen(mark)) ? 95 : 0;
}
