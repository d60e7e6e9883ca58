/* SPDX-License-Identifier: Apache-2.0 */
#include "account/enrolment/pem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/memory.h"
#include "base/plain_text.h"
#include "base/text.h"
#include "base/utf8.h"

#define BEGIN "-----BEGIN "
#define END "-----END "
#define DASHES "-----"
#define KIND_SIZE 64
#define LINE_MAX_BYTES ENROLMENT_BLOCK_MAX /* a whole certificate may stand in one */

struct enrolment_pem {
    struct enrolment_pem_events events;
    struct line_splitter lines;
    struct text block;
    char kind[KIND_SIZE]; /* of the block that is open; "": none */
    unsigned long long next, block_line;
    bool too_long; /* the block that is open is */
    bool dead;     /* UTF-16: nothing more is read */
};

/* The kind that a BEGIN or END line has; false: it is none. */
static bool read_mark(const char *line, const char *mark, char kind[KIND_SIZE])
{
    size_t skip = strlen(mark);

    if (strncmp(line, mark, skip) != 0)
        return false;
    const char *end = strstr(line + skip, DASHES);
    size_t length = end != NULL ? (size_t)(end - line) - skip : 0;
    if (length == 0 || length >= KIND_SIZE)
        return false;
    memcpy(kind, line + skip, length);
    kind[length] = '\0';
    return true;
}

static void close_block(struct enrolment_pem *pem)
{
    pem->kind[0] = '\0';
    pem->too_long = false;
    text_clear(&pem->block);
}

static void refuse(struct enrolment_pem *pem, const char *why)
{
    pem->events.bad(pem->events.context, pem->block_line, why);
    close_block(pem);
}

static void add_line(struct enrolment_pem *pem, const char *line)
{
    if (pem->block.length + strlen(line) > ENROLMENT_BLOCK_MAX)
        pem->too_long = true;
    else
        text_printf(&pem->block, "%s\n", line);
}

static void open_block(struct enrolment_pem *pem, const char *line, const char *kind)
{
    if (pem->kind[0] != '\0')
        refuse(pem, "its END line is missing");
    memcpy(pem->kind, kind, strlen(kind) + 1);
    pem->block_line = pem->next;
    add_line(pem, line);
}

static void end_block(struct enrolment_pem *pem, const char *line, const char *kind)
{
    if (strcmp(pem->kind, kind) != 0) {
        refuse(pem, "its END line is of something else");
        return;
    }
    add_line(pem, line);
    if (pem->too_long) {
        refuse(pem, "it is longer than a certificate can be");
        return;
    }
    pem->events.block(pem->events.context, pem->kind, pem->block.data, pem->block.length, pem->block_line);
    close_block(pem);
}

/* Looks at a line that is or may be of a block. Returns whether the line is done. */
static bool refuse_hidden(struct enrolment_pem *pem, const char *line, size_t length)
{
    TEXT struct text why = TEXT_EMPTY;
    struct hidden_character hidden;

    if ((pem->kind[0] == '\0' && strstr(line, BEGIN) == NULL) ||
        !plain_text_find_hidden(line, length, &hidden))
        return false;
    plain_text_explain_hidden(&hidden, &why);
    pem->block_line = pem->next;
    refuse(pem, why.data);
    return true;
}

static void take_line(void *context, char *line, size_t length)
{
    struct enrolment_pem *pem = context;
    char kind[KIND_SIZE];

    if (!pem->dead && pem->next == 1 && plain_text_is_utf16(line, length)) {
        pem->dead = true;
        pem->events.bad(pem->events.context, 1, PLAIN_TEXT_UTF16);
    }
    if (pem->dead)
        return;

    line[length - 1] = '\0'; /* its end */
    for (char *nul; (nul = memchr(line, '\0', length - 1));)
        *nul = '?'; /* do not let it hide what follows */
    if (pem->next == 1)
        line += utf8_mark_length(line, length - 1);
    if (refuse_hidden(pem, line, strlen(line))) {
        pem->next++;
        return;
    }
    line += strspn(line, " \t");
    if (read_mark(line, BEGIN, kind))
        open_block(pem, line, kind);
    else if (pem->kind[0] != '\0' && read_mark(line, END, kind))
        end_block(pem, line, kind);
    else if (pem->kind[0] != '\0')
        add_line(pem, line);
    pem->next++;
}

static void skip_line(void *context)
{
    struct enrolment_pem *pem = context;

    pem->too_long = pem->kind[0] != '\0';
    pem->next++;
}

struct enrolment_pem *enrolment_pem_new(const struct enrolment_pem_events *events)
{
    struct enrolment_pem *pem = memory_new(1, sizeof *pem);
    const struct line_splitter_events lines = {pem, take_line, skip_line};

    pem->events = *events;
    pem->next = 1;
    pem->lines = line_splitter_new(&lines, LINE_MAX_BYTES);
    return pem;
}

void enrolment_pem_free(struct enrolment_pem *pem)
{
    if (pem == NULL)
        return;
    line_splitter_fini(&pem->lines);
    text_fini(&pem->block);
    free(pem);
}

void enrolment_pem_feed(struct enrolment_pem *pem, const char *bytes, size_t length)
{
    line_splitter_feed(&pem->lines, bytes, length);
}

void enrolment_pem_end(struct enrolment_pem *pem)
{
    line_splitter_end(&pem->lines);
    if (pem->kind[0] != '\0')
        refuse(pem, "its END line is missing");
}
