/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/record.h"

#include <limits.h>

#include "indexer/date.h"

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
}

/* Several authors: "A, B". Values that are no strings are passed over. */
static bool read_list(struct record *r, struct json *j, enum record_field field)
{
	struct buf *room = &r->room[field], one = BUF_INIT;
	struct slice s;
	bool more, ok = true;
	buf_reset(room);
	for (more = json_enter(j, '[', ']'); more && ok; more = json_more(j, ']')) {
		if (json_peek(j) != JSON_STRING) {
			ok = json_skip(j);
			continue;
		}
		ok = json_string(j, &one, &s) && (room->len == 0 || buf_add_str(room, ", ") == FUND_OK) && buf_add_slice(room, s) == FUND_OK;
	}
	buf_release(&one);
	r->value[field] = slice_buf(room);
	return ok && !j->error;
}

static bool read_value(struct record *r, struct json *j, enum record_field field)
{
	switch (json_peek(j)) {
	case JSON_STRING:
		return json_string(j, &r->room[field], &r->value[field]);
	case JSON_NUMBER:
		return json_number(j, &r->value[field]);
	case JSON_ARRAY:
		return read_list(r, j, field);
	default:
		return json_skip(j);
	}
}

bool record_read(struct record *r, struct json *j)
{
	struct slice key;
	bool more;
	memset(r->value, 0, sizeof r->value);
	for (int i = 0; i < RECORD_FIELDS; i++)
		r->rank[i] = UINT_MAX;
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

void record_article(const struct record *r, struct article *out)
{
	*out = (struct article){
		.id = r->value[RECORD_ID], .title = r->value[RECORD_TITLE], .lead = r->value[RECORD_LEAD], .body = r->value[RECORD_TEXT],
		.author = r->value[RECORD_AUTHOR], .section = r->value[RECORD_SECTION], .source = r->value[RECORD_SOURCE],
		.date_text = r->value[RECORD_DATE], .date = date_parse(r->value[RECORD_DATE]),
	};
}
