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

#define HEAD ((size_t)64 << 10)
#define EXPANSION_FREE (1u << 20) /* bytes, input and expanded together, before the factor counts */
#define EXPANSION_MAX 8.0f	   /* times the input's size */
#define ENTITIES_MAX ((size_t)64 << 10) /* bytes of declared entities */
#define ENTITY_USES_MAX ((size_t)64 << 20) /* bytes put in for them */
#define ENTITY_USE 8u			   /* bytes that a use counts for, however short it is */

struct xml_stream {
	XML_Parser parser;
	struct input *in;
	const struct xml_events *events;
	void *context;
	uint32_t depth;
	size_t prefix;	    /* bytes of the root's prefix with its colon */
	bool suspended, ended;
	struct fault fault; /* of an event */
	struct buf entities; /* name NUL value NUL: those of the document that are plain text; with a leading byte, see enum entity_kind */
	size_t used;
	const char *encoding;
	char left_out[200];
	uint64_t left_out_line;
};

enum entity_kind { ENTITY_TEXT = 't', ENTITY_NESTED = 'n' };

/* ---- for events ---- */

void xml_stream_pause(struct xml_stream *x) { XML_StopParser(x->parser, XML_TRUE); }

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

static void XMLCALL on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct xml_stream *x = context;
	if (x->depth == 0)
		x->prefix = (size_t)(xml_local(name) - name);
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
	x->left_out_line = XML_GetCurrentLineNumber(x->parser);
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
	const uint8_t *p = x->entities.data, *end = p + x->entities.len;
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
	const uint8_t *p = value.data, *end = p + value.len;
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
	*line = XML_GetCurrentLineNumber(x->parser);
	if (x->fault.status != FUND_OK)
		return fault_set(why, x->fault.status, "%s", x->fault.text);
	enum XML_Error error = XML_GetErrorCode(x->parser);
	if (error == XML_ERROR_NO_MEMORY)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	enum fund_status st = error == XML_ERROR_AMPLIFICATION_LIMIT_BREACH ? FUND_LIMIT : FUND_INVALID;
	return fault_set(why, st, "XML, column %llu: %s", (unsigned long long)XML_GetCurrentColumnNumber(x->parser) + 1, XML_ErrorString(error));
}

static enum fund_status parse_more(struct xml_stream *x, enum XML_Status *parsed, struct fault *why)
{
	struct slice part = { NULL, 0 };
	enum fund_status st = input_read(x->in, &part, why);
	if (st != FUND_OK && st != FUND_END)
		return st;
	x->ended = st == FUND_END;
	*parsed = XML_Parse(x->parser, (const char *)part.data, (int)part.len, x->ended);
	return FUND_OK;
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
	const uint8_t *p = s->text.data, *end = p + s->text.len;
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
