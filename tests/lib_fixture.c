/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib_fixture.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "cli/present.h"

char other_dir[320], xapian_name[340];
bool has_xapian;

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

void lib_set_up(void)
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

fundstelle_index *open_one(const char *name)
{
	fundstelle_index *index;
	struct fundstelle_error error = { .size = sizeof error };
	ck_assert_msg(fundstelle_open(&name, 1, NULL, &index, &error) == FUNDSTELLE_OK, "%s", error.message);
	return index;
}

/* ---- hits as the program prints them ---- */

struct slice slice_text(struct fundstelle_text t)
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
	present_json_date(p, d);
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
		print_json_key(p, slice_text(d.key));
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
	print_json_key(p, slice_text(h.key));
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
char *lines_of(const fundstelle_result *r)
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

/* ---- places ---- */

/* Names of the place, and the program's options for them. */
size_t names_of(enum place place, const char *names[3])
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

void member_is(const struct outcome *o, const char *format, unsigned long long value)
{
	char part[80];
	snprintf(part, sizeof part, format, value);
	ck_assert_msg(strstr(o->out, part), "no %s in\n%s", part, o->out);
}
