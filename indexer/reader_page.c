/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_page.c - PAGE XML (PRImA), as Transkribus and OCR-D write it: an article a page.
 *
 * Words    TextEquiv/Unicode stands at each level: of words where there are any, else of the line, else of the region. Of several TextEquiv the one
 *          with the lowest index is the text, the others are other readings.
 * Order    as ReadingOrder says, where it does. Boxes: around the points of Coords.
 */
#include <stdlib.h>

#include "indexer/ocr_stream.h"

enum level { LEVEL_NONE, LEVEL_REGION, LEVEL_LINE, LEVEL_WORD };

/* A region's place in the reading order. */
struct place {
	uint32_t id, len, order; /* id in `ids` */
};

struct page_state {
	enum level level;
	struct layout_box box[LEVEL_WORD + 1];
	bool has_text[LEVEL_WORD + 1]; /* of this level or of what is in it */
	bool in_equiv, in_unicode, is_other;
	uint32_t skipped;	       /* depth inside of what is no region's text: glyphs */
	uint8_t confidence;
	struct buf unicode, ids;
	struct place *places;
	uint32_t n_places;
	size_t cap_places;
};

/* "10,20 30,20 30,40 10,40" */
static struct layout_box box_of(const char *points)
{
	int32_t left = INT32_MAX, top = INT32_MAX, right = 0, bottom = 0;
	while (*points) {
		int32_t x = ocr_number(points);
		points += strcspn(points, ", ");
		if (*points != ',')
			break;
		int32_t y = ocr_number(++points);
		points += strcspn(points, " ");
		points += strspn(points, " ");
		left = x < left ? x : left;
		top = y < top ? y : top;
		right = x > right ? x : right;
		bottom = y > bottom ? y : bottom;
	}
	return left > right || top > bottom ? (struct layout_box){ 0, 0, 0, 0 } : (struct layout_box){ left, top, right - left, bottom - top };
}

static void add_place(struct ocr_stream *s, const char *id)
{
	struct page_state *state = s->state;
	struct place *places = array_room(state->places, state->n_places + (size_t)1, &state->cap_places, sizeof *places);
	if (!places) {
		xml_stream_fail(s->xml, FUND_NO_MEMORY, "out of memory");
		return;
	}
	state->places = places;
	state->places[state->n_places] = (struct place){ (uint32_t)state->ids.len, (uint32_t)strlen(id), state->n_places };
	state->n_places++;
	if (buf_add_str(&state->ids, id) != FUND_OK)
		xml_stream_fail(s->xml, FUND_NO_MEMORY, "out of memory");
}

/* Regions that the order does not name come behind those that it does. */
static uint32_t order_of(const struct page_state *state, struct slice id)
{
	for (uint32_t i = 0; i < state->n_places; i++)
		if (slice_equal(slice_part(slice_buf(&state->ids), state->places[i].id, state->places[i].len), id))
			return state->places[i].order;
	return state->n_places;
}

static void begin_level(struct ocr_stream *s, enum level level, const char **attributes)
{
	struct page_state *state = s->state;
	const char *id = xml_attribute(attributes, "id");
	state->level = level;
	state->has_text[level] = false;
	state->box[level] = (struct layout_box){ 0, 0, 0, 0 };
	if (level == LEVEL_REGION) {
		struct ocr_page *p = ocr_stream_page(s);
		struct slice name = id ? slice_str(id) : (struct slice){ NULL, 0 };
		ocr_page_block(p, name);
		if (p->n_blocks)
			p->blocks[p->n_blocks - 1].order = order_of(state, name);
	} else if (level == LEVEL_LINE) {
		ocr_page_line(ocr_stream_page(s), state->box[level]);
	}
}

static const struct {
	const char *name;
	enum level level;
} levels[] = { { "Word", LEVEL_WORD }, { "TextLine", LEVEL_LINE }, { "TextRegion", LEVEL_REGION } };

static enum level level_of(const char *name)
{
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		if (strcmp(name, levels[i].name) == 0)
			return levels[i].level;
	return LEVEL_NONE;
}

static void take_coords(struct ocr_stream *s, const char **attributes)
{
	struct page_state *state = s->state;
	const char *points = xml_attribute(attributes, "points");
	if (!points || state->level == LEVEL_NONE)
		return;
	state->box[state->level] = box_of(points);
	if (state->level == LEVEL_LINE)
		ocr_page_line(ocr_stream_page(s), state->box[LEVEL_LINE]);
}

static void page_start(void *context, const char *name, const char **attributes)
{
	struct ocr_stream *s = context;
	struct page_state *state = s->state;
	name = xml_local(name);
	if (state->skipped || strcmp(name, "Glyph") == 0) {
		state->skipped++;
		return;
	}
	enum level level = level_of(name);
	if (level != LEVEL_NONE) {
		begin_level(s, level, attributes);
	} else if (strcmp(name, "Coords") == 0) {
		take_coords(s, attributes);
	} else if (strcmp(name, "TextEquiv") == 0) {
		const char *conf = xml_attribute(attributes, "conf"), *index = xml_attribute(attributes, "index");
		state->in_equiv = true;
		state->is_other = index && ocr_number(index) > 1;
		state->confidence = conf ? ocr_confidence(conf) : LAYOUT_SURE;
	} else if (strcmp(name, "Unicode") == 0) {
		state->in_unicode = state->in_equiv;
		buf_reset(&state->unicode);
	} else if (strcmp(name, "RegionRefIndexed") == 0 || strcmp(name, "RegionRef") == 0) {
		const char *ref = xml_attribute(attributes, "regionRef");
		if (ref)
			add_place(s, ref);
	} else if (strcmp(name, "Page") == 0) {
		state->n_places = 0;
		buf_reset(&state->ids);
		ocr_stream_begin_page(s, xml_attribute(attributes, "imageFilename"));
	}
}

static void take_unicode(struct ocr_stream *s)
{
	struct page_state *state = s->state;
	struct slice text = slice_buf(&state->unicode);
	enum level level = state->level;
	if (level == LEVEL_NONE || text.len == 0)
		return;
	if (level == LEVEL_WORD && (state->is_other || state->has_text[level])) {
		ocr_page_other(ocr_stream_page(s), text);
		return;
	}
	if (state->has_text[level])
		return; /* what is in it has said it already */
	if (level == LEVEL_WORD)
		ocr_page_word(ocr_stream_page(s), text, state->box[level], state->confidence);
	else
		ocr_page_words(ocr_stream_page(s), text, state->box[level], state->confidence);
	for (enum level l = LEVEL_REGION; l <= level; l++)
		state->has_text[l] = true;
}

static void page_end(void *context, const char *name)
{
	struct ocr_stream *s = context;
	struct page_state *state = s->state;
	if (state->skipped) {
		state->skipped--;
		return;
	}
	name = xml_local(name);
	enum level level = level_of(name);
	if (level != LEVEL_NONE) {
		state->level = (enum level)(level - 1);
	} else if (strcmp(name, "Unicode") == 0) {
		if (state->in_unicode)
			take_unicode(s);
		state->in_unicode = false;
	} else if (strcmp(name, "TextEquiv") == 0) {
		state->in_equiv = false;
	}
}

static void page_text(void *context, struct slice text)
{
	struct ocr_stream *s = context;
	struct page_state *state = s->state;
	if (state->in_unicode && !state->skipped && buf_add_slice(&state->unicode, text) != FUND_OK)
		xml_stream_fail(s->xml, FUND_NO_MEMORY, "out of memory");
}

static void page_release(void *context)
{
	struct page_state *state = context;
	buf_release(&state->unicode);
	buf_release(&state->ids);
	free(state->places);
}

const struct ocr_dialect ocr_page_xml = { &reader_page, { page_start, page_end, page_text }, sizeof(struct page_state), page_release };

static int page_recognise(struct slice head, bool whole, struct slice name)
{
	struct xml_sniff s;
	(void)whole, (void)name;
	xml_sniff(&s, head);
	return slice_equal(s.name, SLICE_LIT("PcGts")) ? 95 : 0;
}

static enum fund_status page_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path, (void)limits;
	return ocr_reader_open(out, in, &ocr_page_xml, why);
}

const struct reader_format reader_page = { "PAGE", false, page_recognise, page_open, ocr_reader_next, ocr_reader_close };
