/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shim over Xapian by itself: its handles, its statuses, what its queries find. Skipped where it is not built. */
#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stemmer/stem.h"
#include "tests/program.h"
#include "xapian/xapian_c.h"

static const struct xapian_c *x;
static struct fault why;
static struct xapian_db *db;
static struct scratch scratch;

#define OK(call) ck_assert_msg((call) == FUND_OK, "%s", why.text)
#define LIT(s) SLICE_LIT(s)

static bool load(void)
{
	if (xapian_load(&x, &why) == FUND_OK)
		return true;
	fprintf(stderr, "skipped: %s\n", why.text);
	return false;
}

/* A document: words with positions from 1, each with wdf 1; its value 1 is `day`. */
static uint32_t put(const char *id, const char *words, const char *day)
{
	struct xapian_doc *doc;
	char text[200], *save, unique[80];
	uint32_t pos = 0, number;
	snprintf(text, sizeof text, "%s", words);
	snprintf(unique, sizeof unique, "Q%s", id);
	OK(x->doc_new(&doc, &why));
	for (char *w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		OK(x->doc_add(doc, slice_str(w), 1, &why));
		OK(x->doc_add_position(doc, slice_str(w), ++pos, &why));
	}
	OK(x->doc_add(doc, slice_str(unique), 0, &why));
	OK(x->doc_set_value(doc, 1, slice_str(day), &why));
	OK(x->doc_set_data(doc, slice_str(words), &why));
	OK(x->db_replace(db, slice_str(unique), doc, &number, &why));
	x->doc_free(doc);
	return number;
}

static void setup(void)
{
	if (!load())
		return;
	OK(x->db_open(&db, NULL, XAPIAN_IN_MEMORY, &why));
	put("1", "haus am see", "20210101");
	put("2", "haus haus hof", "20220101");
	put("3", "am hof am see am haus", "20230101");
	put("4", "schiff", "20240101");
}

static void teardown(void)
{
	if (x)
		x->db_free(db);
}

static struct xapian_query *term(const char *word)
{
	struct xapian_query *q;
	OK(x->query_term(&q, slice_str(word), &why));
	return q;
}

/* Takes the parts. */
static struct xapian_query *combine(enum xapian_op op, struct xapian_query *a, struct xapian_query *b, uint32_t window)
{
	struct xapian_query *parts[] = { a, b }, *q;
	OK(x->query_combine(&q, op, parts, 2, window, &why));
	x->query_free(a);
	x->query_free(b);
	return q;
}

/* The numbers of the documents found, ascending, as letters: "1 3". Takes the query. */
static const char *found(struct xapian_query *q)
{
	static char text[100];
	struct xapian_hits *h;
	static const struct xapian_search how = { .k1 = 0.9, .b = 0.75, .n = UINT32_MAX, .check_at_least = UINT32_MAX, .slot = UINT32_MAX };
	bool has[10] = { false };
	uint64_t least, about, most;
	OK(x->search(&h, db, q, &how, &why));
	x->hits_total(h, &least, &about, &most);
	ck_assert_uint_eq(least, x->hits_n(h));
	ck_assert_uint_eq(most, x->hits_n(h));
	for (uint32_t i = 0; i < x->hits_n(h); i++) {
		ck_assert_uint_lt(x->hits_at(h, i).doc, 10);
		has[x->hits_at(h, i).doc] = true;
		ck_assert(i == 0 || x->hits_at(h, i).weight <= x->hits_at(h, i - 1).weight);
	}
	text[0] = '\0';
	for (int i = 0; i < 10; i++)
		if (has[i])
			sprintf(text + strlen(text), "%s%d", text[0] ? " " : "", i);
	x->hits_free(h);
	x->query_free(q);
	return text;
}

START_TEST(each_operator_finds_what_it_says)
{
	struct xapian_query *q;
	if (!x)
		return;
	ck_assert_str_eq(found(term("haus")), "1 2 3");
	ck_assert_str_eq(found(term("nichts")), "");
	ck_assert_str_eq(found(combine(XAPIAN_AND, term("hof"), term("see"), 0)), "3");
	ck_assert_str_eq(found(combine(XAPIAN_OR, term("schiff"), term("see"), 0)), "1 3 4");
	ck_assert_str_eq(found(combine(XAPIAN_AND_NOT, term("haus"), term("see"), 0)), "2");
	ck_assert_str_eq(found(combine(XAPIAN_AND_MAYBE, term("hof"), term("see"), 0)), "2 3");
	ck_assert_str_eq(found(combine(XAPIAN_FILTER, term("haus"), term("see"), 0)), "1 3");
	ck_assert_str_eq(found(combine(XAPIAN_PHRASE, term("haus"), term("am"), 2)), "1");
	ck_assert_str_eq(found(combine(XAPIAN_NEAR, term("haus"), term("am"), 2)), "1 3");
	ck_assert_str_eq(found(combine(XAPIAN_SYNONYM, term("schiff"), term("hof"), 0)), "2 3 4");
	ck_assert_str_eq(found(combine(XAPIAN_BEST, term("schiff"), term("hof"), 0)), "2 3 4");
	OK(x->query_wildcard(&q, LIT("h"), 10, &why));
	ck_assert_str_eq(found(q), "1 2 3");
	OK(x->query_range(&q, 1, LIT("20220101"), LIT("20231231"), &why));
	ck_assert_str_eq(found(q), "2 3");
	OK(x->query_range(&q, 1, LIT("20220102"), LIT(""), &why));
	ck_assert_str_eq(found(q), "3 4");
	OK(x->query_all(&q, true, &why));
	ck_assert_str_eq(found(q), "1 2 3 4");
	OK(x->query_all(&q, false, &why));
	ck_assert_str_eq(found(q), "");
}
END_TEST

START_TEST(a_scaled_query_weighs_as_much_more_as_it_is_scaled)
{
	struct xapian_query *plain, *scaled;
	struct xapian_hits *a, *b;
	static const struct xapian_search how = { .k1 = 0.9, .b = 0.75, .n = 10, .slot = UINT32_MAX };
	if (!x)
		return;
	plain = term("schiff");
	OK(x->query_scale(&scaled, plain, 2.5, &why));
	OK(x->search(&a, db, plain, &how, &why));
	OK(x->search(&b, db, scaled, &how, &why));
	ck_assert_double_gt(x->hits_at(a, 0).weight, 0);
	ck_assert(fabs(x->hits_at(b, 0).weight - 2.5 * x->hits_at(a, 0).weight) < 1e-9);
	x->hits_free(a), x->hits_free(b);
	x->query_free(plain), x->query_free(scaled);
}
END_TEST

static enum fund_status count_term(void *context, struct slice t, uint64_t n)
{
	uint64_t *sum = context;
	ck_assert_uint_gt(t.len, 0);
	sum[0]++;
	sum[1] += n;
	return FUND_OK;
}

static enum fund_status ask_within(void *context, struct slice t, uint64_t n)
{
	uint32_t df;
	(void)context, (void)n;
	return x->db_term(db, t, &df, NULL, &why);
}

START_TEST(calls_count_against_their_limit_together_and_those_behind_it_fail)
{
	struct xapian_wait wait = { .limit_us = 1000000000 };
	const struct xapian_term_visitor ask = { NULL, ask_within };
	struct xapian_doc *doc;
	uint32_t df;
	if (!x)
		return;
	x->db_wait(db, &wait);
	OK(x->db_each_term(db, LIT("h"), &ask, &why)); /* each term asks, too */
	wait.taken_us = wait.limit_us;
	ck_assert_int_eq(x->db_term(db, LIT("haus"), &df, NULL, &why), FUND_TIMEOUT);
	ck_assert_int_eq(x->doc_open(&doc, db, 1, &why), FUND_TIMEOUT);
	ck_assert_ptr_null(doc);
	wait.taken_us = 0;
	for (int i = 0; i < 1000000 && !wait.taken_us; i++)
		OK(x->db_term(db, LIT("haus"), &df, NULL, &why));
	ck_assert_uint_gt(wait.taken_us, 0);
	wait.taken_us = wait.limit_us;
	x->db_wait(db, NULL);
	OK(x->db_term(db, LIT("haus"), &df, NULL, &why));
}
END_TEST

static enum fund_status stop_at_once(void *context, struct slice t, uint64_t n)
{
	(void)context, (void)t, (void)n;
	return FUND_INTERRUPTED;
}

START_TEST(a_database_tells_what_it_holds)
{
	uint32_t n, df, number;
	double length;
	uint64_t occurrences, sum[2] = { 0 };
	struct slice got;
	struct xapian_doc *doc;
	const struct xapian_term_visitor count = { sum, count_term }, stop = { NULL, stop_at_once };
	if (!x)
		return;
	OK(x->db_size(db, &n, &length, &why));
	ck_assert_uint_eq(n, 4);
	ck_assert(fabs(length - 13.0 / 4) < 1e-9);
	OK(x->db_term(db, LIT("haus"), &df, &occurrences, &why));
	ck_assert_uint_eq(df, 3);
	ck_assert_uint_eq(occurrences, 4);
	OK(x->db_each_term(db, LIT("h"), &count, &why)); /* haus, hof */
	ck_assert_uint_eq(sum[0], 2);
	ck_assert_uint_eq(sum[1], 5);
	ck_assert_int_eq(x->db_each_term(db, LIT(""), &stop, &why), FUND_INTERRUPTED);
	OK(x->db_find(db, LIT("Q3"), &number, &why));
	OK(x->doc_open(&doc, db, number, &why));
	OK(x->doc_data(doc, &got, &why));
	ck_assert(slice_equal(got, LIT("am hof am see am haus")));
	OK(x->doc_value(doc, 1, &got, &why));
	ck_assert(slice_equal(got, LIT("20230101")));
	memset(sum, 0, sizeof sum);
	OK(x->doc_each_term(doc, &count, &why)); /* Q3 am haus hof see */
	ck_assert_uint_eq(sum[0], 5);
	ck_assert_uint_eq(sum[1], 6);
	x->doc_free(doc);
	OK(x->db_delete(db, LIT("Q3"), &why));
	OK(x->db_delete(db, LIT("Q3"), &why));
	ck_assert_int_eq(x->db_find(db, LIT("Q3"), &number, &why), FUND_NOT_FOUND);
	ck_assert_int_eq(x->doc_open(&doc, db, 99, &why), FUND_NOT_FOUND);
	ck_assert_ptr_null(doc);
}
END_TEST

START_TEST(a_file_database_keeps_what_was_committed_and_nothing_else)
{
	struct xapian_db *memory = db, *other, *both;
	struct slice got;
	uint32_t n;
	double length;
	char path[300];
	if (!x)
		return;
	scratch_make(&scratch);
	snprintf(path, sizeof path, "%s/db", scratch.dir);
	ck_assert_int_eq(x->db_open(&other, path, XAPIAN_READ, &why), FUND_NOT_FOUND);
	OK(x->db_open(&db, path, XAPIAN_UPDATE, &why));
	put("1", "haus", "1");
	OK(x->db_set_metadata(db, "fundstelle", LIT("german"), &why));
	OK(x->db_add_spelling(db, LIT("truppe"), 3, &why));
	OK(x->db_commit(db, &why));
	put("2", "hof", "2");
	ck_assert_int_eq(x->db_open(&other, path, XAPIAN_UPDATE, &why), FUND_LOCKED);
	x->db_free(db);
	OK(x->db_open(&db, path, XAPIAN_READ, &why));
	OK(x->db_size(db, &n, &length, &why));
	ck_assert_uint_eq(n, 1);
	OK(x->db_metadata(db, "fundstelle", &got, &why));
	ck_assert(slice_equal(got, LIT("german")));
	OK(x->db_spell(db, LIT("trupe"), &got, &why));
	ck_assert(slice_equal(got, LIT("truppe")));
	ck_assert_int_eq(x->db_delete(db, LIT("Q1"), &why), FUND_INVALID);
	ck_assert_int_eq(x->db_commit(db, &why), FUND_INVALID);
	OK(x->db_open(&both, NULL, XAPIAN_EMPTY, &why));
	OK(x->db_add(both, db, &why));
	OK(x->db_add(both, memory, &why));
	OK(x->db_size(both, &n, &length, &why));
	ck_assert_uint_eq(n, 5);
	x->db_free(both);
	x->db_free(db);
	db = memory;
	scratch_remove(&scratch);
}
END_TEST

START_TEST(a_reader_sees_what_was_committed_once_it_opens_again)
{
	struct xapian_db *memory = db, *reader;
	uint32_t n;
	double length;
	char path[300];
	if (!x)
		return;
	scratch_make(&scratch);
	snprintf(path, sizeof path, "%s/db", scratch.dir);
	OK(x->db_open(&db, path, XAPIAN_UPDATE, &why));
	put("1", "haus", "1");
	OK(x->db_commit(db, &why));
	OK(x->db_open(&reader, path, XAPIAN_READ, &why));
	put("2", "hof", "2");
	OK(x->db_commit(db, &why));
	OK(x->db_size(reader, &n, &length, &why));
	ck_assert_uint_eq(n, 1);
	OK(x->db_reopen(reader, &why));
	OK(x->db_size(reader, &n, &length, &why));
	ck_assert_uint_eq(n, 2);
	x->db_free(reader);
	x->db_free(db);
	db = memory;
	scratch_remove(&scratch);
}
END_TEST

START_TEST(a_query_and_the_library_say_what_they_are)
{
	struct xapian_query *q;
	struct slice text;
	if (!x)
		return;
	ck_assert_msg(strncmp(x->library(), "1.4.", 4) == 0, "%s", x->library());
	OK(x->query_term(&q, LIT("truppenaufmarsch"), &why));
	OK(x->query_describe(q, &text, &why));
	ck_assert_msg(text.len && strstr((const char *)text.data, "truppenaufmarsch") != NULL, "%.*s", (int)text.len, (const char *)text.data);
	x->query_free(q);
}
END_TEST

START_TEST(a_term_that_is_too_long_is_an_error_and_no_exception)
{
	struct xapian_doc *doc;
	uint8_t longer[300];
	uint32_t number;
	if (!x)
		return;
	memset(longer, 'a', sizeof longer);
	OK(x->doc_new(&doc, &why));
	OK(x->doc_add(doc, slice_of(longer, sizeof longer), 1, &why));
	char path[300];
	struct xapian_db *memory = db;
	scratch_make(&scratch);
	snprintf(path, sizeof path, "%s/db", scratch.dir);
	OK(x->db_open(&db, path, XAPIAN_OVERWRITE, &why));
	ck_assert_int_eq(x->db_replace(db, LIT("Q1"), doc, &number, &why), FUND_INVALID);
	ck_assert_msg(strstr(why.text, "Xapian: ") != NULL, "%s", why.text);
	x->doc_free(doc);
	x->db_free(db);
	db = memory;
	scratch_remove(&scratch);
}
END_TEST

/* ---- servers that are none ---- */

enum server_kind { SERVER_SILENT, SERVER_GARBLED };

static int listen_on(unsigned *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static void *talk_nonsense(void *listener)
{
	static const char nonsense[] = "HTTP/1.0 200 OK\r\nContent-Length: 1000000\r\n\r\nwas auch immer, so viel man will";
	int fd = accept(*(int *)listener, NULL, NULL);
	if (fd >= 0 && write(fd, nonsense, sizeof nonsense) > 0)
		usleep(1000);
	if (fd >= 0)
		close(fd);
	return NULL;
}

static const struct {
	const char *name;
	enum server_kind kind;
} servers[] = { { "one that says nothing", SERVER_SILENT }, { "one that speaks nonsense", SERVER_GARBLED } };

START_TEST(a_server_that_is_none_is_an_error_in_its_time)
{
	struct xapian_db *remote;
	pthread_t thread;
	unsigned port;
	if (!x)
		return;
	int fd = listen_on(&port);
	if (servers[_i].kind == SERVER_GARBLED)
		ck_assert_int_eq(pthread_create(&thread, NULL, talk_nonsense, &fd), 0);
	enum fund_status st = x->db_open_remote(&remote, "127.0.0.1", port, 500, &why);
	ck_assert_msg(st == FUND_TIMEOUT || st == FUND_IO, "%s: %s", servers[_i].name, why.text);
	ck_assert_ptr_null(remote);
	if (servers[_i].kind == SERVER_GARBLED)
		pthread_join(thread, NULL);
	close(fd);
	ck_assert_int_ne(x->db_open_remote(&remote, "127.0.0.1", port, 500, &why), FUND_OK); /* nobody listens any more */
}
END_TEST

/* ---- stems: two callers of the same algorithm must agree ---- */

static const char *const words[] = { "haus",	"hauser",      "truppenaufmarsches", "gegangen", "regierungen", "kanzlerin", "politikerinnen", "deeskalation",
				     "schonste", "systeme",     "aufmarsche",	      "a",	  "der",	 "ministerien" };

START_TEST(xapians_stems_are_those_that_we_get)
{
	struct xapian_stem *theirs;
	struct stemmer ours;
	struct slice got, stem;
	if (!x)
		return;
	OK(x->stem_new(&theirs, "german", &why));
	ck_assert_int_eq(stemmer_init(&ours), FUND_OK);
	OK(x->stem(theirs, slice_str(words[_i]), &got, &why));
	ck_assert_int_eq(stemmer_stem(&ours, slice_str(words[_i]), &stem), FUND_OK);
	ck_assert_msg(slice_equal(got, stem), "%s: %.*s, %.*s", words[_i], (int)got.len, (const char *)got.data, (int)stem.len, (const char *)stem.data);
	stemmer_release(&ours);
	x->stem_free(theirs);
	ck_assert_int_eq(x->stem_new(&theirs, "klingonisch", &why), FUND_INVALID);
}
END_TEST

Suite *suite_xapian(void);
Suite *suite_xapian(void)
{
	Suite *s = suite_create("Xapian's shim");
	TCase *t = tcase_create("shim");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, each_operator_finds_what_it_says);
	tcase_add_test(t, a_scaled_query_weighs_as_much_more_as_it_is_scaled);
	tcase_add_test(t, a_database_tells_what_it_holds);
	tcase_add_test(t, calls_count_against_their_limit_together_and_those_behind_it_fail);
	tcase_add_test(t, a_file_database_keeps_what_was_committed_and_nothing_else);
	tcase_add_test(t, a_reader_sees_what_was_committed_once_it_opens_again);
	tcase_add_test(t, a_query_and_the_library_say_what_they_are);
	tcase_add_test(t, a_term_that_is_too_long_is_an_error_and_no_exception);
	tcase_add_loop_test(t, a_server_that_is_none_is_an_error_in_its_time, 0, (int)(sizeof servers / sizeof *servers));
	tcase_add_loop_test(t, xapians_stems_are_those_that_we_get, 0, (int)(sizeof words / sizeof *words));
	suite_add_tcase(s, t);
	return s;
}
