/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/html_meta.h"

#include <limits.h>

#include "indexer/date.h"
#include "indexer/json.h"

#define NO_DATE 100u /* is added to the rank of a date that is none */

void html_meta_begin(struct html_meta *m)
{
	for (int i = 0; i < HTML_FIELDS; i++) {
		buf_reset(&m->value[i]);
		m->rank[i] = UINT_MAX;
	}
}

void html_meta_release(struct html_meta *m)
{
	for (int i = 0; i < HTML_FIELDS; i++)
		buf_release(&m->value[i]);
	buf_release(&m->room);
	buf_release(&m->list);
}

/* With its references decoded and its blanks run together, if its rank is better than what there is. */
static enum fund_status set(struct html_meta *m, enum html_field field, unsigned rank, struct slice value)
{
	if (rank >= m->rank[field])
		return FUND_OK;
	buf_reset(&m->room);
	enum fund_status st = html_add_decoded(&m->room, value, true);
	size_t n = 0;
	for (size_t i = 0; st == FUND_OK && i < m->room.len; i++) {
		uint8_t c = m->room.data[i];
		if (!is_white(c))
			m->room.data[n++] = c;
		else if (n && m->room.data[n - 1] != ' ')
			m->room.data[n++] = ' ';
	}
	n -= n && m->room.data[n - 1] == ' ';
	if (st != FUND_OK || n == 0)
		return st;
	if (field == HTML_DATE && date_parse(slice_of(m->room.data, n)) == 0)
		rank += NO_DATE;
	if (rank >= m->rank[field])
		return FUND_OK;
	m->rank[field] = rank;
	buf_reset(&m->value[field]);
	return buf_add(&m->value[field], m->room.data, n);
}

static bool same(struct slice name, const char *known)
{
	size_t i = 0;
	for (; i < name.len && known[i]; i++)
		if ((name.data[i] >= 'A' && name.data[i] <= 'Z' ? name.data[i] + 32 : name.data[i]) != known[i])
			return false;
	return i == name.len && !known[i];
}

/* ---- <meta>, <time> ---- */

static const struct {
	const char *name; /* of name, property or itemprop */
	enum html_field field;
	unsigned rank;
} names[] = {
	{ "og:title", HTML_TITLE, 0 },	      { "twitter:title", HTML_TITLE, 2 },     { "dc.title", HTML_TITLE, 3 },
	{ "article:published_time", HTML_DATE, 0 }, { "datepublished", HTML_DATE, 2 }, { "date", HTML_DATE, 3 },
	{ "dc.date", HTML_DATE, 4 },	      { "dc.date.issued", HTML_DATE, 4 },     { "dc.date.created", HTML_DATE, 4 },
	{ "dcterms.date", HTML_DATE, 4 },     { "dcterms.issued", HTML_DATE, 4 },     { "dcterms.created", HTML_DATE, 4 },
	{ "pubdate", HTML_DATE, 4 },	      { "publishdate", HTML_DATE, 4 },	      { "publish-date", HTML_DATE, 4 },
	{ "publication_date", HTML_DATE, 4 }, { "parsely-pub-date", HTML_DATE, 4 },   { "sailthru.date", HTML_DATE, 4 },
	{ "datum", HTML_DATE, 4 },	      { "author", HTML_AUTHOR, 1 },	      { "article:author", HTML_AUTHOR, 2 },
	{ "dc.creator", HTML_AUTHOR, 3 },     { "parsely-author", HTML_AUTHOR, 3 },   { "autor", HTML_AUTHOR, 3 },
	{ "article:section", HTML_SECTION, 0 }, { "section", HTML_SECTION, 2 },	      { "ressort", HTML_SECTION, 2 },
	{ "parsely-section", HTML_SECTION, 3 }, { "og:site_name", HTML_SOURCE, 1 },   { "publisher", HTML_SOURCE, 2 },
	{ "dc.publisher", HTML_SOURCE, 2 },   { "application-name", HTML_SOURCE, 3 }, { "description", HTML_DESCRIPTION, 0 },
	{ "og:description", HTML_DESCRIPTION, 1 }, { "twitter:description", HTML_DESCRIPTION, 3 }, { "dc.description", HTML_DESCRIPTION, 3 },
};

static bool is_address(struct slice s) { return s.len > 4 && memcmp(s.data, "http", 4) == 0; }

enum fund_status html_meta_tag(struct html_meta *m, const struct html_tokens *t)
{
	struct slice name, content;
	if (!html_attribute(t, "content", &content) || content.len == 0)
		return FUND_OK;
	if (!html_attribute(t, "property", &name) && !html_attribute(t, "name", &name) && !html_attribute(t, "itemprop", &name))
		return FUND_OK;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (same(name, names[i].name))
			return names[i].field == HTML_AUTHOR && is_address(content) ? FUND_OK : set(m, names[i].field, names[i].rank, content);
	return FUND_OK;
}

enum fund_status html_meta_time(struct html_meta *m, const struct html_tokens *t, bool in_article)
{
	struct slice date, what;
	if (!html_attribute(t, "datetime", &date))
		return FUND_OK;
	bool published = html_attribute(t, "pubdate", &what) || (html_attribute(t, "itemprop", &what) && same(what, "datepublished"));
	return set(m, HTML_DATE, published ? 5 : in_article ? 6 : 7, date);
}

/* ---- JSON-LD ---- */

/* "NewsArticle", "Article", "ReportageNewsArticle", "BlogPosting", "LiveBlogPosting" … */
static bool names_article(struct slice type)
{
	static const char *const endings[] = { "article", "posting", "report" };
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (slice_ends_in(type, endings[i]))
			return true;
	return false;
}

/* A string, the "name" of an object, or several of them: "A, B". */
static bool add_names(struct html_meta *m, struct json *j, struct buf *room)
{
	struct slice s, key;
	bool more;
	switch (json_peek(j)) {
	case JSON_STRING:
		if (!json_string(j, room, &s))
			return false;
		return s.len == 0 || is_address(s) || ((m->list.len == 0 || buf_add_str(&m->list, ", ") == FUND_OK) && buf_add_slice(&m->list, s) == FUND_OK);
	case JSON_ARRAY:
		for (more = json_enter(j, '[', ']'); more; more = json_more(j, ']'))
			if (!add_names(m, j, room))
				return false;
		return !j->error;
	case JSON_OBJECT:
		for (more = json_enter(j, '{', '}'); more; more = json_more(j, '}'))
			if (!json_key(j, room, &key) || !(same(key, "name") ? add_names(m, j, room) : json_skip(j)))
				return false;
		return !j->error;
	default:
		return json_skip(j);
	}
}

static const struct {
	const char *name;
	enum html_field field;
	unsigned rank;
} properties[] = {
	{ "headline", HTML_TITLE, 1 }, { "datepublished", HTML_DATE, 1 }, { "author", HTML_AUTHOR, 0 }, { "articlesection", HTML_SECTION, 1 },
	{ "publisher", HTML_SOURCE, 0 }, { "description", HTML_DESCRIPTION, 2 },
};

/* *type: what "@type" says, of which *article is whether it is one. */
static bool read_type(struct json j, struct buf *room, bool *article)
{
	struct slice key, type;
	bool more;
	*article = false;
	for (more = json_enter(&j, '{', '}'); more; more = json_more(&j, '}')) {
		if (!json_key(&j, room, &key))
			return false;
		if (!same(key, "@type")) {
			if (!json_skip(&j))
				return false;
			continue;
		}
		bool many = json_peek(&j) == JSON_ARRAY, any = !many || json_enter(&j, '[', ']');
		while (any && json_peek(&j) == JSON_STRING && json_string(&j, room, &type)) {
			*article |= names_article(type);
			any = many && json_more(&j, ']');
		}
		return !j.error;
	}
	return !j.error;
}

static bool read_value(struct html_meta *m, struct json *j, struct buf *room, bool article);

static bool read_object(struct html_meta *m, struct json *j, struct buf *room)
{
	struct slice key;
	bool article, more;
	if (!read_type(*j, room, &article))
		return false;
	for (more = json_enter(j, '{', '}'); more; more = json_more(j, '}')) {
		size_t i = 0, n = sizeof properties / sizeof *properties;
		if (!json_key(j, room, &key))
			return false;
		while (i < n && !(article && same(key, properties[i].name)))
			i++;
		buf_reset(&m->list);
		if (i == n ? !read_value(m, j, room, article) : !add_names(m, j, room))
			return false;
		if (i < n && m->list.len && set(m, properties[i].field, properties[i].rank, slice_buf(&m->list)) != FUND_OK)
			return false;
	}
	return !j->error;
}

/* Looks for articles in it; what belongs to one (its parts, comments, other articles) is passed over. */
static bool read_value(struct html_meta *m, struct json *j, struct buf *room, bool article)
{
	bool more;
	switch (article ? JSON_NULL : json_peek(j)) {
	case JSON_OBJECT:
		return read_object(m, j, room);
	case JSON_ARRAY:
		for (more = json_enter(j, '[', ']'); more; more = json_more(j, ']'))
			if (!read_value(m, j, room, false))
				return false;
		return !j->error;
	default:
		return json_skip(j);
	}
}

enum fund_status html_meta_json(struct html_meta *m, struct slice text)
{
	struct buf room = BUF_INIT;
	while (text.len && text.data[0] != '{' && text.data[0] != '[') /* "<!--", "//<![CDATA[" */
		text = slice_from(text, 1);
	struct json j = json_of(text);
	if (text.len)
		read_value(m, &j, &room, false);
	buf_release(&room);
	return FUND_OK;
}
