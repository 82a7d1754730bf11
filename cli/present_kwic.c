/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/present_kwic.h"

#include "base/width.h"

#define ORIGIN_ROOM 26u /* columns that date and key have at least on a terminal */
#define MATCH_ROOM 14u	/* that a keyword takes */
#define WIDTH_LEAST 12u
#define WIDTH_MOST 80u

uint32_t kwic_default_width(const struct present_options *o, enum format_id format)
{
	if (format != FORMAT_TEXT || !o->terminal)
		return FUNDSTELLE_WIDTH_DEFAULT;
	uint32_t taken = ORIGIN_ROOM + MATCH_ROOM + 6, width = o->width > taken ? (o->width - taken) / 2 : 0;
	return width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : width;
}

/* ---- text ---- */

/* As it is printed: borrowed until the next call. */
static struct slice escaped(struct kwic_presenter *k, struct fundstelle_text text)
{
	buf_reset(&k->room);
	return text_escape(text_slice(text), true, &k->room) == FUND_OK ? slice_buf(&k->room) : SLICE_LIT("?");
}

static void print_blanks(struct kwic_presenter *k, uint32_t n) { print_format(k->p, "%*s", (int)n, ""); }

/* Date and key behind the line; on a terminal the key's end, where all of it does not fit. */
static void print_origin(struct kwic_presenter *k, const struct fundstelle_line *line, uint32_t column)
{
	char date[DATE_TEXT_MAX];
	const struct present_options *o = k->options;
	size_t len = strlen(date_format(line->date, date));
	buf_reset(&k->room);
	if (key_escape(text_slice(line->key), false, &k->room) != FUND_OK)
		return;
	struct slice key = slice_buf(&k->room);
	uint32_t left = o->width > column + 12 ? o->width - column - 12 : 1;
	bool fits = !o->terminal || text_width(key) <= left;
	size_t n = fits ? key.len : text_fitting_end(key, left - 1);
	present_color(k->p, o, PRESENT_DIM);
	present_linked_date(k->p, line->date, line->address, 0);
	print_blanks(k, 12 - (uint32_t)len);
	present_link(k->p, line->address, 0);
	print_str(k->p, fits ? "" : "…");
	print_raw(k->p, key.data + key.len - n, n);
	present_link_end(k->p, line->address);
	present_color(k->p, o, PRESENT_PLAIN);
}

/* Was the terminal's width shared out so that this column and an origin fit? Not where a larger --kwic was asked for. */
static bool is_shared_out(const struct kwic_presenter *k, uint32_t end) { return k->options->terminal && end + ORIGIN_ROOM <= k->options->width; }

/* Whole words of the right side: what a long keyword takes is theirs. */
static struct slice right_side(struct slice right, uint32_t room)
{
	size_t n = text_fitting(right, room);
	while (n > 0 && n < right.len && right.data[n] != ' ')
		n--;
	return slice_of(right.data, n);
}

static void print_as_text(struct kwic_presenter *k, const struct fundstelle_line *line)
{
	uint32_t end = k->width + 1 + MATCH_ROOM + k->width + 2; /* where most lines' origin begins */
	struct slice s = escaped(k, line->left);
	uint32_t width = text_width(s), column = k->width + 1;
	print_blanks(k, width < k->width ? k->width - width : 0);
	print_raw(k->p, s.data, s.len);
	print_str(k->p, " ");
	present_color(k->p, k->options, PRESENT_MATCH);
	s = escaped(k, line->match);
	column += text_width(s) + 1;
	print_raw(k->p, s.data, s.len);
	present_color(k->p, k->options, PRESENT_PLAIN);
	bool closes = line->right.len && memchr(",.;:!?)]", line->right.data[0], 8); /* belongs to the word before it */
	s = escaped(k, line->right);
	if (is_shared_out(k, end))
		s = right_side(s, end > column + 2 ? end - column - 2 : 0);
	width = s.len ? text_width(s) + (closes ? 0 : 1) : 0;
	print_str(k->p, s.len && !closes ? " " : "");
	print_raw(k->p, s.data, s.len);
	uint32_t at = column - 1 + width;
	if (is_shared_out(k, end) && at + 2 > end) { /* the keyword alone is too long */
		print_str(k->p, "\n");
		at = 0;
	}
	print_blanks(k, at + 2 < end ? end - at : 2);
	print_origin(k, line, at + 2 < end ? end : at + 2);
	print_str(k->p, "\n");
}

/* ---- for programs ---- */

static void print_object(struct kwic_presenter *k, const struct fundstelle_line *line)
{
	print_str(k->p, "{\"key\": ");
	print_json_key(k->p, text_slice(line->key));
	print_str(k->p, ", \"date\": ");
	present_json_date(k->p, line->date);
	print_str(k->p, ", \"left\": ");
	print_json(k->p, text_slice(line->left));
	print_str(k->p, ", \"match\": ");
	print_json(k->p, text_slice(line->match));
	print_str(k->p, ", \"right\": ");
	print_json(k->p, text_slice(line->right));
	print_str(k->p, "}");
}

static void print_as_tsv(struct kwic_presenter *k, const struct fundstelle_line *line)
{
	char date[DATE_TEXT_MAX];
	print_key(k->p, text_slice(line->key), false);
	print_format(k->p, "\t%s\t", date_format(line->date, date));
	print_tsv(k->p, text_slice(line->left));
	print_str(k->p, "\t");
	print_tsv(k->p, text_slice(line->match));
	print_str(k->p, "\t");
	print_tsv(k->p, text_slice(line->right));
	print_str(k->p, "\n");
}

void kwic_begin(struct kwic_presenter *k, const struct answer *head)
{
	if (k->format != FORMAT_JSON)
		return;
	present_json_head(k->p, head);
	print_str(k->p, ",\n \"kwic\": [");
}

void kwic_print(struct kwic_presenter *k, const struct fundstelle_line *line)
{
	switch (k->format) {
	case FORMAT_JSON:
		print_str(k->p, k->any ? ",\n  " : "\n  ");
		print_object(k, line);
		break;
	case FORMAT_JSONL:
		print_object(k, line);
		print_str(k->p, "\n");
		break;
	case FORMAT_TSV: print_as_tsv(k, line); break;
	default: print_as_text(k, line); break;
	}
	k->any = true;
}

void kwic_end(struct kwic_presenter *k)
{
	if (k->format == FORMAT_JSON)
		print_str(k->p, "]}\n");
	buf_release(&k->room);
}
