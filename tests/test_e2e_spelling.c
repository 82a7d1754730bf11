/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Archives in the spellings of several times: a word is found in the spelling of another one, by itself and as a part of a compound. */
#include <string.h>

#include "base/bytes.h"
#include "tests/program.h"
#include "tests/scratch.h"

Suite *suite_e2e_spelling(void);

static struct scratch scratch;
static char archive[300], index_dir[300];

/* Each file has one word; the others are there so that the archive's own words take compounds apart. */
static const char *const words[] = {
	"Schiffahrt",	"Schifffahrt", "Binnenschifffahrt", "Küstenschiffahrt", "Thür",	   "Tür",	    "Theil",	 "Teil",       "Photographenverein", "Fotograf",
	"Landesgränze", "Landesgrenze", "Gränze",	    "Vortheil",		"Vorteil",  "Staatsvortheil", "marschiren", "marschieren", "Elephantenhaus",	  "Elefant",
	"Bureau",	"Büro",		"Staatsbureau",	    "Stop",		"Stopp",
};
#define FEW                                                                                                                                              \
	"Der Staat, das Land, das Haus, der Teil, der Verein, das Büro, der Vorteil, die Grenze, die Tür, der Fotograf, der Elefant, ein Stopp. Bureau, " \
	"Vortheil, Gränze, Thür, Photograph, Elephant, Theil, Stop: so hieß es. Die Schifffahrt, die Schiffahrt, die Küste. Die Binnen, die Photographen, die Elephanten."

static void set_up(void)
{
	char name[64], text[200];
	scratch_make(&scratch);
	snprintf(archive, sizeof archive, "%s/archive", scratch.dir);
	snprintf(index_dir, sizeof index_dir, "%s/index", scratch.dir);
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof name, "rest%d.txt", i);
		file_write(archive, name, FEW "\n");
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		snprintf(name, sizeof name, "%s.txt", words[i]);
		snprintf(text, sizeof text, "Hier steht allein %s und weiter nichts.\n", words[i]);
		file_write(archive, name, text);
	}
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
}
static void tear_down(void) { scratch_remove(&scratch); }

static const struct {
	const char *asked, *found[6];
} both[] = {
	{ "Schiffahrt", { "Schiffahrt", "Schifffahrt", "Binnenschifffahrt", "Küstenschiffahrt" } },
	{ "Schifffahrt", { "Schiffahrt", "Schifffahrt", "Binnenschifffahrt", "Küstenschiffahrt" } },
	{ "Tür", { "Tür", "Thür" } },
	{ "Thür", { "Tür", "Thür" } },
	{ "Fotograf", { "Fotograf", "Photographenverein" } },
	{ "Photograph", { "Fotograf", "Photographenverein" } },
	{ "Grenze", { "Gränze", "Landesgränze", "Landesgrenze" } },
	{ "Gränze", { "Gränze", "Landesgränze", "Landesgrenze" } },
	{ "Vorteil", { "Vortheil", "Vorteil", "Staatsvortheil" } },
	{ "Vortheil", { "Vortheil", "Vorteil", "Staatsvortheil" } },
	{ "marschieren", { "marschieren", "marschiren" } },
	{ "marschiren", { "marschieren", "marschiren" } },
	{ "Elefant", { "Elefant", "Elephantenhaus" } },
	{ "Elephant", { "Elefant", "Elephantenhaus" } },
	{ "Büro", { "Büro", "Bureau", "Staatsbureau" } },
	{ "Stopp", { "Stop", "Stopp" } },
	{ "Teil", { "Theil", "Teil" } },
	{ "Theil", { "Theil", "Teil" } },
};

START_TEST(a_word_is_found_in_the_spelling_of_another_time_also_as_a_part)
{
	char line[100];
	struct outcome o = program_run(NULL, "fundstelle-query -i %s -f paths --limit=0 %s", index_dir, both[_i].asked);
	for (size_t i = 0; i < 6 && both[_i].found[i]; i++) {
		snprintf(line, sizeof line, "%s.txt\n", both[_i].found[i]);
		const char *at = strstr(o.out, line);
		ck_assert_msg(at && (at == o.out || at[-1] == '\n'), "%s: no %s in\n%s%s", both[_i].asked, both[_i].found[i], o.out, o.err);
	}
	outcome_free(&o);
}
END_TEST

/* u\xCC\x88 is ü in two characters: as words, patterns are read as if it were one. */
static const struct {
	const char *composed, *apart;
} marks[] = {
	{ "--terms=Küst*", "--terms=Ku\xCC\x88st*" },
	{ "--terms=*ÜR*", "--terms=*U\xCC\x88R*" },
	{ "Küst*", "Ku\xCC\x88st*" },
	{ "Küst~", "Ku\xCC\x88st~" },
	{ "/küst.*/", "/ku\xCC\x88st.*/" },
	{ "/K[ÜA]ste/", "/K[U\xCC\x88" "A]ste/" },
	{ "/k[t-ü]ste/", "/k[t-u\xCC\x88]ste/" },
	{ "/kü{1}st(ä|e)/", "/ku\xCC\x88{1}st(a\xCC\x88|e)/" },
};

START_TEST(a_pattern_may_have_its_marks_apart)
{
	struct outcome one = program_run(NULL, "fundstelle-query -i %s -f tsv -n 0 %s", index_dir, marks[_i].composed);
	struct outcome two = program_run(NULL, "fundstelle-query -i %s -f tsv -n 0 %s", index_dir, marks[_i].apart);
	ck_assert_msg(one.status == 0 && two.status == 0, "%s: %s%s", marks[_i].composed, one.err, two.err);
	ck_assert_str_eq(one.out, two.out);
	outcome_free(&one), outcome_free(&two);
}
END_TEST

START_TEST(a_mark_behind_a_set_is_a_character_of_its_own_and_errors_are_placed_in_what_was_typed)
{
	struct outcome o = program_run(NULL, "fundstelle-query -i %s /k[uo]\xCC\x88ste/", index_dir);
	ck_assert_msg(o.status == 1, "%s%s", o.out, o.err);
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-query -i %s /ku\xCC\x88(ste/", index_dir);
	ck_assert_msg(o.status == 2 && strstr(o.err, "query, column 5: this parenthesis is not closed"), "%s", o.err);
	outcome_free(&o);
}
END_TEST

Suite *suite_e2e_spelling(void)
{
	Suite *s = suite_create("spellings of several times");
	TCase *t = tcase_create("words and parts");
	tcase_add_unchecked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, a_word_is_found_in_the_spelling_of_another_time_also_as_a_part, 0, (int)(sizeof both / sizeof *both));
	tcase_add_loop_test(t, a_pattern_may_have_its_marks_apart, 0, (int)(sizeof marks / sizeof *marks));
	tcase_add_test(t, a_mark_behind_a_set_is_a_character_of_its_own_and_errors_are_placed_in_what_was_typed);
	suite_add_tcase(s, t);
	return s;
}
