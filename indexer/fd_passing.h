/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fd_passing.h - a message, and with it an open file, from one process to another (SCM_RIGHTS of unix(7)). */
#ifndef INDEXER_FD_PASSING_H
#define INDEXER_FD_PASSING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* fd -1: none. False: the other side is gone. */
bool fd_send(int socket, const void *bytes, size_t len, int fd);
/* What one recvmsg() gives: 0 at the end, -1 after an error. *fd (NULL: one that comes is closed) is -1 where none came. */
ssize_t fd_receive(int socket, void *bytes, size_t cap, int *fd);

#endif
