/* SPDX-License-Identifier: GPL-2.0-or-later */
/* update_roots.c - for each root the walk and the old list side by side; what speaks against removing what is no longer there. */
#include <stdlib.h>

#include "base/print.h"
#include "base/translate.h"
#include "indexer/report.h"
#include "indexer/update_private.h"

/* ---- files that are no longer there ---- */

static bool is_below(struct slice path, const struct buf *folder)
{
	return folder->len && path.len > folder->len && memcmp(path.data, folder->data, folder->len) == 0;
}

/* Listed for a folder that could not be read, not for a file. */
static bool is_folder(struct slice path) { return path.len && path.data[path.len - 1] == '/'; }

static enum fund_status remember_folder(struct update *u, struct slice folder)
{
	buf_reset(&u->unreadable);
	return buf_add_slice(&u->unreadable, folder) == FUND_OK ? FUND_OK : update_no_memory(u);
}

static enum fund_status remove_file(struct update *u, const struct source *s)
{
	enum fund_status st = old_docs_load(&u->gone, u->old, s->root, s->path);
	if (st != FUND_OK)
		return st == FUND_NO_MEMORY ? update_no_memory(u) : fault_set(u->why, st, "the index cannot be read: run fundstelle-index --verify");
	for (uint32_t i = 0; i < u->gone.n && st == FUND_OK; i++)
		st = update_add_dead(u, &u->gone.docs[i].place, 1);
	u->result->stats.removed += u->gone.n;
	u->changed = true;
	return st == FUND_OK ? update_note_removal(u, s->path, u->options->dry_run ? REMOVAL_TO_COME : REMOVAL_DONE) : st;
}

/* Its files are kept until the disk is back, or until somebody says that they may go. Told at the end: only then it is known whether the file
 * system has another number, or is another one. */
static enum fund_status unmounted(struct update *u, struct slice folder)
{
	u->result->stats.failed++;
	u->result->newly_failed = true;
	enum fund_status st = remember_folder(u, folder);
	if (st == FUND_OK && (buf_add_slice(&u->unmounted, folder) != FUND_OK || buf_add_byte(&u->unmounted, 0) != FUND_OK))
		st = update_no_memory(u);
	return st;
}

void update_tell_unmounted(struct update *u)
{
	for (size_t at = 0; at < u->unmounted.len;) {
		struct slice folder = slice_str((const char *)u->unmounted.data + at);
		progress_clear(u->progress);
		report_trouble(folder, (struct slice){ NULL, 0 }, 0,
			       slice_str(translate(N_("is on another file system than its files were (an unmounted disk?): its articles are kept; "
						      "--allow-removals removes them"))));
		at += folder.len + 1;
	}
}

static enum fund_status vanished(struct update *u, const struct named_root *root, const struct source *s)
{
	uint64_t device;
	size_t len;
	if (is_below(s->path, &u->unreadable))
		return update_keep_file(u, s);
	if (is_folder(s->path)) { /* it can be read again, or is gone: its files tell */
		u->changed = true;
		return FUND_OK;
	}
	enum fund_status st = lessons_add_vanished(u->lessons, s->hash, s->n_articles);
	if (st != FUND_OK)
		return update_no_memory(u);
	if (!u->options->allow_removals && root->walk && walk_directory_device(root->walk, s->path, &device, &len) == FUND_OK &&
	    !lessons_same_device(u->lessons, s->device, device)) {
		u->suspected = true;
		st = unmounted(u, slice_of(s->path.data, len));
		return st == FUND_OK ? update_keep_file(u, s) : st;
	}
	if (u->keep_all && !lessons_is_fresh(u->lessons, s->hash))
		return update_keep_file(u, s);
	uint64_t before = u->result->stats.removed;
	st = remove_file(u, s);
	u->removed_guarded += u->result->stats.removed - before;
	return st;
}

/* ---- roots ---- */

/* Everything listed under this root stays. */
static enum fund_status keep_root(struct update *u, uint32_t number)
{
	struct sources_iter it = { 0 };
	if (!u->old)
		return FUND_OK;
	enum fund_status st = sources_seek(&it, u->old, number, (struct slice){ NULL, 0 });
	while (st == FUND_OK && (st = sources_next(&it)) == FUND_OK && it.source.root == number)
		st = update_keep_file(u, &it.source);
	sources_iter_release(&it);
	return st == FUND_END ? FUND_OK : st;
}

/* --allow-empty: everything listed under this root goes. */
static enum fund_status remove_root(struct update *u, uint32_t number)
{
	struct sources_iter it = { 0 };
	enum fund_status st = sources_seek(&it, u->old, number, (struct slice){ NULL, 0 });
	while (st == FUND_OK && (st = sources_next(&it)) == FUND_OK && it.source.root == number)
		st = remove_file(u, &it.source);
	sources_iter_release(&it);
	return st == FUND_END ? FUND_OK : st;
}

static enum fund_status has_articles(struct update *u, uint32_t number, bool *any)
{
	struct sources_iter it = { 0 };
	*any = false;
	if (!u->old)
		return FUND_OK;
	enum fund_status st = sources_seek(&it, u->old, number, (struct slice){ NULL, 0 });
	while (st == FUND_OK && !*any && (st = sources_next(&it)) == FUND_OK && it.source.root == number)
		*any = it.source.n_articles > 0;
	sources_iter_release(&it);
	return st == FUND_END ? FUND_OK : st;
}

static void say_missing(struct update *u, const struct named_root *root)
{
	progress_clear(u->progress);
	if (!u->silent)
		message("fundstelle-index", "%.*s: is missing", (int)root->path.len, (const char *)root->path.data);
	u->result->refused = true;
}

/* A root that is missing or holds no file, though it had articles. */
static enum fund_status empty_root(struct update *u, const struct named_root *root, const char *what)
{
	bool any;
	enum fund_status st = has_articles(u, root->number, &any);
	if (st != FUND_OK)
		return st;
	if (any && !u->options->allow_empty) {
		progress_clear(u->progress);
		if (!u->silent)
			message("fundstelle-index", "%.*s: is %s, but had articles: they are kept; --allow-empty removes them", (int)root->path.len,
				(const char *)root->path.data, translate(what));
		u->result->refused = true;
		return keep_root(u, root->number);
	}
	if (!root->walk && !u->options->allow_empty)
		say_missing(u, root);
	return any ? remove_root(u, root->number) : keep_root(u, root->number);
}

/* A root that is a file, and has nothing in it. If it had articles it is a root that lost them, else a file like any other. */
static enum fund_status empty_file(struct update *u, const struct named_root *root, const struct walk_entry *now, bool *settled)
{
	enum fund_status st = has_articles(u, root->number, settled);
	if (st != FUND_OK || !*settled)
		return st;
	st = empty_root(u, root, N_("empty"));
	if (st != FUND_OK || !u->options->allow_empty)
		return st;
	struct source s = update_source_of(root->number, now);
	return update_new_file(u, root->walk, &s);
}

/* The two sides of the join: what the walk and the list stand on. */
struct join {
	struct walk_entry now;
	struct sources_iter it;
	enum fund_status walk_status, list_status;
	struct fault walk_fault;
};

static void next_now(struct join *j, struct walk *w) { j->walk_status = walk_next(w, &j->now, &j->walk_fault); }

static void next_old(struct join *j, uint32_t number)
{
	j->list_status = sources_next(&j->it);
	if (j->list_status == FUND_OK && j->it.source.root != number)
		j->list_status = FUND_END;
}

/* What could not be looked at: it stands where its files would. */
static enum fund_status cannot_look(struct update *u, struct join *j, const struct named_root *root)
{
	struct buf name = BUF_INIT;
	enum fund_status st = buf_add_slice(&name, j->now.path);
	if (st == FUND_OK && j->now.directory)
		st = buf_add_byte(&name, '/');
	int order = j->list_status != FUND_OK ? -1 : slice_compare(slice_buf(&name), j->it.source.path);
	if (st != FUND_OK) {
		st = update_no_memory(u);
	} else if (order > 0) {
		st = vanished(u, root, &j->it.source);
		next_old(j, root->number);
	} else {
		st = update_fail_entry(u, root->number, slice_buf(&name), order == 0 ? &j->it.source : NULL, j->walk_fault.text);
		if (st == FUND_OK && j->now.directory)
			st = remember_folder(u, slice_buf(&name));
		next_now(j, root->walk);
		if (order == 0)
			next_old(j, root->number);
	}
	buf_release(&name);
	return st;
}

static enum fund_status join_step(struct update *u, struct join *j, const struct named_root *root)
{
	if (j->walk_status == FUND_OK && j->now.kind == WALK_UNREADABLE)
		return cannot_look(u, j, root);
	enum fund_status st;
	int order = j->walk_status != FUND_OK ? 1 : j->list_status != FUND_OK ? -1 : slice_compare(j->now.path, j->it.source.path);
	if (order > 0) {
		st = vanished(u, root, &j->it.source);
		next_old(j, root->number);
		return st;
	}
	struct source s = update_source_of(root->number, &j->now);
	st = order < 0 ? update_new_file(u, root->walk, &s) : update_look_at(u, root->walk, &s, &j->it.source);
	next_now(j, root->walk);
	if (order == 0)
		next_old(j, root->number);
	return st;
}

static enum fund_status update_root(struct update *u, const struct named_root *root)
{
	struct join j = { .list_status = FUND_END };
	enum fund_status st = FUND_OK;
	if (root->unreadable) {
		u->result->stats.failed++;
		u->result->newly_failed = true;
		return keep_root(u, root->number);
	}
	if (!root->walk)
		return empty_root(u, root, N_("missing"));
	next_now(&j, root->walk);
	if (j.walk_status == FUND_END)
		return empty_root(u, root, N_("empty"));
	if (walk_is_file(root->walk) && j.walk_status == FUND_OK && j.now.size == 0) {
		bool settled;
		st = empty_file(u, root, &j.now, &settled);
		if (st != FUND_OK || settled)
			return st;
	}
	if (u->old) {
		j.list_status = sources_seek(&j.it, u->old, root->number, (struct slice){ NULL, 0 });
		if (j.list_status == FUND_OK)
			next_old(&j, root->number);
	}
	buf_reset(&u->unreadable);
	while (st == FUND_OK && (j.walk_status == FUND_OK || j.list_status == FUND_OK))
		st = join_step(u, &j, root);
	if (st == FUND_OK && j.walk_status != FUND_END)
		st = fault_set(u->why, j.walk_status, "%.*s: %s", (int)root->path.len, (const char *)root->path.data, j.walk_fault.text);
	if (st == FUND_OK && j.list_status == FUND_NO_MEMORY)
		st = update_no_memory(u);
	if (st == FUND_OK && j.list_status != FUND_END && j.list_status != FUND_NOT_FOUND)
		st = fault_set(u->why, j.list_status, "the list of files is damaged: run fundstelle-index --verify");
	sources_iter_release(&j.it);
	return st;
}

/* Roots that were not named stay; a rebuild drops them only with permission. */
static enum fund_status other_root(struct update *u, uint32_t number)
{
	return u->options->rebuild && u->options->allow_removals ? remove_root(u, number) : keep_root(u, number);
}

static struct named_root *find_named(struct update *u, uint32_t number)
{
	for (uint32_t i = 0; i < u->n_roots; i++)
		if (u->roots[i].number == number)
			return &u->roots[i];
	return NULL;
}

enum fund_status update_all_roots(struct update *u)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < u->next.n_roots && st == FUND_OK; i++) {
		struct named_root *root = find_named(u, u->next.roots[i].number);
		st = root ? update_root(u, root) : other_root(u, u->next.roots[i].number);
	}
	if (st == FUND_OK)
		st = update_submit(u);
	if (st == FUND_OK)
		st = pipeline_drain(u->pipeline);
	return st;
}

static enum fund_status absolute_path(const char *path, struct buf *out)
{
	char *real = realpath(path, NULL), *cwd = NULL;
	enum fund_status st;
	if (real) {
		st = buf_add_str(out, real);
	} else if (path[0] == '/' || !(cwd = realpath(".", NULL))) {
		st = buf_add_str(out, path);
	} else {
		st = buf_add_format(out, "%s/%s", cwd, path);
		while (out->len > 1 && out->data[out->len - 1] == '/')
			out->len--;
	}
	free(real);
	free(cwd);
	return st;
}

enum fund_status update_name_root(struct update *u, const char *path)
{
	struct named_root *root = &u->roots[u->n_roots];
	struct root *listed = NULL;
	*root = (struct named_root){ .path = BUF_INIT };
	enum fund_status st = absolute_path(path, &root->path);
	if (st != FUND_OK || !buf_str(&root->path))
		return update_no_memory(u);
	u->n_roots++;
	for (uint32_t i = 0; i + 1 < u->n_roots; i++)
		if (slice_equal(slice_buf(&u->roots[i].path), slice_buf(&root->path))) {
			buf_release(&root->path); /* named twice */
			u->n_roots--;
			return FUND_OK;
		}
	st = walk_open(&root->walk, (const char *)root->path.data, u->why);
	if (st == FUND_IO) { /* no permission, a bad disk */
		if (!u->silent)
			message("fundstelle-index", "%s", u->why->text);
		root->unreadable = true;
	} else if (st != FUND_OK && st != FUND_NOT_FOUND) {
		return st;
	}
	bool missing = st != FUND_OK;
	if (!missing)
		walk_pass_index(root->walk, u->options->older ? u->options->older : u->options->dir);
	if (missing)
		*u->why = (struct fault){ 0 };
	for (uint32_t i = 0; i < u->next.n_roots; i++)
		if (slice_equal(slice_buf(&u->next.roots[i].path), slice_buf(&root->path)))
			listed = &u->next.roots[i];
	if (!listed && missing) { /* never seen, and not there: no root of this index */
		if (!root->unreadable)
			say_missing(u, root);
		u->result->newly_failed |= root->unreadable;
		u->result->stats.failed += root->unreadable;
		root->number = UINT32_MAX;
		return FUND_OK;
	}
	if (!listed) {
		st = manifest_add_root(&u->next, slice_buf(&root->path), root->walk ? walk_device(root->walk) : 0, &listed);
		if (st != FUND_OK)
			return update_no_memory(u);
	}
	root->number = listed->number;
	if (root->walk)
		listed->device = walk_device(root->walk);
	return FUND_OK;
}
