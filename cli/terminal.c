/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

uint32_t terminal_width(void)
{
	struct winsize size;
	const char *env = getenv("COLUMNS");
	if (ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	int n = env ? atoi(env) : 0;
	return n > 0 && n < 10000 ? (uint32_t)n : 80;
}

bool terminal_has_colors(const struct options *o)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	if (o->color != COLOR_AUTO)
		return o->color == COLOR_ALWAYS;
	return isatty(1) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

/* ---- links ---- */

static bool begins(const char *s, const char *with) { return strncmp(s, with, strlen(with)) == 0; }

static bool is_one_of(const char *s, const char *const *names, bool (*is)(const char *, const char *))
{
	for (; s && *names; names++)
		if (is(s, *names))
			return true;
	return false;
}

static bool is_same(const char *a, const char *b) { return strcmp(a, b) == 0; }
static bool is_from(const char *version, long first) { return version && strtol(version, NULL, 10) >= first; }

bool terminal_knows_links(const char *(*get)(const char *name))
{
	static const char *const programs[] = { "iTerm.app", "WezTerm", "vscode", "ghostty", NULL };
	static const char *const terms[] = { "alacritty", "contour", "foot", "xterm-ghostty", "xterm-kitty", "wezterm", NULL };
	static const char *const unable[] = { "dumb", "linux", "screen", "tmux", NULL };
	const char *term = get("TERM");
	if (!term || !*term || get("TMUX") || get("STY") || is_one_of(term, unable, begins))
		return false;
	return is_one_of(term, terms, begins) || is_one_of(get("TERM_PROGRAM"), programs, is_same) || is_from(get("VTE_VERSION"), 5000) ||
	       is_from(get("KONSOLE_VERSION"), 201200) || get("WT_SESSION") != NULL;
}

static const char *environment(const char *name) { return getenv(name); }

/* A pipe has links where it has colours, too, because it was told to. */
bool terminal_has_links(const struct options *o)
{
	if (o->format != FORMAT_TEXT || o->hyperlink == COLOR_NEVER)
		return false;
	if (o->hyperlink == COLOR_ALWAYS)
		return true;
	return o->color != COLOR_NEVER && (isatty(1) || o->color == COLOR_ALWAYS) && terminal_knows_links(environment);
}
