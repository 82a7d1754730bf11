/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Web archives (WARC): which records are articles, what they are called, revisits, content codings, and one that is cut. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/container_fixture.h"

Suite *suite_web_archives(void);

static void add_record(struct buf *out, const char *fields, const char *block)
{
	ck_assert_int_eq(buf_add_format(out, "WARC/1.1\r\n%sContent-Length: %zu\r\n\r\n%s\r\n\r\n", fields, strlen(block), block), FUND_OK);
}

START_TEST(records_are_limited_as_members_are)
{
	struct reader_limits few = reader_limits_default;
	struct buf bytes = BUF_INIT;
	for (int i = 0; i < 3; i++)
		add_record(&bytes, "WARC-Type: metadata\r\n", "fetchTimeMs: 12");
	set_file(slice_buf(&bytes));
	file_reader_free(reader);
	few.members = 2;
	ck_assert_int_eq(file_reader_new(&reader, &few), FUND_OK);
	ck_assert_str_eq(read_through("a.warc"), "!: has more than 2 records; ");
	buf_release(&bytes);
}
END_TEST

#define HTTP "Content-Type: application/http; msgtype=response\r\n"
#define AT(uri, date) "WARC-Target-URI: " uri "\r\nWARC-Date: " date "\r\n"

static const struct {
	const char *about, *fields, *block, *told;
} records[] = {
	{ "a page", "WARC-Type: response\r\n" HTTP AT("http://a.example/x", "2019-04-03T02:01:00Z"), "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nSeite.",
	  "http://a.example/x||Seite.|2019-4; " },
	{ "a page whose address has a date", "WARC-Type: response\r\n" HTTP AT("http://a.example/2018/07/09/x.html", "2019-04-03T02:01:00Z"),
	  "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nSeite.", "http://a.example/2018/07/09/x.html||Seite.|2018-7; " },
	{ "an address in brackets, names of fields in any case", "warc-type: RESPONSE\r\ncontent-type:application/http\r\nWARC-TARGET-URI: <http://a.example/x>\r\n",
	  "HTTP/1.0 200\r\ncontent-TYPE: TEXT/PLAIN;charset=utf-8\n\nSeite.", "http://a.example/x||Seite.|0-0; " },
	{ "what is not there", "WARC-Type: response\r\n" HTTP AT("http://a.example/x", "2019-04-03"), "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n\r\nFehlt.", "" },
	{ "a picture", "WARC-Type: response\r\n" HTTP AT("http://a.example/x", "2019-04-03"), "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG", "" },
	{ "chunks", "WARC-Type: response\r\n" HTTP AT("http://a.example/x", "2019-04-03"),
	  "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nSei\r\n4\r\nte.\n\r\n0\r\n\r\n", "http://a.example/x||Seite.|2019-4; " },
	{ "chunks that the crawler took off", "WARC-Type: response\r\n" HTTP AT("http://a.example/x", "2019-04-03"),
	  "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\nSeite.", "http://a.example/x||Seite.|2019-4; " },
	{ "a resource", "WARC-Type: resource\r\nContent-Type: text/plain\r\n" AT("http://a.example/x", "2019-04-03"), "Text.", "http://a.example/x||Text.|2019-4; " },
	{ "a conversion", "WARC-Type: conversion\r\nContent-Type: text/plain\r\n" AT("http://a.example/x", "2019-04-03"), "Text.", "http://a.example/x||Text.|2019-4; " },
	{ "a request", "WARC-Type: request\r\n" HTTP AT("http://a.example/x", "2019-04-03"), "GET / HTTP/1.1\r\n\r\n", "" },
	{ "a revisit of what is elsewhere", "WARC-Type: revisit\r\nWARC-Payload-Digest: sha1:X\r\n" HTTP AT("http://a.example/x", "2019-04-03"), "HTTP/1.1 200 OK\r\n\r\n", "" },
	{ "a coding that is not known", "WARC-Type: response\r\n" HTTP AT("http://a.example/x", "2019-04-03"),
	  "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: br\r\n\r\nxxxx", "?http://a.example/x: its content coding is not known; " },
};

START_TEST(records_of_a_web_archive)
{
	struct buf warc = BUF_INIT;
	add_record(&warc, "WARC-Type: warcinfo\r\nContent-Type: application/warc-fields\r\n", "software: x\r\n");
	add_record(&warc, records[_i].fields, records[_i].block);
	add_record(&warc, "WARC-Type: resource\r\nContent-Type: text/plain\r\n" AT("urn:ende", "2001-02-03"), "Ende.");
	char wanted[600];
	snprintf(wanted, sizeof wanted, "%surn:ende||Ende.|2001-2; ", records[_i].told);
	set_file(slice_buf(&warc));
	ck_assert_msg(strcmp(read_through("crawl.warc"), wanted) == 0, "%s: %s", records[_i].about, told);
	buf_release(&warc);
}
END_TEST

/* deflate of "Seite.", bare and as zlib's stream: a block that is stored. */
START_TEST(deflated_pages_are_read_with_and_without_the_header_of_zlib)
{
	static const char bare[] = "\x01\x06\x00\xF9\xFFSeite.", zlib[] = "\x78\x01\x01\x06\x00\xF9\xFFSeite.\x08\x20\x02\x59";
	const char *stream = _i ? zlib : bare;
	size_t len = _i ? sizeof zlib - 1 : sizeof bare - 1;
	static const char http[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: deflate\r\n\r\n";
	struct buf warc = BUF_INIT;
	buf_add_format(&warc, "WARC/1.0\r\nWARC-Type: response\r\n" HTTP AT("http://a.example/x", "2019-04-03") "Content-Length: %zu\r\n\r\n%s", len + strlen(http), http);
	buf_add(&warc, stream, len);
	buf_add_str(&warc, "\r\n\r\n");
	set_file(slice_buf(&warc));
	ck_assert_str_eq(read_through("crawl.warc"), "http://a.example/x||Seite.|2019-4; ");
	buf_release(&warc);
}
END_TEST

START_TEST(captures_of_one_address_are_told_apart_and_revisits_are_read)
{
	static const char page[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nAlt.";
	struct buf warc = BUF_INIT;
	add_record(&warc, "WARC-Type: response\r\nWARC-Payload-Digest: sha1:AAA\r\nWARC-Record-ID: <urn:1>\r\n" HTTP AT("http://a.example/", "2019-04-03T00:00:00Z"), page);
	add_record(&warc, "WARC-Type: revisit\r\nWARC-Payload-Digest: sha1:AAA\r\n" HTTP AT("http://a.example/", "2019-05-03T00:00:00Z"), "HTTP/1.1 200 OK\r\n\r\n");
	add_record(&warc, "WARC-Type: revisit\r\nWARC-Refers-To: <urn:1>\r\n" HTTP AT("http://b.example/", "2019-06-03T00:00:00Z"), "");
	add_record(&warc, "WARC-Type: revisit\r\nWARC-Refers-To-Target-URI: http://a.example/\r\nWARC-Refers-To-Date: 2019-04-03T00:00:00Z\r\n" HTTP AT("http://a.example/", "2019-07-03T00:00:00Z"),
		   "HTTP/1.1 304 Not Modified\r\n\r\n");
	set_file(slice_buf(&warc));
	ck_assert_str_eq(read_through("crawl.warc"), "http://a.example/||Alt.|2019-4; http://a.example/#2019-05-03T00:00:00Z||Alt.|2019-5; http://b.example/||Alt.|2019-6; "
						      "http://a.example/#2019-07-03T00:00:00Z||Alt.|2019-7; ");
	buf_release(&warc);
}
END_TEST

START_TEST(a_cut_web_archive_keeps_what_came_before)
{
	struct buf warc = BUF_INIT;
	add_record(&warc, "WARC-Type: resource\r\nContent-Type: text/plain\r\n" AT("urn:eins", "2001-02-03"), "Eins.");
	add_record(&warc, "WARC-Type: resource\r\nContent-Type: text/plain\r\n" AT("urn:zwei", "2001-02-03"), "Zwei, und noch viel mehr Text.");
	for (size_t cut = 40; cut < warc.len - 4; cut++) {
		set_file(slice_of(warc.data, cut));
		const char *is = read_through("crawl.warc");
		ck_assert_msg(cut < 200 || strncmp(is, "urn:eins||Eins.", 15) == 0, "cut at %zu: %s", cut, is);
		ck_assert_msg(!strstr(is, "Zwei"), "cut at %zu: %s", cut, is);
	}
	ck_assert_ptr_nonnull(strstr(told, "!: record 2: is cut off"));
	buf_release(&warc);
}
END_TEST

Suite *suite_web_archives(void)
{
	Suite *s = suite_create("web archives");
	TCase *c = tcase_create("web archives");
	tcase_add_checked_fixture(c, container_set_up, container_tear_down);
	tcase_add_test(c, records_are_limited_as_members_are);
	tcase_add_loop_test(c, records_of_a_web_archive, 0, sizeof records / sizeof *records);
	tcase_add_loop_test(c, deflated_pages_are_read_with_and_without_the_header_of_zlib, 0, 2);
	tcase_add_test(c, captures_of_one_address_are_told_apart_and_revisits_are_read);
	tcase_add_test(c, a_cut_web_archive_keeps_what_came_before);
	suite_add_tcase(s, c);
	return s;
}
