/* SPDX-License-Identifier: GPL-2.0-or-later */
/* date_text.h - dates as people and programs read them: as precise as they are known. */
#ifndef BASE_DATE_TEXT_H
#define BASE_DATE_TEXT_H

#include <stdint.h>

#define DATE_TEXT_MAX 16

/* "2022", "2022-01", "2022-01-18": the day is 0 where it is not known, and the month; "" for the year 0. Gives `out`. */
const char *date_text(uint32_t year, uint32_t month, uint32_t day, char out[DATE_TEXT_MAX]);

#endif
