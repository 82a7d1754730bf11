/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "indexer/formats.h"

#include "indexer/encoding.h"

const struct reader_format *const reader_formats[] = {
	&reader_jsonl, &reader_json, &reader_html, &reader_table, &reader_mbox, &reader_mail, &reader_pdf, &reader_text,
#ifdef HAVE_EXPAT
	&reader_nitf, &reader_newsml_g2, &reader_newsml1, &reader_rss, &reader_atom, &reader_tei, &reader_alto,
	&reader_page, &reader_hocr, &reader_mets, &reader_xml,
#endif
	NULL,
};

/* Things that archives hold beside articles, by their first bytes. */
static const struct {
	const char *name;
	const char *magic;
	uint16_t len, off;
} foreign[] = {
	{ "JPEG picture", "\xFF\xD8\xFF", 3, 0 },	 { "PNG picture", "\x89PNG\r\n\x1A\n", 8, 0 },
	{ "GIF picture", "GIF8", 4, 0 },		 { "TIFF picture", "II*\0", 4, 0 },
	{ "TIFF picture", "MM\0*", 4, 0 },		 { "WebP or WAVE file", "RIFF", 4, 0 },
	{ "PostScript", "%!PS", 4, 0 },
	{ "program (ELF)", "\x7F" "ELF", 4, 0 },	 { "program (Mach-O)", "\xCF\xFA\xED\xFE", 4, 0 },
	{ "office file", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, 0 }, { "RTF", "{\\rtf", 5, 0 },
	{ "RAR archive", "Rar!\x1A\7", 6, 0 },
	{ "sound (MP3)", "ID3", 3, 0 },			 { "sound (Ogg)", "OggS", 4, 0 },
	{ "sound (FLAC)", "fLaC", 4, 0 },		 { "film (MP4)", "ftyp", 4, 4 },
	{ "film (Matroska)", "\x1A\x45\xDF\xA3", 4, 0 }, { "database (SQLite)", "SQLite format 3", 16, 0 },
	{ "font", "\0\1\0\0\0", 5, 0 },			 { "Java class", "\xCA\xFE\xBA\xBE", 4, 0 },
};

static const char *foreign_name(struct slice head)
{
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		if (head.len >= (size_t)foreign[i].off + foreign[i].len && memcmp(head.data + foreign[i].off, foreign[i].magic, foreign[i].len) == 0)
			return foreign[i].name;
	/* a DOS or Windows program: two letters alone would be a text that begins with them */
	return head.len > 64 && memcmp(head.data, "MZ", 2) == 0 && encoding_is_binary(head) ? "program (Windows)" : NULL;
}

#ifndef HAVE_EXPAT
/* XML that no reader here takes: skipped rather than read as text with all its marks. */
static const char *later_name(struct slice head, struct slice name)
{
	static const uint8_t bom[] = { 0xEF, 0xBB, 0xBF };
	if (slice_ends_in(name, ".xml") || slice_ends_in(name, ".rss") || slice_ends_in(name, ".atom"))
		return "XML";
	if (head.len >= 3 && memcmp(head.data, bom, 3) == 0)
		head = slice_from(head, 3);
	while (head.len && (head.data[0] == ' ' || head.data[0] == '\n' || head.data[0] == '\r' || head.data[0] == '\t'))
		head = slice_from(head, 1);
	return head.len >= 5 && memcmp(head.data, "<?xml", 5) == 0 && reader_html.recognise(head, false, name) < 75 ? "XML" : NULL;
}
#else
static const char *later_name(struct slice head, struct slice name)
{
	(void)head, (void)name;
	return NULL;
}
#endif

static bool name_says_text(struct slice name)
{
	static const char *const endings[] = { ".txt", ".text", ".asc", ".md", ".json", ".jsonl", ".ndjson",
					       ".html", ".htm", ".xhtml", ".csv", ".tsv", ".mbox", ".eml", ".xml", ".rss", ".atom" };
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (slice_ends_in(name, endings[i]))
			return true;
	return false;
}

enum fund_status format_of(struct slice head, bool whole, struct slice name, const struct reader_format **out, struct fault *why)
{
	int best = 0;
	*out = NULL;
	if (head.len == 0)
		return FUND_END;
	const char *other = foreign_name(head);
	if (other)
		return fault_set(why, FUND_UNSUPPORTED, "%s: holds no article that can be read", other);
	other = later_name(head, name);
	if (other)
		return fault_set(why, FUND_UNSUPPORTED, "%s: this version does not read it", other);
	for (size_t i = 0; reader_formats[i]; i++) {
		int sure = reader_formats[i]->recognise(head, whole, name);
		if (sure > best) {
			best = sure;
			*out = reader_formats[i];
		}
	}
	if (*out)
		return FUND_OK;
	return name_says_text(name) ? fault_set(why, FUND_INVALID, "named as text, but its bytes are none")
				    : fault_set(why, FUND_UNSUPPORTED, "unknown binary data");
}
