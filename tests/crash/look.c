/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * look.c - what the programs say of an index, for a harness that looks at thousands of states: the code of fundstelle-query --batch and of --verify, each
 *          time in a fresh child of a process that is ready, so that none pays for being loaded.
 *
 *	look QUERIES	reads "INDEX<TAB>OUT<TAB>ERR" a line; hits go to OUT, messages and findings to ERR; answers a line "query verify generation":
 *			exit statuses (-signal where one ended it), and the generation, 0 where there is no index.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault_line.h"
#include "cli/run.h"
#include "store/index_writer.h"

struct looked {
	int query, verify;
	unsigned long long generation;
};

static void finding(void *context, const char *text)
{
	(void)context;
	dprintf(2, "%s\n", text);
}

static int verify(const char *dir)
{
	const struct verify_report report = { NULL, finding };
	struct fault why = { 0 };
	uint64_t n = 0;

	if (index_verify(dir, &report, &n, &why) == FUND_OK)
		return n ? 1 : 0;
	dprintf(2, "%s\n", why.text);
	return 2;
}

static unsigned long long generation(const char *dir)
{
	struct snapshot *s;
	struct fault why = { 0 };
	unsigned long long n = snapshot_open(&s, dir, &why) == FUND_OK ? snapshot_manifest(s)->generation : 0;

	snapshot_close(s);
	return n;
}

static int query(const char *dir, const char *batch)
{
	char file[600], *argv[] = { "fundstelle-query", "-i", (char *)(uintptr_t)dir, "-n0", "-f", "tsv", file, NULL };
	struct options o;
	struct fault why = { 0 };
	struct printer out;

	snprintf(file, sizeof(file), "--batch=%s", batch);
	print_init(&out, 1);
	int status = options_read(&o, 7, argv, &why) == FUND_OK ? run_batch(&o, &out) : run_trouble(&why);
	if (print_flush(&out) != FUND_OK)
		status = 2;
	options_release(&o);
	print_release(&out);
	return status;
}

static void redirect(const char *path, int to)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || dup2(fd, to) < 0)
		_exit(98);
	close(fd);
}

/* Each in a child of its own: what one dies of is not laid at the other's door. */
static int apart(const char *dir, const char *batch, const char *out, const char *err, struct looked *found)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		fault_line_install(fundstelle_maps, "the index cannot be read\n");
		alarm(30);
		redirect(out, 1);
		redirect(err, 2);
		if (batch)
			_exit(query(dir, batch));
		found->generation = generation(dir);
		_exit(verify(dir));
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		exit(97);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int main(int argc, char **argv)
{
	char line[2048], verify_err[700];
	struct looked *found = mmap(NULL, sizeof(*found), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (argc != 2 || found == MAP_FAILED)
		return 2;
	while (fgets(line, sizeof(line), stdin)) {
		char *rest, *dir = strtok_r(line, "\t\n", &rest), *out = strtok_r(NULL, "\t\n", &rest), *err = strtok_r(NULL, "\t\n", &rest);
		if (!err)
			return 2;
		snprintf(verify_err, sizeof(verify_err), "%.680s.verify", err);
		found->generation = 0;
		found->query = apart(dir, argv[1], out, err, found);
		found->verify = apart(dir, NULL, "/dev/null", verify_err, found);
		printf("%d %d %llu\n", found->query, found->verify, found->generation);
		fflush(stdout);
	}
	return 0;
}
