/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "indexer/html_text.h"

/* ---- references ---- */

static const struct {
	const char *name, *written, *decoded;
	bool attribute;
} references[] = {
	{ "German letters", "Gr&uuml;&szlig;e aus K&ouml;ln", "Grüße aus Köln", false },
	{ "numbers, decimal and hexadecimal", "&#252;&#xFC;&#XfC;", "üüü", false },
	{ "without semicolon, those of old", "Gr&uumlne &amp AT&ampT", "Grüne & AT&T", false },
	{ "the longest name counts", "&notin;&notit;&not;", "∉¬it;¬", false },
	{ "two characters of one name", "&NotEqualTilde;", "≂̸", false },
	{ "not in a link's parameters", "?a=1&copy=2&amp;lt=3&reg", "?a=1&copy=2&lt=3®", true },
	{ "what is none stays as it is", "M&M, R&D; &unbekannt; &#; &#x; & &", "M&M, R&D; &unbekannt; &#; &#x; & &", false },
	{ "numbers that are CP1252", "&#132;Ja&#147; &#150; &#128;", "„Ja“ – €", false },
	{ "numbers that are no characters", "&#0;&#xD800;&#1114112;&#99999999999999999999;", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", false },
	{ "the first and the last of the table", "&AElig;&zwnj;&zscr;&zwj;&Aacute", "Æ\xE2\x80\x8C\xF0\x9D\x93\x8F\xE2\x80\x8DÁ", false },
};

START_TEST(references_are_decoded_as_browsers_do)
{
	struct buf out = BUF_INIT;
	ck_assert_int_eq(html_add_decoded(&out, slice_str(references[_i].written), references[_i].attribute), FUND_OK);
	ck_assert_msg(slice_equal(slice_buf(&out), slice_str(references[_i].decoded)), "%s: \"%s\"", references[_i].name, buf_str(&out));
	buf_release(&out);
}
END_TEST

/* ---- fragments ---- */

static const struct {
	const char *name, *html, *text;
} fragments[] = {
	{ "nothing", "", "" },
	{ "text without tags keeps its lines", "Erste Zeile\n  zweite &amp; dritte\n", "Erste Zeile\n  zweite & dritte\n" },
	{ "paragraphs stand apart", "<p>Eins</p>\n<p>Zwei\n drei</p>", "Eins\n\nZwei drei" },
	{ "paragraphs without end tags", "<p>Eins<p>Zwei", "Eins\n\nZwei" },
	{ "blocks have lines of their own", "<div>Eins</div><div>Zwei</div>Drei", "Eins\nZwei\nDrei" },
	{ "a break is a line", "Eins<br>Zwei<br/>Drei<br><br>Vier<br><br><br>Fünf", "Eins\nZwei\nDrei\n\nVier\n\nFünf" },
	{ "inline elements part no word", "Wort<b>teil</b>e und H<sub>2</sub>O, <a href='x>y'>Verweis</a>.", "Wortteile und H2O, Verweis." },
	{ "a break opportunity parts no word", "Donau<wbr>dampf&shy;schiff<!-- x -->fahrt", "Donaudampf\xC2\xAD" "schifffahrt" },
	{ "cells are parted", "<table><tr><td>a<td>b<tr><th>c</th><th>d</th></table>", "a b\nc d" },
	{ "lists", "<ul><li>a<li>b</ul>c", "a\nb\n\nc" },
	{ "blanks run together, not those that do not break", "  a \n\t b&nbsp; c &#32; d", "  a \n\t b\xC2\xA0 c   d" },
	{ "the same with a tag", "<i>  a \n\t b&nbsp; c &#32; d</i>  ", "a b\xC2\xA0 c d" },
	{ "preformatted lines stay", "<pre>a\n  b</pre>c  d", "a\n  b\n\nc d" },
	{ "scripts and styles are no text", "a<script>if (a < b && '</p>') x()</script><style>p{}</style>b", "ab" },
	{ "a script in a script's comment", "a<script><!-- <script> </script> --></script>b", "ab" },
	{ "a script that hides an unfinished comment", "a<script><!-- x()</script>b", "ab" },
	{ "an endless script", "a<script>x()", "a" },
	{ "hidden elements", "a<div hidden>b</div><noscript>c</noscript><template><p>d</template><svg/>e<svg><text>f</text></svg>", "a\ne" },
	{ "hidden words", "a<span hidden>b<b>c</b><br>d</span>e <b style='color: red; DISPLAY : none'>f</b>g", "ae g" },
	{ "hidden paragraphs and items end where the next begin", "<p hidden>a<p>b<ul><li hidden>c<ul><li>d</ul>e<li>f<li style=display:none>g</ul>h", "b\n\nf\n\nh" },
	{ "hidden rows and entries", "<table><tr hidden><td>a<td>b<tr><td>c</table><dl><dt hidden>d<dd>e</dl><h2 hidden>f</h2>g", "c\n\ne\n\ng" },
	{ "what is hidden ends with what is around it", "<div><span hidden>a</div>b", "b" },
	{ "what is hidden until it is found, and other styles", "<p hidden=until-found>a</p><p style='display:block'>b</p><p style='x-display:none'>c</p>", "a\n\nb\n\nc" },
	{ "a closed dialog and an open one", "<dialog>a</dialog><dialog open>b</dialog>", "b" },
	{ "a body that is hidden until a script shows it", "<body style='display:none'>a</body>", "a" },
	{ "controls", "<label>a</label><button>b</button><select><option>c</select><textarea>d</textarea>", "a" },
	{ "comments, also odd ones", "a<!-->b<!--->c<!-- d --!>e<!-- <p>x</p> -->f<!---->g<!-- -- > -->h", "abcefgh" },
	{ "conditional comments", "<!--[if IE]><p>alt</p><![endif]--><![if !IE]>neu<![endif]>", "neu" },
	{ "bogus markup", "a</ x>b</>c<?php x ?>d<!x>e< f <3 <", "abcde< f <3 <" },
	{ "tags in capitals and with odd attributes", "<P CLASS=x y='>' z=\"/>\" =a b = c>Text</P\n>Ende", "Text\n\nEnde" },
	{ "wrong nesting", "<b><i>a</b></i><p>b</div>c</p></p>d", "a\n\nb\nc\n\nd" },
	{ "an element that hides and is not closed ends with what is around it", "<div><noscript>a</div>b", "b" },
	{ "an end tag in a cell closes nothing outside", "<noscript><table><td></noscript>a</table>b</noscript>c", "c" },
	{ "cut in a tag", "<p>Text<a href=\"x", "Text" },
	{ "cut in a comment", "<p>Text<!-- x", "Text" },
	{ "a title that does not end", "<title>a<p>b", "b" },
	{ "ruby", "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "漢kan" },
};

START_TEST(a_fragment_gives_its_visible_text)
{
	struct buf out = BUF_INIT;
	ck_assert_int_eq(buf_add_str(&out, "vorn:"), FUND_OK);
	ck_assert_int_eq(html_to_text(slice_str(fragments[_i].html), &out), FUND_OK);
	const char *text = buf_str(&out);
	ck_assert_msg(strncmp(text, "vorn:", 5) == 0 && strcmp(text + 5, fragments[_i].text) == 0, "%s: \"%s\"", fragments[_i].name, text);
	buf_release(&out);
}
END_TEST

/* Every prefix, and every byte flipped, in memory of just that size: AddressSanitizer sees each byte too far. */
START_TEST(damaged_html_is_read_within_its_bounds)
{
	struct buf out = BUF_INIT;
	struct slice html = slice_str(fragments[_i].html);
	for (size_t i = 0; i < 2 * html.len; i++) {
		size_t len = i < html.len ? i : html.len;
		uint8_t *copy = malloc(len ? len : 1);
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, html.data, len);
		for (unsigned bit = 0; bit < (i < html.len ? 1 : 8); bit++) {
			if (i >= html.len)
				copy[i - html.len] = (uint8_t)(html.data[i - html.len] ^ 1u << bit);
			buf_reset(&out);
			ck_assert_int_eq(html_to_text(slice_of(copy, len), &out), FUND_OK);
		}
		free(copy);
	}
	buf_release(&out);
}
END_TEST

START_TEST(each_element_is_found_by_its_name)
{
#define NAME_(name, traits) #name,
	static const char *const names[] = { HTML_ELEMENTS(NAME_) };
#undef NAME_
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char tag[32];
		snprintf(tag, sizeof tag, "</%s>", names[i]);
		struct html_tokens t = html_tokens_of(slice_str(tag));
		ck_assert_int_eq(html_next(&t), HTML_CLOSE);
		ck_assert_msg(t.element == (enum html_element)i, "%s", names[i]);
	}
}
END_TEST

/* What costs more than a pass over the input shows: each of these would take minutes. */
static const char *const repeated[] = { "<title>", "<textarea>", "<script><!--<script></script>", "<script>", "<!--", "<div>", "<table><td>", "</div>", "<style>", "&", "<a b=\"", "<", "<p a='" };

START_TEST(hostile_html_takes_linear_time)
{
	struct buf html = BUF_INIT, out = BUF_INIT;
	enum fund_status st = FUND_OK;
	while (st == FUND_OK && html.len < (size_t)4 << 20)
		st = buf_add_str(&html, repeated[_i]);
	ck_assert_int_eq(st, FUND_OK);
	ck_assert_int_eq(html_to_text(slice_buf(&html), &out), FUND_OK);
	buf_release(&html);
	buf_release(&out);
}
END_TEST

Suite *suite_html(void);
Suite *suite_html(void)
{
	Suite *s = suite_create("html");
	TCase *t = tcase_create("text");
	tcase_add_loop_test(t, references_are_decoded_as_browsers_do, 0, (int)(sizeof references / sizeof *references));
	tcase_add_loop_test(t, a_fragment_gives_its_visible_text, 0, (int)(sizeof fragments / sizeof *fragments));
	tcase_add_loop_test(t, damaged_html_is_read_within_its_bounds, 0, (int)(sizeof fragments / sizeof *fragments));
	tcase_add_test(t, each_element_is_found_by_its_name);
	tcase_add_loop_test(t, hostile_html_takes_linear_time, 0, (int)(sizeof repeated / sizeof *repeated));
	suite_add_tcase(s, t);
	return s;
}
