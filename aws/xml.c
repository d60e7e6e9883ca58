/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/xml.h"

#include <expat.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

#define DEPTH_MAX 32
#define ELEMENTS_MAX 100000

struct element {
    char *path, *text;
};

struct aws_xml {
    struct element *elements;
    size_t count, room;
};

struct reading {
    XML_Parser parser;
    struct aws_xml *xml;
    struct text path;         /* path of the open element, without the root */
    size_t before[DEPTH_MAX]; /* path length before each open element */
    unsigned depth;
    struct text inside; /* text since the last tag */
    bool is_leaf;       /* the open element has no child elements so far */
};

static void begin(void *context, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *self = context;
    const char *colon = strrchr(name, ':');

    (void)attributes;
    if (self->depth == DEPTH_MAX) {
        XML_StopParser(self->parser, XML_FALSE);
        return;
    }
    self->before[self->depth++] = self->path.length;
    if (self->depth > 1) /* paths do not include the root */
        text_printf(&self->path, "%s%s", self->path.length ? "/" : "", colon ? colon + 1 : name);
    text_clear(&self->inside);
    self->is_leaf = true;
}

static void keep(struct aws_xml *xml, const char *path, struct text *inside)
{
    if (xml->count == xml->room) {
        xml->room = xml->room ? xml->room * 2 : 64;
        xml->elements = memory_grow(xml->elements, xml->room, sizeof *xml->elements);
    }
    xml->elements[xml->count++] = (struct element){memory_string(path), text_take(inside)};
}

static void end(void *context, const XML_Char *name)
{
    struct reading *self = context;

    (void)name;
    if (self->is_leaf) {
        if (self->xml->count == ELEMENTS_MAX) {
            XML_StopParser(self->parser, XML_FALSE);
            return;
        }
        keep(self->xml, text_get(&self->path), &self->inside);
    }
    self->is_leaf = false;
    self->path.length = self->before[--self->depth];
    if (self->path.data)
        self->path.data[self->path.length] = '\0';
}

static void add(void *context, const XML_Char *bytes, int length)
{
    struct reading *self = context;

    text_add(&self->inside, bytes, (size_t)length);
}

static void refuse_type(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                        int has_subset)
{
    struct reading *self = context;

    (void)name, (void)system, (void)public, (void)has_subset;
    XML_StopParser(self->parser, XML_FALSE);
}

struct aws_xml *aws_xml_parse(const char *bytes, size_t length)
{
    struct reading reading = {.parser = XML_ParserCreate("UTF-8"), .xml = memory_new(1, sizeof *reading.xml)};

    if (!reading.parser)
        abort();
    XML_SetUserData(reading.parser, &reading);
    XML_SetElementHandler(reading.parser, begin, end);
    XML_SetCharacterDataHandler(reading.parser, add);
    XML_SetStartDoctypeDeclHandler(reading.parser, refuse_type);
    bool good = length < INT_MAX && XML_Parse(reading.parser, bytes, (int)length, 1) == XML_STATUS_OK;
    XML_ParserFree(reading.parser);
    text_fini(&reading.path);
    text_fini(&reading.inside);
    if (good)
        return reading.xml;
    aws_xml_free(reading.xml);
    return NULL;
}

void aws_xml_free(struct aws_xml *xml)
{
    if (!xml)
        return;
    for (size_t i = 0; i < xml->count; i++) {
        free(xml->elements[i].path);
        free(xml->elements[i].text);
    }
    free(xml->elements);
    free(xml);
}

const char *aws_xml_text(const struct aws_xml *xml, const char *path, size_t number)
{
    for (size_t i = 0; i < xml->count; i++)
        if (strcmp(xml->elements[i].path, path) == 0 && number-- == 0)
            return xml->elements[i].text;
    return NULL;
}
