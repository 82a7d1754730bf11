/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/record.h"

#include <limits.h>

#include "indexer/date.h"
#include "indexer/html_text.h"

static const struct {
	const char *name;
	enum record_field field;
} names[] = {
	{ "id", RECORD_ID },	     { "uid", RECORD_ID },	   { "guid", RECORD_ID },	 { "url", RECORD_ID },
	{ "title", RECORD_TITLE },   { "headline", RECORD_TITLE }, { "titel", RECORD_TITLE },
	{ "lead", RECORD_LEAD },     { "teaser", RECORD_LEAD },	   { "abstract", RECORD_LEAD },	 { "vorspann", RECORD_LEAD },
	{ "text", RECORD_TEXT },     { "body", RECORD_TEXT },	   { "content", RECORD_TEXT },	 { "inhalt", RECORD_TEXT },
	{ "date", RECORD_DATE },     { "published", RECORD_DATE }, { "pubdate", RECORD_DATE },	 { "datum", RECORD_DATE },
	{ "author", RECORD_AUTHOR }, { "autor", RECORD_AUTHOR },   { "byline", RECORD_AUTHOR },
	{ "section", RECORD_SECTION }, { "ressort", RECORD_SECTION }, { "category", RECORD_SECTION },
	{ "source", RECORD_SOURCE }, { "quelle", RECORD_SOURCE },  { "publication", RECORD_SOURCE },
};

static bool same_name(struct slice name, const char *known)
{
	size_t i = 0;
	for (; i < name.len && known[i]; i++)
		if ((name.data[i] >= 'A' && name.data[i] <= 'Z' ? name.data[i] + 32 : name.data[i]) != known[i])
			return false;
	return i == name.len && !known[i];
}

enum record_field record_field_of(struct slice name, unsigned *rank)
{
	for (*rank = 0; *rank < sizeof names / sizeof *names; ++*rank)
		if (same_name(name, names[*rank].name))
			return names[*rank].field;
	return RECORD_FIELDS;
}

void record_release(struct record *r)
{
	for (int i = 0; i < RECORD_FIELDS; i++)
		buf_release(&r->room[i]);
	buf_release(&r->key);
	buf_release(&r->html);
}

void record_begin(struct record *r)
{
	memset(r->value, 0, sizeof r->value);
	for (int i = 0; i < RECORD_FIELDS; i++)
		r->rank[i] = UINT_MAX;
}

void record_set(struct record *r, enum record_field field, unsigned rank, struct slice value)
{
	if (rank > r->rank[field])
		return;
	r->rank[field] = rank;
	r->value[field] = value;
}

static bool is_prose(enum record_field field) { return field == RECORD_TEXT || field == RECORD_LEAD; }

/* The names under which an object has what we want of it. */
static bool is_wanted(enum record_field field, struct slice key)
{
	static const char *const prose[] = { "text", "content", "value", "body", "html", "rendered", "paragraphs", "children", "blocks" };
	static const char *const label[] = { "name", "title", "label", "rendered" };
	const char *const *known = is_prose(field) ? prose : label;
	for (size_t i = 0, n = is_prose(field) ? sizeof prose / sizeof *prose : sizeof label / sizeof *label; i < n; i++)
		if (same_name(key, known[i]))
			return true;
	return false;
}

/* Adds the strings of a value to `room`, one behind the other. Numbers and the like are passed over. */
static bool add_parts(struct record *r, struct json *j, enum record_field field, struct buf *room)
{
	struct slice s;
	bool more, ok = true;
	switch (json_peek(j)) {
	case JSON_STRING:
		return json_string(j, &r->key, &s) &&
		       (s.len == 0 || ((room->len == 0 || buf_add_str(room, is_prose(field) ? "\n\n" : ", ") == FUND_OK) && buf_add_slice(room, s) == FUND_OK));
	case JSON_ARRAY:
		for (more = json_enter(j, '[', ']'); more && ok; more = ok && json_more(j, ']'))
			ok = add_parts(r, j, field, room);
		return ok && !j->error;
	case JSON_OBJECT:
		for (more = json_enter(j, '{', '}'); more && ok; more = ok && json_more(j, '}'))
			ok = json_key(j, &r->key, &s) && (is_wanted(field, s) ? add_parts(r, j, field, room) : json_skip(j));
		return ok && !j->error;
	default:
		return json_skip(j);
	}
}

static bool read_value(struct record *r, struct json *j, enum record_field field)
{
	struct buf *room = &r->room[field];
	bool ok;
	switch (json_peek(j)) {
	case JSON_STRING:
		return json_string(j, room, &r->value[field]);
	case JSON_NUMBER:
		return json_number(j, &r->value[field]);
	case JSON_ARRAY:
	case JSON_OBJECT:
		buf_reset(room);
		ok = add_parts(r, j, field, room);
		r->value[field] = slice_buf(room);
		return ok;
	default:
		return json_skip(j);
	}
}

bool record_read(struct record *r, struct json *j)
{
	struct slice key;
	bool more;
	record_begin(r);
	for (more = json_enter(j, '{', '}'); more; more = json_more(j, '}')) {
		if (!json_key(j, &r->key, &key))
			return false;
		unsigned rank;
		enum record_field field = record_field_of(key, &rank);
		bool wanted = field != RECORD_FIELDS && rank <= r->rank[field] && json_peek(j) != JSON_NULL;
		if (wanted)
			r->rank[field] = rank;
		if (wanted ? !read_value(r, j, field) : !json_skip(j))
			return false;
	}
	return !j->error;
}

bool record_is_article(const struct record *r)
{
	return r->rank[RECORD_TITLE] != UINT_MAX || r->rank[RECORD_LEAD] != UINT_MAX || r->rank[RECORD_TEXT] != UINT_MAX;
}

/* Text out of a content management system: an end tag or a line break shows it. */
static bool has_tags(struct slice s)
{
	static const char *const tags[] = { "/p>", "/div>", "/a>", "/b>", "/i>", "/em>", "/strong>", "/span>", "/h2>", "/h3>", "/li>", "br>", "br />", "br/>" };
	const uint8_t *p = s.data, *end = s.len ? p + s.len : p;
	while (p < end && (p = memchr(p, '<', (size_t)(end - p)))) {
		p++;
		for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
			if ((size_t)(end - p) >= strlen(tags[i]) && memcmp(p, tags[i], strlen(tags[i])) == 0)
				return true;
	}
	return false;
}

enum fund_status record_article(struct record *r, struct article *out)
{
	enum fund_status st = FUND_OK;
	*out = (struct article){
		.id = r->value[RECORD_ID], .title = r->value[RECORD_TITLE], .lead = r->value[RECORD_LEAD], .body = r->value[RECORD_TEXT],
		.author = r->value[RECORD_AUTHOR], .section = r->value[RECORD_SECTION], .source = r->value[RECORD_SOURCE],
		.date_text = r->value[RECORD_DATE], .date = date_parse(r->value[RECORD_DATE]),
	};
	if (has_tags(out->body)) {
		buf_reset(&r->html);
		st = html_to_text(out->body, &r->html);
		out->body = slice_buf(&r->html);
	}
	return st;
}
