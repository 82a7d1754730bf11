/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plain elements are taken without expat: the same events, pauses and places of faults as when it reads all. */
#include "config.h"

#include <check.h>
#include <stdlib.h>

#include "indexer/xml_plain.h"
#include "indexer/xml_stream.h"
#include "tests/scratch.h"

#ifdef HAVE_EXPAT
/* ---- tags ---- */

#define LONG_VALUE "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"

static const struct {
	const char *what, *tag;
	enum xml_plain_kind kind;
	const char *expected; /* name and attributes */
} tags[] = {
	{ "an element of ALTO", "<String ID=\"s1\" HPOS=\"10\" WC=\"0.9\"/>", XML_PLAIN_EMPTY, "String ID=s1 HPOS=10 WC=0.9" },
	{ "no attributes", "<lb/>", XML_PLAIN_EMPTY, "lb" },
	{ "a blank before the end, several between attributes, line ends", "<a  b=\"1\"\n\tc=\"2\" />", XML_PLAIN_EMPTY, "a b=1 c=2" },
	{ "either quote, with the other in it", "<a b='\"' c=\"'\"/>", XML_PLAIN_EMPTY, "a b=\" c='" },
	{ "an end of a tag in a value", "<a b=\"/>\" c=\">\"/>", XML_PLAIN_EMPTY, "a b=/> c=>" },
	{ "characters of two and three bytes", "<a b=\"\xC3\xA4\xE2\x80\x9E\"/>", XML_PLAIN_EMPTY, "a b=\xC3\xA4\xE2\x80\x9E" },
	{ "a prefix", "<a:b c:d=\"1\"/>", XML_PLAIN_EMPTY, "a:b c:d=1" },
	{ "two attributes that begin alike and are as long", "<a bc=\"1\" bd=\"2\"/>", XML_PLAIN_EMPTY, "a bc=1 bd=2" },
	{ "nothing in a value", "<a b=\"\"/>", XML_PLAIN_EMPTY, "a b=" },
	{ "an element that is not empty", "<a b=\"1\">", XML_PLAIN_OTHER, NULL },
	{ "an end tag", "</a >", XML_PLAIN_OTHER, NULL },
	{ "a reference in a value", "<a b=\"&amp;\"/>", XML_PLAIN_OTHER, NULL },
	{ "a tab in a value", "<a b=\"1\t2\"/>", XML_PLAIN_OTHER, NULL },
	{ "a control character in a value", "<a b=\"\x01\"/>", XML_PLAIN_OTHER, NULL },
	{ "a line end of two bytes", "<a\r\nb=\"1\"/>", XML_PLAIN_OTHER, NULL },
	{ "half a character", "<a b=\"\xC3\"/>", XML_PLAIN_OTHER, NULL },
	{ "a character that no XML has", "<a b=\"\xEF\xBF\xBE\"/>", XML_PLAIN_OTHER, NULL },
	{ "an attribute twice", "<a b=\"1\" c=\"2\" b=\"3\"/>", XML_PLAIN_OTHER, NULL },
	{ "more bytes than there is room for",
	  "<a b=\"" LONG_VALUE LONG_VALUE LONG_VALUE LONG_VALUE LONG_VALUE LONG_VALUE LONG_VALUE LONG_VALUE "\"/>", XML_PLAIN_OTHER, NULL },
	{ "more attributes than there is room for",
	  "<a a=\"\" b=\"\" c=\"\" d=\"\" e=\"\" f=\"\" g=\"\" h=\"\" i=\"\" j=\"\" k=\"\" l=\"\" m=\"\" n=\"\" o=\"\" p=\"\" q=\"\" r=\"\" s=\"\" t=\"\" "
	  "u=\"\" v=\"\" w=\"\" x=\"\" y=\"\" z=\"\" A=\"\" B=\"\" C=\"\" D=\"\" E=\"\" F=\"\" G=\"\"/>", XML_PLAIN_OTHER, NULL },
	{ "a comment", "<!-- -->", XML_PLAIN_STRANGE, NULL },
	{ "an instruction", "<?a?>", XML_PLAIN_STRANGE, NULL },
	{ "a blank before '='", "<a b =\"1\"/>", XML_PLAIN_STRANGE, NULL },
	{ "no quote", "<a b=1/>", XML_PLAIN_STRANGE, NULL },
	{ "no blank between attributes", "<a b=\"1\"c=\"2\"/>", XML_PLAIN_STRANGE, NULL },
	{ "a tag in a value", "<a b=\"<c/>\"/>", XML_PLAIN_STRANGE, NULL },
	{ "a name that begins with a digit", "<a 1=\"1\"/>", XML_PLAIN_STRANGE, NULL },
	{ "a letter that is not of ASCII in a name", "<\xC3\xA4/>", XML_PLAIN_STRANGE, NULL },
	{ "a slash within", "<a / b=\"1\"/>", XML_PLAIN_STRANGE, NULL },
};

START_TEST(an_element_is_plain_or_left_to_the_parser)
{
	struct slice s = slice_str(tags[_i].tag);
	struct xml_plain *t = malloc(sizeof *t);
	struct buf b = BUF_INIT;
	ck_assert_ptr_nonnull(t);
	ck_assert_msg(xml_plain_take(t, s.data, slice_end(s)) == tags[_i].kind, "%s", tags[_i].what);
	if (tags[_i].kind == XML_PLAIN_EMPTY || tags[_i].kind == XML_PLAIN_OTHER)
		ck_assert_ptr_eq(t->end, slice_end(s));
	if (tags[_i].kind == XML_PLAIN_EMPTY) {
		buf_add_str(&b, t->name);
		for (const char **a = t->attributes; *a; a += 2)
			buf_add_format(&b, " %s=%s", a[0], a[1]);
		ck_assert_str_eq(buf_str(&b), tags[_i].expected);
	}
	buf_release(&b);
	free(t);
}
END_TEST

START_TEST(a_tag_that_is_cut_is_not_taken)
{
	struct slice s = slice_str(tags[_i].tag);
	struct xml_plain *t = malloc(sizeof *t);
	ck_assert_ptr_nonnull(t);
	for (size_t len = 1; len < s.len; len++) {
		enum xml_plain_kind kind = xml_plain_take(t, s.data, s.data + len);
		ck_assert_msg(kind == XML_PLAIN_CUT || kind == tags[_i].kind, "%s, %zu bytes", tags[_i].what, len);
		ck_assert(kind != XML_PLAIN_EMPTY && kind != XML_PLAIN_OTHER);
	}
	free(t);
}
END_TEST

/* ---- documents ---- */

struct log {
	struct buf events;
	struct xml_stream *stream;
	bool in_text;
};

static void put_event(struct log *l, const char *kind, const char *name)
{
	buf_add_format(&l->events, "%s%u %s%s", l->in_text ? "'\n" : "", xml_stream_depth(l->stream), kind, name);
	l->in_text = false;
}

static void log_start(void *context, const char *name, const char **attributes)
{
	struct log *l = context;
	put_event(l, "<", name);
	for (; *attributes; attributes += 2)
		buf_add_format(&l->events, " %s='%s'", attributes[0], attributes[1]);
	buf_add_str(&l->events, "\n");
	if (strcmp(name, "pause") == 0)
		xml_stream_pause(l->stream);
	if (strcmp(name, "fail") == 0)
		xml_stream_fail(l->stream, FUND_LIMIT, "fails");
}

static void log_end(void *context, const char *name)
{
	put_event(context, "/", name);
	buf_add_str(&((struct log *)context)->events, "\n");
}

static void log_text(void *context, struct slice text)
{
	struct log *l = context;
	if (!l->in_text)
		buf_add_str(&l->events, "'");
	l->in_text = true;
	buf_add_slice(&l->events, text);
}

/* All events, with a line for each pause and one for the end. */
static void log_document(struct buf *out, struct slice xml)
{
	static const struct xml_events events = { log_start, log_end, log_text };
	struct log l = { .in_text = false };
	struct fault why = { 0 };
	struct input *in;
	uint64_t line = 0;
	enum fund_status st;
	ck_assert_int_eq(input_open_bytes(&in, xml), FUND_OK);
	ck_assert_int_eq(xml_stream_open(&l.stream, in, &events, &l, &why), FUND_OK);
	while ((st = xml_stream_run(l.stream, &line, &why)) == FUND_OK)
		put_event(&l, "pause", "\n");
	put_event(&l, "end ", st == FUND_END ? "good" : why.text);
	const char *left_out = xml_stream_left_out(l.stream, &line);
	buf_add_format(&l.events, " line %llu %s\n", (unsigned long long)line, left_out ? left_out : "");
	xml_stream_close(l.stream);
	input_close(in);
	buf_release(out);
	*out = l.events;
}

/* Behind the instruction nothing is taken plainly; the rest of its line is empty, so that no place moves. */
static void ck_same_events(struct slice root, struct slice content, const char *what)
{
	struct buf plain = BUF_INIT, alone = BUF_INIT, events = BUF_INIT, expected = BUF_INIT;
	buf_add_slice(&plain, root);
	buf_add_str(&plain, "\n");
	buf_add_slice(&plain, content);
	buf_add_slice(&alone, root);
	buf_add_str(&alone, "<?alone?>\n");
	buf_add_slice(&alone, content);
	log_document(&events, slice_buf(&plain));
	log_document(&expected, slice_buf(&alone));
	ck_assert_msg(slice_equal(slice_buf(&events), slice_buf(&expected)), "%s: %.*s\nplain: %.2000s\nalone: %.2000s", what, (int)(content.len < 2000 ? content.len : 2000), (const char *)content.data,
		      buf_str(&events), buf_str(&expected));
	buf_release(&plain);
	buf_release(&alone);
	buf_release(&events);
	buf_release(&expected);
}

static const struct {
	const char *what, *content;
} documents[] = {
	{ "plain elements among others", " <b><c d=\"1\"/>\n  <c d=\"2\"/><e>Text</e><f/> <c/></b>\n<g/></a>" },
	{ "text right before and behind", "eins<c/>zwei <d/> drei\n<e/>\n</a>" },
	{ "line ends of two bytes", "<c/>\r\n  <d/>\r\n<e>\r\n<f/>\r\n</e></a>" },
	{ "line ends of one byte, which is no newline", "<c/>\r  <d/>\r<e/>\r\r\n<f/></a>" },
	{ "pauses", "<c/><pause/><c/> <pause/>\n<b><pause/></b><pause>x</pause><pause/></a>" },
	{ "an event that fails within a plain element", "<c/>\n <fail/><d/></a>" },
	{ "references and sections between", "<c/>&auml;<d/>&unbekannt;<e/>\n&weg;<c/></a>" },
	{ "a section", "<c/>\n<![CDATA[<d/>\n]]><e/></a>" },
	{ "a comment", "<c/>\n<!-- <d/>\n--><e/></a>" },
	{ "brackets before", "]]<c/>]<d/>]]> <e/></a>" },
	{ "a fault behind plain elements of its line", "<c/>\n<d/><e/> <f/><g></h></a>" },
	{ "a fault behind a tag that has line ends", "<b><c\n d=\"\xC3\xA4\"/><e/>x</f></b></a>" },
	{ "a fault behind a line end of the parser's", "<c/><d/><e>\n</e><f/> </g></a>" },
	{ "a character that is two bytes before a fault", "<c d=\"\xC3\xA4\xC3\xB6\"/><e/>\xC3\xBC &</a>" },
	{ "an attribute twice", "<c/><d e=\"1\" e=\"1\"/></a>" },
	{ "plain elements behind the root's end", "<c/></a>\n<d/>" },
	{ "a document that ends too soon", "<c/><b><d/>\n" },
	{ "one that ends in a tag", "<c/><b><d/>\n<e f=\"" },
	{ "nothing but plain elements", "<c/><d/><e/>" },
	{ "a prefix", "<x:c y=\"1\"/><x:d><x:e/></x:d></a>" },
};

START_TEST(events_do_not_depend_on_who_takes_an_element)
{
	static const char *const roots[] = {
		"<a>", "<?xml version=\"1.0\"?>\n<!-- > -->\n<a b=\">\" c=\"d\">", "<!DOCTYPE a [<!ATTLIST c d CDATA \"0\">]><a>", "\xEF\xBB\xBF<a>",
	};
	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
		ck_same_events(slice_str(roots[i]), slice_str(documents[_i].content), documents[_i].what);
}
END_TEST

/* None of them ends the root: behind its end expat's message depends on how much it has been given. */
START_TEST(nor_do_they_in_a_document_with_wrong_bytes)
{
	static const char bytes[] = "<>/\"'=& \n\r\t]!?a\x01\xC3\xA4\xEF";
	struct slice content = slice_str(documents[_i].content);
	uint8_t *wrong = malloc(content.len);
	uint64_t state = (uint64_t)_i + 1;
	ck_assert_ptr_nonnull(wrong);
	for (int round = 0; round < 500; round++) {
		memcpy(wrong, content.data, content.len);
		for (uint64_t n = 1 + random_below(&state, 3); n; n--)
			wrong[random_below(&state, (uint32_t)content.len)] = (uint8_t)bytes[random_below(&state, sizeof bytes - 1)];
		ck_same_events(SLICE_LIT("<r><a>"), slice_of(wrong, content.len), documents[_i].what);
	}
	free(wrong);
}
END_TEST

/* What is looked at together ends anywhere. */
START_TEST(nor_do_they_in_a_document_of_many_parts)
{
	static const char line[] = " <b><c d=\"1\" e='\xC3\xA4'/>\r\n<c d=\"&lt;\"/>x<f/> y<g>z</g>\n\t<h/></b>";
	struct buf content = BUF_INIT;
	for (int i = 0; i < _i; i++)
		buf_add_str(&content, "-");
	while (content.len < (size_t)700 << 10)
		buf_add_str(&content, content.len / sizeof line == (size_t)_i * 500 ? "<c/><b>x</b><!-- x --><c/>" : line);
	buf_add_str(&content, "</x>");
	ck_same_events(SLICE_LIT("<a>"), slice_buf(&content), "parts");
	buf_release(&content);
}
END_TEST
#endif

Suite *suite_xml_stream(void)
{
	Suite *s = suite_create("xml_stream");
#ifdef HAVE_EXPAT
	TCase *t = tcase_create("plain");
	const int n = sizeof documents / sizeof *documents;
	tcase_add_loop_test(t, an_element_is_plain_or_left_to_the_parser, 0, sizeof tags / sizeof *tags);
	tcase_add_loop_test(t, a_tag_that_is_cut_is_not_taken, 0, sizeof tags / sizeof *tags);
	tcase_add_loop_test(t, events_do_not_depend_on_who_takes_an_element, 0, n);
	tcase_add_loop_test(t, nor_do_they_in_a_document_with_wrong_bytes, 0, n);
	tcase_add_loop_test(t, nor_do_they_in_a_document_of_many_parts, 0, 12);
	suite_add_tcase(s, t);
#endif
	return s;
}
