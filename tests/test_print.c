/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/print.h"

#define ZWNJ "\xE2\x80\x8C"

/* ---- text ---- */

enum kind { TEXT, SPACES, TSV, JSON };

static const struct {
	enum kind kind;
	const char *what, *text, *printed;
} escapes[] = {
	{ TEXT, "text stays", "Grüße aus „Köln“ – 5 € 📰", "Grüße aus „Köln“ – 5 € 📰" },
	{ TEXT, "nothing", "", "" },
	{ TEXT, "an escape sequence", "a\x1B[31mb", "a\\x1B[31mb" },
	{ TEXT, "DEL", "a\x7Fz", "a\\x7Fz" },
	{ TEXT, "C1: CSI in one character", "a\xC2\x9Bz", "a\\x9Bz" },
	{ TEXT, "C1: the last, and the first character behind", "\xC2\x9F\xC2\xA0", "\\x9F\xC2\xA0" },
	{ TEXT, "a right-to-left override", "a\xE2\x80\xAEz", "a\\u202Ez" },
	{ TEXT, "an isolate", "\xE2\x81\xA6z\xE2\x81\xA9", "\\u2066z\\u2069" },
	{ TEXT, "line and paragraph separators", "\xE2\x80\xA8\xE2\x80\xA9", "\\u2028\\u2029" },
	{ TEXT, "a joiner is text", ZWNJ, ZWNJ },
	{ TEXT, "newline and tab too", "a\nb\tc", "a\\x0Ab\\x09c" },
	{ TEXT, "a raw C1 byte is not UTF-8", "a\x9Bz", "a\xEF\xBF\xBDz" },
	{ TEXT, "cut in a character", "a\xE2\x82", "a\xEF\xBF\xBD" },
	{ TEXT, "U+FFFD stays", "\xEF\xBF\xBD", "\xEF\xBF\xBD" },
	{ SPACES, "newline, tab, return are blanks", "a\nb\tc\rd", "a b c d" },
	{ SPACES, "others are escaped", "a\x1B\x0Bz", "a\\x1B\\x0Bz" },
	{ TSV, "the four of TSV", "a\tb\nc\rd\\e", "a\\tb\\nc\\rd\\\\e" },
	{ TSV, "others", "\x01\xC2\x85\xE2\x80\xAE", "\\x01\\x85\\u202E" },
	{ JSON, "quotes", "", "\"\"" },
	{ JSON, "what RFC 8259 demands", "a\"b\\c\n\x01/", "\"a\\\"b\\\\c\\u000A\\u0001/\"" },
	{ JSON, "what a terminal would obey", "\x7F\xC2\x9B\xE2\x80\xAE\xE2\x80\xA8", "\"\\u007F\\u009B\\u202E\\u2028\"" },
	{ JSON, "text beyond the BMP", "📰ä", "\"📰ä\"" },
	{ JSON, "invalid bytes", "\xFFz\xED\xA0\x80", "\"\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"" },
};

static void ck_printed(const struct printer *p, const char *expected, const char *what)
{
	ck_assert_msg(slice_equal(slice_buf(&p->out), slice_str(expected)), "%s: got %.*s", what, (int)p->out.len,
		      (const char *)p->out.data);
}

START_TEST(text_goes_out_like_this)
{
	struct printer p;
	struct slice text = slice_str(escapes[_i].text);

	print_init(&p, -1);
	if (escapes[_i].kind == TSV)
		print_tsv(&p, text);
	else if (escapes[_i].kind == JSON)
		print_json(&p, text);
	else
		print_text(&p, text, escapes[_i].kind == SPACES);
	ck_printed(&p, escapes[_i].printed, escapes[_i].what);
	print_release(&p);
}
END_TEST

START_TEST(no_single_character_reaches_a_terminal_as_a_control)
{
	for (uint32_t c = 0; c < 0xA0; c++) {
		uint8_t bytes[2] = { (uint8_t)c, 0 };
		size_t len = 1;
		if (c >= 0x80) {
			bytes[0] = 0xC2;
			bytes[1] = (uint8_t)c;
			len = 2;
		}
		struct printer p;
		print_init(&p, -1);
		print_text(&p, slice_of(bytes, len), true);
		print_text(&p, slice_of(bytes, len), false);
		print_key(&p, slice_of(bytes, len), false);
		print_json(&p, slice_of(bytes, len));
		print_tsv(&p, slice_of(bytes, len));
		for (size_t i = 0; i < p.out.len; i++)
			ck_assert_msg(p.out.data[i] >= 0x20 && p.out.data[i] < 0x7F, "U+%04X", c);
		print_release(&p);
	}
}
END_TEST

/* ---- keys ---- */

static const struct {
	const char *what, *key, *printed, *trec; /* trec: NULL where it is the same */
} keys[] = {
	{ "a plain path", "2022/01/a.txt", "2022/01/a.txt", NULL },
	{ "umlauts", "Grüße.txt", "Grüße.txt", NULL },
	{ "a percent sign by itself", "100%.txt", "100%.txt", NULL },
	{ "what looks like an escape", "a%41.txt", "a%41.txt", NULL },
	{ "a blank", "a b.txt", "a b.txt", "a%20b.txt" },
	{ "a blank and a percent sign", "5 %.txt", "5 %.txt", "5%20%25.txt" },
	{ "a wide blank", "a\xE3\x80\x80z", "a\xE3\x80\x80z", "a%E3%80%80z" },
	{ "Latin-1", "Gr\xFC\xDF" "e.txt", "Gr%FC%DFe.txt", NULL },
	{ "Latin-1 and a percent sign", "100%\xFC", "100%25%FC", NULL },
	{ "a newline", "a\nb", "a%0Ab", NULL },
	{ "a tab, a blank, a percent sign", "a\tb c%", "a%09b c%25", "a%09b%20c%25" },
	{ "C1", "a\xC2\x9Bz", "a%C2%9Bz", NULL },
	{ "an override", "a\xE2\x80\xAEz", "a%E2%80%AEz", NULL },
	{ "a cut character", "a\xE2\x82", "a%E2%82", NULL },
	{ "U+FFFD is valid", "a\xEF\xBF\xBD", "a\xEF\xBF\xBD", NULL },
	{ "of a container", "x.jsonl#17", "x.jsonl#17", NULL },
	{ "nothing", "", "", NULL },
};
#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

START_TEST(a_key_is_printed_like_this)
{
	struct printer p;

	print_init(&p, -1);
	print_key(&p, slice_str(keys[_i].key), false);
	ck_printed(&p, keys[_i].printed, keys[_i].what);
	buf_reset(&p.out);
	print_key(&p, slice_str(keys[_i].key), true);
	ck_printed(&p, keys[_i].trec ? keys[_i].trec : keys[_i].printed, keys[_i].what);
	print_release(&p);
}
END_TEST

START_TEST(a_printed_key_comes_back)
{
	struct buf out = BUF_INIT;

	ck_assert_int_eq(key_unescape(slice_str(keys[_i].printed), &out), FUND_OK);
	ck_assert_str_eq(buf_str(&out), keys[_i].key);
	if (keys[_i].trec) {
		buf_reset(&out);
		ck_assert_int_eq(key_unescape(slice_str(keys[_i].trec), &out), FUND_OK);
		ck_assert_str_eq(buf_str(&out), keys[_i].key);
	}
	buf_release(&out);
}
END_TEST

static const struct {
	const char *what, *typed;
} as_they_are[] = {
	{ "a key with bytes that print_key would have escaped", "Gr\xFC\xDF" "e.txt" },
	{ "an escape of what needs none", "a%41%0A" },
	{ "lower-case digits", "a%0a" },
	{ "a lone percent sign beside an escape", "100%%0A" },
	{ "cut in an escape", "a%0" },
	{ "cut at the percent sign", "a%" },
	{ "no digits", "a%zz" },
};

START_TEST(what_print_key_would_not_have_written_is_taken_as_it_is)
{
	struct buf out = BUF_INIT;

	ck_assert_int_eq(buf_add_str(&out, "before:"), FUND_OK);
	ck_assert_int_eq(key_unescape(slice_str(as_they_are[_i].typed), &out), FUND_OK);
	ck_assert_msg(strcmp(buf_str(&out) + 7, as_they_are[_i].typed) == 0, "%s", as_they_are[_i].what);
	buf_release(&out);
}
END_TEST

/* ---- writing ---- */

/* A file without a name, to write into and read again. */
static int scratch_file(void)
{
	char name[] = "/tmp/fundstelle-test-XXXXXX";
	int fd = mkstemp(name);

	ck_assert_int_ge(fd, 0);
	unlink(name);
	return fd;
}

START_TEST(what_is_printed_arrives_in_order_however_much)
{
	enum { N = 60000 };
	int fd = scratch_file();
	struct printer p;
	size_t len = 0;

	print_init(&p, fd);
	for (unsigned i = 0; i < N; i++) {
		print_format(&p, "%06u", i);
		print_raw(&p, "\n", 1);
		ck_assert_uint_lt(p.out.len, 70000);
	}
	ck_assert_int_eq(print_flush(&p), FUND_OK);
	print_release(&p);
	FILE *f = fdopen(fd, "r");
	ck_assert_ptr_nonnull(f);
	rewind(f);
	char line[16];
	for (unsigned i = 0; fgets(line, sizeof(line), f); i++, len++)
		ck_assert_uint_eq(strtoul(line, NULL, 10), i);
	ck_assert_uint_eq(len, N);
	fclose(f);
}
END_TEST

START_TEST(a_closed_pipe_is_remembered_and_told_apart)
{
	struct printer p;
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe(fds), 0);
	close(fds[0]);
	print_init(&p, fds[1]);
	print_str(&p, "x");
	ck_assert_int_eq(print_flush(&p), FUND_IO);
	ck_assert_int_eq(p.error, EPIPE);
	ck_assert(p.closed_pipe);
	for (int i = 0; i < 100000; i++)
		print_str(&p, "more");
	ck_assert_uint_lt(p.out.len, 70000);
	ck_assert_int_eq(print_flush(&p), FUND_IO);
	print_release(&p);
	close(fds[1]);
}
END_TEST

START_TEST(a_full_disk_is_no_closed_pipe)
{
	struct printer p;
	int fd = open("/dev/full", O_WRONLY);

	if (fd < 0)
		return; /* not everywhere */
	print_init(&p, fd);
	print_str(&p, "x");
	ck_assert_int_eq(print_flush(&p), FUND_NO_SPACE);
	ck_assert_int_eq(p.error, ENOSPC);
	ck_assert(!p.closed_pipe);
	print_release(&p);
	close(fd);
}
END_TEST

START_TEST(a_pipe_that_does_not_block_gets_everything)
{
	enum { N = 300000 };
	struct printer p;
	int fds[2], status;

	ck_assert_int_eq(pipe(fds), 0);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		static char block[4096];
		size_t got = 0;
		ssize_t n;
		close(fds[1]);
		while ((n = read(fds[0], block, sizeof(block))) > 0)
			got += (size_t)n;
		_exit(got == N ? 0 : 1);
	}
	close(fds[0]);
	ck_assert_int_eq(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
	print_init(&p, fds[1]);
	for (int i = 0; i < N / 10; i++)
		print_str(&p, "0123456789");
	ck_assert_int_eq(print_flush(&p), FUND_OK);
	print_release(&p);
	close(fds[1]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

START_TEST(a_message_is_one_escaped_line_on_stderr)
{
	int fd = scratch_file(), saved = dup(STDERR_FILENO);
	char text[200];

	ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
	errno = EBADF;
	message("fundstelle-query", "%s: %s", "a\n\x1B[2J", "bad");
	int kept = errno;
	ck_assert_int_ge(dup2(saved, STDERR_FILENO), 0);
	ck_assert_int_eq(kept, EBADF);
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	ck_assert_str_eq(text, "fundstelle-query: a\\x0A\\x1B[2J: bad\n");
	close(fd);
	close(saved);
}
END_TEST

Suite *suite_print(void)
{
	Suite *s = suite_create("print");
	TCase *t = tcase_create("text");

	tcase_add_loop_test(t, text_goes_out_like_this, 0, sizeof(escapes) / sizeof(escapes[0]));
	tcase_add_test(t, no_single_character_reaches_a_terminal_as_a_control);
	suite_add_tcase(s, t);

	t = tcase_create("keys");
	tcase_add_loop_test(t, a_key_is_printed_like_this, 0, N_KEYS);
	tcase_add_loop_test(t, a_printed_key_comes_back, 0, N_KEYS);
	tcase_add_loop_test(t, what_print_key_would_not_have_written_is_taken_as_it_is, 0,
			    sizeof(as_they_are) / sizeof(as_they_are[0]));
	suite_add_tcase(s, t);

	t = tcase_create("writing");
	tcase_add_test(t, what_is_printed_arrives_in_order_however_much);
	tcase_add_test(t, a_closed_pipe_is_remembered_and_told_apart);
	tcase_add_test(t, a_full_disk_is_no_closed_pipe);
	tcase_add_test(t, a_pipe_that_does_not_block_gets_everything);
	tcase_add_test(t, a_message_is_one_escaped_line_on_stderr);
	suite_add_tcase(s, t);
	return s;
}
