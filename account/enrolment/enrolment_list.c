/* SPDX-License-Identifier: Apache-2.0 */
#include "account/enrolment/enrolment_list.h"

#include <ctype.h>
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/csv_rows.h"
#include "base/excerpt.h"
#include "base/memory.h"

#define PEM_MARK "-----BEGIN "

enum column { CERTIFICATE, THING, COLUMNS };

struct enrolment_list {
    const char *path;
    const struct enrolment_source_events *events;
    struct csv_rows *csv;
    bool titled, untitled; /* the first row has been seen; it names columns, and none is the certificate's */
    bool stopped;
    int columns[COLUMNS]; /* which field is which; -1: none */
};

static void add_place(const struct enrolment_list *list, unsigned long long line, struct text *out)
{
    text_printf(out, "%s:%llu", list->path, line);
}

/* A name that is no path from the root is looked for beside the list. */
static void add_file(const struct enrolment_list *list, const char *name, struct text *out)
{
    OWNED char *copy = memory_string(list->path);

    if (name[0] == '/')
        text_puts(out, name);
    else
        text_printf(out, "%s/%s", dirname(copy), name);
}

static bool is_certificate(const struct enrolment_list *list, const char *field)
{
    TEXT struct text path = TEXT_EMPTY;

    if (strstr(field, PEM_MARK) != NULL)
        return true;
    add_file(list, field, &path);
    return field[0] != '\0' && access(text_get(&path), F_OK) == 0;
}

/* A row without names has the certificate first; one that has it elsewhere needs a row of names above it. */
static bool has_it_elsewhere(const struct enrolment_list *list, const char *const *fields, size_t count)
{
    if (count == 0 || is_certificate(list, fields[0]))
        return false;
    for (size_t i = 1; i < count; i++)
        if (is_certificate(list, fields[i]))
            return true;
    return false;
}

/* True when the row names the columns. */
static bool read_titles(struct enrolment_list *list, const char *const *fields, size_t count)
{
    static const char *const titles[COLUMNS][9] = {
        [CERTIFICATE] = {"certificate", "certificatepem", "pem", "cert", "birthcertificate",
                         "certificatefile", "file", "path", NULL},
        [THING] = {"thingname", "thing", "identifier", "uniqueidentifier", "uid", "name", NULL},
    };
    int columns[COLUMNS] = {-1, -1};

    for (size_t i = 0; i < count; i++)
        for (int column = 0; column < COLUMNS; column++)
            if (columns[column] < 0 && csv_rows_is_title(fields[i], titles[column]))
                columns[column] = (int)i;
    if (columns[CERTIFICATE] < 0 && columns[THING] < 0) {
        list->columns[CERTIFICATE] = 0;
        list->columns[THING] = 1;
        list->untitled = has_it_elsewhere(list, fields, count);
        return list->untitled;
    }
    list->untitled = columns[CERTIFICATE] < 0;
    memcpy(list->columns, columns, sizeof columns);
    return true;
}

static const char *field_of(const struct enrolment_list *list, enum column column, const char *const *fields,
                            size_t count)
{
    int index = list->columns[column];

    if (index < 0 || (size_t)index >= count)
        return "";
    return fields[index] + strspn(fields[index], " \t\r\n");
}

/* "\n" of two characters is a line end: many exports have PEM so. */
static void add_pem(const char *field, struct text *out)
{
    for (; *field != '\0'; field++)
        if (field[0] == '\\' && field[1] == 'n') {
            text_puts(out, "\n");
            field++;
        } else if (field[0] == '\\' && field[1] == 'r')
            field++;
        else
            text_add(out, field, 1);
    text_puts(out, "\n");
}

static struct certificate *find_certificate(const struct enrolment_list *list, const char *field,
                                            const char *place, struct text *why)
{
    TEXT struct text text = TEXT_EMPTY;

    if (strstr(field, PEM_MARK) != NULL) {
        add_pem(field, &text);
        return certificate_parse(text.data, text.length, place, why);
    }
    add_file(list, field, &text);
    if (!excerpt_may_be_key(field, strlen(field)) || access(text.data, R_OK) == 0)
        return certificate_read(text.data, why);
    excerpt_add(field, strlen(field), why);
    text_printf(why, ": neither a certificate in PEM form nor a file that can be read: %s", strerror(errno));
    return NULL;
}

static void take_device(struct enrolment_list *list, const char *field, const char *thing, const char *place)
{
    TEXT struct text why = TEXT_EMPTY;
    struct certificate *certificate = find_certificate(list, field, place, &why);
    const struct enrolment_device device = {place, certificate, thing};

    if (certificate == NULL)
        list->events->bad(list->events->context, place, text_get(&why));
    else if (certificate_is_authority(certificate))
        list->events->bad(
            list->events->context, place,
            "it is the certificate of an authority, not of a device: put the device's own there");
    else
        list->events->device(list->events->context, &device);
    certificate_free(certificate);
}

static void take_row(void *context, const char *const *fields, size_t count, unsigned long long line)
{
    struct enrolment_list *list = context;
    bool first = !list->titled;
    TEXT struct text place = TEXT_EMPTY, why = TEXT_EMPTY;

    list->titled = true;
    if (enrolment_list_is_over(list) || (first && read_titles(list, fields, count)))
        return;
    add_place(list, line, &place);
    const char *certificate = field_of(list, CERTIFICATE, fields, count);
    OWNED char *thing = memory_string(field_of(list, THING, fields, count));
    size_t length = strlen(thing);
    while (length > 0 && isspace((unsigned char)thing[length - 1]))
        thing[--length] = '\0';
    if (certificate[0] == '\0')
        list->events->bad(list->events->context, place.data, "the certificate is missing");
    else if (csv_rows_explain_hidden(list->csv, certificate, &why) ||
             csv_rows_explain_hidden(list->csv, thing, &why))
        list->events->bad(list->events->context, place.data, why.data);
    else
        take_device(list, certificate, thing, place.data);
    list->stopped = list->stopped || list->events->stop(list->events->context);
}

static void take_bad(void *context, unsigned long long line, const char *why)
{
    struct enrolment_list *list = context;
    TEXT struct text place = TEXT_EMPTY;

    add_place(list, line, &place);
    if (!enrolment_list_is_over(list))
        list->events->bad(list->events->context, place.data, why);
}

struct enrolment_list *enrolment_list_new(const char *path, const struct enrolment_source_events *events)
{
    struct enrolment_list *list = memory_new(1, sizeof *list);
    const struct csv_rows_events rows = {list, take_row, take_bad};

    list->path = path;
    list->events = events;
    list->csv = csv_rows_new(&rows, ENROLMENT_ROW_MAX);
    return list;
}

void enrolment_list_free(struct enrolment_list *list)
{
    if (list == NULL)
        return;
    csv_rows_free(list->csv);
    free(list);
}

void enrolment_list_feed(struct enrolment_list *list, const char *bytes, size_t length)
{
    csv_rows_feed(list->csv, bytes, length);
}

bool enrolment_list_is_over(const struct enrolment_list *list)
{
    return list->stopped || list->untitled;
}

bool enrolment_list_end(struct enrolment_list *list, struct text *why)
{
    if (!enrolment_list_is_over(list))
        csv_rows_end(list->csv);
    if (list->untitled)
        text_printf(why,
                    "%s: no column is called certificate: the first row must name the columns, as in "
                    "certificate,thing_name, and that of the PEM texts or files is called certificate (a "
                    "list without names has it first)",
                    list->path);
    return !list->untitled;
}
