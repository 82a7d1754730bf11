/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/xml_encoding.h"

#include <strings.h>

#include "base/utf8.h"
#include "indexer/encoding_guess.h"
#include "indexer/html_token.h"

static const struct {
	const char *declared, *name; /* in messages */
	bool as_cp1252;
} known[] = {
	{ "utf-8", "UTF-8", false },	       { "utf8", "UTF-8", false },	       { "utf-16", "UTF-16", false },
	{ "utf-16le", "UTF-16LE", false },     { "utf-16be", "UTF-16BE", false },      { "iso-8859-1", "CP1252", true },
	{ "iso8859-1", "CP1252", true },       { "latin1", "CP1252", true },	       { "latin-1", "CP1252", true },
	{ "us-ascii", "CP1252", true },	       { "ascii", "CP1252", true },	       { "windows-1252", "CP1252", true },
	{ "cp1252", "CP1252", true },	       { "ansi", "CP1252", true },	       { "iso-8859-15", "ISO-8859-15", false },
	{ "iso-8859-2", "ISO-8859-2", false }, { "windows-1250", "CP1250", false },    { "windows-1251", "CP1251", false },
	{ "cp850", "CP850", false },	       { "ibm850", "CP850", false },	       { "cp437", "CP437", false },
	{ "ibm437", "CP437", false },	       { "macintosh", "Mac Roman", false },    { "x-mac-roman", "Mac Roman", false },
	{ "koi8-r", "KOI8-R", false },
};

static int find(const char *declared)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcasecmp(known[i].declared, declared) == 0)
			return (int)i;
	return -1;
}

const char *xml_encoding_name(const char *declared)
{
	int i = find(declared);
	return i < 0 ? "other" : known[i].name;
}

/* The value of encoding="…" in the declaration that the file begins with; false: none. */
static bool declared_encoding(struct slice head, char out[40])
{
	static const char key[] = "encoding";
	const uint8_t *end = memmem(head.data, head.len < 400 ? head.len : 400, "?>", 2);
	if (!end || head.len < 6 || memcmp(head.data, "<?xml", 5) != 0)
		return false;
	const uint8_t *p = memmem(head.data, (size_t)(end - head.data), key, sizeof key - 1);
	if (!p)
		return false;
	for (p += sizeof key - 1; p < end && *p != '"' && *p != '\''; p++)
		;
	size_t n = 0;
	for (const uint8_t *at = p + 1; at < end && *at != *p && n < 39; at++)
		out[n++] = (char)*at;
	out[n] = 0;
	return n > 0;
}

/* By the mark, the zeros of UTF-16, or what most of it reads best as. */
static enum encoding detect(struct slice head, size_t *mark)
{
	enum encoding best = ENCODING_UTF8;
	struct buf parts = BUF_INIT;
	size_t longest = 0;
	*mark = encoding_bom(head, &best);
	if (*mark || encoding_wide(head, &best) || utf8_valid_prefix(head) + 4 > head.len) /* but for a character that the head cuts */
		return best;
	if (encoding_guess(head, &parts) == FUND_OK)
		for (size_t at = 0; at + sizeof(struct encoding_part) <= parts.len; at += sizeof(struct encoding_part)) {
			struct encoding_part part;
			memcpy(&part, parts.data + at, sizeof part);
			if (part.len > longest) {
				best = part.encoding;
				longest = part.len;
			}
		}
	buf_release(&parts);
	return best;
}

static const char *expat_name(enum encoding e)
{
	switch (e) {
	case ENCODING_UTF16LE: return "UTF-16LE";
	case ENCODING_UTF16BE: return "UTF-16BE";
	case ENCODING_CP1252: return "windows-1252";
	case ENCODING_CP850: return "IBM850";
	case ENCODING_CP437: return "IBM437";
	case ENCODING_MACROMAN: return "macintosh";
	case ENCODING_ISO8859_15: return "ISO-8859-15";
	default: return "UTF-8";
	}
}

const char *xml_encoding_override(struct slice head, const char **name)
{
	char declared[40];
	size_t skip;
	*name = NULL;
	if (head.len < 4)
		return NULL;
	enum encoding detected = detect(head, &skip);
	if (skip == 0 && head.data[0] == '<' && head.data[1] == 0)
		detected = ENCODING_UTF16LE;
	else if (skip == 0 && head.data[0] == 0 && head.data[1] == '<')
		detected = ENCODING_UTF16BE;
	*name = encoding_name(detected);
	if (skip)
		return detected == ENCODING_UTF8 ? "UTF-8" : "UTF-16"; /* the mark says it, whatever is declared */
	if (detected == ENCODING_UTF16LE || detected == ENCODING_UTF16BE || !declared_encoding(head, declared))
		return expat_name(detected);
	int i = find(declared);
	bool says_utf = i < 0 ? strncasecmp(declared, "utf", 3) == 0 : strncmp(known[i].name, "UTF", 3) == 0;
	if (says_utf)
		return expat_name(detected);
	*name = NULL;
	return i >= 0 && known[i].as_cp1252 ? "windows-1252" : NULL;
}

bool xml_encoding_map(const char *name, int map[256])
{
	enum encoding e;
	struct buf out = BUF_INIT;
	bool good = encoding_of_label(slice_str(name), &e) && e != ENCODING_UTF8 && e != ENCODING_UTF8_TWICE && e != ENCODING_UTF16LE && e != ENCODING_UTF16BE;
	for (int b = 0; b < 256 && good; b++) {
		uint8_t byte = (uint8_t)b;
		uint32_t cp = 0;
		buf_reset(&out);
		good = encoding_decode(e, slice_of(&byte, 1), &out) == FUND_OK && out.len && utf8_decode(out.data, out.data + out.len, &cp) == out.len;
		map[b] = cp == 0xFFFD ? -1 : (int)cp;
	}
	buf_release(&out);
	return good;
}

size_t xml_reference(const uint8_t *p, const uint8_t *end, uint32_t cp[2])
{
	cp[1] = 0;
	return html_reference(p, end, false, cp);
}
