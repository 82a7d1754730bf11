/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_schema.h - does a JSON document keep to a schema?
 *
 * Shape    the part of JSON Schema 2020-12 that docs/query.schema.json needs: type, const, enum, properties, required, additionalProperties,
 *          items, prefixItems, minItems, maxItems, minimum, maximum, minLength, pattern (POSIX extended), anyOf, $ref within the document.
 *          A keyword that is none of these is a fault of the schema, not passed over: what is not understood is not checked.
 * Owned    trees live in the arena they were read into and borrow nothing.
 */
#ifndef TESTS_JSON_SCHEMA_H
#define TESTS_JSON_SCHEMA_H

#include "base/arena.h"

struct json_value;

/* What is wrong, with the place in the document as a JSON pointer (RFC 6901). */
struct json_complaint {
	char text[400];
};

/* NULL: no JSON, or a name twice in an object. */
const struct json_value *json_tree(struct slice text, struct arena *arena, struct json_complaint *why);

/* Is every keyword of the schema understood, every reference to something that is there? */
bool json_schema_check(const struct json_value *schema, struct json_complaint *why);

/* `value` against the part of the schema that `pointer` names ("": all of it). Strict: an object may have no name that the schema does
 * not describe, also where readers have to pass over it. */
bool json_schema_holds(const struct json_value *schema, const char *pointer, const struct json_value *value, bool strict, struct json_complaint *why);

#endif
