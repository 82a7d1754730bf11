/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "indexer/stat_ahead.h"
#include "store/index_place.h"

#define DEPTH_MAX 256 /* directories within directories: each holds a descriptor */

/* A directory on the way to the current file: its names, sorted, and where we are among them. */
struct level {
	int fd;
	struct arena arena;
	char **names; /* a directory's ends in '/' */
	size_t n, at;
	size_t path_len; /* of the directory's own path, with its '/' */
	uint64_t device, inode;
};

struct walk {
	int root;	/* descriptor of the root; of its folder where the root is a file */
	bool is_file, file_done;
	uint64_t device;
	struct buf path; /* of the current entry */
	size_t name_at;	 /* where its last component begins */
	struct level *levels;
	size_t n_levels, cap_levels;
	struct stat_ahead *ahead; /* of the deepest level, or NULL */
	bool begun;		  /* whether it was asked for since that level became the deepest */
	struct stat stat;
	bool passes_index; /* whose directory is this: */
	uint64_t index_device, index_inode;
};

static int64_t nanoseconds(struct timespec t) { return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec; }

static void fill(struct walk_entry *out, enum walk_kind kind, const struct walk *w)
{
	*out = (struct walk_entry){ .kind = kind, .path = slice_buf(&w->path) };
	if (kind != WALK_FILE)
		return;
	out->size = (uint64_t)w->stat.st_size;
	out->inode = w->stat.st_ino;
	out->device = w->stat.st_dev;
	out->mtime_ns = nanoseconds(w->stat.st_mtim);
	out->ctime_ns = nanoseconds(w->stat.st_ctim);
}

/* ---- one directory ---- */

static int by_bytes(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;
	return strcmp(*x, *y);
}

static bool is_directory(int fd, const struct dirent *e)
{
	struct stat st;
	if (e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	return fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static bool add_name(struct level *l, size_t *cap, const char *name, bool directory)
{
	size_t len = strlen(name);
	char **names = array_room(l->names, l->n + 1, cap, sizeof *names);
	if (!names)
		return false;
	l->names = names;
	char *copy = arena_alloc(&l->arena, len + 2);
	if (!copy)
		return false;
	memcpy(copy, name, len);
	memcpy(copy + len, "/", 2);
	copy[len + directory] = 0;
	l->names[l->n++] = copy;
	return true;
}

static enum fund_status read_names(struct level *l, struct fault *why)
{
	size_t cap = 0;
	struct dirent *e;
	int copy = dup(l->fd);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	if (!dir) {
		int error = errno;
		if (copy >= 0)
			close(copy);
		return fault_errno(why, error, "cannot be read");
	}
	enum fund_status st = FUND_OK;
	for (errno = 0; (e = readdir(dir)) != NULL; errno = 0) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (!add_name(l, &cap, e->d_name, is_directory(l->fd, e))) {
			st = fault_set(why, FUND_NO_MEMORY, "out of memory");
			break;
		}
	}
	if (st == FUND_OK && errno)
		st = fault_errno(why, errno, "cannot be read");
	closedir(dir);
	if (l->n)
		qsort(l->names, l->n, sizeof *l->names, by_bytes);
	return st;
}

static void level_release(struct level *l)
{
	if (l->fd >= 0)
		close(l->fd);
	free(l->names);
	arena_release(&l->arena);
}

static void end_looks(struct walk *w)
{
	stat_ahead_end(w->ahead);
	w->ahead = NULL;
	w->begun = false;
}

/* The deepest level's name before `at`: 0 or the error's number. */
static int look(struct walk *w, const struct level *l)
{
	size_t i = l->at - 1;
	if (!w->begun) {
		w->ahead = stat_ahead_begin(l->fd, l->names, i, l->n);
		w->begun = true;
	}
	if (w->ahead)
		return stat_ahead_get(w->ahead, i, &w->stat);
	return fstatat(l->fd, l->names[i], &w->stat, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
}

/* Enter the directory that w->path names (with its '/'; the root's is empty). Takes the descriptor. */
static enum fund_status push(struct walk *w, int fd, struct fault *why)
{
	struct stat st;
	struct level l = { .fd = fd, .path_len = w->path.len };
	if (w->n_levels == w->cap_levels) {
		size_t cap = w->cap_levels ? 2 * w->cap_levels : 16;
		struct level *grown = realloc(w->levels, cap * sizeof *grown);
		if (!grown) {
			close(fd);
			return fault_set(why, FUND_NO_MEMORY, "out of memory");
		}
		w->levels = grown;
		w->cap_levels = cap;
	}
	enum fund_status status = fstat(fd, &st) == 0 ? FUND_OK : fault_errno(why, errno, "cannot be read");
	if (status == FUND_OK) {
		l.device = st.st_dev;
		l.inode = st.st_ino;
	}
	if (status == FUND_OK)
		status = read_names(&l, why);
	if (status != FUND_OK) {
		level_release(&l);
		return status;
	}
	w->levels[w->n_levels++] = l;
	end_looks(w);
	return FUND_OK;
}

/* ---- the walk ---- */

static enum fund_status open_root(struct walk *w, const char *root, struct fault *why)
{
	if (stat(root, &w->stat) != 0)
		return errno == ENOENT || errno == ENOTDIR ? fault_set(why, FUND_NOT_FOUND, "%s: no such file or directory", root)
							   : fault_errno(why, errno, "%s", root);
	w->device = w->stat.st_dev;
	w->is_file = S_ISREG(w->stat.st_mode);
	if (!w->is_file && !S_ISDIR(w->stat.st_mode))
		return fault_set(why, FUND_INVALID, "%s: neither a directory nor a regular file", root);
	if (!w->is_file) {
		w->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return w->root >= 0 ? FUND_OK : fault_errno(why, errno, "%s", root);
	}
	const char *slash = strrchr(root, '/');
	struct buf folder = BUF_INIT;
	enum fund_status st = slash ? buf_add(&folder, root, (size_t)(slash - root) + 1) : buf_add(&folder, ".", 1);
	if (st == FUND_OK)
		st = buf_add_str(&w->path, slash ? slash + 1 : root);
	if (st == FUND_OK && buf_str(&folder)) {
		w->root = open((const char *)folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		st = w->root >= 0 ? FUND_OK : fault_errno(why, errno, "%s", root);
	}
	buf_release(&folder);
	return st;
}

static enum fund_status enter_root(struct walk *w, const char *root, int fd, struct fault *why)
{
	struct fault inner = { 0 };
	enum fund_status st = push(w, fd, &inner);
	return st == FUND_OK ? st : fault_set(why, st, "%s: %s", root, inner.text);
}

enum fund_status walk_open(struct walk **out, const char *root, struct fault *why)
{
	struct walk *w = calloc(1, sizeof *w);
	*out = NULL;
	if (!w)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	w->root = -1;
	enum fund_status st = open_root(w, root, why);
	if (st == FUND_OK && !w->is_file) {
		int fd = fcntl(w->root, F_DUPFD_CLOEXEC, 0);
		st = fd >= 0 ? enter_root(w, root, fd, why) : fault_errno(why, errno, "%s", root);
	}
	if (st != FUND_OK) {
		walk_close(w);
		return st;
	}
	*out = w;
	return FUND_OK;
}

void walk_pass_index(struct walk *w, const char *index)
{
	struct stat st;
	w->passes_index = stat(index, &st) == 0;
	if (!w->passes_index)
		return;
	w->index_device = st.st_dev;
	w->index_inode = st.st_ino;
}

static bool is_of_index(const struct walk *w, const struct level *l, const char *name)
{
	return w->passes_index && l->inode == w->index_inode && l->device == w->index_device && index_place_owns(name);
}

void walk_close(struct walk *w)
{
	if (!w)
		return;
	end_looks(w);
	for (size_t i = 0; i < w->n_levels; i++)
		level_release(&w->levels[i]);
	free(w->levels);
	buf_release(&w->path);
	if (w->root >= 0)
		close(w->root);
	free(w);
}

static enum fund_status unreadable(struct walk *w, struct walk_entry *out, struct fault *why, int error)
{
	bool directory = w->path.len && w->path.data[w->path.len - 1] == '/';
	w->path.len -= directory;
	fill(out, WALK_UNREADABLE, w);
	out->directory = directory;
	if (why)
		fault_errno(why, error, "cannot be read");
	return FUND_OK;
}

/* A directory below: enter it. *reported: it could not be read, and `out` says so. */
static enum fund_status descend(struct walk *w, const struct level *parent, struct walk_entry *out, bool *reported, struct fault *why)
{
	struct buf name = BUF_INIT;
	*reported = true;
	enum fund_status st = buf_add(&name, w->path.data + w->name_at, w->path.len - w->name_at - 1);
	if (st != FUND_OK || !buf_str(&name)) {
		buf_release(&name);
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	}
	if (w->n_levels >= DEPTH_MAX) {
		buf_release(&name);
		return unreadable(w, out, why, ELOOP);
	}
	int fd = openat(parent->fd, (const char *)name.data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int error = errno;
	buf_release(&name);
	if (fd < 0) {
		*reported = error != ENOENT && error != ENOTDIR && error != ELOOP;
		return *reported ? unreadable(w, out, why, error) : FUND_OK;
	}
	struct fault inner = { 0 };
	st = push(w, fd, &inner);
	*reported = st != FUND_OK;
	if (st == FUND_NO_MEMORY)
		return fault_set(why, st, "%s", inner.text);
	return *reported ? unreadable(w, out, why, EIO) : FUND_OK;
}

enum fund_status walk_next(struct walk *w, struct walk_entry *out, struct fault *why)
{
	if (w->is_file) {
		if (w->file_done)
			return FUND_END;
		w->file_done = true;
		fill(out, WALK_FILE, w);
		return FUND_OK;
	}
	while (w->n_levels) {
		struct level *l = &w->levels[w->n_levels - 1];
		if (l->at == l->n) {
			end_looks(w);
			level_release(l);
			w->n_levels--;
			continue;
		}
		const char *name = l->names[l->at++];
		if (is_of_index(w, l, name))
			continue;
		bool reported, directory = name[strlen(name) - 1] == '/';
		w->path.len = l->path_len;
		w->name_at = l->path_len;
		if (buf_add_str(&w->path, name) != FUND_OK)
			return fault_set(why, FUND_NO_MEMORY, "out of memory");
		if (directory) {
			enum fund_status st = descend(w, l, out, &reported, why);
			if (st != FUND_OK || reported)
				return st;
			continue;
		}
		int error = look(w, l);
		if (error == ENOENT)
			continue; /* went between listing and looking */
		if (error)
			return unreadable(w, out, why, error);
		if (!S_ISREG(w->stat.st_mode))
			continue;
		fill(out, WALK_FILE, w);
		return FUND_OK;
	}
	return FUND_END;
}

/* ---- opening ---- */

/* Non-blocking, in case a FIFO took the file's place meanwhile. */
static enum fund_status open_regular(int folder, const char *name, int *fd, struct fault *why)
{
	struct stat st;
	*fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*fd < 0)
		return errno == ELOOP ? fault_set(why, FUND_INVALID, "became a symbolic link") : fault_errno(why, errno, "cannot be opened");
	enum fund_status status = fstat(*fd, &st) != 0 ? fault_errno(why, errno, "cannot be opened")
				  : !S_ISREG(st.st_mode) ? fault_set(why, FUND_INVALID, "is no longer a regular file")
							 : FUND_OK;
	if (status != FUND_OK) {
		close(*fd);
		*fd = -1;
	}
	return status;
}

enum fund_status walk_open_file(struct walk *w, int *fd, struct fault *why)
{
	int folder = w->is_file ? w->root : w->levels[w->n_levels - 1].fd;
	if (!buf_str(&w->path))
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	return open_regular(folder, (const char *)w->path.data + w->name_at, fd, why);
}

/* Follow `path` from the root, component by component, as far as there are folders; *last is what is behind them: with `device` NULL the final
 * component, or it has failed. */
static enum fund_status open_folders(const struct walk *w, char *path, int *folder, char **last, uint64_t *device, struct fault *why)
{
	struct stat st;
	char *name = path, *slash;
	*last = path;
	*folder = fcntl(w->root, F_DUPFD_CLOEXEC, 0);
	if (*folder < 0)
		return fault_errno(why, errno, "cannot be opened");
	for (; (slash = strchr(name, '/')) != NULL; name = slash + 1) {
		*slash = 0;
		int next = openat(*folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			break;
		close(*folder);
		*folder = next;
	}
	*last = name;
	if (device && fstat(*folder, &st) == 0)
		*device = st.st_dev;
	return slash && !device ? fault_errno(why, errno, "cannot be opened") : FUND_OK;
}

static enum fund_status path_string(struct slice path, char **out, struct fault *why)
{
	*out = malloc(path.len + 1);
	if (!*out)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	memcpy(*out, path.data, path.len);
	(*out)[path.len] = 0;
	return FUND_OK;
}

enum fund_status walk_open_path(const struct walk *w, struct slice path, int *fd, struct fault *why)
{
	char *copy, *last;
	int folder = -1;
	*fd = -1;
	enum fund_status st = path_string(path, &copy, why);
	if (st != FUND_OK)
		return st;
	st = open_folders(w, copy, &folder, &last, NULL, why);
	if (st == FUND_OK)
		st = open_regular(folder, last, fd, why);
	if (folder >= 0)
		close(folder);
	free(copy);
	return st;
}

enum fund_status walk_open_sibling(const struct walk *w, struct slice path, int *fd, struct fault *why)
{
	*fd = -1;
	return w->is_file ? FUND_NOT_FOUND : walk_open_path(w, path, fd, why);
}

enum fund_status walk_list(const struct walk *w, struct slice path, void (*each)(void *context, const char *name), void *context)
{
	char *copy, *last;
	int folder = -1;
	if (w->is_file)
		return FUND_OK;
	enum fund_status st = path_string(path, &copy, NULL);
	if (st != FUND_OK)
		return st;
	st = open_folders(w, copy, &folder, &last, NULL, NULL);
	free(copy);
	int own = st == FUND_OK ? openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1; /* with a position of its own */
	if (folder >= 0)
		close(folder);
	DIR *names = own >= 0 ? fdopendir(own) : NULL;
	if (!names && own >= 0)
		close(own);
	for (const struct dirent *d; names && (d = readdir(names)) != NULL;)
		each(context, d->d_name);
	if (names)
		closedir(names);
	return names ? FUND_OK : FUND_IO;
}

bool walk_is_file(const struct walk *w) { return w->is_file; }
uint64_t walk_device(const struct walk *w) { return w->device; }
int walk_folder(const struct walk *w) { return w->root; }

enum fund_status walk_directory_device(const struct walk *w, struct slice path, uint64_t *device, size_t *len)
{
	char *copy, *last;
	int folder = -1;
	*device = w->device;
	*len = 0;
	enum fund_status st = path_string(path, &copy, NULL);
	if (st != FUND_OK)
		return st;
	st = open_folders(w, copy, &folder, &last, device, NULL);
	*len = (size_t)(last - copy);
	if (folder >= 0)
		close(folder);
	free(copy);
	return st;
}
