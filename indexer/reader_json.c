/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_json.c - JSON Lines (an object a line), and JSON: an object, an array of them, an object with one array of them, objects one behind the other.
 *
 * A bad line or element is named, and the others are read. Of a JSON file no more is in memory than an element, or what it takes to see which of these it
 * is (UNDECIDED bytes at first).
 */
#include <stdlib.h>

#include "base/translate.h"
#include "indexer/encoding.h"
#include "indexer/json_scan.h"
#include "indexer/reader.h"
#include "indexer/record.h"

#define LINE_MAX ((size_t)64 << 20) /* a line, an element of an array */
#define UNDECIDED ((size_t)1 << 20)

enum shape { SHAPE_UNKNOWN, SHAPE_OBJECT, SHAPE_ARRAY, SHAPE_MEMBER /* an array in an object */, SHAPE_SEQUENCE };

struct json_reader {
	struct input *in;
	struct input *wide; /* what reads `in` as UTF-8, where it is UTF-16 or UTF-32 */
	const char *wide_name;
	const struct reader_limits *limits;
	const struct reader_format *format;
	struct record record;
	struct buf decoded;
	uint64_t line; /* JSON Lines: of the last line; else of raw's byte `at` */
	/* what is no JSON Lines */
	enum shape shape;
	struct buf raw; /* from `at` on */
	size_t at;
	bool ended, done;
	bool at_element; /* the comma before it is consumed */
};

static struct slice without_bom(struct slice s)
{
	if (s.len >= 3 && memcmp(s.data, "\xEF\xBB\xBF", 3) == 0)
		return slice_from(s, 3);
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
	return input_as_utf8(&r->wide, &r->wide_name, in, why);
}

static struct input *source(const struct json_reader *r) { return r->wide ? r->wide : r->in; }

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
	input_close(r->wide);
	record_release(&r->record);
	buf_release(&r->decoded);
	buf_release(&r->raw);
	free(r);
}

static enum fund_status bad(const struct json *j, struct fault *why)
{
	return fault_set(why, FUND_INVALID, "%s (byte %zu)", translate(j->error), j->error_off + 1);
}

static uint64_t count_lines(const uint8_t *p, size_t n)
{
	uint64_t lines = 0;
	for (size_t i = 0; i < n; i++)
		lines += p[i] == '\n';
	return lines;
}

/* The one object that `text` holds, in whatever encoding; *line is moved to where it is wrong. */
static enum fund_status read_object(struct json_reader *r, struct slice text, bool many, struct article *out, uint64_t *line, struct fault *why)
{
	const char *encoding;
	if (encoding_to_utf8(text, NULL, &r->decoded, &text, &encoding) != FUND_OK)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	struct json j = json_of(text);
	if (record_read(&r->record, &j) && !json_at_end(&j)) {
		j.error = N_("something stands behind the object");
		j.error_off = (size_t)(j.p - j.start);
	}
	if (j.error) {
		*line += count_lines(text.data, j.error_off);
		return bad(&j, why);
	}
	if (!record_is_article(&r->record))
		return fault_set(why, FUND_INVALID, "has no title and no text");
	if (record_article(&r->record, out) != FUND_OK)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	out->many = many;
	out->format = r->format->name;
	out->encoding = r->wide ? r->wide_name : encoding;
	return FUND_OK;
}

static bool is_json_white(uint8_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* ---- JSON Lines ---- */

static enum fund_status jsonl_next(struct reader *reader, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	struct json_reader *r = (struct json_reader *)reader;
	struct slice text;
	size_t blank;
	*recovered = false;
	*line = 0;
	do {
		enum fund_status st = input_read_line(source(r), LINE_MAX, &text, why);
		*line = ++r->line;
		if (st != FUND_OK)
			return st;
		if (r->line == 1)
			text = without_bom(text);
		for (blank = 0; blank < text.len && is_json_white(text.data[blank]); blank++)
			;
	} while (blank == text.len);
	uint64_t same_line = 0;
	enum fund_status st = read_object(r, text, true, out, &same_line, why);
	*recovered = st == FUND_INVALID;
	return st;
}

/* ---- JSON: which shape it has ---- */

static struct slice waiting(const struct json_reader *r) { return r->raw.len > r->at ? slice_from(slice_buf(&r->raw), r->at) : (struct slice){ NULL, 0 }; }

static void consume(struct json_reader *r, size_t n)
{
	r->line += count_lines(waiting(r).data, n);
	r->at += n;
}

static enum fund_status refill(struct json_reader *r, struct fault *why)
{
	struct slice part;
	if (r->at > r->raw.len / 2) {
		memmove(r->raw.data, r->raw.data + r->at, r->raw.len - r->at);
		r->raw.len -= r->at;
		r->at = 0;
	}
	enum fund_status st = input_read(source(r), &part, why);
	if (st == FUND_END)
		r->ended = true;
	if (st != FUND_OK)
		return st == FUND_END ? FUND_OK : st;
	return buf_add_slice(&r->raw, part) == FUND_OK ? FUND_OK : fault_set(why, FUND_NO_MEMORY, "out of memory");
}

/* Behind white space; false: the file ends. */
static bool skip_white(struct json_reader *r, enum fund_status *st, struct fault *why)
{
	for (;;) {
		struct slice w = waiting(r);
		size_t n = 0;
		while (n < w.len && is_json_white(w.data[n]))
			n++;
		consume(r, n);
		if (n < w.len || r->ended)
			return n < w.len;
		*st = refill(r, why);
		if (*st != FUND_OK)
			return false;
	}
}

/* An array with an object in it, whatever else it has. */
static bool is_of_objects(struct json at)
{
	bool found = false;
	if (json_peek(&at) != JSON_ARRAY)
		return false;
	for (bool more = json_enter(&at, '[', ']'); more && !found; more = json_more(&at, ']')) {
		found = json_peek(&at) == JSON_OBJECT;
		if (!found && !json_skip(&at))
			break;
	}
	return found;
}

/* An object that has one array of objects and no text of its own holds articles in that: *array is where it begins. An object that goes on behind `text` is
 * judged by what there is of it: SHAPE_UNKNOWN where that has no such array. */
static enum shape shape_of_object(struct json_reader *r, struct slice text, bool whole, size_t *array)
{
	struct json j = json_of(text);
	struct slice key;
	unsigned n = 0, rank;
	bool more, own = false; /* a text of its own */
	for (more = json_enter(&j, '{', '}'); more; more = json_more(&j, '}')) {
		if (!json_key(&j, &r->record.key, &key))
			break;
		if (is_of_objects(j)) {
			json_peek(&j); /* skips white space */
			*array = (size_t)(j.p - j.start);
			n++;
		} else {
			own |= record_field_of(key, &rank) == RECORD_TEXT;
		}
		if (!json_skip(&j))
			break;
	}
	if (n == 1 && !own)
		return SHAPE_MEMBER;
	if (j.error || json_at_end(&j))
		return whole ? SHAPE_OBJECT : SHAPE_UNKNOWN;
	return *j.p == '{' ? SHAPE_SEQUENCE : SHAPE_OBJECT;
}

/* Reads as much as it takes to see the shape, and up to where the first element begins. */
static enum fund_status begin(struct json_reader *r, struct fault *why)
{
	size_t enough = UNDECIDED, array = 0;
	enum fund_status st = FUND_OK;
	r->line = 1;
	st = refill(r, why);
	r->at = r->raw.len - without_bom(slice_buf(&r->raw)).len;
	if (st == FUND_OK && !skip_white(r, &st, why))
		return st == FUND_OK ? FUND_END : st;
	if (st != FUND_OK)
		return st;
	if (waiting(r).data[0] == '[')
		r->shape = SHAPE_ARRAY;
	else if (waiting(r).data[0] != '{')
		return fault_set(why, FUND_INVALID, "neither an object nor an array of objects");
	while (r->shape == SHAPE_UNKNOWN) {
		while (st == FUND_OK && !r->ended && waiting(r).len < enough)
			st = refill(r, why);
		if (st != FUND_OK)
			return st;
		if (waiting(r).len > LINE_MAX)
			return fault_set(why, FUND_LIMIT, "an object is longer than %zu MiB", LINE_MAX >> 20);
		r->shape = shape_of_object(r, waiting(r), r->ended, &array);
		enough *= 2;
	}
	if (r->shape == SHAPE_ARRAY || r->shape == SHAPE_MEMBER)
		consume(r, array + 1);
	return FUND_OK;
}

/* ---- JSON: element by element ---- */

/* The value that begins at r->at. FUND_END: the file ends before it does. */
static enum fund_status next_value(struct json_reader *r, struct slice *out, struct fault *why)
{
	struct json_scan scan = { 0 };
	while (!json_scan(&scan, waiting(r))) {
		if (r->ended)
			return FUND_END;
		if (waiting(r).len > LINE_MAX)
			return fault_set(why, FUND_LIMIT, "an element is longer than %zu MiB", LINE_MAX >> 20);
		enum fund_status st = refill(r, why);
		if (st != FUND_OK)
			return st;
	}
	*out = slice_of(waiting(r).data, scan.off);
	return FUND_OK;
}

/* Behind the comma to the next element. FUND_END: behind the last. */
static enum fund_status next_element(struct json_reader *r, bool first, struct fault *why)
{
	enum fund_status st = FUND_OK;
	if (!skip_white(r, &st, why))
		return st != FUND_OK ? st : r->shape == SHAPE_SEQUENCE || (r->shape == SHAPE_OBJECT && !first) ? FUND_END : fault_set(why, FUND_INVALID, "the array is not closed");
	uint8_t c = waiting(r).data[0];
	if (r->shape == SHAPE_OBJECT && !first)
		return fault_set(why, FUND_INVALID, "something stands behind the object");
	if (r->shape == SHAPE_SEQUENCE || r->shape == SHAPE_OBJECT)
		return FUND_OK;
	if (c == ']')
		return FUND_END;
	if (first)
		return FUND_OK;
	if (c != ',')
		return fault_set(why, FUND_INVALID, "',' or ']' should stand here");
	consume(r, 1);
	if (!skip_white(r, &st, why))
		return st != FUND_OK ? st : fault_set(why, FUND_INVALID, "the array is not closed");
	return FUND_OK;
}

/* At the array's ']': the rest of the file is to be sound, and to hold no second array of articles. */
static enum fund_status finish(struct json_reader *r, uint64_t *line, struct fault *why)
{
	enum fund_status st = FUND_OK;
	struct slice key;
	consume(r, 1);
	while (st == FUND_OK && !r->ended && waiting(r).len <= LINE_MAX)
		st = refill(r, why);
	if (st != FUND_OK)
		return st;
	struct json j = json_of(waiting(r));
	j.depth = 1;
	while (r->shape == SHAPE_MEMBER && json_more(&j, '}')) {
		if (!json_key(&j, &r->record.key, &key))
			break;
		if (is_of_objects(j))
			return fault_set(why, FUND_INVALID, "a second array of objects");
		if (!json_skip(&j))
			break;
	}
	if (!j.error && json_at_end(&j))
		return FUND_END;
	if (!j.error)
		j.error = N_("something stands behind the end");
	*line = r->line + count_lines(j.start, j.error_off);
	return fault_set(why, FUND_INVALID, "%s", translate(j.error));
}

/* What begins at r->at is no object, nor is what follows up to the next one: told together, since a file of other data has millions of them. */
static enum fund_status pass_others(struct json_reader *r, struct fault *why)
{
	uint64_t n = 0;
	struct slice value = { NULL, 0 };
	enum fund_status st;
	struct fault later; /* told when it is come to again */
	do {
		st = next_value(r, &value, why);
		if (st != FUND_OK)
			return st;
		consume(r, value.len);
		n++;
		st = next_element(r, false, &later);
	} while (st == FUND_OK && waiting(r).data[0] != '{');
	r->at_element = st == FUND_OK;
	return fault_set(why, FUND_INVALID, "elements that are no objects: %llu", (unsigned long long)n);
}

/* The element that begins at r->at, read and consumed. */
static enum fund_status read_element(struct json_reader *r, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	struct slice text = { NULL, 0 };
	bool object = waiting(r).data[0] == '{';
	enum fund_status st = object ? next_value(r, &text, why) : pass_others(r, why);
	bool cut = st == FUND_END;
	if (cut) /* what there is of it says best what is missing */
		text = waiting(r);
	if (cut || (st == FUND_OK && object)) {
		st = read_object(r, text, !cut && r->shape != SHAPE_OBJECT, out, line, why);
		consume(r, text.len);
	}
	*recovered = st == FUND_INVALID && !cut && r->shape != SHAPE_OBJECT;
	return st;
}

static enum fund_status json_next(struct reader *reader, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	struct json_reader *r = (struct json_reader *)reader;
	bool first = r->shape == SHAPE_UNKNOWN;
	enum fund_status st = r->done ? FUND_END : first ? begin(r, why) : FUND_OK;
	*recovered = false;
	if (st == FUND_OK)
		st = next_element(r, first || r->at_element, why);
	r->at_element = false;
	*line = r->line;
	if (st == FUND_END && (r->shape == SHAPE_ARRAY || r->shape == SHAPE_MEMBER))
		st = finish(r, line, why);
	if (st == FUND_OK)
		st = read_element(r, out, recovered, line, why);
	r->done = st != FUND_OK && !*recovered;
	return st;
}

const struct reader_format reader_jsonl = { "JSON Lines", true, jsonl_recognise, jsonl_open, jsonl_next, json_close };
const struct reader_format reader_json = { "JSON", false, json_recognise, json_open, json_next, json_close };
