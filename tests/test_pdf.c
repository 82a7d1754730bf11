/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PDF by a program beside: what it gives, what it may not do, how it may end. A script stands for pdftotext; the real one is tried where it is there. */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "indexer/confine.h"
#include "indexer/isolated_reader.h"
#include "tests/program.h"

Suite *suite_pdf(void);

static struct scratch scratch;
static char program[300];
static struct reader_nursery *nursery;
static struct isolated_reader *reader;
static int file = -1;

static void set_up(void)
{
	scratch_make(&scratch);
	snprintf(program, sizeof program, "%s/pdftotext", scratch.dir);
}

static void tear_down(void) { scratch_remove(&scratch); }

static void start(const char *pdftotext, uint32_t seconds)
{
	struct reader_limits limits = reader_limits_default;
	struct fault why = { 0 };
	limits.pdftotext = pdftotext;
	limits.seconds = seconds;
	limits.bytes = (uint64_t)8 << 20;
	ck_assert_int_eq(reader_nursery_start(&nursery, &limits, isolated_reader_child, &why), FUND_OK);
	ck_assert_int_eq(isolated_reader_new(&reader, nursery), FUND_OK);
}

static void stop(void)
{
	isolated_reader_free(reader);
	reader_nursery_stop(nursery);
}

/* "title|author|text" of the file, or the reason that there is none. */
static char *read_pdf(struct slice bytes)
{
	static char got[1200];
	struct fault why = { 0 };
	struct article a;
	bool recovered;
	uint64_t line;
	file = memfd_create("pdf", MFD_CLOEXEC);
	ck_assert(file >= 0 && pwrite(file, bytes.data, bytes.len, 0) == (ssize_t)bytes.len);
	enum fund_status st = isolated_reader_open(reader, file, SLICE_LIT("a.pdf"), (struct file_range){ 0, UINT64_MAX }, &why);
	if (st == FUND_OK)
		st = isolated_reader_next(reader, &a, &recovered, &line, &why);
	if (st == FUND_OK)
		snprintf(got, sizeof got, "%.*s|%.*s|%.*s", (int)a.title.len, (const char *)a.title.data, (int)a.author.len, (const char *)a.author.data,
			 a.body.len < 100 ? (int)a.body.len : 100, (const char *)a.body.data);
	else
		snprintf(got, sizeof got, "%s%s", st == FUND_UNSUPPORTED ? "skipped: " : "", why.text);
	if (st == FUND_OK)
		ck_assert_int_eq(isolated_reader_next(reader, &a, &recovered, &line, &why), FUND_END);
	close(file);
	return got;
}

/* ---- a script in its place ---- */

#define HEAD "printf '<html><head>\\n<title>A &amp; B</title>\\n<meta name=\"Author\" content=\"Anna &lt;x&gt;\"/>\\n</head>\\n<body>\\n<pre>\\n'; "
#define TAIL "printf '</pre>\\n</body>\\n</html>\\n'"

static const struct {
	const char *script, *got;
	bool confined; /* only where the kernel can */
} programs[] = {
	{ HEAD "printf 'Seite <1> &amp;\\n\\fSeite 2\\n\\f'; " TAIL, "A & B|Anna <x>|Seite <1> &amp;\n\nSeite 2", false },
	{ "printf '<pre>\\nnur </pre> Text\\n'; " TAIL, "||nur </pre> Text", false },
	{ "printf '<pre>\\n \\n\\f'; " TAIL, "skipped: PDF: pictures without text", false },
	{ "echo Text", "pdftotext's output is not what it should be", false },
	{ "exit 1", "damaged PDF, or one with a password", false },
	{ "exit 3", "PDF whose text may not be copied", false },
	{ HEAD "echo Text; exit 9", "pdftotext failed (status 9)", false },
	{ HEAD "echo Text; kill -SEGV $$", "pdftotext crashed (signal 11)", false },
	{ "while :; do :; done", "takes more than 1 seconds", false },
	{ "exec <&- >&-; while :; do :; done", "takes more than 1 seconds", false },
	{ "exec <&- >&-; : while; kill -STOP $$", "takes more than 1 seconds", false }, /* stopped it takes no time of its own */
	{ HEAD "printf Ende; " TAIL "; exec <&- >&-; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; exit 3", "PDF whose text may not be copied", false },
	{ "printf '<pre>\\n'; while :; do echo 0123456789012345678901234567890123456789; done", "has more than 8 MiB of text", false },
	{ "printf '<pre>\\n%s' \"$*\"", "||-q -enc UTF-8 -eol unix -htmlmeta - -", false },
	{ "printf '<pre>\\n'; read x </etc/passwd && printf offen; printf .", "||.", true },
	{ "printf '<pre>\\n'; : >/tmp/fundstelle-must-not-be && printf gemacht; printf .", "", true },
	{ "printf '<pre>\\n'; (:) && printf gestartet", "", true },
};

static bool has_landlock(void)
{
	int set = confine_set_new();
	if (set >= 0)
		close(set);
	return set >= 0;
}

static void write_program(const char *script)
{
	char text[1000];
	snprintf(text, sizeof text, "#!/bin/sh\n%s\n", script);
	file_write_bytes(program, text, strlen(text));
	ck_assert_int_eq(chmod(program, 0755), 0);
}

START_TEST(whatever_the_program_does_there_is_an_article_or_a_reason)
{
	if (programs[_i].confined && !has_landlock())
		return;
	write_program(programs[_i].script);
	start(program, strstr(programs[_i].script, "while") && !strstr(programs[_i].script, "echo") ? 1 : 20);
	for (int round = 0; round < 2; round++) {
		char *got = read_pdf(SLICE_LIT("%PDF-1.4\n"));
		if (programs[_i].got[0])
			ck_assert_str_eq(got, programs[_i].got);
		else
			ck_assert_msg(!strstr(got, "gemacht") && !strstr(got, "gestartet"), "%s", got);
	}
	stop();
	ck_assert_int_ne(access("/tmp/fundstelle-must-not-be", F_OK), 0);
}
END_TEST

START_TEST(a_large_file_goes_in_while_its_text_comes_out)
{
	const size_t n = (size_t)5 << 20;
	char *pdf = malloc(n);
	ck_assert_ptr_nonnull(pdf);
	memset(pdf, 'a', n);
	memcpy(pdf, "%PDF-1.4 ", 9);
	write_program("printf '<pre>\\n'; exec cat");
	start(program, 20);
	char *got = read_pdf(slice_of(pdf, n));
	ck_assert_msg(strncmp(got, "||%PDF-1.4 aaaa", 15) == 0, "%s", got);
	free(pdf);
	stop();
}
END_TEST

START_TEST(without_the_program_a_pdf_is_skipped)
{
	start(program, 20);
	ck_assert_str_eq(read_pdf(SLICE_LIT("%PDF-1.4\n")), "skipped: PDF: needs pdftotext, which is not there");
	stop();
	start(NULL, 20);
	ck_assert_str_eq(read_pdf(SLICE_LIT("%PDF-1.4\n")), "skipped: PDF: needs pdftotext, which is not there");
	stop();
}
END_TEST

/* ---- the real one ---- */

/* One page, these lines, in CP1252. */
static void make_pdf(struct buf *b)
{
	static const char text[] = "BT /F1 12 Tf 50 750 Td 14 TL (H\xE4user am Flu\xDF, der Stra\xDF" "en-) Tj T* (bahn entlang.) Tj ET";
	static const char *const objects[] = {
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 6 0 R/Resources<</Font<</F1 4 0 R>>>>>>",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
		"<</Title(Gr\366\337e)/Author(Anna)/CreationDate(D:20220118120000)>>",
	};
	const size_t n = sizeof objects / sizeof *objects;
	size_t at[8];
	buf_add_str(b, "%PDF-1.4\n");
	for (size_t i = 0; i < n; i++) {
		at[i] = b->len;
		buf_add_format(b, "%zu 0 obj\n%s\nendobj\n", i + 1, objects[i]);
	}
	at[n] = b->len;
	buf_add_format(b, "%zu 0 obj\n<</Length %zu>>stream\n%s\nendstream\nendobj\n", n + 1, sizeof text - 1, text);
	size_t table = b->len;
	buf_add_format(b, "xref\n0 %zu\n0000000000 65535 f \n", n + 2);
	for (size_t i = 0; i <= n; i++)
		buf_add_format(b, "%010zu 00000 n \n", at[i]);
	ck_assert_int_eq(buf_add_format(b, "trailer<</Size %zu/Root 1 0 R/Info 5 0 R>>\nstartxref\n%zu\n%%%%EOF\n", n + 2, table), FUND_OK);
}

START_TEST(a_pdf_is_an_article_with_its_title_and_text)
{
	struct buf pdf = BUF_INIT;
	if (access(PDFTOTEXT, X_OK) != 0) {
		printf("pdf: %s is not there: not tested\n", PDFTOTEXT);
		return;
	}
	make_pdf(&pdf);
	start(PDFTOTEXT, 60);
	ck_assert_str_eq(read_pdf(slice_buf(&pdf)), "Größe|Anna|Häuser am Fluß, der Straßenbahn entlang.");
	ck_assert_str_eq(read_pdf(slice_part(slice_buf(&pdf), 0, 100)), "damaged PDF, or one with a password");
	ck_assert_str_eq(read_pdf(slice_buf(&pdf)), "Größe|Anna|Häuser am Fluß, der Straßenbahn entlang.");
	stop();
	buf_release(&pdf);
}
END_TEST

Suite *suite_pdf(void)
{
	Suite *s = suite_create("pdf");
	TCase *c = tcase_create("pdf");
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_loop_test(c, whatever_the_program_does_there_is_an_article_or_a_reason, 0, sizeof programs / sizeof *programs);
	tcase_add_test(c, a_large_file_goes_in_while_its_text_comes_out);
	tcase_add_test(c, without_the_program_a_pdf_is_skipped);
	tcase_add_test(c, a_pdf_is_an_article_with_its_title_and_text);
	suite_add_tcase(s, c);
	return s;
}
