/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/xml_stream.h"

#define XML_DTD /* as the library is built: else the header hides what bounds expansion */
#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/translate.h"
#include "base/utf8.h"
#include "indexer/xml_encoding.h"
#include "indexer/xml_plain.h"

#define HEAD ((size_t)64 << 10)
#define PART ((size_t)256 << 10) /* bytes that are looked at together */
#define EXPANSION_FREE (1u << 20) /* bytes, input and expanded together, before the factor counts */
#define EXPANSION_MAX 8.0f	   /* times the input's size */
#define ENTITIES_MAX ((size_t)64 << 10) /* bytes of declared entities */
#define ENTITY_USES_MAX ((size_t)64 << 20) /* bytes put in for them */
#define ENTITY_USE 8u			   /* bytes that a use counts for, however short it is */
#define PROLOG_PIECES_MAX 64u		   /* pieces that what stands before the root is handed over in */

/* Most of ALTO and much of METS are empty elements. Those that are written plainly are taken here, at a fraction of what expat needs for them; expat
 * gets all the rest, in pieces that end where a tag does. */
enum stage {
	BEFORE_ROOT,  /* a piece ends at each '>', so that one ends at the root's */
	IN_CONTENT,   /* expat has used up what it was given, and stands behind a tag */
	EXPAT_ALONE,  /* the rest is for it, whatever it is */
};

/* What expat has not seen. */
struct skipped {
	uint64_t lines;	 /* in all */
	uint64_t line;	 /* of those that expat has seen: where the last was */
	int64_t columns; /* in it */
};

struct xml_stream {
	XML_Parser parser;
	struct input *in;
	const struct xml_events *events;
	void *context;
	uint32_t depth;
	size_t prefix;	    /* bytes of the root's prefix with its colon */
	bool suspended, ended;
	enum stage stage;
	uint32_t prolog_pieces;
	uint64_t fed, taken; /* bytes that expat was given; of plain elements */
	struct xml_plain tag;
	bool in_tag, paused; /* an event of it is running; has asked for a pause */
	struct skipped skipped;
	struct fault fault; /* of an event */
	struct buf entities; /* name NUL value NUL: those of the document that are plain text; with a leading byte, see enum entity_kind */
	size_t used;
	const char *encoding;
	char left_out[200];
	uint64_t left_out_line;
};

enum entity_kind { ENTITY_TEXT = 't', ENTITY_NESTED = 'n' };

/* ---- for events ---- */

void xml_stream_pause(struct xml_stream *x)
{
	if (x->in_tag)
		x->paused = true;
	else
		XML_StopParser(x->parser, XML_TRUE);
}

void xml_stream_fail(struct xml_stream *x, enum fund_status status, const char *format, ...)
{
	va_list args;
	if (x->fault.status != FUND_OK)
		return;
	va_start(args, format);
	vsnprintf(x->fault.text, sizeof x->fault.text, translate(format), args);
	va_end(args);
	x->fault.status = status;
	XML_StopParser(x->parser, XML_FALSE);
}

uint32_t xml_stream_depth(const struct xml_stream *x) { return x->depth; }
const char *xml_stream_encoding(const struct xml_stream *x) { return x->encoding; }

const char *xml_stream_left_out(const struct xml_stream *x, uint64_t *line)
{
	*line = x->left_out_line;
	return x->left_out[0] ? x->left_out : NULL;
}

const char *xml_attribute(const char **attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (strcmp(attributes[0], name) == 0 || (strchr(attributes[0], ':') && strcmp(xml_local(attributes[0]), name) == 0))
			return attributes[1];
	return NULL;
}

/* ---- elements and text ---- */

/* Without the root's prefix. */
static const char *own_name(const struct xml_stream *x, const char *name)
{
	return x->prefix && strlen(name) > x->prefix && name[x->prefix - 1] == ':' && strcspn(name, ":") == x->prefix - 1 ? name + x->prefix : name;
}

/* Only then it is known where the next begins. */
static bool ends_a_piece(const struct xml_stream *x)
{
	return (uint64_t)XML_GetCurrentByteIndex(x->parser) + (uint64_t)XML_GetCurrentByteCount(x->parser) == x->fed;
}

static void XMLCALL on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct xml_stream *x = context;
	if (x->depth == 0)
		x->prefix = (size_t)(xml_local(name) - name);
	if (x->stage == BEFORE_ROOT)
		x->stage = ends_a_piece(x) ? IN_CONTENT : EXPAT_ALONE;
	if (++x->depth > XML_DEPTH_MAX)
		xml_stream_fail(x, FUND_LIMIT, "elements are nested more than %u deep", XML_DEPTH_MAX);
	else if (x->fault.status == FUND_OK)
		x->events->start(x->context, own_name(x, name), attributes);
}

static void XMLCALL on_end(void *context, const XML_Char *name)
{
	struct xml_stream *x = context;
	if (x->fault.status == FUND_OK)
		x->events->end(x->context, own_name(x, name));
	x->depth--;
}

static void XMLCALL on_text(void *context, const XML_Char *text, int len)
{
	struct xml_stream *x = context;
	if (x->fault.status == FUND_OK && x->events->text)
		x->events->text(x->context, slice_of(text, (size_t)len));
}

/* ---- entities ---- */

static void note_left_out(struct xml_stream *x, const char *name, const char *what)
{
	if (x->left_out[0])
		return;
	x->left_out_line = XML_GetCurrentLineNumber(x->parser) + x->skipped.lines;
	snprintf(x->left_out, sizeof x->left_out, "&%.80s; %s", name, what);
}

static bool has_reference(const char *value, size_t len)
{
	const char *end = value + len;
	for (const char *p = value; (p = memchr(p, '&', (size_t)(end - p))) != NULL; p++)
		if (p + 1 < end && p[1] != '#')
			return true;
	return memchr(value, '<', len) != NULL;
}

static void XMLCALL on_entity_declared(void *context, const XML_Char *name, int is_parameter, const XML_Char *value, int len, const XML_Char *base,
				       const XML_Char *system, const XML_Char *public, const XML_Char *notation)
{
	struct xml_stream *x = context;
	(void)base, (void)system, (void)public, (void)notation;
	if (is_parameter || !value)
		return;
	size_t n = (size_t)len, name_len = strlen(name);
	if (x->entities.len + name_len + n + 3 > ENTITIES_MAX) {
		xml_stream_fail(x, FUND_LIMIT, "declares too many entities");
		return;
	}
	uint8_t kind = has_reference(value, n) ? ENTITY_NESTED : ENTITY_TEXT;
	enum fund_status st = buf_add_byte(&x->entities, kind);
	if (st == FUND_OK)
		st = buf_add(&x->entities, name, name_len + 1);
	if (st == FUND_OK && n)
		st = buf_add(&x->entities, value, n);
	if (st == FUND_OK)
		st = buf_add_byte(&x->entities, 0);
	if (st != FUND_OK)
		xml_stream_fail(x, st, "out of memory");
}

/* The declared entity of that name; the first declaration counts. */
static bool find_entity(const struct xml_stream *x, const char *name, uint8_t *kind, struct slice *value)
{
	if (x->entities.len == 0)
		return false;
	const uint8_t *p = x->entities.data, *end = slice_end(slice_buf(&x->entities));
	while (p < end) {
		const uint8_t *own = p + 1, *text = own + strlen((const char *)own) + 1;
		size_t len = strlen((const char *)text);
		if (strcmp((const char *)own, name) == 0) {
			*kind = *p;
			*value = slice_of(text, len);
			return true;
		}
		p = text + len + 1;
	}
	return false;
}

/* "&#38;" in an entity's value: it was written "&#38;#38;". */
static void put_value(struct xml_stream *x, struct slice value)
{
	const uint8_t *p = value.data, *end = slice_end(value);
	while (p < end) {
		uint32_t cp[2] = { 0, 0 };
		size_t n = *p == '&' ? xml_reference(p, end, cp) : 0;
		const uint8_t *next = n ? NULL : memchr(p + 1, '&', (size_t)(end - p - 1));
		if (n) {
			uint8_t room[4];
			on_text(x, (const char *)room, (int)utf8_encode(cp[0], room));
			p += n;
		} else {
			next = next ? next : end;
			on_text(x, (const char *)p, (int)(next - p));
			p = next;
		}
	}
}

/* References come here instead of being expanded: those that are declared, and those that the document leaves to its DTD. */
static void XMLCALL on_skipped(void *context, const XML_Char *name, int is_parameter)
{
	struct xml_stream *x = context;
	uint8_t kind;
	struct slice value;
	char known[64];
	if (is_parameter)
		return;
	if (find_entity(x, name, &kind, &value)) {
		x->used += value.len + ENTITY_USE;
		if (kind == ENTITY_NESTED)
			xml_stream_fail(x, FUND_LIMIT, "entity &%.80s; is made of other entities or of markup: it is not expanded", name);
		else if (x->used > ENTITY_USES_MAX)
			xml_stream_fail(x, FUND_LIMIT, "entities expand to more than %zu bytes", ENTITY_USES_MAX);
		else
			put_value(x, value);
		return;
	}
	int n = snprintf(known, sizeof known, "&%s;", name);
	uint32_t cp[2] = { 0, 0 };
	if (n < (int)sizeof known && xml_reference((const uint8_t *)known, (const uint8_t *)known + n, cp) == (size_t)n) {
		uint8_t room[4];
		for (int i = 0; i < 2 && cp[i]; i++)
			on_text(x, (const char *)room, (int)utf8_encode(cp[i], room));
	} else {
		note_left_out(x, name, "is not declared");
	}
}

/* An external entity or DTD: as if it were empty. A DTD has no context. */
static int XMLCALL on_external(XML_Parser parser, const XML_Char *context, const XML_Char *base, const XML_Char *system, const XML_Char *public)
{
	(void)base, (void)system, (void)public;
	if (context)
		note_left_out(XML_GetUserData(parser), context, "is outside the file: nothing is fetched");
	return XML_STATUS_OK;
}

/* Comments, instructions and the like: it is there so that entities are left to on_skipped(). */
static void XMLCALL on_other(void *context, const XML_Char *text, int len) { (void)context, (void)text, (void)len; }

static int XMLCALL on_unknown_encoding(void *context, const XML_Char *name, XML_Encoding *info)
{
	(void)context;
	info->data = NULL;
	info->convert = NULL;
	info->release = NULL;
	return xml_encoding_map(name, info->map) ? XML_STATUS_OK : XML_STATUS_ERROR;
}

static void XMLCALL on_declaration(void *context, const XML_Char *version, const XML_Char *encoding, int standalone)
{
	struct xml_stream *x = context;
	(void)version, (void)standalone;
	if (encoding && !x->encoding)
		x->encoding = xml_encoding_name(encoding);
}

/* It may say of attributes what they are when they are not there. */
static void XMLCALL on_doctype(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public, int has_subset)
{
	struct xml_stream *x = context;
	(void)name, (void)system, (void)public, (void)has_subset;
	x->stage = EXPAT_ALONE;
}

/* ---- the stream ---- */

static void set_handlers(struct xml_stream *x)
{
	XML_Parser p = x->parser;
	XML_SetUserData(p, x);
	XML_SetElementHandler(p, on_start, on_end);
	XML_SetCharacterDataHandler(p, on_text);
	XML_SetDefaultHandler(p, on_other);
	XML_SetEntityDeclHandler(p, on_entity_declared);
	XML_SetSkippedEntityHandler(p, on_skipped);
	XML_SetExternalEntityRefHandler(p, on_external);
	XML_SetUnknownEncodingHandler(p, on_unknown_encoding, NULL);
	XML_SetXmlDeclHandler(p, on_declaration);
	XML_SetStartDoctypeDeclHandler(p, on_doctype);
	XML_UseForeignDTD(p, XML_TRUE); /* a document without DTD may have &nbsp; as well: as if it had one, which nobody reads */
	XML_SetBillionLaughsAttackProtectionActivationThreshold(p, EXPANSION_FREE);
	XML_SetBillionLaughsAttackProtectionMaximumAmplification(p, EXPANSION_MAX);
}

enum fund_status xml_stream_open(struct xml_stream **out, struct input *in, const struct xml_events *events, void *context, struct fault *why)
{
	struct slice head;
	*out = NULL;
	enum fund_status st = input_peek(in, HEAD, &head, why);
	if (st != FUND_OK)
		return st;
	struct xml_stream *x = calloc(1, sizeof *x);
	if (!x)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	const char *override = xml_encoding_override(head, &x->encoding);
	x->parser = XML_ParserCreate(override);
	if (!x->parser) {
		free(x);
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	}
	x->in = in;
	x->events = events;
	x->context = context;
	x->stage = override && strcmp(override, "UTF-8") == 0 ? BEFORE_ROOT : EXPAT_ALONE;
	set_handlers(x);
	*out = x;
	return FUND_OK;
}

void xml_stream_close(struct xml_stream *x)
{
	if (!x)
		return;
	XML_ParserFree(x->parser);
	buf_release(&x->entities);
	free(x);
}

static enum fund_status failure(struct xml_stream *x, uint64_t *line, struct fault *why)
{
	uint64_t seen = XML_GetCurrentLineNumber(x->parser);
	*line = seen + x->skipped.lines;
	if (x->fault.status != FUND_OK)
		return fault_set(why, x->fault.status, "%s", x->fault.text);
	enum XML_Error error = XML_GetErrorCode(x->parser);
	if (error == XML_ERROR_NO_MEMORY)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	enum fund_status st = error == XML_ERROR_AMPLIFICATION_LIMIT_BREACH ? FUND_LIMIT : FUND_INVALID;
	int64_t column = (int64_t)XML_GetCurrentColumnNumber(x->parser) + 1 + (x->skipped.line == seen ? x->skipped.columns : 0);
	return fault_set(why, st, "XML, column %llu: %s", (unsigned long long)column, XML_ErrorString(error));
}

/* ---- plain elements ---- */

static enum XML_Status feed(struct xml_stream *x, const uint8_t *from, const uint8_t *to)
{
	x->fed += (uint64_t)(to - from);
	return XML_Parse(x->parser, (const char *)from, (int)(to - from), XML_FALSE);
}

/* `columns` behind the last of `lines`. */
static void skip(struct xml_stream *x, uint32_t lines, size_t columns)
{
	struct skipped *s = &x->skipped;
	uint64_t line = XML_GetCurrentLineNumber(x->parser);
	if (lines)
		s->columns = -(int64_t)XML_GetCurrentColumnNumber(x->parser);
	else if (line != s->line)
		s->columns = 0;
	s->line = line;
	s->lines += lines;
	s->columns += (int64_t)columns;
}

/* Is it blank, with line ends as XML counts them? */
static bool is_blank(const uint8_t *p, const uint8_t *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || (*p == '\r' && p + 1 < end && p[1] == '\n')))
		p++;
	return p == end;
}

static void put_text(struct xml_stream *x, const uint8_t *from, const uint8_t *to)
{
	if (from < to)
		on_text(x, (const char *)from, (int)(to - from));
}

/* A line's end is given as one byte, however it is written. */
static void put_blank(struct xml_stream *x, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *from = p, *line = p;
	uint32_t lines = 0;
	for (; p < end; p++) {
		if (*p == '\n') {
			lines++;
			line = p + 1;
		}
		if (*p != '\r')
			continue;
		put_text(x, from, p);
		from = p + 1;
	}
	put_text(x, from, end);
	skip(x, lines, (size_t)(end - line));
}

static void put_element(struct xml_stream *x)
{
	x->in_tag = true;
	on_start(x, x->tag.name, x->tag.attributes);
	on_end(x, x->tag.name);
	x->in_tag = false;
	skip(x, x->tag.lines, x->tag.columns);
}

/* It waits for nothing: no half of a character or of a line's end, no bracket that may be a section's. */
static bool used_up(const struct xml_stream *x) { return (uint64_t)XML_GetCurrentByteIndex(x->parser) == x->fed; }

/* What stands before a plain element. True: all of it was used up, and the element is in the root. */
static bool put_before(struct xml_stream *x, const uint8_t *from, const uint8_t *to, enum XML_Status *parsed)
{
	if (x->depth && is_blank(from, to)) {
		put_blank(x, from, to);
		return x->fault.status == FUND_OK;
	}
	*parsed = feed(x, from, to);
	if (*parsed == XML_STATUS_OK && (x->depth == 0 || !used_up(x)))
		x->stage = EXPAT_ALONE;
	return *parsed == XML_STATUS_OK && x->stage == IN_CONTENT && x->fault.status == FUND_OK;
}

/* So few of its bytes are plain elements. */
static bool is_no_gain(const struct xml_stream *x) { return x->fed > PART && x->taken < x->fed / 8; }

/* Whole tags with what stands before them; of the last part what is behind the last plain element is left. Returns the bytes that were used up; none: nothing
 * is gained here. */
static size_t parse_content(struct xml_stream *x, struct slice part, enum XML_Status *parsed)
{
	const uint8_t *from = part.data, *at = from, *end = slice_end(part), *tag;
	while ((tag = memchr(at, '<', (size_t)(end - at))) != NULL) {
		enum xml_plain_kind kind = xml_plain_take(&x->tag, tag, end);
		if (kind == XML_PLAIN_STRANGE)
			x->stage = EXPAT_ALONE;
		if (kind == XML_PLAIN_STRANGE || kind == XML_PLAIN_CUT)
			break;
		at = x->tag.end;
		if (kind != XML_PLAIN_EMPTY)
			continue;
		if (!put_before(x, from, tag, parsed)) {
			x->stage = is_no_gain(x) ? EXPAT_ALONE : x->stage;
			return (size_t)(tag - part.data);
		}
		put_element(x);
		x->taken += (uint64_t)(at - tag);
		from = at;
		if (x->paused || x->fault.status != FUND_OK)
			return (size_t)(at - part.data);
	}
	if (part.len < PART || from == part.data || is_no_gain(x))
		x->stage = EXPAT_ALONE;
	if (x->stage == EXPAT_ALONE)
		return (size_t)(from - part.data);
	if (at > from)
		*parsed = feed(x, from, at);
	return (size_t)(at - part.data);
}

/* Up to the next '>', which ends the root's tag if anything does. */
static size_t parse_prolog(struct xml_stream *x, struct slice part, enum XML_Status *parsed)
{
	const uint8_t *close = memchr(part.data, '>', part.len);
	size_t len = close ? (size_t)(close + 1 - part.data) : part.len;
	*parsed = feed(x, part.data, part.data + len);
	if (x->stage == BEFORE_ROOT && ++x->prolog_pieces == PROLOG_PIECES_MAX)
		x->stage = EXPAT_ALONE;
	return len;
}

/* The last part is known to be the last: expat need not count lines behind it, which is a fifth of its work. */
static enum fund_status parse_alone(struct xml_stream *x, enum XML_Status *parsed, struct fault *why)
{
	struct slice part;
	enum fund_status st = input_peek(x->in, PART, &part, why);
	if (st != FUND_OK)
		return st;
	x->ended = part.len < PART;
	*parsed = XML_Parse(x->parser, (const char *)part.data, (int)part.len, x->ended);
	return part.len ? input_read_at_most(x->in, part.len, &part, why) : FUND_OK;
}

static enum fund_status parse_more(struct xml_stream *x, enum XML_Status *parsed, struct fault *why)
{
	struct slice part;
	if (x->stage == EXPAT_ALONE)
		return parse_alone(x, parsed, why);
	enum fund_status st = input_peek(x->in, PART, &part, why);
	if (st != FUND_OK)
		return st;
	*parsed = XML_STATUS_OK;
	size_t used = x->stage == BEFORE_ROOT ? parse_prolog(x, part, parsed) : parse_content(x, part, parsed);
	if (used == 0)
		x->stage = EXPAT_ALONE;
	return used ? input_read_at_most(x->in, used, &part, why) : FUND_OK;
}

enum fund_status xml_stream_run(struct xml_stream *x, uint64_t *line, struct fault *why)
{
	for (;;) {
		enum XML_Status parsed;
		*line = 0;
		if (x->suspended) {
			x->suspended = false;
			parsed = XML_ResumeParser(x->parser);
		} else if (x->ended) {
			return FUND_END;
		} else {
			enum fund_status st = parse_more(x, &parsed, why);
			if (st != FUND_OK)
				return st;
		}
		if (x->fault.status != FUND_OK || parsed == XML_STATUS_ERROR)
			return failure(x, line, why);
		if (parsed == XML_STATUS_SUSPENDED) {
			x->suspended = true;
			return FUND_OK;
		}
		if (x->paused) {
			x->paused = false;
			return FUND_OK;
		}
	}
}

/* ---- first bytes ---- */

static struct slice narrow(struct xml_sniff *s, struct slice head)
{
	size_t bom = head.len >= 2 && ((head.data[0] == 0xFF && head.data[1] == 0xFE) || (head.data[0] == 0xFE && head.data[1] == 0xFF)) ? 2 : 0;
	bool little = head.len > bom + 1 && head.data[bom] == '<' && head.data[bom + 1] == 0;
	bool big = head.len > bom + 1 && head.data[bom] == 0 && head.data[bom + 1] == '<';
	if (!little && !big) {
		size_t skip = head.len >= 3 && memcmp(head.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
		return slice_from(head, skip);
	}
	size_t n = 0;
	for (size_t i = bom; i + 1 < head.len && n < sizeof s->narrowed; i += 2)
		s->narrowed[n++] = head.data[little ? i + 1 : i] ? '?' : head.data[little ? i : i + 1];
	return slice_of(s->narrowed, n);
}

static bool begins(const uint8_t *p, const uint8_t *end, const char *with)
{
	size_t n = strlen(with);
	return (size_t)(end - p) >= n && memcmp(p, with, n) == 0;
}

/* Behind the first `mark` from p on; `end` where there is none. */
static const uint8_t *behind(const uint8_t *p, const uint8_t *end, const char *mark)
{
	const uint8_t *found = p < end ? memmem(p, (size_t)(end - p), mark, strlen(mark)) : NULL;
	return found ? found + strlen(mark) : end;
}

/* Behind a document type with its internal subset. */
static const uint8_t *behind_doctype(const uint8_t *p, const uint8_t *end)
{
	uint8_t quote = 0;
	int depth = 0;
	for (; p < end; p++) {
		if (quote) {
			quote = *p == quote ? 0 : quote;
		} else if (begins(p, end, "<!--")) {
			p = behind(p, end, "-->") - 1;
		} else if (*p == '"' || *p == '\'') {
			quote = *p;
		} else if (*p == '[' || *p == ']') {
			depth += *p == '[' ? 1 : -1;
		} else if (*p == '>' && depth <= 0) {
			return p + 1;
		}
	}
	return end;
}

static bool ends_name(uint8_t c) { return c <= ' ' || c == '/' || c == '>' || c == '<'; }

static void take_root(struct xml_sniff *s, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *name = p + 1, *at = name;
	while (at < end && !ends_name(*at))
		at++;
	const uint8_t *colon = memchr(name, ':', (size_t)(at - name));
	s->name = colon ? slice_of(colon + 1, (size_t)(at - colon - 1)) : slice_of(name, (size_t)(at - name));
	const uint8_t *close = behind(at, end, ">");
	s->tag = slice_of(p, (size_t)(close - p));
}

void xml_sniff(struct xml_sniff *s, struct slice head)
{
	s->prolog = false;
	s->name = s->tag = (struct slice){ NULL, 0 };
	s->text = narrow(s, head);
	const uint8_t *p = s->text.data, *end = slice_end(s->text);
	for (;;) {
		while (p < end && (*p == ' ' || (*p >= '\t' && *p <= '\r')))
			p++;
		if (begins(p, end, "<?xml "))
			s->prolog = true;
		if (begins(p, end, "<?"))
			p = behind(p, end, "?>");
		else if (begins(p, end, "<!--"))
			p = behind(p, end, "-->");
		else if (begins(p, end, "<!DOCTYPE"))
			p = behind_doctype(p + 9, end);
		else
			break;
	}
	if (end - p >= 2 && *p == '<' && ((p[1] | 0x20) >= 'a') && ((p[1] | 0x20) <= 'z'))
		take_root(s, p, end);
}
