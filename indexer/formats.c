/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/formats.h"

#include "indexer/encoding.h"

const struct reader_format *const reader_formats[] = { &reader_jsonl, &reader_json, &reader_text, NULL };

/* Things that archives hold beside articles, by their first bytes. */
static const struct {
	const char *name;
	const char *magic;
	uint16_t len, off;
} foreign[] = {
	{ "JPEG picture", "\xFF\xD8\xFF", 3, 0 },	 { "PNG picture", "\x89PNG\r\n\x1A\n", 8, 0 },
	{ "GIF picture", "GIF8", 4, 0 },		 { "TIFF picture", "II*\0", 4, 0 },
	{ "TIFF picture", "MM\0*", 4, 0 },		 { "WebP or WAVE file", "RIFF", 4, 0 },
	{ "PDF", "%PDF-", 5, 0 },			 { "PostScript", "%!PS", 4, 0 },
	{ "program (ELF)", "\x7F" "ELF", 4, 0 },	 { "program (Mach-O)", "\xCF\xFA\xED\xFE", 4, 0 },
	{ "zip archive or office file", "PK\3\4", 4, 0 }, { "zip archive", "PK\5\6", 4, 0 },
	{ "office file", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, 0 }, { "RTF", "{\\rtf", 5, 0 },
	{ "7z archive", "7z\xBC\xAF\x27\x1C", 6, 0 },	 { "RAR archive", "Rar!\x1A\7", 6, 0 },
	{ "tar archive", "ustar", 5, 257 },		 { "WARC archive", "WARC/", 5, 0 },
	{ "sound (MP3)", "ID3", 3, 0 },			 { "sound (Ogg)", "OggS", 4, 0 },
	{ "sound (FLAC)", "fLaC", 4, 0 },		 { "film (MP4)", "ftyp", 4, 4 },
	{ "film (Matroska)", "\x1A\x45\xDF\xA3", 4, 0 }, { "database (SQLite)", "SQLite format 3", 16, 0 },
	{ "font", "\0\1\0\0\0", 5, 0 },			 { "Java class", "\xCA\xFE\xBA\xBE", 4, 0 },
};

/* Markup and tables whose readers are still to come: skipped rather than read as text with all their marks. */
static const struct {
	const char *name, *ending;
} later[] = {
	{ "HTML", ".html" }, { "HTML", ".htm" }, { "HTML", ".xhtml" }, { "XML", ".xml" }, { "RSS", ".rss" }, { "Atom", ".atom" },
	{ "CSV", ".csv" },   { "TSV", ".tsv" },	 { "mbox", ".mbox" },  { "e-mail", ".eml" },
};

static const char *foreign_name(struct slice head)
{
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		if (head.len >= (size_t)foreign[i].off + foreign[i].len && memcmp(head.data + foreign[i].off, foreign[i].magic, foreign[i].len) == 0)
			return foreign[i].name;
	/* a DOS or Windows program: two letters alone would be a text that begins with them */
	return head.len > 64 && memcmp(head.data, "MZ", 2) == 0 && encoding_is_binary(head) ? "program (Windows)" : NULL;
}

static const char *later_name(struct slice head, struct slice name)
{
	static const uint8_t bom[] = { 0xEF, 0xBB, 0xBF };
	for (size_t i = 0; i < sizeof later / sizeof *later; i++)
		if (slice_ends_in(name, later[i].ending))
			return later[i].name;
	if (head.len >= 3 && memcmp(head.data, bom, 3) == 0)
		head = slice_of(head.data + 3, head.len - 3);
	while (head.len && (head.data[0] == ' ' || head.data[0] == '\n' || head.data[0] == '\r' || head.data[0] == '\t'))
		head = slice_of(head.data + 1, head.len - 1);
	if (head.len >= 5 && memcmp(head.data, "<?xml", 5) == 0)
		return "XML";
	if (head.len >= 14 && (memcmp(head.data, "<!DOCTYPE html", 14) == 0 || memcmp(head.data, "<!doctype html", 14) == 0))
		return "HTML";
	return head.len >= 5 && (memcmp(head.data, "<html", 5) == 0 || memcmp(head.data, "<HTML", 5) == 0) ? "HTML" : NULL;
}

static bool name_says_text(struct slice name)
{
	static const char *const endings[] = { ".txt", ".text", ".asc", ".md", ".json", ".jsonl", ".ndjson" };
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
