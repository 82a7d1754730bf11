/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_json.c - JSON Lines (an object a line), and JSON: an object, an array of them, an object with one array of them.
 *
 * A bad line is named, and the others are read. A JSON file that is no JSON Lines is read whole.
 */
#include <stdlib.h>

#include "indexer/reader.h"
#include "indexer/record.h"

#define LINE_MAX ((size_t)64 << 20)

struct json_reader {
	struct input *in;
	const struct reader_limits *limits;
	const struct reader_format *format;
	struct record record;
	uint64_t line;
	/* a whole file */
	struct buf text;
	struct json json;
	bool loaded, many, more;
};

static struct slice without_bom(struct slice s)
{
	if (s.len >= 3 && memcmp(s.data, "\xEF\xBB\xBF", 3) == 0)
		return slice_of(s.data + 3, s.len - 3);
	return s;
}

/* The first line as an object of its own? */
static bool line_is_object(struct slice head, bool whole)
{
	const uint8_t *end;
	for (;;) { /* blank lines say nothing */
		end = head.len ? memchr(head.data, '\n', head.len) : NULL;
		size_t len = end ? (size_t)(end - head.data) : head.len, blanks = 0;
		while (blanks < len && (head.data[blanks] == ' ' || head.data[blanks] == '\t' || head.data[blanks] == '\r'))
			blanks++;
		if (!end || blanks < len)
			break;
		head = slice_of(end + 1, head.len - len - 1);
	}
	struct json j = json_of(slice_of(head.data, end ? (size_t)(end - head.data) : head.len));
	if (json_peek(&j) != JSON_OBJECT)
		return false;
	if (json_skip(&j))
		return json_at_end(&j);
	/* one line longer than the sample: its beginning is right as far as it goes */
	return !end && !whole && j.error_off + 8 >= head.len;
}

static int jsonl_recognise(struct slice head, bool whole, struct slice name)
{
	head = without_bom(head);
	bool named = slice_ends_in(name, ".jsonl") || slice_ends_in(name, ".ndjson");
	size_t i = 0;
	while (i < head.len && (head.data[i] == ' ' || head.data[i] == '\n' || head.data[i] == '\r' || head.data[i] == '\t'))
		i++;
	if (named)
		return 95;
	if (i == head.len || head.data[i] != '{' || !line_is_object(head, whole))
		return 0;
	return slice_ends_in(name, ".json") && whole ? 60 : 80; /* one object in one line is JSON as well */
}

static int json_recognise(struct slice head, bool whole, struct slice name)
{
	head = without_bom(head);
	struct json j = json_of(head);
	enum json_type t = json_peek(&j);
	(void)whole;
	if (slice_ends_in(name, ".json"))
		return 70;
	return t == JSON_OBJECT || t == JSON_ARRAY ? (json_skip(&j) || j.error_off + 8 >= head.len ? 50 : 0) : 0;
}

static enum fund_status open_any(struct reader **out, struct input *in, const struct reader_limits *limits, const struct reader_format *format,
				 struct fault *why)
{
	struct json_reader *r = calloc(1, sizeof *r);
	*out = (struct reader *)r;
	if (!r)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	r->in = in;
	r->limits = limits;
	r->format = format;
	return FUND_OK;
}

static enum fund_status jsonl_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path;
	return open_any(out, in, limits, &reader_jsonl, why);
}

static enum fund_status json_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path;
	return open_any(out, in, limits, &reader_json, why);
}

static void json_close(struct reader *reader)
{
	struct json_reader *r = (struct json_reader *)reader;
	if (!r)
		return;
	record_release(&r->record);
	buf_release(&r->text);
	free(r);
}

static enum fund_status give(struct json_reader *r, struct article *out, bool many)
{
	record_article(&r->record, out);
	out->many = many;
	out->format = r->format->name;
	out->encoding = "UTF-8";
	return FUND_OK;
}

static enum fund_status bad(const struct json *j, struct fault *why)
{
	return fault_set(why, FUND_INVALID, "%s (byte %zu)", j->error, j->error_off + 1);
}

/* ---- JSON Lines ---- */

static enum fund_status jsonl_next(struct reader *reader, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	struct json_reader *r = (struct json_reader *)reader;
	struct slice text;
	*recovered = false;
	*line = 0;
	for (;;) {
		enum fund_status st = input_read_line(r->in, LINE_MAX, &text, why);
		*line = ++r->line;
		if (st != FUND_OK)
			return st;
		if (r->line == 1)
			text = without_bom(text);
		struct json j = json_of(text);
		if (json_at_end(&j))
			continue;
		if (record_read(&r->record, &j) && json_at_end(&j))
			return give(r, out, true);
		if (!j.error) {
			j.error = "something stands behind the object";
			j.error_off = (size_t)(j.p - j.start);
		}
		*recovered = true;
		return bad(&j, why);
	}
}

/* ---- JSON ---- */

/* Stands j on the array of articles in an object that has exactly one array of objects and no text of its own. */
static bool find_array(struct json_reader *r, struct json *found)
{
	struct json j = json_of(without_bom(slice_buf(&r->text)));
	struct slice key;
	unsigned n = 0, rank;
	bool more;
	for (more = json_enter(&j, '{', '}'); more; more = json_more(&j, '}')) {
		if (!json_key(&j, &r->record.key, &key))
			return false;
		struct json at = j;
		if (json_peek(&at) == JSON_ARRAY && json_enter(&at, '[', ']') && json_peek(&at) == JSON_OBJECT) {
			*found = j;
			found->depth = 0;
			n++;
		} else if (record_field_of(key, &rank) == RECORD_TEXT) {
			return false;
		}
		if (!json_skip(&j))
			return false;
	}
	return n == 1;
}

static enum fund_status load(struct json_reader *r, struct fault *why)
{
	enum fund_status st = input_read_all(r->in, r->limits->bytes, &r->text, why);
	if (st != FUND_OK)
		return st;
	r->loaded = true;
	r->json = json_of(without_bom(slice_buf(&r->text)));
	enum json_type t = json_peek(&r->json);
	struct json array;
	if (t == JSON_NONE)
		return FUND_END;
	if (t == JSON_OBJECT && find_array(r, &array)) {
		r->json = array;
		t = JSON_ARRAY;
	}
	r->many = t == JSON_ARRAY;
	if (t != JSON_ARRAY && t != JSON_OBJECT)
		return fault_set(why, FUND_INVALID, "neither an object nor an array of objects");
	r->more = t == JSON_OBJECT || json_enter(&r->json, '[', ']');
	return r->json.error ? bad(&r->json, why) : FUND_OK;
}

static uint64_t line_of(const struct json_reader *r, size_t off)
{
	uint64_t line = 1;
	for (size_t i = 0; i < off && i < r->text.len; i++)
		line += r->text.data[i] == '\n';
	return line;
}

static enum fund_status json_next(struct reader *reader, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	struct json_reader *r = (struct json_reader *)reader;
	*recovered = false;
	*line = 0;
	if (!r->loaded) {
		enum fund_status st = load(r, why);
		if (st != FUND_OK)
			return st;
	}
	while (r->more) {
		if (json_peek(&r->json) != JSON_OBJECT) {
			json_skip(&r->json);
		} else if (record_read(&r->record, &r->json)) {
			r->more = r->many && json_more(&r->json, ']');
			if (!r->json.error)
				return give(r, out, r->many);
		}
		if (r->json.error) {
			*line = line_of(r, r->json.error_off);
			r->more = false;
			return bad(&r->json, why);
		}
		r->more = r->many && json_more(&r->json, ']');
	}
	return FUND_END;
}

const struct reader_format reader_jsonl = { "JSON Lines", true, jsonl_recognise, jsonl_open, jsonl_next, json_close };
const struct reader_format reader_json = { "JSON", false, json_recognise, json_open, json_next, json_close };
