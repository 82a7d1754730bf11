/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * html.c - the text of HTML by three parsers: our tokeniser, libxml2's HTML parser, gumbo. bench/html builds and runs it with those that are installed.
 *
 *     html FILE...
 *
 * Megabytes a second over all files, in memory, until a second has gone; then how long each takes for pages that are made to hurt, and the most memory that
 * the process has had at its end. Trees are walked for their text once, which is the least that anybody does with one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "indexer/html_text.h"
#ifdef HAVE_LIBXML2
#include <libxml/HTMLparser.h>
#endif
#ifdef HAVE_GUMBO
#include <gumbo.h>
#endif

/* Length of the text; what is found is counted, not compared. */
static size_t by_tokens(struct slice html)
{
	struct buf out = BUF_INIT;
	size_t n = html_to_text(html, &out) == FUND_OK ? out.len : 0;
	buf_release(&out);
	return n;
}

#ifdef HAVE_LIBXML2
static size_t by_libxml2(struct slice html)
{
	size_t n = 0;
	htmlDocPtr doc = htmlReadMemory((const char *)html.data, (int)html.len, NULL, "UTF-8", HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_RECOVER);
	for (xmlNode *node = doc ? xmlDocGetRootElement(doc) : NULL; node;) {
		if (node->type == XML_TEXT_NODE && node->content)
			n += strlen((const char *)node->content);
		if (node->children) {
			node = node->children;
			continue;
		}
		while (node && !node->next)
			node = node->parent && node->parent->type == XML_ELEMENT_NODE ? node->parent : NULL;
		node = node ? node->next : NULL;
	}
	xmlFreeDoc(doc);
	return n;
}
#endif

#ifdef HAVE_GUMBO
static size_t by_gumbo(struct slice html)
{
	size_t n = 0;
	GumboOutput *all = gumbo_parse_with_options(&kGumboDefaultOptions, (const char *)html.data, html.len);
	for (const GumboNode *node = all->root; node;) {
		if (node->type == GUMBO_NODE_TEXT)
			n += strlen(node->v.text.text);
		if (node->type == GUMBO_NODE_ELEMENT && node->v.element.children.length) {
			node = node->v.element.children.data[0];
			continue;
		}
		while (node && node->parent && node->parent->type == GUMBO_NODE_ELEMENT && node->index_within_parent + 1 >= node->parent->v.element.children.length)
			node = node->parent;
		node = node && node->parent && node->parent->type == GUMBO_NODE_ELEMENT ? node->parent->v.element.children.data[node->index_within_parent + 1] : NULL;
	}
	gumbo_destroy_output(&kGumboDefaultOptions, all);
	return n;
}
#endif

static const struct parser {
	const char *name;
	size_t (*text)(struct slice html);
} parsers[] = {
	{ "tokens", by_tokens },
#ifdef HAVE_LIBXML2
	{ "libxml2", by_libxml2 },
#endif
#ifdef HAVE_GUMBO
	{ "gumbo", by_gumbo },
#endif
};

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void rate(const struct parser *p, const struct slice *pages, int n)
{
	double start = seconds(), took;
	uint64_t bytes = 0, text = 0;
	unsigned rounds = 0;
	do {
		for (int i = 0; i < n; i++) {
			text += p->text(pages[i]);
			bytes += pages[i].len;
		}
		rounds++;
		took = seconds() - start;
	} while (took < 1);
	printf("%-8s %8.1f MB/s  %10llu bytes of text\n", p->name, (double)bytes / 1e6 / took, (unsigned long long)(text / rounds));
}

/* `unit` n times, its % as the number. */
static struct slice repeated(const char *unit, unsigned n)
{
	struct buf b = BUF_INIT;
	for (unsigned i = 0; i < n; i++)
		if (buf_add_format(&b, unit, i) != FUND_OK)
			exit(2);
	return slice_buf(&b);
}

/* In a process of its own, for at most ten seconds. */
static void hurt(const struct parser *p, const char *what, struct slice page)
{
	int status;
	struct rusage use;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		setrlimit(RLIMIT_CPU, &(struct rlimit){ 10, 11 });
		double start = seconds();
		p->text(page);
		printf("%-8s %-42s %6.1f MB: %8.3f s", p->name, what, (double)page.len / 1e6, seconds() - start);
		fflush(stdout);
		_exit(0);
	}
	if (child < 0 || wait4(child, &status, 0, &use) < 0)
		exit(2);
	if (WIFSIGNALED(status))
		printf("%-8s %-42s %6.1f MB: ended by signal %d", p->name, what, (double)page.len / 1e6, WTERMSIG(status));
	printf(", %ld MiB\n", use.ru_maxrss / 1024);
}

static struct slice read_file(const char *name)
{
	struct buf b = BUF_INIT;
	FILE *f = fopen(name, "rb");
	size_t n = 1;
	if (!f) {
		perror(name);
		exit(2);
	}
	while (n && buf_reserve(&b, 65536) == FUND_OK) {
		n = fread(b.data + b.len, 1, 65536, f);
		b.len += n;
	}
	fclose(f);
	return slice_buf(&b);
}

int main(int argc, char **argv)
{
	const size_t n_parsers = sizeof parsers / sizeof *parsers;
	struct slice *pages = calloc((size_t)argc, sizeof *pages);
	if (argc < 2 || !pages)
		return 2;
	for (int i = 1; i < argc; i++)
		pages[i - 1] = read_file(argv[i]);
	for (size_t i = 0; i < n_parsers; i++)
		rate(&parsers[i], pages, argc - 1);
	const struct {
		const char *what;
		struct slice page;
	} pains[] = {
		{ "elements in elements", repeated("<div>Wort %u ", 200000) },
		{ "formatting that is never closed", repeated("<b><i><font color=%u>Wort<p>", 20000) },
		{ "tables in cells", repeated("<table><tr><td>%u", 50000) },
		{ "an element of many attributes", repeated("<a b%u=c d=\"e", 100000) },
		{ "references that are none", repeated("&%uamp &#x110000; &auml", 200000) },
	};
	for (size_t k = 0; k < sizeof pains / sizeof *pains; k++)
		for (size_t i = 0; i < n_parsers; i++)
			hurt(&parsers[i], pains[k].what, pains[k].page);
	return 0;
}
