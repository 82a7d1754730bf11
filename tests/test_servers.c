/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Four shards behind four servers of Xapian's on loopback: they answer as one database does; and what happens when one of them is dead, hangs, speaks nonsense, or is
 * cut off at any byte of its answers. Skipped where xapian-tcpsrv is not installed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/asker.h"
#include "tests/program.h"
#include "xapian/xapian_c.h"

#define SHARDS 4
#define PAIRS 8 /* connections through a relay */

static struct scratch scratch;
static struct server {
	pid_t pid; /* of its process group */
	unsigned port;
} servers[SHARDS];

/* ---- sockets ---- */

static int listen_at(unsigned *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static int connect_to(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* ---- servers ---- */

static void start_server(struct server *s, int shard)
{
	char port[20], dir[300];
	close(listen_at(&s->port));
	snprintf(port, sizeof port, "%u", s->port);
	snprintf(dir, sizeof dir, "%s/s%d", scratch.dir, shard + 1);
	s->pid = fork();
	ck_assert_int_ge(s->pid, 0);
	if (s->pid == 0) {
		int nowhere = open("/dev/null", O_RDWR);
		setpgid(0, 0); /* it forks for each connection */
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* where a test ends early */
		signal(SIGTERM, SIG_DFL);
		dup2(nowhere, 0), dup2(nowhere, 1), dup2(nowhere, 2);
		execlp("xapian-tcpsrv", "xapian-tcpsrv", "--interface", "127.0.0.1", "--port", port, "--quiet", dir, (char *)NULL);
		_exit(127);
	}
	setpgid(s->pid, s->pid);
	for (int i = 0; i < 4800; i++) { /* two minutes */
		int fd = connect_to(s->port);
		if (fd >= 0) {
			close(fd);
			return;
		}
		usleep(25000);
	}
	ck_abort_msg("xapian-tcpsrv does not listen");
}

static void stop_server(struct server *s)
{
	if (s->pid > 0) {
		kill(-s->pid, SIGKILL);
		waitpid(s->pid, NULL, 0);
	}
	s->pid = 0;
}

static bool can_run(void)
{
	const struct xapian_c *x;
	struct fault why;
	if (xapian_load(&x, &why) == FUND_OK && system("command -v xapian-tcpsrv >/dev/null 2>&1") == 0)
		return true;
	fprintf(stderr, "skipped: no xapian-tcpsrv, or Xapian's part is not built\n");
	return false;
}

static void say(FILE *f, uint64_t *state, uint32_t n)
{
	static const char *const words[] = { "Haus", "Hof", "Truppen", "Aufmarsch", "Truppenaufmarsch", "Krise", "Regierungskrise", "Regierung", "am", "See", "der", "Bahnhof" };
	for (uint32_t i = 0; i < n; i++)
		fprintf(f, "%s%s", i ? " " : "", words[random_below(state, 12)]);
}

static void set_up(void)
{
	char path[400];
	uint64_t state = 4711;
	if (!can_run())
		return;
	signal(SIGPIPE, SIG_IGN);
	scratch_make(&scratch);
	snprintf(path, sizeof path, "%s/a.jsonl", scratch.dir);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	for (uint32_t i = 0; i < 240; i++) {
		fprintf(f, "{\"id\": \"%u\", \"date\": \"2022-%02u-%02u\", \"title\": \"", i, 1 + random_below(&state, 12), 1 + random_below(&state, 28));
		say(f, &state, random_below(&state, 4));
		fprintf(f, "\", \"text\": \"");
		say(f, &state, 5 + random_below(&state, 60));
		for (uint32_t k = 0; k < 20; k++) /* many words, so that few of them are not looked for in a list of all */
			fprintf(f, " Nummer%u", 20 * i + k);
		fprintf(f, "\"}\n");
	}
	fclose(f);
	program_expect(0, "fundstelle-index -q -i %s/i %s/a.jsonl", scratch.dir, scratch.dir);
	program_expect(0, "fundstelle-index -q -i %s/i --to-xapian=%s/all", scratch.dir, scratch.dir);
	for (int i = 0; i < SHARDS; i++) {
		program_expect(0, "fundstelle-index -q -i %s/i --to-xapian=%s/s%d --shard=%d/%d", scratch.dir, scratch.dir, i + 1, i + 1, SHARDS);
		start_server(&servers[i], i);
	}
}

static void tear_down(void)
{
	for (int i = 0; i < SHARDS; i++)
		stop_server(&servers[i]);
	if (scratch.dir[0])
		scratch_remove(&scratch);
}

/* ---- asking ---- */

/* The options that name the shards; `but`: not this one, -1: all; `other`: the port in the place of the last one's. */
static void name_shards(char *out, size_t cap, int but, unsigned other)
{
	out[0] = '\0';
	for (int i = 0; i < SHARDS; i++)
		if (i != but)
			snprintf(out + strlen(out), cap - strlen(out), "-i xapian://127.0.0.1:%u ", i == SHARDS - 1 && other ? other : servers[i].port);
}

static struct outcome ask(const char *indexes, const char *options, const char *query)
{
	char line[300];
	snprintf(line, sizeof line, "q\t%s\n", query);
	return program_run(line, "fundstelle-query %s %s -n 30 --batch=-", indexes, options);
}

static void same_output(const char *query, const struct outcome *a, const struct outcome *b)
{
	ck_assert_msg(a->status == b->status && strcmp(a->out, b->out) == 0, "%s: %d %s\n%s\nnot %d %s\n%s", query, a->status, a->out, a->err, b->status, b->out, b->err);
}

static const char *const asked[] = { "Haus", "Truppen Aufmarsch", "+Krise -Hof", "\"am See\"", "Haus NEAR/3 Krise", "Truppe*", "Hofs~", "Regirung~", "*hof", "*u*", "Bahn*f", "*mmer47*", "=Regierung", "titel:Krise", "datum:2022-03 Haus",
				     "Regierung OR Bahnhof", "NOT der", "\"Krise Haus\"~4", "der", "nichts" };

START_TEST(four_servers_answer_as_one_database_and_as_the_index)
{
	char remote[400], local[400], index[400];
	if (!servers[0].pid)
		return;
	name_shards(remote, sizeof remote, -1, 0);
	snprintf(local, sizeof local, "-i xapian:%s/all", scratch.dir);
	snprintf(index, sizeof index, "-i %s/i", scratch.dir);
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		struct outcome a = ask(index, "", asked[i]), b = ask(local, "", asked[i]), c = ask(remote, "--timeout=300", asked[i]);
		ck_assert_str_eq(c.err, "");
		same_output(asked[i], &a, &b);
		same_output(asked[i], &a, &c);
		outcome_free(&a), outcome_free(&b), outcome_free(&c);
	}
	/* the id of what was asked is that of another run, and not 0 */
	struct outcome a = program_run(NULL, "fundstelle-query %s -f json Haus", remote), b = program_run(NULL, "fundstelle-query %s -f json Hof", remote);
	const char *id = strstr(a.out, "\"id\": \""), *same = strstr(b.out, "\"id\": \"");
	ck_assert(id && same && strncmp(id, same, 23) == 0 && strncmp(id, "\"id\": \"0000000000000000", 23) != 0);
	outcome_free(&a), outcome_free(&b);
}
END_TEST

/* ---- scores, finer than they are printed ---- */

/* Scores are whole numbers of millionths. */
START_TEST(scores_of_four_servers_are_those_of_one_database_and_of_the_index_to_a_millionth)
{
	char names[SHARDS + 2][400];
	const char *shards[SHARDS], *one = names[SHARDS], *index = names[SHARDS + 1];
	struct asker askers[3];
	unsigned n_compared = 0;
	if (!servers[0].pid)
		return;
	for (int i = 0; i < SHARDS; i++) {
		snprintf(names[i], sizeof names[i], "xapian://127.0.0.1:%u", servers[i].port);
		shards[i] = names[i];
	}
	snprintf(names[SHARDS], sizeof names[SHARDS], "xapian:%s/all", scratch.dir);
	snprintf(names[SHARDS + 1], sizeof names[SHARDS + 1], "%s/i", scratch.dir);
	asker_open(&askers[0], shards, SHARDS);
	asker_open(&askers[1], &one, 1);
	asker_open(&askers[2], &index, 1);
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		const struct result *by_four = asker_find(&askers[0], asked[i], 200);
		for (size_t k = 1; k < 3; k++) {
			const struct result *other = asker_find(&askers[k], asked[i], 200);
			results_are_equal(asked[i], by_four, other);
			n_compared += other->n_hits;
		}
	}
	ck_assert_uint_gt(n_compared, 2000);
	for (size_t k = 0; k < 3; k++)
		asker_close(&askers[k]);
}
END_TEST

START_TEST(a_stub_file_of_several_databases_is_refused)
{
	char text[900], path[400];
	struct server stub;
	if (!servers[0].pid)
		return;
	snprintf(text, sizeof text, "remote 127.0.0.1:%u\nauto %s/s2\n", servers[0].port, scratch.dir);
	file_write(scratch.dir, "stub", text);
	struct outcome o = program_run(NULL, "fundstelle-query -i xapian:%s/stub Haus", scratch.dir);
	ck_assert_msg(o.status == 2 && o.out_len == 0 && strstr(o.err, "several databases in one"), "%d %s%s", o.status, o.out, o.err);
	outcome_free(&o);
	snprintf(path, sizeof path, "%s/s%d", scratch.dir, SHARDS + 1);
	ck_assert_int_eq(symlink("stub", path), 0);
	start_server(&stub, SHARDS);
	o = program_run(NULL, "fundstelle-query -i xapian://127.0.0.1:%u --partial Haus", stub.port);
	stop_server(&stub);
	ck_assert_msg(o.status == 2 && o.out_len == 0 && strstr(o.err, "several databases in one"), "%d %s%s", o.status, o.out, o.err);
	outcome_free(&o);
}
END_TEST

/* ---- relays ---- */

enum relay_end { RELAY_CUT, RELAY_HANG, RELAY_SILENT, RELAY_NONSENSE, RELAY_SLOW };

/* Passes on what a server says, up to a number of bytes; then it is dead, or says nothing any more. */
struct relay {
	enum relay_end end;
	unsigned to; /* the server's port; 0: there is none */
	size_t limit, slow_from;
	useconds_t delay; /* of each piece behind that */
	int listener;
	unsigned port;
	pthread_t thread;
	atomic_bool stop;
	size_t passed;
	struct {
		int client, server;
	} pairs[PAIRS];
	int n;
};

static void close_pair(struct relay *r, int i)
{
	close(r->pairs[i].client);
	if (r->pairs[i].server >= 0)
		close(r->pairs[i].server);
	r->pairs[i] = r->pairs[--r->n];
}

static bool is_over(const struct relay *r) { return r->passed >= r->limit; }

static void take_client(struct relay *r)
{
	static const char nonsense[] = "HTTP/1.0 400 Bad Request\r\nContent-Length: 4000000000\r\n\r\n\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF und so weiter";
	int fd = accept(r->listener, NULL, NULL);
	if (fd < 0)
		return;
	if (r->n == PAIRS) {
		close(fd);
		return;
	}
	r->pairs[r->n].client = fd;
	r->pairs[r->n].server = r->to && !is_over(r) ? connect_to(r->to) : -1;
	r->n++;
	if (r->end == RELAY_NONSENSE && write(fd, nonsense, sizeof nonsense) < 0)
		close_pair(r, r->n - 1);
}

/* False: the connection has ended. */
static bool pass_on(struct relay *r, int from, int to, bool counted)
{
	char bytes[4096];
	size_t room = counted && r->limit - r->passed < sizeof bytes ? r->limit - r->passed : sizeof bytes;
	ssize_t n = read(from, bytes, room);
	if (n <= 0)
		return false;
	if (counted)
		r->passed += (size_t)n;
	if (counted && r->passed > r->slow_from)
		usleep(r->delay);
	return to < 0 || write(to, bytes, (size_t)n) == n;
}

static void serve(struct relay *r, struct pollfd *fds, int n_pairs)
{
	for (int i = n_pairs; i-- > 0;) {
		bool alive = true;
		if (fds[2 * i].revents)
			alive = pass_on(r, r->pairs[i].client, is_over(r) ? -1 : r->pairs[i].server, false);
		if (alive && fds[2 * i + 1].revents && !is_over(r))
			alive = pass_on(r, r->pairs[i].server, r->pairs[i].client, true);
		if (!alive)
			close_pair(r, i);
	}
}

static void *run_relay(void *relay)
{
	struct relay *r = relay;
	while (!atomic_load(&r->stop)) {
		struct pollfd fds[2 * PAIRS + 1];
		int n = r->n;
		for (int i = 0; i < n; i++) {
			fds[2 * i] = (struct pollfd){ .fd = r->pairs[i].client, .events = POLLIN };
			fds[2 * i + 1] = (struct pollfd){ .fd = is_over(r) ? -1 : r->pairs[i].server, .events = POLLIN };
		}
		fds[2 * n] = (struct pollfd){ .fd = r->listener, .events = POLLIN };
		if (poll(fds, (nfds_t)(2 * n + 1), 20) <= 0)
			continue;
		serve(r, fds, n);
		if (r->end == RELAY_CUT && is_over(r) && r->listener >= 0) {
			while (r->n)
				close_pair(r, 0);
			close(r->listener);
			r->listener = -1;
			continue;
		}
		if (fds[2 * n].revents)
			take_client(r);
	}
	while (r->n)
		close_pair(r, 0);
	if (r->listener >= 0)
		close(r->listener);
	return NULL;
}

static void start_relay(struct relay *r, enum relay_end end, unsigned to, size_t limit)
{
	*r = (struct relay){ .end = end, .to = to, .limit = limit };
	r->listener = listen_at(&r->port);
	ck_assert_int_eq(pthread_create(&r->thread, NULL, run_relay, r), 0);
}

static void stop_relay(struct relay *r)
{
	atomic_store(&r->stop, true);
	pthread_join(r->thread, NULL);
}

/* ---- servers that are lost ---- */

/*
 * Seconds that are given to servers. A loaded machine makes good ones slow, too, and they then are lost beside the one that is to be: so what is not as it should be is asked
 * again with more time, and only the last answer is a failure.
 */
static const unsigned patience[] = { 3, 12, 60 };
#define PATIENCE (sizeof patience / sizeof *patience)

static bool is_lost(const struct outcome *whole, const struct outcome *part, const struct outcome *rest, const char *name)
{
	return whole->status == 2 && whole->out_len == 0 && strstr(whole->err, name) && strstr(part->err, name) && strstr(part->err, "missing") && part->status == rest->status &&
	       strcmp(part->out, rest->out) == 0;
}

/* What is to come when the last shard does not answer: an error that names it; with --partial the others' hits, and a warning. `r`: the relay there, or NULL. */
static void expect_lost(unsigned port, struct relay *r, const char *query)
{
	char all[400], three[400], name[60], options[60];
	bool lost = false;
	name_shards(all, sizeof all, -1, port);
	name_shards(three, sizeof three, SHARDS - 1, 0);
	snprintf(name, sizeof name, "xapian://127.0.0.1:%u does not answer", port);
	for (size_t i = 0; i < PATIENCE && !lost; i++) {
		if (r && r->end == RELAY_SLOW)
			r->delay = patience[i] * 200000; /* nobody is connected now */
		snprintf(options, sizeof options, "--timeout=%u", patience[i]);
		struct outcome whole = ask(all, options, query);
		snprintf(options, sizeof options, "--timeout=%u --partial", patience[i]);
		struct outcome part = ask(all, options, query), rest = ask(three, "--timeout=300", query);
		lost = is_lost(&whole, &part, &rest, name);
		ck_assert_msg(lost || i + 1 < PATIENCE, "%s: %d %s%s\nin part %d %s%s\nnot %d %s%s", query, whole.status, whole.out, whole.err, part.status, part.out, part.err, rest.status,
			      rest.out, rest.err);
		outcome_free(&whole), outcome_free(&part), outcome_free(&rest);
	}
}

START_TEST(a_server_that_is_dead_is_named_and_the_others_answer)
{
	if (!servers[0].pid)
		return;
	struct server dead;
	start_server(&dead, SHARDS - 1);
	unsigned port = dead.port;
	stop_server(&dead);
	expect_lost(port, NULL, "Haus Krise");
	struct outcome o = program_run(NULL, "fundstelle-query -i xapian://127.0.0.1:%u --partial Haus", port);
	ck_assert_msg(o.status == 2, "nobody answers: %d %s", o.status, o.err);
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-query -i %s/i -i xapian://127.0.0.1:%u --partial -f json Haus", scratch.dir, port);
	ck_assert_msg(o.status == 0 && strstr(o.out, "\"missing\": [\"xapian://127.0.0.1:"), "%d %s%s", o.status, o.out, o.err);
	outcome_free(&o);
}
END_TEST

static const enum relay_end never_good[] = { RELAY_SILENT, RELAY_NONSENSE };

START_TEST(a_server_that_says_nothing_or_nonsense_is_lost)
{
	struct relay r;
	if (!servers[0].pid)
		return;
	start_relay(&r, never_good[_i], 0, SIZE_MAX);
	expect_lost(r.port, &r, "Haus Krise");
	stop_relay(&r);
}
END_TEST

/* Each of its answers comes in time, all of them together take any time: from the greeting on, or later. */
static const size_t slow_from[] = { 0, 1000 };

START_TEST(a_server_that_answers_too_slowly_is_lost)
{
	struct relay r;
	if (!servers[0].pid)
		return;
	start_relay(&r, RELAY_SLOW, servers[SHARDS - 1].port, SIZE_MAX);
	r.slow_from = slow_from[_i]; /* nobody has connected yet */
	expect_lost(r.port, &r, "Haus Krise");
	stop_relay(&r);
}
END_TEST

START_TEST(servers_that_are_all_there_and_together_too_slow_are_an_error)
{
	struct relay r;
	char all[400], options[60], text[60];
	bool told = false;
	if (!servers[0].pid)
		return;
	for (size_t i = 0; i < PATIENCE && !told; i++) {
		start_relay(&r, RELAY_SLOW, servers[SHARDS - 1].port, SIZE_MAX);
		r.delay = patience[i] * 40000;
		name_shards(all, sizeof all, -1, r.port);
		snprintf(options, sizeof options, "--timeout=%u --partial", patience[i]);
		snprintf(text, sizeof text, "too slowly: %u seconds", patience[i]);
		struct outcome o = ask(all, options, "Haus Krise Regierung Bahnhof");
		stop_relay(&r);
		told = o.status == 2 && o.out_len == 0 && strstr(o.err, text);
		ck_assert_msg(told || i + 1 < PATIENCE, "%d %s%s", o.status, o.out, o.err);
		outcome_free(&o);
	}
}
END_TEST

/* Cut off behind so many bytes of a server's answers: in the greeting, while words are looked up, in the list of hits, in the articles. */
static const size_t cuts[] = { 1, 40, 300, 900, 2000, 4000, 9000, 20000 };

static bool is_whole_or_part(const struct outcome *o, const struct outcome *whole, const struct outcome *part, const char *name)
{
	bool warned = strstr(o->err, name) != NULL;
	return o->status == 0 && strcmp(o->out, warned ? part->out : whole->out) == 0;
}

/* Without --partial: all of it, or nothing and the name of who is lost. Who is cut off early is noticed. */
static bool is_whole_or_error(const struct outcome *o, const struct outcome *whole, const char *name, size_t cut)
{
	if (o->status == 2)
		return strstr(o->err, name) && o->out_len == 0;
	return cut > 300 && o->status == whole->status && strcmp(o->out, whole->out) == 0;
}

static void ask_through_relay(enum relay_end end, size_t cut, const char *options, struct outcome *out, char name[60])
{
	struct relay r;
	char all[400];
	start_relay(&r, end, servers[SHARDS - 1].port, cut);
	name_shards(all, sizeof all, -1, r.port);
	snprintf(name, 60, "xapian://127.0.0.1:%u does not answer", r.port);
	*out = ask(all, options, "Haus Krise");
	stop_relay(&r);
}

START_TEST(a_server_that_is_lost_at_any_byte_of_a_query_is_named_and_the_others_answer)
{
	char all[400], three[400], name[60], options[60];
	bool told = false;
	enum relay_end end = _i % 2 ? RELAY_HANG : RELAY_CUT;
	size_t cut = cuts[_i / 2];
	struct outcome with, without;
	if (!servers[0].pid)
		return;
	name_shards(all, sizeof all, -1, 0);
	name_shards(three, sizeof three, SHARDS - 1, 0);
	struct outcome whole = ask(all, "--timeout=300", "Haus Krise"), part = ask(three, "--timeout=300", "Haus Krise");
	for (size_t i = 0; i < PATIENCE && !told; i++) {
		snprintf(options, sizeof options, "--timeout=%u --partial", patience[i]);
		ask_through_relay(end, cut, options, &with, name);
		told = is_whole_or_part(&with, &whole, &part, name);
		ck_assert_msg(told || i + 1 < PATIENCE, "cut at %zu: %d\n%s%s", cut, with.status, with.out, with.err);
		outcome_free(&with);
	}
	told = false;
	for (size_t i = 0; i < PATIENCE && !told; i++) {
		snprintf(options, sizeof options, "--timeout=%u", patience[i]);
		ask_through_relay(end, cut, options, &without, name);
		told = is_whole_or_error(&without, &whole, name, cut);
		ck_assert_msg(told || i + 1 < PATIENCE, "without --partial, cut at %zu: %d\n%s%s", cut, without.status, without.out, without.err);
		outcome_free(&without);
	}
	outcome_free(&whole), outcome_free(&part);
}
END_TEST

Suite *suite_servers(void);
Suite *suite_servers(void)
{
	Suite *s = suite_create("servers of Xapian's");
	TCase *t = tcase_create("servers");
	tcase_add_unchecked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 600);
	tcase_add_test(t, four_servers_answer_as_one_database_and_as_the_index);
	tcase_add_test(t, scores_of_four_servers_are_those_of_one_database_and_of_the_index_to_a_millionth);
	tcase_add_test(t, a_stub_file_of_several_databases_is_refused);
	tcase_add_test(t, a_server_that_is_dead_is_named_and_the_others_answer);
	tcase_add_loop_test(t, a_server_that_says_nothing_or_nonsense_is_lost, 0, (int)(sizeof never_good / sizeof *never_good));
	tcase_add_loop_test(t, a_server_that_answers_too_slowly_is_lost, 0, (int)(sizeof slow_from / sizeof *slow_from));
	tcase_add_test(t, servers_that_are_all_there_and_together_too_slow_are_an_error);
	tcase_add_loop_test(t, a_server_that_is_lost_at_any_byte_of_a_query_is_named_and_the_others_answer, 0, 2 * (int)(sizeof cuts / sizeof *cuts));
	suite_add_tcase(s, t);
	return s;
}
