/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * completions.c - writes a shell's completions for one of the programs, from its table of options:
 *
 *     completions fundstelle-query bash > dist/fundstelle-query.bash
 */
#include <ctype.h>
#include <stdlib.h>

#include "base/option_table.h"

extern const struct option_table query_options, index_options;

static const char *const fields = "titel: autor: ressort: quelle: datum:";

static bool is_query(const struct option_table *t) { return t == &query_options; }

/* ---- bash ---- */

static void bash_pattern(struct printer *p, const struct option_spec *s)
{
	print_str(p, "\t\t");
	if (s->name)
		print_format(p, "--%s", s->name);
	if (s->id < 256)
		print_format(p, "%s-%c", s->name ? "|" : "", s->id);
	print_str(p, ") ");
}

static void bash_values(struct printer *p, const struct option_table *t)
{
	print_str(p, "\tcase $option in\n");
	for (size_t i = 0; i < t->n; i++) {
		const struct option_spec *s = &t->specs[i];
		if (!s->argument)
			continue;
		bash_pattern(p, s);
		if (!s->values)
			print_str(p, "return ;;\n");
		else if (s->values[0] == '<')
			print_format(p, "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -%c -- \"$word\"); return ;;\n", s->values[1] == 'd' ? 'd' : 'f');
		else
			print_format(p, "mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$word\"); return ;;\n", s->values);
	}
	print_str(p, "\tesac\n");
}

static void bash(struct printer *p, const struct option_table *t)
{
	const char *f = is_query(t) ? "_fundstelle_query" : "_fundstelle_index";
	print_format(p, "# bash completion for %s(1); made from its table of options\n\n", t->program);
	print_format(p, "%s()\n{\n\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} option=\n\tCOMPREPLY=()\n", f);
	print_str(p, "\tif [[ $word == = ]]; then\n\t\toption=$before word=\n"
		     "\telif [[ $before == = ]]; then\n\t\toption=${COMP_WORDS[COMP_CWORD - 2]}\n"
		     "\telif [[ $before == -? ]]; then\n\t\toption=$before\n\tfi\n");
	bash_values(p, t);
	print_str(p, "\tif [[ $word == -* ]]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W '");
	for (size_t i = 0, n = 0; i < t->n; i++)
		if (t->specs[i].name)
			print_format(p, "%s--%s%s", n++ ? " " : "", t->specs[i].name, t->specs[i].argument && t->specs[i].argument[0] != '[' ? "=" : "");
	print_str(p, "' -- \"$word\")\n\t\t[[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace\n\t\treturn\n\tfi\n");
	if (is_query(t))
		print_format(p,
			     "\tmapfile -t COMPREPLY < <(compgen -W '%s' -- \"$word\")\n"
			     "\t[[ ${COMPREPLY[0]-} == *: ]] && compopt -o nospace\n"
			     "\tif [[ ${#COMPREPLY[@]} == 0 && $word =~ ^[[:alpha:]]{3,}$ ]]; then\n"
			     "\t\tmapfile -t COMPREPLY < <(%s -f tsv -n 20 --terms=\"$word*\" 2>/dev/null | cut -f 1)\n\tfi\n",
			     fields, t->program);
	else
		print_str(p, "\tcompopt -o filenames\n\tmapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n");
	print_format(p, "}\ncomplete -F %s %s\n", f, t->program);
}

/* ---- zsh ---- */

static void zsh_text(struct printer *p, const char *text)
{
	for (; *text; text++)
		if (*text == '\'')
			print_str(p, "'\\''");
		else if (strchr("[]:\\", *text))
			print_format(p, "\\%c", *text);
		else
			print_raw(p, text, 1);
}

static void zsh_form(struct printer *p, const struct option_spec *s, bool is_long, bool has_both)
{
	const char *a = s->argument;
	print_str(p, "\t'");
	if (has_both)
		print_format(p, "(-%c --%s)", s->id, s->name);
	if (is_long)
		print_format(p, "--%s%s", s->name, !a ? "" : a[0] == '[' ? "=-" : "=");
	else
		print_format(p, "-%c%s", s->id, a ? "+" : "");
	print_str(p, "[");
	zsh_text(p, s->help);
	print_str(p, "]");
	if (a) {
		print_str(p, a[0] == '[' ? "::" : ":");
		for (; *a; a++)
			if (*a != '[' && *a != ']')
				print_format(p, "%c", tolower((unsigned char)*a));
		print_str(p, ":");
		if (s->values && s->values[0] == '<')
			print_str(p, s->values[1] == 'd' ? "_files -/" : "_files");
		else if (s->values)
			print_format(p, "(%s)", s->values);
	}
	print_str(p, "' \\\n");
}

static void zsh(struct printer *p, const struct option_table *t)
{
	print_format(p, "#compdef %s\n# zsh completion for %s(1); made from its table of options\n\n", t->program, t->program);
	if (is_query(t))
		print_format(p,
			     "_fundstelle_words() {\n\tlocal -a words\n\tcompadd -S '' -- %s\n"
			     "\t[[ $PREFIX == [[:alpha:]]##* && ${#PREFIX} -ge 3 ]] || return\n"
			     "\twords=(${(f)\"$(%s -f tsv -n 20 --terms=\"$PREFIX*\" 2>/dev/null | cut -f 1)\"})\n\tcompadd -a words\n}\n\n",
			     fields, t->program);
	print_str(p, "_arguments -s -S \\\n");
	for (size_t i = 0; i < t->n; i++) {
		const struct option_spec *s = &t->specs[i];
		bool both = s->name && s->id < 256;
		if (s->name)
			zsh_form(p, s, true, both);
		if (s->id < 256)
			zsh_form(p, s, false, both);
	}
	print_str(p, is_query(t) ? "\t'*:query:_fundstelle_words'\n" : "\t'*:path:_files'\n");
}

/* ---- fish ---- */

static void fish_text(struct printer *p, const char *text)
{
	print_str(p, "'");
	for (; *text; text++)
		print_format(p, *text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
	print_str(p, "'");
}

static void fish(struct printer *p, const struct option_table *t)
{
	print_format(p, "# fish completion for %s(1); made from its table of options\n\n", t->program);
	for (size_t i = 0; i < t->n; i++) {
		const struct option_spec *s = &t->specs[i];
		bool files = s->values && s->values[0] == '<';
		print_format(p, "complete -c %s", t->program);
		if (s->id < 256)
			print_format(p, " -s %c", s->id);
		if (s->name)
			print_format(p, " -l %s", s->name);
		if (s->argument)
			print_str(p, s->argument[0] == '[' ? " -f" : files ? " -rF" : " -x");
		if (files && s->values[1] == 'd')
			print_str(p, " -a '(__fish_complete_directories)'");
		else if (s->values && !files)
			print_format(p, " -a '%s'", s->values);
		print_str(p, " -d ");
		fish_text(p, s->help);
		print_str(p, "\n");
	}
	if (is_query(t))
		print_format(p,
			     "complete -c %s -f -a '%s'\n"
			     "complete -c %s -f -n 'string match -qr \"^\\\\p{L}{3,}\\$\" -- (commandline -ct)' \\\n"
			     "\t-a '(%s -f tsv -n 20 --terms=(commandline -ct)\"*\" 2>/dev/null | cut -f 1)'\n",
			     t->program, fields, t->program, t->program);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *shell;
		void (*write)(struct printer *p, const struct option_table *t);
	} shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };
	const struct option_table *const tables[] = { &query_options, &index_options };
	struct printer out;
	print_init(&out, 1);
	for (size_t t = 0; argc == 3 && t < sizeof tables / sizeof *tables; t++)
		for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
			if (strcmp(argv[1], tables[t]->program) == 0 && strcmp(argv[2], shells[i].shell) == 0) {
				shells[i].write(&out, tables[t]);
				int status = print_flush(&out) == FUND_OK ? EXIT_SUCCESS : EXIT_FAILURE;
				print_release(&out);
				return status;
			}
	message("completions", "usage: completions fundstelle-query|fundstelle-index bash|zsh|fish");
	return 2;
}
