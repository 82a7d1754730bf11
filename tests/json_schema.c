/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/json_schema.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#include "indexer/json.h"

/* A node of a tree: children in their order, each with its name where the parent is an object. */
struct json_value {
	enum json_type type;
	struct slice name, text; /* text: of a string decoded, of a number as written; a NUL behind it */
	struct json_value *first, *next;
	uint32_t n;
};

/* Always false, so that a check can end with it. */
__attribute__((format(printf, 3, 4))) static bool complain(struct json_complaint *why, const char *at, const char *format, ...)
{
	va_list args;
	int n = snprintf(why->text, sizeof why->text, "at '%s': ", at);
	va_start(args, format);
	if (n >= 0 && (size_t)n < sizeof why->text)
		vsnprintf(why->text + n, sizeof why->text - (size_t)n, format, args);
	va_end(args);
	return false;
}

/* ---- trees ---- */

struct tree_reader {
	struct json json;
	struct arena *arena;
	struct buf room;
	const char *error;
};

static const struct json_value *member(const struct json_value *object, struct slice name)
{
	for (const struct json_value *v = object->first; v; v = v->next)
		if (slice_equal(v->name, name))
			return v;
	return NULL;
}

static const struct json_value *keyword(const struct json_value *schema, const char *name) { return member(schema, slice_str(name)); }

static struct json_value *read_value(struct tree_reader *r, struct slice name);

static bool read_children(struct tree_reader *r, struct json_value *parent)
{
	bool object = parent->type == JSON_OBJECT;
	char close = object ? '}' : ']';
	struct json_value **end = &parent->first;
	for (bool more = json_enter(&r->json, object ? '{' : '[', close); more; more = json_more(&r->json, close)) {
		struct slice name = slice_of(NULL, 0);
		if (object && !json_key(&r->json, &r->room, &name))
			return false;
		if (object && member(parent, name)) {
			r->error = "a name stands twice in an object";
			return false;
		}
		struct json_value *child = read_value(r, object ? arena_slice(r->arena, name) : name);
		if (!child)
			return false;
		*end = child;
		end = &child->next;
		parent->n++;
	}
	return !r->json.error;
}

static struct json_value *read_value(struct tree_reader *r, struct slice name)
{
	struct json_value *v = arena_alloc(r->arena, sizeof *v);
	bool good = true;
	if (!v)
		return NULL;
	*v = (struct json_value){ .type = json_peek(&r->json), .name = name };
	if (v->type == JSON_OBJECT || v->type == JSON_ARRAY)
		good = read_children(r, v);
	else if (v->type == JSON_STRING)
		good = json_string(&r->json, &r->room, &v->text);
	else if (v->type == JSON_NUMBER)
		good = json_number(&r->json, &v->text);
	else
		good = json_skip(&r->json);
	if (good && (v->type == JSON_STRING || v->type == JSON_NUMBER))
		v->text = arena_slice(r->arena, v->text);
	return good ? v : NULL;
}

const struct json_value *json_tree(struct slice text, struct arena *arena, struct json_complaint *why)
{
	struct tree_reader r = { json_of(text), arena, BUF_INIT, NULL };
	struct json_value *root = read_value(&r, slice_of(NULL, 0));
	if (!root || !json_at_end(&r.json)) {
		snprintf(why->text, sizeof why->text, "byte %zu: %s", (size_t)(r.json.p - r.json.start),
			 r.error ? r.error : r.json.error ? r.json.error : "no JSON, or more than one value");
		root = NULL;
	}
	buf_release(&r.room);
	return root;
}

static double number_of(const struct json_value *v) { return strtod((const char *)v->text.data, NULL); }

static bool is_equal(const struct json_value *a, const struct json_value *b)
{
	if (a->type != b->type || a->n != b->n)
		return false;
	if (a->type == JSON_NUMBER)
		return number_of(a) == number_of(b);
	if (a->type == JSON_STRING)
		return slice_equal(a->text, b->text);
	for (const struct json_value *x = a->first, *y = b->first; x; x = x->next, y = y->next) {
		const struct json_value *other = a->type == JSON_OBJECT ? member(b, x->name) : y;
		if (!other || !is_equal(x, other))
			return false;
	}
	return true;
}

/* The part that a pointer names; names of our schemas hold no / and no ~. */
static const struct json_value *part(const struct json_value *root, const char *pointer)
{
	while (root && *pointer == '/') {
		size_t n = strcspn(++pointer, "/");
		root = root->type == JSON_OBJECT ? member(root, slice_of(pointer, n)) : NULL;
		pointer += n;
	}
	return root;
}

static const struct json_value *target(const struct json_value *root, const struct json_value *reference)
{
	const char *to = reference->type == JSON_STRING ? (const char *)reference->text.data : "";
	return *to == '#' ? part(root, to + 1) : NULL;
}

/* ---- a value against its schema ---- */

struct validation {
	const struct json_value *root;
	bool strict;
	struct json_complaint *why;
	char at[300]; /* where in the document */
};

static bool holds(struct validation *v, const struct json_value *schema, const struct json_value *value);

/* A child, one step deeper. */
static bool child_holds(struct validation *v, const struct json_value *schema, const struct json_value *value, struct slice name, uint32_t number)
{
	size_t len = strlen(v->at);
	if (name.data)
		snprintf(v->at + len, sizeof v->at - len, "/%s", (const char *)name.data);
	else
		snprintf(v->at + len, sizeof v->at - len, "/%u", number);
	bool good = holds(v, schema, value);
	v->at[len] = '\0';
	return good;
}

static bool is_type(const struct json_value *v, const struct json_value *name)
{
	static const struct {
		const char *name;
		enum json_type type;
	} types[] = { { "string", JSON_STRING }, { "number", JSON_NUMBER }, { "object", JSON_OBJECT }, { "array", JSON_ARRAY }, { "null", JSON_NULL } };
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (slice_equal(name->text, slice_str(types[i].name)))
			return v->type == types[i].type;
	if (slice_equal(name->text, SLICE_LIT("integer")))
		return v->type == JSON_NUMBER && number_of(v) == floor(number_of(v));
	return slice_equal(name->text, SLICE_LIT("boolean")) && (v->type == JSON_TRUE || v->type == JSON_FALSE);
}

static bool check_type(struct validation *v, const struct json_value *wanted, const struct json_value *value)
{
	bool good = wanted->type == JSON_STRING && is_type(value, wanted);
	for (const struct json_value *one = wanted->first; one && !good; one = one->next)
		good = is_type(value, one);
	return good || complain(v->why, v->at, "of another type than it should be");
}

static bool check_const(struct validation *v, const struct json_value *wanted, const struct json_value *value)
{
	return is_equal(wanted, value) || complain(v->why, v->at, "not the one value that is allowed");
}

static bool check_enum(struct validation *v, const struct json_value *wanted, const struct json_value *value)
{
	for (const struct json_value *one = wanted->first; one; one = one->next)
		if (is_equal(one, value))
			return true;
	return complain(v->why, v->at, "none of the values that are allowed");
}

static bool check_ref(struct validation *v, const struct json_value *wanted, const struct json_value *value)
{
	const struct json_value *schema = target(v->root, wanted);
	return schema ? holds(v, schema, value) : complain(v->why, v->at, "its schema refers to nothing");
}

static bool check_any_of(struct validation *v, const struct json_value *wanted, const struct json_value *value)
{
	for (const struct json_value *one = wanted->first; one; one = one->next)
		if (holds(v, one, value))
			return true;
	return complain(v->why, v->at, "none of the alternatives describes it");
}

/* ---- keywords for one type of value ---- */

static bool check_required(struct validation *v, const struct json_value *wanted, const struct json_value *value)
{
	for (const struct json_value *name = wanted->first; name && value->type == JSON_OBJECT; name = name->next)
		if (!member(value, name->text))
			return complain(v->why, v->at, "no member '%s'", (const char *)name->text.data);
	return true;
}

static bool check_properties(struct validation *v, const struct json_value *wanted, const struct json_value *value)
{
	for (const struct json_value *m = value->first; m && value->type == JSON_OBJECT; m = m->next) {
		const struct json_value *schema = member(wanted, m->name);
		if (schema && !child_holds(v, schema, m, m->name, 0))
			return false;
		if (!schema && v->strict)
			return complain(v->why, v->at, "a member '%s' that is not described", (const char *)m->name.data);
	}
	return true;
}

/* Needs its sibling: what `properties` names is not additional. */
static bool check_additional(struct validation *v, const struct json_value *schema, const struct json_value *value)
{
	const struct json_value *rest = keyword(schema, "additionalProperties"), *known = keyword(schema, "properties");
	for (const struct json_value *m = value->first; m && rest && value->type == JSON_OBJECT; m = m->next)
		if (!(known && member(known, m->name)) && !child_holds(v, rest, m, m->name, 0))
			return false;
	return true;
}

/* Both keywords about elements: `items` is for those behind `prefixItems`. */
static bool check_items(struct validation *v, const struct json_value *schema, const struct json_value *value)
{
	const struct json_value *prefix = keyword(schema, "prefixItems"), *rest = keyword(schema, "items"), *one = prefix ? prefix->first : NULL;
	uint32_t i = 0;
	for (const struct json_value *e = value->first; e && value->type == JSON_ARRAY; e = e->next, i++) {
		const struct json_value *of = one ? one : rest;
		if (of && !child_holds(v, of, e, slice_of(NULL, 0), i))
			return false;
		one = one ? one->next : NULL;
	}
	return true;
}

static bool check_min_items(struct validation *v, const struct json_value *wanted, const struct json_value *value)
{
	return value->type != JSON_ARRAY || value->n >= number_of(wanted) || complain(v->why, v->at, "too few elements");
}

static bool check_max_items(struct validation *v, const struct json_value *wanted, const struct json_value *value)
{
	return value->type != JSON_ARRAY || value->n <= number_of(wanted) || complain(v->why, v->at, "too many elements");
}

static bool check_minimum(struct validation *v, const struct json_value *wanted, const struct json_value *value)
{
	return value->type != JSON_NUMBER || number_of(value) >= number_of(wanted) || complain(v->why, v->at, "too small");
}

static bool check_maximum(struct validation *v, const struct json_value *wanted, const struct json_value *value)
{
	return value->type != JSON_NUMBER || number_of(value) <= number_of(wanted) || complain(v->why, v->at, "too large");
}

static bool check_min_length(struct validation *v, const struct json_value *wanted, const struct json_value *value)
{
	uint32_t n = 0;
	for (size_t i = 0; value->type == JSON_STRING && i < value->text.len; i++)
		n += (value->text.data[i] & 0xC0) != 0x80;
	return value->type != JSON_STRING || n >= number_of(wanted) || complain(v->why, v->at, "too short");
}

static bool check_pattern(struct validation *v, const struct json_value *wanted, const struct json_value *value)
{
	regex_t regex;
	if (value->type != JSON_STRING)
		return true;
	if (regcomp(&regex, (const char *)wanted->text.data, REG_EXTENDED | REG_NOSUB) != 0)
		return complain(v->why, v->at, "its schema has a pattern that is none");
	bool good = strlen((const char *)value->text.data) == value->text.len && regexec(&regex, (const char *)value->text.data, 0, NULL, 0) == 0;
	regfree(&regex);
	return good || complain(v->why, v->at, "'%s' does not match '%s'", (const char *)value->text.data, (const char *)wanted->text.data);
}

/* ---- the vocabulary ---- */

/* What stands behind a keyword, for json_schema_check(). */
enum argument { ARGUMENT_ANY, ARGUMENT_SCHEMA, ARGUMENT_SCHEMAS, ARGUMENT_NAMED_SCHEMAS, ARGUMENT_REFERENCE };

static const struct {
	const char *name;
	bool (*check)(struct validation *v, const struct json_value *wanted, const struct json_value *value); /* NULL: says nothing about values by itself */
	enum argument argument;
} keywords[] = {
	{ "type", check_type, ARGUMENT_ANY },
	{ "const", check_const, ARGUMENT_ANY },
	{ "enum", check_enum, ARGUMENT_ANY },
	{ "$ref", check_ref, ARGUMENT_REFERENCE },
	{ "anyOf", check_any_of, ARGUMENT_SCHEMAS },
	{ "required", check_required, ARGUMENT_ANY },
	{ "properties", check_properties, ARGUMENT_NAMED_SCHEMAS },
	{ "additionalProperties", NULL, ARGUMENT_SCHEMA },
	{ "prefixItems", NULL, ARGUMENT_SCHEMAS },
	{ "items", NULL, ARGUMENT_SCHEMA },
	{ "minItems", check_min_items, ARGUMENT_ANY },
	{ "maxItems", check_max_items, ARGUMENT_ANY },
	{ "minimum", check_minimum, ARGUMENT_ANY },
	{ "maximum", check_maximum, ARGUMENT_ANY },
	{ "minLength", check_min_length, ARGUMENT_ANY },
	{ "pattern", check_pattern, ARGUMENT_ANY },
	{ "$defs", NULL, ARGUMENT_NAMED_SCHEMAS },
	{ "$schema", NULL, ARGUMENT_ANY },
	{ "$id", NULL, ARGUMENT_ANY },
	{ "$comment", NULL, ARGUMENT_ANY },
	{ "title", NULL, ARGUMENT_ANY },
	{ "description", NULL, ARGUMENT_ANY },
};

#define N_KEYWORDS (sizeof keywords / sizeof *keywords)

static size_t number_of_keyword(const struct json_value *k)
{
	size_t i = 0;
	while (i < N_KEYWORDS && !slice_equal(k->name, slice_str(keywords[i].name)))
		i++;
	return i;
}

static bool holds(struct validation *v, const struct json_value *schema, const struct json_value *value)
{
	if (schema->type != JSON_OBJECT)
		return schema->type == JSON_TRUE || complain(v->why, v->at, "not allowed here");
	for (const struct json_value *k = schema->first; k; k = k->next) {
		size_t i = number_of_keyword(k);
		if (i == N_KEYWORDS)
			return complain(v->why, v->at, "its schema says '%s', which is not understood", (const char *)k->name.data);
		if (keywords[i].check && !keywords[i].check(v, k, value))
			return false;
	}
	return check_items(v, schema, value) && check_additional(v, schema, value);
}

bool json_schema_holds(const struct json_value *schema, const char *pointer, const struct json_value *value, bool strict, struct json_complaint *why)
{
	struct validation v = { .root = schema, .strict = strict, .why = why };
	const struct json_value *start = part(schema, pointer);
	return start ? holds(&v, start, value) : complain(why, "", "the schema has no %s", pointer);
}

/* ---- the schema itself ---- */

static bool check_schema(const struct json_value *root, const struct json_value *schema, struct json_complaint *why);

static bool check_keyword(const struct json_value *root, const struct json_value *k, struct json_complaint *why)
{
	const char *name = (const char *)k->name.data;
	size_t i = number_of_keyword(k);
	if (i == N_KEYWORDS)
		return complain(why, name, "not understood");
	if (keywords[i].argument == ARGUMENT_REFERENCE && !target(root, k))
		return complain(why, name, "refers to nothing");
	if (keywords[i].argument == ARGUMENT_SCHEMA)
		return check_schema(root, k, why);
	bool several = keywords[i].argument == ARGUMENT_SCHEMAS || keywords[i].argument == ARGUMENT_NAMED_SCHEMAS;
	if (several && k->type != (keywords[i].argument == ARGUMENT_SCHEMAS ? JSON_ARRAY : JSON_OBJECT))
		return complain(why, name, "followed by something else than schemas");
	for (const struct json_value *one = k->first; one && several; one = one->next)
		if (!check_schema(root, one, why))
			return false;
	return true;
}

static bool check_schema(const struct json_value *root, const struct json_value *schema, struct json_complaint *why)
{
	if (schema->type != JSON_OBJECT && schema->type != JSON_TRUE && schema->type != JSON_FALSE)
		return complain(why, schema->name.data ? (const char *)schema->name.data : "", "no schema");
	for (const struct json_value *k = schema->first; k; k = k->next)
		if (!check_keyword(root, k, why))
			return false;
	return true;
}

bool json_schema_check(const struct json_value *schema, struct json_complaint *why) { return check_schema(schema, schema, why); }
