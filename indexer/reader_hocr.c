/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_hocr.c - hOCR (Breuel, 1.2) where it is XHTML, as Tesseract writes it: an article a page.
 *
 * What an element is says its class: ocr_page, ocr_carea, ocr_par, ocr_line and its kin, ocrx_word. Its title has "bbox 1 2 3 4; x_wconf 95".
 * hOCR that is not well-formed is HTML to us: reader_html.c.
 */
#include <stdio.h>

#include "indexer/ocr_stream.h"

enum kind { KIND_NONE, KIND_PAGE, KIND_BLOCK, KIND_LINE, KIND_WORD };

struct hocr_state {
	uint32_t in_word, in_line; /* depth of the open word and line; 0: none */
	struct layout_box word, line;
	uint8_t confidence;
	bool line_has_words;
	struct buf text;
};

static bool has_class(const char *classes, const char *name)
{
	size_t len = strlen(name);
	for (const char *p = classes; (p = strstr(p, name)) != NULL; p += len)
		if ((p == classes || p[-1] == ' ') && (p[len] == ' ' || p[len] == 0))
			return true;
	return false;
}

static enum kind kind_of(const char *classes)
{
	static const struct {
		const char *name;
		enum kind kind;
	} kinds[] = {
		{ "ocrx_word", KIND_WORD },   { "ocr_line", KIND_LINE },      { "ocrx_line", KIND_LINE },   { "ocr_header", KIND_LINE },
		{ "ocr_caption", KIND_LINE }, { "ocr_textfloat", KIND_LINE }, { "ocr_par", KIND_BLOCK },    { "ocr_carea", KIND_BLOCK },
		{ "ocrx_block", KIND_BLOCK }, { "ocr_page", KIND_PAGE },
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (has_class(classes, kinds[i].name))
			return kinds[i].kind;
	return KIND_NONE;
}

/* The numbers behind a property's name in a title; how many there were. */
static int property(const char *title, const char *name, int32_t *values, int max)
{
	const char *p = title ? strstr(title, name) : NULL;
	int n = 0;
	if (!p)
		return 0;
	for (p += strlen(name); n < max; n++) {
		p += strspn(p, " ");
		if (!((*p >= '0' && *p <= '9') || *p == '-'))
			break;
		values[n] = ocr_number(p);
		p += strcspn(p, " ;");
	}
	return n;
}

static struct layout_box box_of(const char *title)
{
	int32_t v[4];
	if (property(title, "bbox", v, 4) < 4 || v[2] < v[0] || v[3] < v[1])
		return (struct layout_box){ 0, 0, 0, 0 };
	return (struct layout_box){ v[0], v[1], v[2] - v[0], v[3] - v[1] };
}

static void begin_page(struct ocr_stream *s, const char *title, const char *id)
{
	int32_t number;
	char name[16];
	if (property(title, "ppageno", &number, 1) == 1 && number >= 0)
		snprintf(name, sizeof name, "%d", number + 1);
	else
		name[0] = 0;
	ocr_stream_begin_page(s, name[0] ? name : id);
}

static void hocr_start(void *context, const char *name, const char **attributes)
{
	struct ocr_stream *s = context;
	struct hocr_state *state = s->state;
	const char *classes = xml_attribute(attributes, "class"), *title = xml_attribute(attributes, "title"), *id = xml_attribute(attributes, "id");
	enum kind kind = classes ? kind_of(classes) : KIND_NONE;
	(void)name;
	if (kind == KIND_PAGE) {
		begin_page(s, title, id);
	} else if (kind == KIND_BLOCK) {
		ocr_page_block(ocr_stream_page(s), id ? slice_str(id) : (struct slice){ NULL, 0 });
	} else if (kind == KIND_LINE) {
		state->line = box_of(title);
		state->in_line = xml_stream_depth(s->xml);
		state->line_has_words = false;
		buf_reset(&state->text);
		ocr_page_line(ocr_stream_page(s), state->line);
	} else if (kind == KIND_WORD) {
		int32_t conf;
		state->word = box_of(title);
		state->confidence = property(title, "x_wconf", &conf, 1) == 1 && conf >= 0 && conf < (int32_t)LAYOUT_SURE ? (uint8_t)conf : LAYOUT_SURE;
		state->in_word = xml_stream_depth(s->xml);
		state->line_has_words = true;
		buf_reset(&state->text);
	}
}

static void hocr_end(void *context, const char *name)
{
	struct ocr_stream *s = context;
	struct hocr_state *state = s->state;
	uint32_t depth = xml_stream_depth(s->xml);
	(void)name;
	if (depth == state->in_word) {
		ocr_page_word(ocr_stream_page(s), slice_buf(&state->text), state->word, state->confidence);
		state->in_word = 0;
	} else if (depth == state->in_line) {
		if (!state->line_has_words)
			ocr_page_words(ocr_stream_page(s), slice_buf(&state->text), state->line, LAYOUT_SURE);
		state->in_line = 0;
	}
}

static void hocr_text(void *context, struct slice text)
{
	struct ocr_stream *s = context;
	struct hocr_state *state = s->state;
	if ((state->in_word || (state->in_line && !state->line_has_words)) && buf_add_slice(&state->text, text) != FUND_OK)
		xml_stream_fail(s->xml, FUND_NO_MEMORY, "out of memory");
}

static void hocr_release(void *state) { buf_release(&((struct hocr_state *)state)->text); }

const struct ocr_dialect ocr_hocr = { &reader_hocr, { hocr_start, hocr_end, hocr_text }, sizeof(struct hocr_state), hocr_release };

/* XHTML that says it is hOCR: by its meta, or its first page. */
static int hocr_recognise(struct slice head, bool whole, struct slice name)
{
	struct xml_sniff s;
	(void)whole, (void)name;
	xml_sniff(&s, head);
	if (!slice_equal(s.name, SLICE_LIT("html")) || (!s.prolog && !memmem(s.tag.data, s.tag.len, "1999/xhtml", 10)))
		return 0;
	return memmem(s.text.data, s.text.len, "ocr_page", 8) || memmem(s.text.data, s.text.len, "ocr-system", 10) ? 96 : 0;
}

static enum fund_status hocr_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path, (void)limits;
	return ocr_reader_open(out, in, &ocr_hocr, why);
}

const struct reader_format reader_hocr = { "hOCR", false, hocr_recognise, hocr_open, ocr_reader_next, ocr_reader_close };
