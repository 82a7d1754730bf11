/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_alto.c - ALTO 1 to 4 (Library of Congress), as libraries keep the text of scanned newspapers: an article a page.
 *
 * Words    String with CONTENT; its half of a word names the whole (SUBS_CONTENT), or an HYP follows. WC: confidence. ALTERNATIVE: other readings.
 * Boxes    HPOS VPOS WIDTH HEIGHT, in what MeasurementUnit says.
 */
#include "indexer/ocr_stream.h"

struct alto_state {
	struct buf other;
	bool in_other;
};

static struct slice attribute_slice(const char **attributes, const char *name)
{
	const char *value = xml_attribute(attributes, name);
	return value ? slice_str(value) : (struct slice){ NULL, 0 };
}

struct string {
	const char *content, *whole, *part;
	struct layout_box box;
	uint8_t confidence;
};

/* All attributes in one pass: there are millions of them. */
static struct string string_of(const char **attributes)
{
	struct string s = { NULL, NULL, NULL, { 0, 0, 0, 0 }, LAYOUT_SURE };
	for (const char **a = attributes; *a; a += 2) {
		const char *name = a[0], *value = a[1];
		switch (name[0]) {
		case 'C':
			if (strcmp(name, "CONTENT") == 0)
				s.content = value;
			break;
		case 'H':
			if (strcmp(name, "HPOS") == 0)
				s.box.x = ocr_number(value);
			else if (strcmp(name, "HEIGHT") == 0)
				s.box.h = ocr_number(value);
			break;
		case 'V':
			if (strcmp(name, "VPOS") == 0)
				s.box.y = ocr_number(value);
			break;
		case 'W':
			if (strcmp(name, "WIDTH") == 0)
				s.box.w = ocr_number(value);
			else if (strcmp(name, "WC") == 0)
				s.confidence = ocr_confidence(value);
			break;
		case 'S':
			if (strcmp(name, "SUBS_CONTENT") == 0)
				s.whole = value;
			else if (strcmp(name, "SUBS_TYPE") == 0)
				s.part = value;
			break;
		default:
			break;
		}
	}
	return s;
}

static void add_string(struct ocr_stream *s, const char **attributes)
{
	struct string string = string_of(attributes);
	if (!string.content)
		return;
	struct ocr_page *p = ocr_stream_page(s);
	struct ocr_word *w = ocr_page_word(p, slice_str(string.content), string.box, string.confidence);
	if (w && string.whole && string.part)
		ocr_page_whole(p, w, slice_str(string.whole), strcmp(string.part, "HypPart2") == 0 ? OCR_PART2 : OCR_PART1);
}

static void begin_page(struct ocr_stream *s, const char **attributes)
{
	const char *name = xml_attribute(attributes, "PHYSICAL_IMG_NR");
	ocr_stream_begin_page(s, name ? name : xml_attribute(attributes, "ID"));
}

static void alto_start(void *context, const char *name, const char **attributes)
{
	struct ocr_stream *s = context;
	struct alto_state *state = s->state;
	name = xml_local(name);
	if (strcmp(name, "String") == 0) {
		add_string(s, attributes);
	} else if (strcmp(name, "TextLine") == 0) {
		ocr_page_line(ocr_stream_page(s), string_of(attributes).box);
	} else if (strcmp(name, "TextBlock") == 0) {
		ocr_page_block(ocr_stream_page(s), attribute_slice(attributes, "ID"));
	} else if (strcmp(name, "HYP") == 0) {
		ocr_page_hyphen(ocr_stream_page(s));
	} else if (strcmp(name, "Page") == 0) {
		begin_page(s, attributes);
	} else if (strcmp(name, "ALTERNATIVE") == 0) {
		state->in_other = true;
		buf_reset(&state->other);
	}
}

static void alto_end(void *context, const char *name)
{
	struct ocr_stream *s = context;
	struct alto_state *state = s->state;
	if (!state->in_other || strcmp(xml_local(name), "ALTERNATIVE") != 0)
		return;
	state->in_other = false;
	ocr_page_other(ocr_stream_page(s), slice_buf(&state->other));
}

static void alto_text(void *context, struct slice text)
{
	struct ocr_stream *s = context;
	struct alto_state *state = s->state;
	if (state->in_other && buf_add_slice(&state->other, text) != FUND_OK)
		xml_stream_fail(s->xml, FUND_NO_MEMORY, "out of memory");
}

static void alto_release(void *state) { buf_release(&((struct alto_state *)state)->other); }

const struct ocr_dialect ocr_alto = { &reader_alto, { alto_start, alto_end, alto_text }, sizeof(struct alto_state), alto_release };

static int alto_recognise(struct slice head, bool whole, struct slice name)
{
	struct xml_sniff s;
	(void)whole, (void)name;
	xml_sniff(&s, head);
	return slice_equal(s.name, SLICE_LIT("alto")) || slice_equal(s.name, SLICE_LIT("ALTO")) ? 95 : 0;
}

static enum fund_status alto_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path, (void)limits;
	return ocr_reader_open(out, in, &ocr_alto, why);
}

const struct reader_format reader_alto = { "ALTO", false, alto_recognise, alto_open, ocr_reader_next, ocr_reader_close };
