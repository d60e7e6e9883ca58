/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page/template_source.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "server/page/page_text.h"

#define FILE_MAX (256 * 1024)
#define DEPTH_MAX 8
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."

/* What stays the same while the source of one page is assembled. */
struct assembly {
    const char *folder;
    const struct catalogue *catalogue;
    const char *names;
    struct text *out;
    char **error;
};

/* The position in the file that is being read. */
struct place {
    const char *file;
    const char *bytes;
    const char *at;
    int depth;
};

struct tag {
    char kind;  /* '#', '^', '/', '>', '!' or 0 for a variable */
    char *name; /* owned */
};

static bool load(struct assembly *assembly, const char *name, int depth);

__attribute__((format(printf, 3, 4))) static bool fail(struct assembly *assembly, const struct place *place,
                                                       const char *format, ...)
{
    size_t line = 1;
    for (const char *at = place->bytes; at != NULL && at < place->at; at++)
        line += *at == '\n';
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    struct text error = TEXT_EMPTY;
    text_printf(&error, "%s:%zu: %s", place->file, line, what);
    *assembly->error = text_take(&error);
    return false;
}

static bool name_is_known(const struct assembly *assembly, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = assembly->names; *at != '\0'; at += strcspn(at, " ") + 1)
        if (strcspn(at, " ") == length && memcmp(at, name, length) == 0)
            return true;
    return false;
}

static void add_escaped(struct text *out, char byte)
{
    static const char special[] = "&<>\"'";
    static const char *const escaped[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
    const char *found = strchr(special, byte);
    if (found != NULL)
        text_puts(out, escaped[found - special]);
    else
        text_add(out, &byte, 1);
}

/* A message has no braces except those of placeholders (catalogue.h). */
static bool add_message(struct assembly *assembly, const struct place *place, const char *key)
{
    const char *message = catalogue_get(assembly->catalogue, key);
    if (message == NULL)
        return fail(assembly, place, "there is no message \"%s\" in messages.%s.json", key,
                    catalogue_language(assembly->catalogue));
    for (; *message != '\0'; message++) {
        if (*message != '{') {
            add_escaped(assembly->out, *message);
            continue;
        }
        const size_t length = strcspn(message + 1, "}");
        OWNED char *name = memory_part(message + 1, length);
        if (!name_is_known(assembly, name))
            return fail(assembly, place,
                        "message \"%s\" uses {%s}, but this page has no value with that name", key, name);
        text_printf(assembly->out, "{{%s}}", name);
        message += length + 1;
    }
    return true;
}

static bool add_tag(struct assembly *assembly, const struct place *place, const struct tag *tag)
{
    if (tag->kind == '>')
        return load(assembly, tag->name, place->depth + 1);
    if (tag->kind == 0 && strncmp(tag->name, "t.", 2) == 0)
        return add_message(assembly, place, tag->name + 2);
    if (!name_is_known(assembly, tag->name))
        return fail(assembly, place, "this page has no value with the name \"%s\"", tag->name);
    text_printf(assembly->out, "{{%.*s%s}}", tag->kind != 0, &tag->kind, tag->name);
    return true;
}

/* Reads a tag. place->at is after "{{" and is moved after "}}". */
static bool read_tag(struct assembly *assembly, struct place *place, struct tag *tag)
{
    const char *end = strstr(place->at, "}}");
    if (end == NULL)
        return fail(assembly, place, "a tag is not closed with }}");
    const char *at = place->at + strspn(place->at, " ");
    if (*at == '{' || *at == '&' || *at == '=')
        return fail(assembly, place,
                    "unescaped tags ({{{x}}}, {{&x}}) and other delimiters ({{=x}}) are not allowed");
    tag->kind = strchr("#^/>!", *at) != NULL ? *at++ : '\0';
    at += strspn(at, " ");
    const size_t length = strspn(at, NAME_CHARACTERS);
    if (tag->kind != '!' && (length == 0 || at + length + strspn(at + length, " ") != end))
        return fail(assembly, place, "a tag must contain one name of letters, digits, _ - and .");
    tag->name = memory_part(at, length);
    place->at = end + 2;
    return true;
}

/* Removes indentation and empty lines, which are only for designers: each space costs time in every
 * rendering. */
static void skip_line_end(struct place *place)
{
    place->at += strspn(place->at, " \t\r\n");
}

/* Writes a single brace as a character reference; otherwise it could form a tag with the text next to it. */
static void add_literal(struct assembly *assembly, struct place *place)
{
    const char byte = *place->at++;
    if (byte == '\n')
        skip_line_end(place);
    if (byte == '\n' && *place->at == '\0' && place->depth > 0)
        return;
    if (byte == '{')
        text_puts(assembly->out, "&#123;");
    else
        text_add(assembly->out, &byte, 1);
}

static bool assemble(struct assembly *assembly, struct place *place)
{
    skip_line_end(place);
    while (*place->at != '\0') {
        if (strncmp(place->at, "{{", 2) != 0) {
            add_literal(assembly, place);
            continue;
        }
        struct tag tag = {0, NULL};
        place->at += 2;
        const bool added = read_tag(assembly, place, &tag) && tag.name &&
                           (tag.kind == '!' || add_tag(assembly, place, &tag));
        free(tag.name);
        if (!added)
            return false;
        if (tag.kind == '!')
            skip_line_end(place);
    }
    return true;
}

static bool load(struct assembly *assembly, const char *name, int depth)
{
    TEXT struct text path = TEXT_EMPTY;
    text_printf(&path, "%s/%s.mustache", assembly->folder, name);
    struct place place = {text_get(&path), NULL, NULL, depth};
    if (depth > DEPTH_MAX)
        return fail(assembly, &place, "partials are nested more than %d deep", DEPTH_MAX);
    OWNED char *bytes = NULL;
    size_t length = 0;
    const int failure = file_read(text_get(&path), FILE_MAX, &bytes, &length);
    if (failure != 0)
        return fail(assembly, &place, "%s", strerror(failure));
    place.bytes = place.at = bytes;
    if (strlen(bytes) != length || !page_text_valid(bytes))
        return fail(assembly, &place, "not valid UTF-8");
    return assemble(assembly, &place);
}

bool template_source_load(const char *folder, const char *name, const struct catalogue *catalogue,
                          const char *names, struct text *out, char **error)
{
    struct assembly assembly = {folder, catalogue, names, out, error};
    return load(&assembly, name, 0);
}
