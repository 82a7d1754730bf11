/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/query_fixture.h"

#include <string.h>

void query_set_up(void)
{
	site_set_up();
	file_write(archive, "2021/11/truppen.txt", "date 2021-11-03\nTruppen an der Grenze\n\nDie Truppenaufmärsche an der Grenze dauern an. Der Minister sprach.\n");
	file_write(archive, "2022/01/de.txt", "date 2022-01 Die klaren Signale von Deeskalation blieben aus. An der Grenze ist Ruhe.\n");
	file_write(archive, "2022/02/grenze.txt", "Grenze und Grenzen\n\nVon der Grenze berichtet niemand, die Grenze ist zu.\n");
	file_write(archive, "a.jsonl",
		   "{\"id\":\"1\",\"title\":\"Kreml schweigt\",\"text\":\"Im Kreml wird nichts gesagt.\",\"date\":\"2020-05-06\",\"author\":\"Anna "
		   "Muster\",\"section\":\"Politik\",\"source\":\"Bote\"}\n"
		   "{\"id\":\"zwei drei\",\"title\":\"Wetter\\u001b[31m rot\",\"text\":\"Im Kreml\\tregnet es. \\u001b]0;x\\u0007\",\"date\":\"2020-05-07\"}\n");
	file_write(archive, "M\xFCller.txt", "Nach altem Namen benannt: Latin-1.\n");
	file_write(archive, "100%25.txt", "Prozentig im Namen.\n");
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
}

struct outcome query_run(const char *args)
{
	return program_run(NULL, "fundstelle-query -i %s %s", index_dir, args);
}

void query_prints(const char *args, int status, const char *wanted)
{
	struct outcome o = query_run(args);
	ck_assert_msg(o.status == status && strcmp(o.out, wanted) == 0, "%s: %d\n%s%s", args, o.status, o.out, o.err);
	outcome_free(&o);
}

void query_has(const char *args, const char *part)
{
	struct outcome o = query_run(args);
	ck_assert_msg(strstr(o.out, part) != NULL, "%s: no %s in\n%s%s", args, part, o.out, o.err);
	outcome_free(&o);
}
