/* SPDX-License-Identifier: Apache-2.0 */
#include "account/enrolment/results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/enrolment/enrolment_list.h"
#include "account/enrolment/index.h"
#include "base/csv_rows.h"
#include "base/excerpt.h"
#include "base/file.h"
#include "base/memory.h"

#define TITLES "source,thing,certificate_id,result,why,account,region,policy,thing_type,thing_groups\n"

enum column {
    PLACE,
    THING,
    CERTIFICATE_ID,
    RESULT,
    WHY,
    ACCOUNT,
    REGION,
    POLICY,
    THING_TYPE,
    THING_GROUPS,
    COLUMNS
};

struct enrolment_results {
    const char *path; /* borrowed, as the target's texts */
    struct enrolment_target target;
    int fd; /* -1: no file, and none will be created */
    bool only_read, unsynced;
    struct enrolment_index *things;  /* certificate id: thing */
    struct enrolment_index *written; /* rows: "" */
    struct text mistake;             /* in an earlier batch's rows */
};

static void add_field(struct text *out, const char *field, bool last)
{
    bool quoted = strpbrk(field, ",\";\t\r\n") != NULL || field[0] == ' ';

    text_puts(out, quoted ? "\"" : "");
    for (; *field != '\0'; field++)
        if (*field == '\n' || *field == '\r')
            text_puts(out, " "); /* a row is one line: truncation damages at most one */
        else
            text_printf(out, *field == '"' ? "%c\"" : "%c", *field);
    text_puts(out, quoted ? "\"" : "");
    text_puts(out, last ? "\n" : ",");
}

static void add_row(struct text *out, const char *const fields[COLUMNS])
{
    for (int column = 0; column < COLUMNS; column++)
        add_field(out, fields[column], column == COLUMNS - 1);
}

static bool is_done(const char *result)
{
    return strcmp(result, "registered") == 0 || strcmp(result, "there") == 0;
}

static void explain_target(struct enrolment_results *results, const char *words, const char *found,
                           const char *wanted)
{
    struct text *out = &results->mistake;

    text_printf(out, "%s: its rows were registered with the %s ", results->path, words);
    if (found[0] != '\0')
        excerpt_add_bare(found, strlen(found), out);
    else
        text_puts(out, "(none)");
    text_printf(out, ", not %s: name another file with --result", wanted[0] != '\0' ? wanted : "(none)");
}

/* Empty when the row is of this target. */
static void compare_target(struct enrolment_results *results, const char *const *fields)
{
    const struct enrolment_target *target = &results->target;
    const struct {
        const char *wanted, *found, *words;
    } parts[] = {
        {target->account, fields[ACCOUNT], "AWS account"},
        {target->region, fields[REGION], "region"},
        {target->policy, fields[POLICY], "policy"},
        {target->thing_type, fields[THING_TYPE], "thing type"},
        {target->thing_groups, fields[THING_GROUPS], "thing groups"},
    };

    for (size_t i = 0; i < sizeof parts / sizeof *parts && results->mistake.length == 0; i++)
        if (strcmp(parts[i].wanted, parts[i].found) != 0)
            explain_target(results, parts[i].words, parts[i].found, parts[i].wanted);
}

static void take_row(void *context, const char *const *fields, size_t count, unsigned long long line)
{
    struct enrolment_results *results = context;
    TEXT struct text row = TEXT_EMPTY;

    if (line == 1 || results->mistake.length > 0)
        return;
    if (count != COLUMNS) {
        text_printf(&results->mistake,
                    "%s:%llu: the row does not have the columns of a result file; fix or delete it, or name "
                    "another file with --result",
                    results->path, line);
        return;
    }
    compare_target(results, fields);
    if (is_done(fields[RESULT]))
        enrolment_index_set(results->things, fields[CERTIFICATE_ID], fields[THING]);
    add_row(&row, fields);
    enrolment_index_set(results->written, row.data, "");
}

static void take_bad(void *context, unsigned long long line, const char *why)
{
    struct enrolment_results *results = context;

    if (results->mistake.length == 0)
        text_printf(&results->mistake,
                    "%s:%llu: %s; fix or delete the row, or name another file with --result", results->path,
                    line, why);
}

static bool fail(const char *path, const char *reason, struct text *why)
{
    text_printf(why, "%s: %s", path, reason);
    return false;
}

/* Removes half a row at the end. False: not a result file; untouched. */
static bool cut_tail(struct enrolment_results *results, struct text *content, struct text *why)
{
    const char *end = content->length > 0 ? memrchr(content->data, '\n', content->length) : NULL;
    size_t whole = end != NULL ? (size_t)(end - content->data) + 1 : 0;
    size_t titles = strlen(TITLES), least = content->length < titles ? content->length : titles;

    if (least > 0 && memcmp(content->data, TITLES, least) != 0)
        return fail(results->path, "this is not a result file of a batch: name another file with --result",
                    why);
    if (whole < content->length && !results->only_read && ftruncate(results->fd, (off_t)whole) != 0)
        return fail(results->path, strerror(errno), why);
    content->length = whole;
    return true;
}

static bool write_text(struct enrolment_results *results, const struct text *text, struct text *why)
{
    off_t before = lseek(results->fd, 0, SEEK_END);
    int error = file_write_all(results->fd, text->data, text->length);

    if (error) {
        if (before >= 0 && ftruncate(results->fd, before) != 0)
            error = errno;
        return fail(results->path, strerror(error), why);
    }
    results->unsynced = true;
    return true;
}

static bool begin(struct enrolment_results *results, struct text *why)
{
    TEXT struct text titles = TEXT_EMPTY;

    if (results->only_read)
        return true;
    text_puts(&titles, TITLES);
    if (!write_text(results, &titles, why))
        return false;
    int error = file_sync_folder_of(results->path);
    return error == 0 || fail(results->path, strerror(error), why);
}

static bool read_earlier(struct enrolment_results *results, struct text *why)
{
    const struct csv_rows_events rows = {results, take_row, take_bad};
    TEXT struct text content = TEXT_EMPTY;

    int error = file_read_rest(results->fd, SIZE_MAX, &content);
    if (error)
        return fail(results->path, strerror(error), why);
    if (!cut_tail(results, &content, why))
        return false;
    if (content.length == 0)
        return begin(results, why);
    struct csv_rows *csv = csv_rows_new(&rows, ENROLMENT_ROW_MAX);
    csv_rows_feed(csv, content.data, content.length);
    csv_rows_end(csv);
    csv_rows_free(csv);
    if (results->mistake.length > 0)
        text_puts(why, results->mistake.data);
    return results->mistake.length == 0;
}

static bool open_file(struct enrolment_results *results, struct text *why)
{
    results->fd =
        open(results->path,
             results->only_read ? O_RDONLY | O_CLOEXEC : O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (results->fd < 0 && results->only_read && errno == ENOENT)
        return true;
    if (results->fd < 0)
        return fail(results->path, strerror(errno), why);
    if (!results->only_read && flock(results->fd, LOCK_EX | LOCK_NB) != 0)
        return fail(results->path, "another batch writes to it: wait for its end", why);
    return read_earlier(results, why);
}

struct enrolment_results *enrolment_results_open(const char *path, const struct enrolment_target *target,
                                                 bool only_read, struct text *why)
{
    struct enrolment_results *results = memory_new(1, sizeof *results);

    *results = (struct enrolment_results){
        .path = path,
        .target = *target,
        .fd = -1,
        .only_read = only_read,
        .things = enrolment_index_new(),
        .written = enrolment_index_new(),
    };
    if (open_file(results, why))
        return results;
    enrolment_results_close(results);
    return NULL;
}

void enrolment_results_close(struct enrolment_results *results)
{
    if (results == NULL)
        return;
    if (results->fd >= 0) {
        if (results->unsynced)
            (void)fdatasync(results->fd);
        close(results->fd);
    }
    enrolment_index_free(results->things);
    enrolment_index_free(results->written);
    text_fini(&results->mistake);
    free(results);
}

const char *enrolment_results_thing(const struct enrolment_results *results, const char *certificate_id)
{
    return enrolment_index_find(results->things, certificate_id);
}

bool enrolment_results_add(struct enrolment_results *results, const struct enrolment_row *row,
                           struct text *why)
{
    const struct enrolment_target *target = &results->target;
    const char *const fields[COLUMNS] = {
        [PLACE] = row->place,
        [THING] = row->thing,
        [CERTIFICATE_ID] = row->certificate_id,
        [RESULT] = row->result,
        [WHY] = row->why,
        [ACCOUNT] = target->account,
        [REGION] = target->region,
        [POLICY] = target->policy,
        [THING_TYPE] = target->thing_type,
        [THING_GROUPS] = target->thing_groups,
    };
    TEXT struct text line = TEXT_EMPTY;

    add_row(&line, fields);
    if (results->only_read || enrolment_index_find(results->written, line.data) != NULL)
        return true;
    if (!write_text(results, &line, why))
        return false;
    enrolment_index_set(results->written, line.data, "");
    if (is_done(row->result))
        enrolment_index_set(results->things, row->certificate_id, row->thing);
    return true;
}

bool enrolment_results_sync(struct enrolment_results *results, struct text *why)
{
    if (!results->unsynced)
        return true;
    if (fdatasync(results->fd) != 0)
        return fail(results->path, strerror(errno), why);
    results->unsynced = false;
    return true;
}
