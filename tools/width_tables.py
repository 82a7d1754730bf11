#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes base/width_tables.h: characters that take no column of a terminal, and those that take two."""
import unicodedata


def ranges(wanted):
    found = []
    for cp in range(0x110000):
        if 0xD800 <= cp <= 0xDFFF or not wanted(chr(cp)):
            continue
        if found and found[-1][1] == cp - 1:
            found[-1][1] = cp
        else:
            found.append([cp, cp])
    return found


def is_zero(c):
    if c == '\u00ad':
        return False  # terminals show the soft hyphen
    return unicodedata.category(c) in ('Mn', 'Me', 'Cf') or '\u1160' <= c <= '\u11ff'


def is_wide(c):
    return unicodedata.east_asian_width(c) in 'WF' and not is_zero(c)


def table(name, wanted):
    print(f'static const struct width_range {name}[] = {{')
    line = '\t'
    for first, last in ranges(wanted):
        item = f'{{ 0x{first:X}, 0x{last:X} }}, '
        if len(line) + len(item) > 150:
            print(line.rstrip())
            line = '\t'
        line += item
    print(line.rstrip())
    print('};')


print('/* SPDX-License-Identifier: GPL-2.0-or-later */')
print(f'/* Made by tools/width_tables.py from Unicode {unicodedata.unidata_version}; do not edit. Ascending, not overlapping. */')
print('#include <stdint.h>\n')
print('struct width_range {\n\tuint32_t first, last;\n};')
table('zero_width', is_zero)
table('double_width', is_wide)
