/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readers in processes of their own: what they may not do, and what becomes of a file whose reader crashes, hangs, or is not to be trusted. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/sanitized.h"
#include "indexer/article_wire.h"
#include "indexer/confine.h"
#include "indexer/fd_passing.h"
#include "indexer/isolated_reader.h"
#include "store/segment.h"
#include "tests/program.h"

Suite *suite_isolation(void);

/* ---- between the processes ---- */

START_TEST(an_article_comes_over_as_it_is)
{
	struct article a = { .member = SLICE_LIT("m"), .id = SLICE_LIT("i"), .many = true, .title = SLICE_LIT("t"), .lead = SLICE_LIT("l"), .body = SLICE_LIT("b\0b"),
			     .author = SLICE_LIT("a"), .section = SLICE_LIT("s"), .source = SLICE_LIT("q"), .date = DATE_PACK(2022, 1, 18), .date_text = SLICE_LIT("d"), .layout = SLICE_LIT("y"), .others = SLICE_LIT("o"),
			     .format = "text", .encoding = "UTF-8" };
	struct buf bytes = BUF_INIT;
	struct wire_names names = { .n = 0 };
	struct wire_frame f;
	ck_assert_int_eq(wire_put_article(&bytes, &a), FUND_OK);
	ck_assert_uint_eq(get_u32(bytes.data), bytes.len - 4);
	ck_assert(wire_get(slice_of(bytes.data + 4, bytes.len - 4), &names, &f));
	const struct article *b = &f.article;
	ck_assert(slice_equal(a.member, b->member) && slice_equal(a.id, b->id) && slice_equal(a.title, b->title) && slice_equal(a.lead, b->lead));
	ck_assert(slice_equal(a.body, b->body) && slice_equal(a.author, b->author) && slice_equal(a.section, b->section) && slice_equal(a.source, b->source));
	ck_assert(slice_equal(a.date_text, b->date_text) && slice_equal(a.layout, b->layout) && slice_equal(a.others, b->others) && a.date == b->date && b->many);
	ck_assert_str_eq(b->format, "text");
	ck_assert_str_eq(b->encoding, "UTF-8");
	for (size_t n = 0; n + 4 < bytes.len; n++)
		ck_assert_msg(!wire_get(slice_of(bytes.data + 4, n), &names, &f), "cut to %zu bytes", n);
	wire_names_release(&names);
	buf_release(&bytes);
}
END_TEST

/* ---- readers that misbehave ---- */

static int file = -1;

static void make_file(const char *bytes)
{
	file = memfd_create("file", MFD_CLOEXEC);
	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(pwrite(file, bytes, strlen(bytes), 0), (ssize_t)strlen(bytes));
}

/* In a reader's process: no ck_assert() there, which writes to a file that has been closed, and whose number the socket may have. */
static void send_all(int socket, const struct buf *out)
{
	if (send(socket, out->data, out->len, MSG_NOSIGNAL) != (ssize_t)out->len)
		_exit(4);
}

/* Takes the request, sends one article, and does what the file's fifth letter says. */
static void bad_child(int socket, const struct reader_limits *limits)
{
	uint8_t request[4096];
	char text[8] = "";
	int fd;
	struct buf out = BUF_INIT;
	struct article a = { .body = SLICE_LIT("Davor."), .format = "text", .encoding = "UTF-8" };
	(void)limits;
	while (fd_receive(socket, request, sizeof request, &fd) > 0 && recv(socket, request, sizeof request, 0) > 0) {
		if (pread(fd, text, 6, 0) < 6)
			_exit(3);
		close(fd);
		buf_reset(&out);
		wire_put_article(&out, &a);
		switch (text[5]) {
		case 'l': buf_add(&out, "\xFF\xFF\xFF\xFF", 4); break;
		case 'g': buf_add(&out, "\3\0\0\0\1\1\xFF", 7); break;
		case 'o': wire_put_fault(&out, WIRE_END, FUND_NO_MEMORY, 0, (struct slice){ NULL, 0 }, "out of memory"); break;
		case 'e': wire_put_fault(&out, WIRE_END, FUND_END, 0, (struct slice){ NULL, 0 }, ""); break;
		case 'r': wire_put_fault(&out, WIRE_LAST, FUND_END, 0, (struct slice){ NULL, 0 }, ""); break;
		}
		send_all(socket, &out);
		if (text[5] == 'c')
			raise(SIGSEGV);
		if (text[5] == 'k')
			raise(SIGKILL);
		if (text[5] == 'x')
			_exit(0);
	}
}

static const struct {
	char what;
	const char *reason; /* NULL: none */
} misdeeds[] = {
	{ 'k', "its reader was killed: too little memory in the machine?" },
	{ 'c', "its reader crashed (signal 11)" }, { 'x', "its reader ended before its end" }, { 'h', "takes more than 1 seconds" }, { 'l', "its reader went astray" },
	{ 'g', "its reader went astray" },	   { 'o', "needs more than 1024 MiB of memory" }, { 'e', NULL },			  { 'r', NULL },
};

static struct reader_nursery *nursery;
static struct isolated_reader *reader;

static void start(void (*child)(int, const struct reader_limits *), const struct reader_limits *limits)
{
	struct fault why = { 0 };
	ck_assert_int_eq(reader_nursery_start(&nursery, limits, child, &why), FUND_OK);
	ck_assert_int_eq(isolated_reader_new(&reader, nursery), FUND_OK);
}

static void stop(void)
{
	isolated_reader_free(reader);
	reader_nursery_stop(nursery);
	ck_assert_msg(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "a process is left");
}

static unsigned n_open(void)
{
	unsigned n = 0;
	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* The articles of the file, and how it ended. */
static unsigned read_file(const char *name, struct fault *why, enum fund_status *st)
{
	struct article a;
	bool recovered = false;
	uint64_t line;
	unsigned n = 0;
	*why = (struct fault){ .status = FUND_OK };
	*st = isolated_reader_open(reader, file, slice_str(name), (struct file_range){ 0, UINT64_MAX }, why);
	while (*st == FUND_OK || recovered) {
		*st = isolated_reader_next(reader, &a, &recovered, &line, why);
		n += *st == FUND_OK;
	}
	return n;
}

START_TEST(whatever_a_reader_does_the_file_fails_with_a_reason_and_the_next_is_read)
{
	struct reader_limits limits = reader_limits_default;
	struct fault why;
	enum fund_status st;
	char bytes[] = "\x1f\x8b\x08  _";
	unsigned before = n_open();
	limits.seconds = 1;
	start(bad_child, &limits);
	for (int round = 0; round < 2; round++) {
		bytes[5] = misdeeds[_i].what;
		make_file(bytes);
		ck_assert_uint_eq(read_file("a.gz", &why, &st), 1);
		ck_assert_msg(misdeeds[_i].reason ? strcmp(why.text, misdeeds[_i].reason) == 0 : st == FUND_END, "%c: %d %s", misdeeds[_i].what, st, why.text);
		close(file);
		bytes[5] = 'e';
		make_file(bytes);
		ck_assert_uint_eq(read_file("b.gz", &why, &st), 1);
		ck_assert_int_eq(st, FUND_END);
		close(file);
	}
	stop();
	ck_assert_uint_eq(n_open(), before);
}
END_TEST

/* Ends the process that started it, and then itself. */
static void ungrateful_child(int socket, const struct reader_limits *limits)
{
	uint8_t request[4096];
	int fd;
	(void)limits;
	fd_receive(socket, request, sizeof request, &fd);
	kill(getppid(), SIGKILL);
}

START_TEST(without_the_process_that_starts_readers_there_is_none)
{
	struct fault why;
	enum fund_status st;
	start(ungrateful_child, NULL);
	make_file("\x1f\x8b\x08");
	read_file("a.gz", &why, &st);
	read_file("a.gz", &why, &st);
	ck_assert_int_eq(st, FUND_NO_MEMORY);
	ck_assert_str_eq(why.text, "the process that starts readers of files has ended");
	close(file);
	stop();
}
END_TEST

START_TEST(a_file_that_is_left_half_read_does_not_show_in_the_next)
{
	struct fault why = { 0 };
	struct article a;
	enum fund_status st;
	bool recovered;
	uint64_t line;
	start(bad_child, NULL);
	make_file("\x1f\x8b\x08  e");
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(isolated_reader_open(reader, file, SLICE_LIT("a.gz"), (struct file_range){ 0, UINT64_MAX }, &why), FUND_OK);
		ck_assert_int_eq(isolated_reader_next(reader, &a, &recovered, &line, &why), FUND_OK);
	}
	ck_assert_uint_eq(read_file("a.gz", &why, &st), 1);
	close(file);
	stop();
}
END_TEST

/* ---- files beside the one that is read ---- */

/* Wants the file whose path the file's bytes are; the article is what it got. */
static void wanting_child(int socket, const struct reader_limits *limits)
{
	static char request[4096], text[4096];
	int fd;
	uint8_t answer = FUND_NO_MEMORY;
	struct buf out = BUF_INIT;
	(void)limits;
	while (fd_receive(socket, request, sizeof request, &fd) > 0 && recv(socket, request, sizeof request, 0) > 0) {
		ssize_t n = pread(fd, text, sizeof text, 3);
		close(fd);
		wire_put_sibling(&out, slice_of(text, (size_t)n));
		send_all(socket, &out);
		buf_reset(&out);
		if (fd_receive(socket, &answer, 1, &fd) != 1)
			break;
		n = fd >= 0 ? pread(fd, text, sizeof text, 0) : 0;
		struct article a = { .body = slice_of(text, (size_t)n), .format = answer == FUND_OK ? "given" : "refused", .encoding = "UTF-8" };
		wire_put_article(&out, &a);
		wire_put_fault(&out, WIRE_END, FUND_END, 0, (struct slice){ NULL, 0 }, "");
		send_all(socket, &out);
		buf_reset(&out);
	}
}

static char asked_for[200];

/* Has "da/seite.xml", whose bytes `context` is. */
static enum fund_status open_one(void *context, struct slice path, int *fd, struct fault *why)
{
	struct slice bytes = *(struct slice *)context;
	snprintf(asked_for, sizeof asked_for, "%.*s", (int)path.len, (const char *)path.data);
	if (!slice_equal(path, SLICE_LIT("da/seite.xml")))
		return fault_set(why, FUND_NOT_FOUND, "not there");
	*fd = memfd_create("sibling", MFD_CLOEXEC);
	ck_assert(*fd >= 0 && pwrite(*fd, bytes.data, bytes.len, 0) == (ssize_t)bytes.len);
	return FUND_OK;
}

static const struct {
	struct slice path;
	const char *format; /* NULL: the reader is ended, and nobody is asked */
} wanted[] = {
	{ SLICE_LIT("da/seite.xml"), "given" },	    { SLICE_LIT("da/andere.xml"), "refused" }, { SLICE_LIT("..."), "refused" },
	{ SLICE_LIT("/etc/passwd"), NULL },	    { SLICE_LIT("../../etc/passwd"), NULL },   { SLICE_LIT("da/../../../etc/passwd"), NULL },
	{ SLICE_LIT("da/seite.xml/.."), NULL },	    { SLICE_LIT("./da/seite.xml"), NULL },     { SLICE_LIT("da//seite.xml"), NULL },
	{ SLICE_LIT("da/seite.xml/"), NULL },	    { SLICE_LIT(".."), NULL },		       { SLICE_LIT("da/seite.xml\0x"), NULL },
};

START_TEST(a_reader_gets_a_file_beside_its_own_and_none_by_any_other_path)
{
	struct slice text = SLICE_LIT("Seitentext");
	struct siblings siblings = { &text, open_one };
	struct article a;
	struct fault why = { 0 };
	bool recovered;
	uint64_t line;
	unsigned before = n_open();
	start(wanting_child, NULL);
	isolated_reader_set_siblings(reader, &siblings);
	asked_for[0] = '\0';
	file = memfd_create("file", MFD_CLOEXEC);
	ck_assert_int_eq(pwrite(file, "\x1f\x8b\x08", 3, 0), 3);
	ck_assert_int_eq(pwrite(file, wanted[_i].path.data, wanted[_i].path.len, 3), (ssize_t)wanted[_i].path.len);
	enum fund_status st = isolated_reader_open(reader, file, SLICE_LIT("a.gz"), (struct file_range){ 0, UINT64_MAX }, &why);
	if (wanted[_i].format) {
		ck_assert_int_eq(st, FUND_OK);
		ck_assert_int_eq(isolated_reader_next(reader, &a, &recovered, &line, &why), FUND_OK);
		ck_assert_str_eq(a.format, wanted[_i].format);
		ck_assert(slice_equal(a.body, strcmp(a.format, "given") == 0 ? text : (struct slice){ NULL, 0 }));
		ck_assert(slice_equal(slice_str(asked_for), wanted[_i].path));
		ck_assert_int_eq(isolated_reader_next(reader, &a, &recovered, &line, &why), FUND_END);
	} else {
		ck_assert_str_eq(why.text, "its reader went astray");
		ck_assert_str_eq(asked_for, "");
	}
	close(file);
	stop();
	ck_assert_uint_eq(n_open(), before);
}
END_TEST

#ifdef HAVE_EXPAT
#define METS_OF(href) "<mets xmlns=\"http://www.loc.gov/METS/\"><fileSec><fileGrp USE=\"FULLTEXT\"><file ID=\"A\"><FLocat href=\"" href "\"/></file></fileGrp></fileSec></mets>"

static char *page_of(size_t word_len)
{
	char *page = malloc(word_len + 200);
	ck_assert_ptr_nonnull(page);
	int n = sprintf(page, "<alto><Layout><Page><PrintSpace><TextBlock><TextLine><String CONTENT=\"");
	memset(page + n, 'a', word_len);
	strcpy(page + n + word_len, "\"/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>");
	return page;
}

START_TEST(a_page_of_a_mets_is_opened_here_and_read_in_the_confined_process)
{
	struct reader_limits limits = reader_limits_default;
	struct fault why;
	enum fund_status st;
	limits.memory = (uint64_t)24 << 20;
	start(isolated_reader_child, &limits);
	make_file(METS_OF("seite.xml"));
	for (int big = 0; big < (SANITIZED ? 1 : 2); big++) { /* what it may not have of memory shows where it is read */
		char *page = page_of(big ? (size_t)40 << 20 : 9);
		struct slice bytes = slice_str(page);
		struct siblings siblings = { &bytes, open_one };
		isolated_reader_set_siblings(reader, &siblings);
		asked_for[0] = '\0';
		ck_assert_uint_eq(read_file("da/mets.xml", &why, &st), big ? 0 : 1);
		ck_assert_str_eq(asked_for, "da/seite.xml");
		ck_assert_str_eq(why.text, big ? "needs more than 24 MiB of memory" : "");
		free(page);
	}
	close(file);
	stop();
}
END_TEST

START_TEST(without_anybody_who_opens_files_a_mets_has_no_page)
{
	struct fault why;
	enum fund_status st;
	start(isolated_reader_child, NULL);
	make_file(METS_OF("seite.xml"));
	ck_assert_uint_eq(read_file("da/mets.xml", &why, &st), 0);
	ck_assert_int_eq(st, FUND_END);
	close(file);
	stop();
}
END_TEST
#endif

/* ---- the reader that is used ---- */

START_TEST(text_is_read_here_and_the_same_compressed_elsewhere)
{
	static const uint8_t gz[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff\x01\x05\x00\xfa\xffText.\xf2\x11\x2e\xca\x05\0\0\0";
	struct fault why;
	enum fund_status st;
	start(isolated_reader_child, NULL);
	make_file("Text.");
	ck_assert_uint_eq(read_file("a.txt", &why, &st), 1);
	ck_assert_int_eq(st, FUND_END);
	ck_assert_int_eq(pwrite(file, gz, sizeof gz - 1, 0), sizeof gz - 1);
	ck_assert_msg(read_file("a.txt.gz", &why, &st) == 1, "%s", why.text);
	ck_assert_int_eq(st, FUND_END);
	close(file);
	stop();
}
END_TEST

START_TEST(what_cannot_be_opened_says_so_at_once)
{
	struct fault why = { 0 };
	start(isolated_reader_child, NULL);
	make_file("PK\3\4");
	ck_assert_int_eq(ftruncate(file, 60), 0);
	ck_assert_int_eq(pwrite(file, "\x08\0\0\0mimetype", 12, 26), 12);
	ck_assert_int_eq(isolated_reader_open(reader, file, SLICE_LIT("a.odt"), (struct file_range){ 0, UINT64_MAX }, &why), FUND_UNSUPPORTED);
	ck_assert_str_eq(why.text, "office file or book: holds no article that can be read");
	close(file);
	stop();
}
END_TEST

#if !SANITIZED /* which needs more addresses than can be allowed */
START_TEST(more_memory_than_stated_is_a_failed_file)
{
	struct reader_limits limits = reader_limits_default;
	struct fault why;
	enum fund_status st;
	static char tar[4096];
	limits.memory = (uint64_t)24 << 20;
	start(isolated_reader_child, &limits);
	/* a tar whose one member is a text of 60 MB */
	strcpy(tar, "gross.txt");
	strcpy(tar + 100, "0000644"), strcpy(tar + 108, "0000000"), strcpy(tar + 116, "0000000"), strcpy(tar + 124, "00350000000"), strcpy(tar + 136, "00000000000");
	memset(tar + 148, ' ', 8);
	tar[156] = '0';
	memcpy(tar + 257, "ustar\0" "00", 8);
	unsigned sum = 0;
	for (int i = 0; i < 512; i++)
		sum += (unsigned char)tar[i];
	snprintf(tar + 148, 7, "%06o", sum);
	file = memfd_create("file", MFD_CLOEXEC);
	const size_t n_words = (size_t)1 << 20;
	char *words = malloc(n_words);
	ck_assert_ptr_nonnull(words);
	for (size_t i = 0; i < n_words; i++)
		words[i] = i % 6 == 5 ? ' ' : 'a';
	ck_assert_int_eq(pwrite(file, tar, 512, 0), 512);
	for (off_t at = 0; at < 60 << 20; at += (off_t)n_words)
		ck_assert_int_eq(pwrite(file, words, n_words, 512 + at), (ssize_t)n_words);
	free(words);
	ck_assert_uint_eq(read_file("a.tar", &why, &st), 0);
	ck_assert_str_eq(why.text, "needs more than 24 MiB of memory");
	close(file);
	make_file("\x1f\x8b\x08");
	read_file("b.gz", &why, &st);
	ck_assert_msg(st != FUND_LIMIT && why.text[0], "the next file is read again");
	close(file);
	stop();
}
END_TEST
#endif

/* ---- what is taken from them ---- */

static bool has_landlock(void)
{
	int set = confine_set_new();
	if (set >= 0)
		close(set);
	return set >= 0;
}

static int refused(void)
{
	int bad = 0;
	confine_process((uint64_t)1 << 30);
	bad |= open("/etc/passwd", O_RDONLY) >= 0 ? 1 : 0;
	bad |= open("/tmp", O_RDONLY | O_DIRECTORY) >= 0 ? 2 : 0;
	bad |= open("/tmp/fundstelle-must-not-be", O_WRONLY | O_CREAT, 0600) >= 0 ? 4 : 0;
	bad |= mkdir("/tmp/fundstelle-must-not-be", 0700) == 0 ? 8 : 0;
	execl("/bin/true", "true", (char *)NULL);
	bad |= errno == EACCES || errno == EPERM ? 0 : 16;
	return bad;
}

START_TEST(a_confined_process_opens_makes_and_runs_nothing)
{
	int status;
	if (!has_landlock()) {
		printf("isolation: this kernel has no Landlock: not tested\n");
		return;
	}
	pid_t pid = fork();
	if (pid == 0)
		_exit(refused());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
}
END_TEST

struct confined_thread {
	int set;
	const char *inside, *outside;
	bool in, out, made;
};

static void *run_confined(void *context)
{
	struct confined_thread *t = context;
	char path[600];
	confine_thread(t->set);
	snprintf(path, sizeof path, "%s/a.txt", t->inside);
	t->in = open(path, O_RDONLY) >= 0;
	snprintf(path, sizeof path, "%s/neu.txt", t->inside);
	t->made = open(path, O_WRONLY | O_CREAT, 0600) >= 0;
	snprintf(path, sizeof path, "%s/a.txt", t->outside);
	t->out = open(path, O_RDONLY) >= 0;
	return NULL;
}

START_TEST(a_confined_thread_reads_its_folder_alone)
{
	struct scratch inside, outside;
	pthread_t thread;
	if (!has_landlock())
		return;
	scratch_make(&inside);
	scratch_make(&outside);
	file_write(inside.dir, "a.txt", "x");
	file_write(outside.dir, "a.txt", "x");
	struct confined_thread t = { .set = confine_set_new(), .inside = inside.dir, .outside = outside.dir };
	int folder = open(inside.dir, O_RDONLY | O_DIRECTORY);
	confine_set_allow_reading(t.set, folder);
	ck_assert_int_eq(pthread_create(&thread, NULL, run_confined, &t), 0);
	pthread_join(thread, NULL);
	ck_assert(t.in && !t.out && !t.made);
	ck_assert_msg(open("/etc/passwd", O_RDONLY) >= 0, "the other threads are free");
	close(folder);
	scratch_remove(&inside);
	scratch_remove(&outside);
}
END_TEST

Suite *suite_isolation(void)
{
	Suite *s = suite_create("isolation");
	TCase *c = tcase_create("readers");
	tcase_add_test(c, an_article_comes_over_as_it_is);
	tcase_add_loop_test(c, whatever_a_reader_does_the_file_fails_with_a_reason_and_the_next_is_read, 0, sizeof misdeeds / sizeof *misdeeds);
	tcase_add_test(c, a_file_that_is_left_half_read_does_not_show_in_the_next);
	tcase_add_test(c, without_the_process_that_starts_readers_there_is_none);
	tcase_add_loop_test(c, a_reader_gets_a_file_beside_its_own_and_none_by_any_other_path, 0, sizeof wanted / sizeof *wanted);
#ifdef HAVE_EXPAT
	tcase_add_test(c, a_page_of_a_mets_is_opened_here_and_read_in_the_confined_process);
	tcase_add_test(c, without_anybody_who_opens_files_a_mets_has_no_page);
#endif
	tcase_add_test(c, text_is_read_here_and_the_same_compressed_elsewhere);
	tcase_add_test(c, what_cannot_be_opened_says_so_at_once);
#if !SANITIZED
	tcase_add_test(c, more_memory_than_stated_is_a_failed_file);
#endif
	tcase_add_test(c, a_confined_process_opens_makes_and_runs_nothing);
	tcase_add_test(c, a_confined_thread_reads_its_folder_alone);
	suite_add_tcase(s, c);
	return s;
}
