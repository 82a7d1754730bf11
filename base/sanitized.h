/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sanitized.h - SANITIZED: 1 where AddressSanitizer is compiled in, whose shadow takes terabytes of addresses; else 0. */
#ifndef BASE_SANITIZED_H
#define BASE_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__) /* gcc */
#define SANITIZED 1
#elif defined(__has_feature) /* clang */
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
