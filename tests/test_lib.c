/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The library: what it answers is what the programs print; errors; sizes of structs; what its caller's process is spared; threads. What is told of the file itself, and of
 * programs that are built with it: tests/library.sh. */
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/handles_private.h"
#include "query/present.h"
#include "tests/site.h"

static char other_dir[320], xapian_name[340];
static bool has_xapian;

/* Enough words to know a copy by. */
#define LONG                                                                                                         \
	" Am Abend waren die Wege noch immer nass, die Felder standen unter Wasser, und wer nicht hinaus musste, blieb " \
	"lieber daheim bei Tee und Zeitung, bis der Wind am Morgen endlich drehte."

static void write_archive(void)
{
	struct buf b = BUF_INIT;
	article("a.jsonl",
		"{\"id\":\"1\",\"title\":\"Kreml schweigt\",\"text\":\"Im Kreml wird nichts gesagt. Die Nothwendigkeit eines Truppenaufmarsches.\",\"date\":\"2020-05-06\","
		"\"author\":\"Anna Muster\",\"section\":\"Politik\",\"source\":\"Bote\"}\n"
		"{\"id\":\"zwei\",\"text\":\"Der Aufmarsch: im Kreml\\tregnet es. \\u001b]0;x\\u0007 Es regnet und regnet im ganzen Lande." LONG "\",\"date\":\"2020-07\"}\n"
		"{\"id\":\"drei\",\"text\":\"Der Aufmarsch: im Kreml\\tregnet es. \\u001b]0;x\\u0007 Es regnet und regnet im ganzen Lande." LONG "\",\"date\":\"2020-07\",\"source\":\"Blatt\"}\n"
		"{\"id\":\"leer\",\"title\":\"\",\"text\":\"Aufmarsch ohne Datum, Notwendigkeit; \\\"Truppen\\\" im Kreml.\"}\n");
	article("M\xFCller.txt", "Der Kreml, nach altem Namen benannt: Latin-1.\n");
	article("100%25.txt", "Im Kreml: prozentig.\n");
	article("seite.xml",
		"<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v2#\"><Layout><Page ID=\"P1\" PHYSICAL_IMG_NR=\"1\"><PrintSpace><TextBlock ID=\"B\"><TextLine>"
		"<String CONTENT=\"Seitenwort\" HPOS=\"10\" VPOS=\"60\" WIDTH=\"80\" HEIGHT=\"30\"/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>");
	for (int i = 0; i < 12000; i++) /* more words that begin alike than a pattern is taken for */
		buf_add_format(&b, "viel%c%c%c%c%s", 'a' + i / 2197 % 13, 'a' + i / 169 % 13, 'a' + i / 13 % 13, 'a' + i % 13, i % 12 == 11 ? ".\n" : " ");
	article("viele.txt", buf_str(&b));
	buf_release(&b);
}

static void set_up(void)
{
	struct stat st;
	char module[400];
	site_set_up();
	snprintf(other_dir, sizeof other_dir, "%s/other", scratch.dir);
	snprintf(xapian_name, sizeof xapian_name, "xapian:%s/xapian", scratch.dir);
	snprintf(module, sizeof module, "%s/fundstelle-xapian.so", getenv("FUNDSTELLE_BIN"));
	write_archive();
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	article("zuletzt.txt", "Der Kreml zuletzt.\n"); /* what --new finds */
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	program_expect(0, "fundstelle-index -q -i %s %s/corpus/archive", other_dir, getenv("FUNDSTELLE_SRC"));
	has_xapian = stat(module, &st) == 0;
	if (has_xapian)
		program_expect(0, "fundstelle-index -q -i %s --to-xapian=%s", other_dir, strchr(xapian_name, ':') + 1);
}

static fundstelle_index *open_one(const char *name)
{
	fundstelle_index *index;
	struct fundstelle_error error = { .size = sizeof error };
	ck_assert_msg(fundstelle_open(&name, 1, NULL, &index, &error) == FUNDSTELLE_OK, "%s", error.message);
	return index;
}

/* ---- hits as the program prints them ---- */

static struct slice slice_text(struct fundstelle_text t)
{
	ck_assert(t.data && t.data[t.len] == '\0');
	return slice_of(t.data, t.len);
}

static void say_text(struct printer *p, const char *name, struct fundstelle_text t)
{
	print_format(p, ", \"%s\": ", name);
	if (t.len)
		print_json(p, slice_text(t));
	else
		print_str(p, "null");
}

static void say_date(struct printer *p, struct fundstelle_date d)
{
	print_str(p, ", \"date\": ");
	present_json_date(p, DATE_PACK(d.year, d.month, d.day));
}

static void say_boxes(struct printer *p, const fundstelle_result *r, uint32_t i, const struct fundstelle_hit *h)
{
	struct fundstelle_box b = { .size = sizeof b };
	for (uint32_t k = 0; k < h->n_boxes; k++) {
		ck_assert_int_eq(fundstelle_hit_box(r, i, k, &b), FUNDSTELLE_OK);
		if (k == 0) {
			say_text(p, "page", b.page);
			print_format(p, ", \"box\": [%d, %d, %d, %d], \"boxes\": [", b.x, b.y, b.width, b.height);
		}
		print_format(p, "%s{\"mark\": %u", k ? ", " : "", b.mark);
		say_text(p, "page", b.page);
		print_format(p, ", \"box\": [%d, %d, %d, %d]}", b.x, b.y, b.width, b.height);
	}
	print_str(p, h->n_boxes ? "]" : "");
	ck_assert_int_eq(fundstelle_hit_box(r, i, h->n_boxes, &b), FUNDSTELLE_INVALID);
}

static void say_duplicates(struct printer *p, const fundstelle_result *r, uint32_t i, const struct fundstelle_hit *h)
{
	struct fundstelle_duplicate d = { .size = sizeof d };
	print_str(p, ", \"duplicates\": [");
	for (uint32_t k = 0; k < h->n_duplicates; k++) {
		ck_assert_int_eq(fundstelle_hit_duplicate(r, i, k, &d), FUNDSTELLE_OK);
		print_str(p, k ? ", {\"key\": " : "{\"key\": ");
		present_json_key(p, slice_text(d.key));
		say_date(p, d.date);
		say_text(p, "source", d.source);
		print_str(p, "}");
	}
	print_str(p, "]");
	ck_assert_int_eq(fundstelle_hit_duplicate(r, i, h->n_duplicates, &d), FUNDSTELLE_INVALID);
}

static void say_explained(struct printer *p, const fundstelle_result *r, uint32_t i, const struct fundstelle_hit *h)
{
	struct fundstelle_explained e = { .size = sizeof e };
	print_str(p, ", \"explain\": [");
	for (uint32_t k = 0; k < h->n_explained; k++) {
		ck_assert_int_eq(fundstelle_hit_explained(r, i, k, &e), FUNDSTELLE_OK);
		print_str(p, k ? ", {\"term\": " : "{\"term\": ");
		print_json(p, slice_text(e.term));
		print_format(p, ", \"field\": \"%s\", \"kind\": \"%s\", \"freq\": %u, \"df\": %llu, \"score\": %.4f}", e.field.data, e.kind.data, e.freq,
			     (unsigned long long)e.df, e.score);
	}
	print_str(p, "]");
	ck_assert_int_eq(fundstelle_hit_explained(r, i, h->n_explained, &e), FUNDSTELLE_INVALID);
}

static void say_hit(struct printer *p, const fundstelle_result *r, uint32_t i)
{
	struct fundstelle_hit h = { .size = sizeof h };
	ck_assert_int_eq(fundstelle_result_hit(r, i, &h), FUNDSTELLE_OK);
	print_format(p, "{\"rank\": %u, \"score\": %.4f, \"key\": ", h.rank, h.score);
	present_json_key(p, slice_text(h.key));
	say_text(p, "title", h.title);
	say_date(p, h.date);
	say_text(p, "author", h.author);
	say_text(p, "section", h.section);
	say_text(p, "source", h.source);
	print_str(p, ", \"snippet\": {\"text\": ");
	print_json(p, slice_text(h.snippet));
	print_str(p, ", \"marks\": [");
	for (uint32_t k = 0; k < h.n_marks; k++)
		print_format(p, "%s[%u, %u]", k ? ", " : "", h.marks[k].begin, h.marks[k].end);
	print_str(p, "]}");
	say_boxes(p, r, i, &h);
	say_duplicates(p, r, i, &h);
	say_explained(p, r, i, &h);
	print_str(p, "}\n");
}

/* All of it, allocated. */
static char *lines_of(const fundstelle_result *r)
{
	struct fundstelle_summary summary = { .size = sizeof summary };
	struct printer p;
	struct stat st;
	int fd = memfd_create("lines", MFD_CLOEXEC);
	fundstelle_result_summary(r, &summary);
	print_init(&p, fd);
	for (uint32_t i = 0; i < summary.n_hits; i++)
		say_hit(&p, r, i);
	ck_assert_int_eq(print_flush(&p), FUND_OK);
	print_release(&p);
	ck_assert_int_eq(fstat(fd, &st), 0);
	char *text = calloc(1, (size_t)st.st_size + 1);
	ck_assert_int_eq(pread(fd, text, (size_t)st.st_size, 0), st.st_size);
	close(fd);
	return text;
}

/* ---- what is found ---- */

enum place { HERE, CORPUS, BOTH, XAPIAN, MIXED };

/* Names of the place, and the program's options for them. */
static size_t names_of(enum place place, const char *names[3])
{
	size_t n = 0;
	if (place == HERE || place == BOTH || place == MIXED)
		names[n++] = index_dir;
	if (place == CORPUS || place == BOTH)
		names[n++] = other_dir;
	if (place == XAPIAN || place == MIXED)
		names[n++] = xapian_name;
	if (place == BOTH)
		names[n++] = index_dir; /* twice: searched once */
	return n;
}

#define CHOOSE(...) { .size = sizeof(struct fundstelle_search_options), __VA_ARGS__ }
#define PLAIN { .size = sizeof(struct fundstelle_search_options) }

static const struct {
	enum place place;
	const char *query, *args; /* the program's */
	struct fundstelle_search_options options;
} searches[] = {
	{ HERE, "Kreml", "", PLAIN },
	{ HERE, "Kreml", "-n 2", CHOOSE(.limit = 2) },
	{ HERE, "Kreml", "-n 2 --offset=1", CHOOSE(.limit = 2, .offset = 1) },
	{ HERE, "Kreml", "--offset=100", CHOOSE(.offset = 100) },
	{ HERE, "Kreml", "-n 0", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT) },
	{ HERE, "Kreml", "--sort=newest", CHOOSE(.order = FUNDSTELLE_NEWEST_FIRST) },
	{ HERE, "Kreml", "--sort=oldest", CHOOSE(.order = FUNDSTELLE_OLDEST_FIRST) },
	{ HERE, "Kreml", "--sort=random --seed=7", CHOOSE(.order = FUNDSTELLE_RANDOM, .seed = 7) },
	{ HERE, "Kreml", "--recency=200", CHOOSE(.recency = 200) },
	{ HERE, "Aufmarfch~ Krcml~", "--ocr", CHOOSE(.flags = FUNDSTELLE_OCR) },
	{ CORPUS, "Truppenaufmarsch an der Grenze", "--recency=3000", CHOOSE(.recency = 3000) },
	{ HERE, "Aufmarsch", "--duplicates=collapse", CHOOSE(.flags = FUNDSTELLE_COLLAPSE) },
	{ HERE, "Aufmarsch", "--duplicates=collapse -n 1", CHOOSE(.flags = FUNDSTELLE_COLLAPSE, .limit = 1) },
	{ HERE, "Aufmarsch Kreml", "--all", CHOOSE(.flags = FUNDSTELLE_ALL_WORDS) },
	{ HERE, "Notwendigkeit", "--exact", CHOOSE(.flags = FUNDSTELLE_EXACT_FORMS) },
	{ HERE, "Kreml", "--new", CHOOSE(.flags = FUNDSTELLE_ONLY_NEW) },
	{ HERE, "Kreml", "--from=2020-06", CHOOSE(.from = "2020-06") },
	{ HERE, "Kreml", "--from=2020 --to=2020-05-06", CHOOSE(.from = "2020", .to = "2020-05-06") },
	{ HERE, "Notwendigkeit", "", PLAIN },
	{ HERE, "Seitenwort", "", PLAIN },
	{ HERE, "viel*", "", PLAIN },
	{ HERE, "", "--similar=a.jsonl#zwei", CHOOSE(.similar_to = "a.jsonl#zwei") },
	{ HERE, "", "--similar=M%FCller.txt", CHOOSE(.similar_to = "M%FCller.txt") },
	{ HERE, "Nirgendwort", "", PLAIN },
	{ HERE, "\"ein Anführungszeichen", "", PLAIN },
	{ CORPUS, "*", "-n 0", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT) },
	{ CORPUS, "Truppenaufmarsch an der Grenze", "-n 100", CHOOSE(.limit = 100) },
	{ CORPUS, "\"an der Grenze\"", "", PLAIN },
	{ CORPUS, "Grenze NEAR/10 Truppen", "", PLAIN },
	{ CORPUS, "titel:Grenze OR datum:1921", "", PLAIN },
	{ CORPUS, "/gro(ss)?[a-z]*stadt/ OR *stützpunkt OR =Zug", "", PLAIN },
	{ CORPUS, "Regierungskrise", "", PLAIN },
	{ BOTH, "Kreml Grenze", "-n 50", CHOOSE(.limit = 50) },
	{ BOTH, "Aufmarsch", "--duplicates=collapse", CHOOSE(.flags = FUNDSTELLE_COLLAPSE) },
	{ XAPIAN, "Truppenaufmarsch an der Grenze", "-n 100", CHOOSE(.limit = 100) },
	{ MIXED, "Kreml Grenze", "-n 50", CHOOSE(.limit = 50) },
};

/* What the program prints for the same, and how it ends. */
static struct outcome ask_program(size_t i, const char *format)
{
	const char *names[3];
	char args[200], *argv[40] = { "fundstelle-query", "--explain", "-f", (char *)(uintptr_t)format };
	size_t argc = 4, n = names_of(searches[i].place, names);
	for (size_t k = 0; k < n; k++) {
		argv[argc++] = "-i";
		argv[argc++] = (char *)(uintptr_t)names[k];
	}
	snprintf(args, sizeof args, "%s", searches[i].args);
	for (char *save = NULL, *word = strtok_r(args, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	if (searches[i].query[0])
		argv[argc++] = (char *)(uintptr_t)searches[i].query;
	return program_run_argv(NULL, argv);
}

static void member_is(const struct outcome *o, const char *format, unsigned long long value)
{
	char part[80];
	snprintf(part, sizeof part, format, value);
	ck_assert_msg(strstr(o->out, part), "no %s in\n%s", part, o->out);
}

static void summary_is_that_of_the_program(size_t i, const struct fundstelle_summary *s, uint64_t count)
{
	struct outcome o = ask_program(i, "json");
	member_is(&o, "\"total\": %llu,", s->total);
	member_is(&o, s->total_exact ? "\"total_exact\": true" : "\"total_exact\": false", 0);
	member_is(&o, "\"generation\": %llu,", s->generation);
	member_is(&o, "\"id\": \"%016llx\"", s->index_id);
	ck_assert(strstr(o.out, "\"suggestion\": null") ? s->suggestion.len == 0 : s->suggestion.len && strstr(o.out, s->suggestion.data));
	ck_assert_msg(!s->total_exact || s->total == count, "%llu, counted %llu", (unsigned long long)s->total, (unsigned long long)count);
	ck_assert(s->analysis.len > 0);
	outcome_free(&o);
}

START_TEST(hits_are_those_of_the_program_to_the_last_byte)
{
	const char *names[3];
	fundstelle_index *index;
	fundstelle_result *result;
	uint64_t count;
	struct fundstelle_summary summary = { .size = sizeof summary };
	struct fundstelle_error error = { .size = sizeof error };
	struct fundstelle_search_options options = searches[_i].options;
	size_t n = names_of(searches[_i].place, names);
	if (!has_xapian && searches[_i].place >= XAPIAN)
		return;
	options.flags |= FUNDSTELLE_EXPLAIN | FUNDSTELLE_EXACT_TOTAL | FUNDSTELLE_SUGGEST;
	struct outcome o = ask_program((size_t)_i, "jsonl");
	ck_assert_msg(fundstelle_open(names, n, NULL, &index, &error) == FUNDSTELLE_OK, "%s", error.message);
	int code = fundstelle_search(index, searches[_i].query, strlen(searches[_i].query), &options, &result, &error);
	ck_assert_msg(code == FUNDSTELLE_OK, "%d %s", code, error.message);
	ck_assert_int_eq(fundstelle_count(index, searches[_i].query, FUNDSTELLE_TERMINATED, &options, &count, &error), FUNDSTELLE_OK);
	fundstelle_close(index); /* the result does not need it */
	fundstelle_result_summary(result, &summary);
	char *lines = lines_of(result);
	ck_assert_msg(strcmp(lines, o.out) == 0, "%s %s:\n%snot\n%s%s", searches[_i].query, searches[_i].args, lines, o.out, o.err);
	ck_assert_int_eq(o.status, summary.n_hits == 0);
	summary_is_that_of_the_program((size_t)_i, &summary, count);
	free(lines);
	outcome_free(&o);
	fundstelle_result_free(result);
}
END_TEST

static const struct {
	uint32_t flags;
	bool title, snippet, explained;
} part_cases[] = {
	{ 0, true, true, false },
	{ FUNDSTELLE_NO_SNIPPET, true, false, false },
	{ FUNDSTELLE_NO_TEXT, false, false, false },
	{ FUNDSTELLE_NO_TEXT | FUNDSTELLE_EXPLAIN, false, false, true },
};

START_TEST(a_hit_has_the_parts_that_were_asked_for)
{
	struct fundstelle_search_options options = CHOOSE(.flags = part_cases[_i].flags);
	struct fundstelle_hit hit = { .size = sizeof hit };
	fundstelle_index *index = open_one(index_dir);
	fundstelle_result *result;
	ck_assert_int_eq(fundstelle_search(index, "schweigt", FUNDSTELLE_TERMINATED, &options, &result, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_result_hit(result, 0, &hit), FUNDSTELLE_OK);
	ck_assert_str_eq(hit.key.data, "a.jsonl#1");
	ck_assert_str_eq(hit.title.data, part_cases[_i].title ? "Kreml schweigt" : "");
	ck_assert_int_eq(hit.n_title_marks, part_cases[_i].title);
	ck_assert(!part_cases[_i].title || (hit.title_marks[0].begin == 6 && hit.title_marks[0].end == 14));
	ck_assert_int_eq(hit.snippet.len > 0, part_cases[_i].snippet);
	ck_assert_int_eq(hit.n_explained > 0, part_cases[_i].explained);
	ck_assert_int_eq(fundstelle_result_hit(result, 1, &hit), FUNDSTELLE_INVALID);
	fundstelle_result_free(result);
	fundstelle_close(index);
}
END_TEST

static const struct {
	const char *query;
	uint32_t kind, offset, words, used;
	const char *about, *message;
} warnings[] = {
	{ "Kreml \"Aufmarsch", FUNDSTELLE_DOUBTFUL, 6, 0, 0, "", "quote" },
	{ "viel*", FUNDSTELLE_CUT, 0, 12000, 10000, "viel*", "'viel*' stands for 12000 words" },
};

START_TEST(a_result_warns_of_what_the_program_warns_of)
{
	struct fundstelle_warning w = { .size = sizeof w };
	struct fundstelle_summary summary = { .size = sizeof summary };
	fundstelle_index *index = open_one(index_dir);
	fundstelle_result *result;
	ck_assert_int_eq(fundstelle_search(index, warnings[_i].query, FUNDSTELLE_TERMINATED, NULL, &result, NULL), FUNDSTELLE_OK);
	fundstelle_result_summary(result, &summary);
	ck_assert_uint_eq(summary.n_warnings, 1);
	ck_assert_int_eq(fundstelle_result_warning(result, 0, &w), FUNDSTELLE_OK);
	ck_assert_int_eq(w.kind, warnings[_i].kind);
	ck_assert_int_eq(w.offset, warnings[_i].offset);
	ck_assert_int_eq(w.words, warnings[_i].words);
	ck_assert_int_eq(w.used, warnings[_i].used);
	ck_assert_str_eq(w.about.data, warnings[_i].about);
	ck_assert_msg(strstr(w.message.data, warnings[_i].message), "%s", w.message.data);
	ck_assert_int_eq(fundstelle_result_warning(result, 1, &w), FUNDSTELLE_INVALID);
	fundstelle_result_free(result);
	fundstelle_close(index);
}
END_TEST

START_TEST(a_server_that_does_not_answer_is_warned_of_where_partial_answers_are_wanted)
{
	const char *names[] = { index_dir, "xapian://127.0.0.1:1" };
	struct fundstelle_open_options options = { .size = sizeof options, .partial = 1, .timeout = 3 };
	struct fundstelle_warning w = { .size = sizeof w };
	struct fundstelle_hit hit = { .size = sizeof hit };
	fundstelle_index *index;
	fundstelle_result *result;
	if (!has_xapian)
		return;
	ck_assert_int_eq(fundstelle_open(names, 2, &options, &index, NULL), FUNDSTELLE_OK);
	for (int i = 0; i < 2; i++) { /* each result says so, also when it was asked again */
		ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, NULL, &result, NULL), FUNDSTELLE_OK);
		ck_assert_int_eq(fundstelle_result_hit(result, 0, &hit), FUNDSTELLE_OK);
		ck_assert_int_eq(fundstelle_result_warning(result, 0, &w), FUNDSTELLE_OK);
		ck_assert_int_eq(w.kind, FUNDSTELLE_MISSING);
		ck_assert_str_eq(w.about.data, names[1]);
		ck_assert_ptr_nonnull(strstr(w.message.data, "does not answer"));
		fundstelle_result_free(result);
		ck_assert_int_eq(fundstelle_refresh(index, NULL, NULL), FUNDSTELLE_OK);
	}
	fundstelle_close(index);
}
END_TEST

/* ---- errors ---- */

static const struct {
	const char *name, *query; /* the query NULL: opening fails */
	struct fundstelle_search_options options;
	int code;
	uint32_t offset;
	const char *message;
} errors[] = {
	{ "/nonexistent", NULL, PLAIN, FUNDSTELLE_NO_INDEX, 0, "/nonexistent: no index there" },
	{ "xapian:/nonexistent", NULL, PLAIN, FUNDSTELLE_NO_INDEX, 0, "nonexistent" },
	{ "xapian://", NULL, PLAIN, FUNDSTELLE_INVALID, 0, "xapian://" },
	{ "xapian://127.0.0.1:1", NULL, PLAIN, FUNDSTELLE_TIMEOUT, 0, "does not answer" },
	{ "", "Kreml NEAR/", PLAIN, FUNDSTELLE_SYNTAX, 11, "a number" },
	{ "", "\xC3\xA4 /gr(/", PLAIN, FUNDSTELLE_SYNTAX, 6, "parenthesis" },
	{ "", "Kreml", CHOOSE(.from = "gestern"), FUNDSTELLE_INVALID, 0, "from: not a date" },
	{ "", "Kreml", CHOOSE(.to = "2020..2021"), FUNDSTELLE_INVALID, 0, "to: not a date" },
	{ "", "Kreml", CHOOSE(.from = "2021", .to = "2020"), FUNDSTELLE_INVALID, 0, "from lies behind to" },
	{ "", "Kreml", CHOOSE(.order = 4), FUNDSTELLE_INVALID, 0, "does not know" },
	{ "", "Kreml", CHOOSE(.flags = 1u << 31), FUNDSTELLE_INVALID, 0, "does not know" },
	{ "", "Kreml", { .size = 0 }, FUNDSTELLE_INVALID, 0, "size" },
	{ "", "Kreml", { .size = 3 }, FUNDSTELLE_INVALID, 0, "size" },
	{ "", "", CHOOSE(.similar_to = "fehlt.txt"), FUNDSTELLE_NO_ARTICLE, 0, "fehlt.txt: no article with this key" },
};

START_TEST(an_error_has_its_code_its_place_and_a_message)
{
	const char *name = errors[_i].name[0] ? errors[_i].name : index_dir;
	struct fundstelle_error error = { .size = sizeof error };
	fundstelle_index *index;
	fundstelle_result *result = (fundstelle_result *)&error;
	if (!has_xapian && strncmp(name, "xapian:", 7) == 0)
		return;
	int code = fundstelle_open(&name, 1, NULL, &index, &error);
	if (errors[_i].query) {
		ck_assert_int_eq(code, FUNDSTELLE_OK);
		code = fundstelle_search(index, errors[_i].query, FUNDSTELLE_TERMINATED, &errors[_i].options, &result, &error);
		ck_assert_ptr_null(result);
		/* the index is as good as before */
		ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, NULL, &result, NULL), FUNDSTELLE_OK);
		fundstelle_result_free(result);
	} else {
		ck_assert_ptr_null(index);
	}
	ck_assert_msg(code == errors[_i].code && error.code == code && error.offset == errors[_i].offset && strstr(error.message, errors[_i].message), "%d %d at %u: %s",
		      code, error.code, error.offset, error.message);
	fundstelle_close(index);
}
END_TEST

/* A copy of the index whose file is these bytes. */
static const char *copy_of(const void *bytes, size_t n)
{
	static char dir[340];
	char path[360];
	snprintf(dir, sizeof dir, "%s/copy", scratch.dir);
	mkdir(dir, 0755);
	snprintf(path, sizeof path, "%s/data.mdb", dir);
	file_write_bytes(path, bytes, n);
	return dir;
}

/* Opens, searches, shows; the first code that is none of success, with a message. */
static int try_all(const char *name, struct fundstelle_error *error)
{
	fundstelle_index *index;
	fundstelle_result *result = NULL;
	fundstelle_article *a = NULL;
	int code = fundstelle_open(&name, 1, NULL, &index, error);
	if (code == FUNDSTELLE_OK)
		code = fundstelle_search(index, "Kreml Aufmarsch viel*", FUNDSTELLE_TERMINATED, NULL, &result, error);
	if (code == FUNDSTELLE_OK)
		code = fundstelle_show(index, "a.jsonl#1", FUNDSTELLE_TERMINATED, &a, error);
	ck_assert(code == FUNDSTELLE_OK || (code == error->code && error->message[0]));
	fundstelle_article_free(a);
	fundstelle_result_free(result);
	fundstelle_close(index);
	return code;
}

START_TEST(a_damaged_index_is_an_error_whatever_is_damaged)
{
	struct fundstelle_error error = { .size = sizeof error };
	uint64_t state = 4711;
	uint32_t damaged = 0;
	size_t n;
	char *bytes = file_read(data_file, &n);
	ck_assert_int_eq(try_all(copy_of(bytes, n), &error), FUNDSTELLE_OK);
	ck_assert_int_eq(try_all(copy_of(bytes, n / 3), &error), FUNDSTELLE_DAMAGED);
	ck_assert_int_eq(try_all(copy_of("kein Index", 10), &error), FUNDSTELLE_OTHER_FORMAT);
	for (int i = 0; i < 200; i++) {
		uint32_t at = random_below(&state, (uint32_t)n), bit = random_below(&state, 8);
		bytes[at] = (char)(bytes[at] ^ (1 << bit));
		int code = try_all(copy_of(bytes, n), &error);
		ck_assert_msg(code == FUNDSTELLE_OK || code == FUNDSTELLE_DAMAGED || code == FUNDSTELLE_OTHER_FORMAT || code == FUNDSTELLE_NO_INDEX ||
				      code == FUNDSTELLE_NO_ARTICLE || code == FUNDSTELLE_OTHER_ANALYSIS, "bit %u of byte %u: %d %s", bit, at, code, error.message);
		damaged += code == FUNDSTELLE_DAMAGED;
		bytes[at] = (char)(bytes[at] ^ (1 << bit));
	}
	ck_assert_uint_gt(damaged, 5);
	free(bytes);
}
END_TEST

START_TEST(too_many_indexes_or_too_long_a_query_are_refused)
{
	const char *names[65];
	struct fundstelle_error error = { .size = sizeof error };
	fundstelle_index *index;
	fundstelle_result *result;
	for (size_t i = 0; i < 65; i++)
		names[i] = index_dir;
	ck_assert_int_eq(fundstelle_open(names, 65, NULL, &index, NULL), FUNDSTELLE_INVALID);
	ck_assert_int_eq(fundstelle_open(names, 64, NULL, &index, NULL), FUNDSTELLE_OK);
	char *query = malloc(QUERY_MAX + 1);
	memset(query, 'a', QUERY_MAX + 1);
	ck_assert_int_eq(fundstelle_search(index, query, QUERY_MAX + 1, NULL, &result, &error), FUNDSTELLE_LIMIT);
	ck_assert_str_eq(error.message, "the query is longer than 1 MiB");
	free(query);
	fundstelle_close(index);
	fundstelle_close(NULL);
	fundstelle_result_free(NULL);
	fundstelle_article_free(NULL);
}
END_TEST

START_TEST(without_a_name_the_place_is_that_of_the_programs)
{
	fundstelle_index *index;
	struct fundstelle_status status = { .size = sizeof status };
	setenv("FUNDSTELLE_INDEX", other_dir, 1);
	ck_assert_int_eq(fundstelle_open(NULL, 0, NULL, &index, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_status(index, 0, &status, NULL), FUNDSTELLE_OK);
	ck_assert_str_eq(status.name.data, other_dir);
	fundstelle_close(index);
}
END_TEST

/* ---- versions of structs ---- */

START_TEST(an_older_caller_gets_what_it_knows_and_no_byte_more)
{
	struct {
		struct fundstelle_summary summary;
		unsigned char behind[16];
	} room;
	size_t known = offsetof(struct fundstelle_summary, n_hits);
	fundstelle_index *index = open_one(index_dir);
	fundstelle_result *result;
	ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, NULL, &result, NULL), FUNDSTELLE_OK);
	memset(&room, 0xEE, sizeof room);
	room.summary.size = known;
	fundstelle_result_summary(result, &room.summary);
	ck_assert_uint_eq(room.summary.size, known);
	ck_assert_int_eq(room.summary.total_exact, 1);
	for (size_t i = known; i < sizeof room; i++)
		ck_assert_int_eq(((unsigned char *)&room)[i], 0xEE);
	fundstelle_result_free(result);
	fundstelle_close(index);
}
END_TEST

START_TEST(a_newer_caller_gets_zeros_and_is_refused_what_the_library_does_not_know)
{
	struct {
		struct fundstelle_search_options options;
		uint64_t later;
	} newer = { CHOOSE(.limit = 1), 0 };
	struct {
		struct fundstelle_summary summary;
		uint64_t later;
	} room;
	fundstelle_index *index = open_one(index_dir);
	fundstelle_result *result;
	newer.options.size = sizeof newer;
	ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, &newer.options, &result, NULL), FUNDSTELLE_OK);
	memset(&room, 0xEE, sizeof room);
	room.summary.size = sizeof room;
	fundstelle_result_summary(result, &room.summary);
	ck_assert(room.summary.n_hits == 1 && room.later == 0 && room.summary.size == sizeof room);
	fundstelle_result_free(result);
	newer.later = 1;
	ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, &newer.options, &result, NULL), FUNDSTELLE_INVALID);
	fundstelle_close(index);
}
END_TEST

/* ---- articles, status ---- */

static const char *const keys[] = { "a.jsonl#1", "a.jsonl#zwei", "M\xFCller.txt", "M%FCller.txt", "100%25.txt" };

START_TEST(an_article_is_what_the_program_shows)
{
	struct fundstelle_fields f = { .size = sizeof f };
	fundstelle_article *a;
	fundstelle_index *index = open_one(index_dir);
	struct outcome o = program_run(NULL, "fundstelle-query -i %s -f text --show=%s", index_dir, keys[_i]);
	ck_assert_int_eq(fundstelle_show(index, keys[_i], strlen(keys[_i]), &a, NULL), FUNDSTELLE_OK);
	fundstelle_close(index);
	fundstelle_article_fields(a, &f);
	const struct fundstelle_text all[] = { f.title, f.author, f.section, f.source, f.format };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		ck_assert_msg(all[i].data[all[i].len] == 0 && strstr(o.out, all[i].data), "no %s in\n%s", all[i].data, o.out);
	ck_assert(f.body.len && f.body.data[f.body.len] == 0);
	ck_assert_msg(_i != 0 || (f.date.year == 2020 && f.date.month == 5 && f.date.day == 6 && strstr(f.body.data, "nichts gesagt") && strcmp(f.title.data, "Kreml schweigt") == 0),
		      "%s", f.body.data);
	ck_assert(_i != 1 || (f.date.month == 7 && f.date.day == 0));
	ck_assert(_i != 3 || strcmp(f.key.data, "M\xFCller.txt") == 0);
	fundstelle_article_free(a);
	outcome_free(&o);
}
END_TEST

START_TEST(an_article_that_is_not_there_is_an_error)
{
	struct fundstelle_error error = { .size = sizeof error };
	fundstelle_article *a;
	fundstelle_index *index = open_one(index_dir);
	ck_assert_int_eq(fundstelle_show(index, "fehlt.txt?", 9, &a, &error), FUNDSTELLE_NO_ARTICLE);
	ck_assert_str_eq(error.message, "fehlt.txt: no article with this key");
	ck_assert_ptr_null(a);
	fundstelle_close(index);
}
END_TEST

START_TEST(the_status_is_that_of_fundstelle_index)
{
	struct fundstelle_status s = { .size = sizeof s };
	const char *names[3];
	fundstelle_index *index;
	ck_assert_int_eq(fundstelle_open(names, names_of(BOTH, names), NULL, &index, NULL), FUNDSTELLE_OK);
	ck_assert_uint_eq(fundstelle_status_count(index), 2);
	for (size_t i = 0; i < 2; i++) {
		struct outcome o = program_run(NULL, "fundstelle-index -i %s --status --format=json", names[i]);
		ck_assert_int_eq(fundstelle_status(index, i, &s, NULL), FUNDSTELLE_OK);
		const struct {
			const char *format;
			uint64_t value;
		} members[] = {
			{ "\"articles\": %llu", s.articles }, { "\"deleted\": %llu", s.deleted }, { "\"segments\": %llu", s.segments },	    { "\"terms\": %llu", s.terms },
			{ "\"postings\": %llu", s.postings }, { "\"words\": %llu", s.words },	  { "\"bytes\": %llu", s.bytes },	    { "\"bytes_live\": %llu", s.bytes_live },
			{ "\"files\": %llu", s.files },	      { "\"failed\": %llu", s.failed },	  { "\"bytes_text\": %llu", s.bytes_text }, { "\"added\": %llu", s.run_added },
			{ "\"id\": \"%016llx\"", s.id },	      { "\"generation\": %llu", s.generation }, { "\"format\": %llu", s.format },   { "\"bytes_read\": %llu", s.run_bytes_read },
			{ "\"date_first\": \"%llu-", s.date_first.year }, { "\"date_last\": \"%llu-", s.date_last.year },
		};
		for (size_t k = 0; k < sizeof members / sizeof *members; k++)
			member_is(&o, members[k].format, members[k].value);
		ck_assert_uint_eq(s.n_archives, 1);
		ck_assert(strstr(o.out, s.archives[0].data) && strstr(o.out, s.analysis.data));
		ck_assert_str_eq(s.name.data, names[i]);
		outcome_free(&o);
	}
	ck_assert_int_eq(fundstelle_status(index, 2, &s, NULL), FUNDSTELLE_INVALID);
	fundstelle_close(index);
}
END_TEST

/* ---- states ---- */

static uint64_t count_of(fundstelle_index *index, const char *query)
{
	uint64_t n;
	ck_assert_int_eq(fundstelle_count(index, query, FUNDSTELLE_TERMINATED, NULL, &n, NULL), FUNDSTELLE_OK);
	return n;
}

START_TEST(an_index_holds_its_state_until_it_is_refreshed_or_let_go)
{
	int changed = -1;
	fundstelle_index *index = open_one(index_dir);
	ck_assert_int_eq(fundstelle_refresh(index, &changed, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(changed, 0);
	article("neu.txt", "Ein Zeppelin.\n");
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	ck_assert_uint_eq(count_of(index, "Zeppelin"), 0);
	ck_assert_int_eq(fundstelle_refresh(index, &changed, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(changed, 1);
	ck_assert_uint_eq(count_of(index, "Zeppelin"), 1);
	fundstelle_let_go(index);
	fundstelle_let_go(index);
	article("neuer.txt", "Noch ein Zeppelin.\n");
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	ck_assert_uint_eq(count_of(index, "Zeppelin"), 2);
	fundstelle_close(index);
}
END_TEST

START_TEST(an_index_that_went_away_is_an_error_and_found_again_when_it_is_back)
{
	char away[340];
	struct fundstelle_error error = { .size = sizeof error };
	uint64_t n;
	fundstelle_index *index = open_one(index_dir);
	snprintf(away, sizeof away, "%s-away", index_dir);
	ck_assert_int_eq(rename(index_dir, away), 0);
	ck_assert_int_eq(fundstelle_refresh(index, NULL, &error), FUNDSTELLE_NO_INDEX);
	ck_assert_int_eq(fundstelle_count(index, "Kreml", 5, NULL, &n, &error), FUNDSTELLE_NO_INDEX);
	ck_assert_uint_eq(fundstelle_status_count(index), 0);
	ck_assert_int_eq(rename(away, index_dir), 0);
	ck_assert_uint_gt(count_of(index, "Kreml"), 0);
	fundstelle_close(index);
}
END_TEST

/* ---- whose process it is ---- */

/* All that it does, and most of what may fail. */
static void use_everything(void)
{
	static const char *const queries[] = { "Kreml", "viel*", "Kremml", "Kreml NEAR/", "\"offen", "Nirgendwort" };
	struct fundstelle_error error = { .size = sizeof error };
	struct fundstelle_status status = { .size = sizeof status };
	const char *missing = "/nonexistent";
	fundstelle_index *index;
	fundstelle_result *result;
	fundstelle_article *a;
	uint64_t n;
	fundstelle_open(&missing, 1, NULL, &index, &error);
	index = open_one(index_dir);
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		if (fundstelle_search(index, queries[i], FUNDSTELLE_TERMINATED, NULL, &result, &error) == FUNDSTELLE_OK)
			fundstelle_result_free(result);
		fundstelle_count(index, queries[i], FUNDSTELLE_TERMINATED, NULL, &n, &error);
	}
	fundstelle_status(index, 0, &status, &error);
	fundstelle_status(index, 9, &status, &error);
	if (fundstelle_show(index, "a.jsonl#1", FUNDSTELLE_TERMINATED, &a, &error) == FUNDSTELLE_OK)
		fundstelle_article_free(a);
	fundstelle_show(index, "fehlt", FUNDSTELLE_TERMINATED, &a, &error);
	fundstelle_refresh(index, NULL, &error);
	fundstelle_close(index);
}

START_TEST(nothing_is_printed_and_nothing_of_the_process_is_changed)
{
	struct stat out, err;
	static const int signals[] = { SIGBUS, SIGSEGV, SIGPIPE, SIGINT, SIGTERM };
	struct sigaction before[5], after;
	sigset_t mask, mask_after;
	memset(&mask, 0, sizeof mask), memset(&mask_after, 0, sizeof mask_after); /* the kernel fills a part */
	int fd_out = memfd_create("out", 0), fd_err = memfd_create("err", 0), old_out = dup(1), old_err = dup(2);
	setenv("LANG", "de_DE.UTF-8", 1); /* messages would be German in the programs */
	unsetenv("LC_ALL");
	for (size_t i = 0; i < 5; i++)
		sigaction(signals[i], NULL, &before[i]);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	fflush(NULL);
	dup2(fd_out, 1), dup2(fd_err, 2);
	use_everything();
	fflush(NULL);
	dup2(old_out, 1), dup2(old_err, 2);
	ck_assert(fstat(fd_out, &out) == 0 && fstat(fd_err, &err) == 0);
	ck_assert_msg(out.st_size == 0 && err.st_size == 0, "%lld bytes on stdout, %lld on stderr", (long long)out.st_size, (long long)err.st_size);
	ck_assert_str_eq(setlocale(LC_ALL, NULL), "C");
	ck_assert_ptr_null(getenv("LANGUAGE"));
	for (size_t i = 0; i < 5; i++) {
		sigaction(signals[i], NULL, &after);
		ck_assert(after.sa_handler == before[i].sa_handler);
	}
	sigprocmask(SIG_SETMASK, NULL, &mask_after);
	ck_assert_int_eq(memcmp(&mask, &mask_after, sizeof mask), 0);
}
END_TEST

START_TEST(a_broken_pipe_to_a_server_ends_nobody_and_stays_unseen)
{
	struct servers servers = { .n_lost = 0 };
	fundstelle_index index = { .has_server = true, .servers = &servers };
	struct call call;
	sigset_t pending, mask;
	signal(SIGPIPE, SIG_DFL);
	call_begin(&call, &index);
	raise(SIGPIPE);
	call_end(&call);
	ck_assert(sigpending(&pending) == 0 && !sigismember(&pending, SIGPIPE));
	ck_assert(pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0 && !sigismember(&mask, SIGPIPE));
}
END_TEST

/* ---- threads ---- */

#define THREADS 6
#define ROUNDS 30

/* Of the first queries of the table, over this index; NULL: that failed. Allocated. */
#define ASKED 3
static char *answer(fundstelle_index *index, size_t i)
{
	fundstelle_result *r;
	struct fundstelle_search_options options = searches[i].options;
	options.flags |= FUNDSTELLE_EXPLAIN;
	if (fundstelle_search(index, i ? searches[i].query : "Grenze Kreml", FUNDSTELLE_TERMINATED, &options, &r, NULL) != FUNDSTELLE_OK)
		return NULL;
	char *lines = lines_of(r);
	fundstelle_result_free(r);
	return lines;
}

struct thread_work {
	pthread_t thread;
	const char *name;
	char *wanted[ASKED];
	const fundstelle_result *shared;
	const char *shared_lines;
	bool good;
};

static bool is(char *found, const char *wanted)
{
	bool good = found && strcmp(found, wanted) == 0;
	free(found);
	return good;
}

/* Opened, closed, refreshed and let go now and then, beside what the others do. check's assertions are for its own thread. */
static void *work(void *context)
{
	struct thread_work *w = context;
	fundstelle_index *index = NULL;
	bool good = true;
	for (size_t round = 0; round < ROUNDS && good; round++) {
		if (round % 5 == 0) {
			fundstelle_close(index);
			good = fundstelle_open(&w->name, 1, NULL, &index, NULL) == FUNDSTELLE_OK;
		}
		if (round % 5 == 2)
			good = fundstelle_refresh(index, NULL, NULL) == FUNDSTELLE_OK;
		if (round % 5 == 3)
			fundstelle_let_go(index);
		good = good && is(answer(index, round % ASKED), w->wanted[round % ASKED]) && is(lines_of(w->shared), w->shared_lines);
	}
	fundstelle_close(index);
	w->good = good;
	return NULL;
}

START_TEST(threads_with_an_index_each_find_the_same_and_share_results)
{
	const char *names[] = { index_dir, other_dir, has_xapian ? xapian_name : index_dir };
	struct thread_work works[THREADS];
	fundstelle_result *shared;
	fundstelle_index *index = open_one(index_dir);
	struct fundstelle_search_options options = CHOOSE(.flags = FUNDSTELLE_EXPLAIN);
	ck_assert_int_eq(fundstelle_search(index, "Aufmarsch", FUNDSTELLE_TERMINATED, &options, &shared, NULL), FUNDSTELLE_OK);
	fundstelle_close(index);
	char *shared_lines = lines_of(shared);
	for (size_t i = 0; i < THREADS; i++) {
		works[i] = (struct thread_work){ .name = names[i % 3], .shared = shared, .shared_lines = shared_lines };
		index = open_one(works[i].name);
		for (size_t k = 0; k < ASKED; k++)
			ck_assert((works[i].wanted[k] = answer(index, k)) != NULL);
		ck_assert(works[i].wanted[0][0] != '\0');
		fundstelle_close(index);
	}
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&works[i].thread, NULL, work, &works[i]), 0);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(works[i].thread, NULL);
		ck_assert(works[i].good);
		for (size_t k = 0; k < ASKED; k++)
			free(works[i].wanted[k]);
	}
	free(shared_lines);
	fundstelle_result_free(shared);
}
END_TEST

#define N(table) ((int)(sizeof table / sizeof *table))

Suite *suite_lib(void);
Suite *suite_lib(void)
{
	Suite *s = suite_create("the library");
	TCase *t = tcase_create("answers");
	tcase_add_unchecked_fixture(t, set_up, site_tear_down);
	tcase_add_loop_test(t, hits_are_those_of_the_program_to_the_last_byte, 0, N(searches));
	tcase_add_loop_test(t, a_hit_has_the_parts_that_were_asked_for, 0, N(part_cases));
	tcase_add_loop_test(t, a_result_warns_of_what_the_program_warns_of, 0, N(warnings));
	tcase_add_test(t, a_server_that_does_not_answer_is_warned_of_where_partial_answers_are_wanted);
	tcase_add_loop_test(t, an_error_has_its_code_its_place_and_a_message, 0, N(errors));
	tcase_add_test(t, a_damaged_index_is_an_error_whatever_is_damaged);
	tcase_add_test(t, too_many_indexes_or_too_long_a_query_are_refused);
	tcase_add_test(t, without_a_name_the_place_is_that_of_the_programs);
	tcase_add_test(t, an_older_caller_gets_what_it_knows_and_no_byte_more);
	tcase_add_test(t, a_newer_caller_gets_zeros_and_is_refused_what_the_library_does_not_know);
	tcase_add_loop_test(t, an_article_is_what_the_program_shows, 0, N(keys));
	tcase_add_test(t, an_article_that_is_not_there_is_an_error);
	tcase_add_test(t, the_status_is_that_of_fundstelle_index);
	tcase_add_test(t, nothing_is_printed_and_nothing_of_the_process_is_changed);
	tcase_add_test(t, a_broken_pipe_to_a_server_ends_nobody_and_stays_unseen);
	tcase_add_test(t, threads_with_an_index_each_find_the_same_and_share_results);
	tcase_add_test(t, an_index_holds_its_state_until_it_is_refreshed_or_let_go);
	tcase_add_test(t, an_index_that_went_away_is_an_error_and_found_again_when_it_is_back);
	suite_add_tcase(s, t);
	return s;
}
