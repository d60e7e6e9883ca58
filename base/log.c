/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "base/text.h"

/* A pipe that poll() calls writable takes so much at once (pipe(7), PIPE_BUF). */
#define LINE_MAX_BYTES 4096
#define ESCAPED_MAX 6 /* bytes for one, as in \u0007 */

static enum log_level least_level = LOG_INFO;
static enum log_format chosen_format = LOG_PLAIN;
static _Thread_local const char *current_request;
static atomic_ulong dropped_total, dropped_since; /* lines; since the last one that was written */

static const char *const level_names[] = {"debug", "info", "warn", "error"};

void log_setup(enum log_level level, enum log_format format)
{
    clock_prepare(); /* log lines have a date */
    least_level = level;
    chosen_format = format;
}

bool log_is_on(enum log_level level)
{
    return level >= least_level;
}

void log_set_request(const char *request_id)
{
    current_request = request_id;
}

struct line {
    struct text text;
    struct json_writer json; /* of LOG_JSON */
};

/* The part of a value for which the line has room. */
static size_t fitting_length(const struct line *line, const char *key, const char *value)
{
    size_t used = line->text.length + strlen(key) + 32, length = strlen(value);
    size_t room = used < LINE_MAX_BYTES ? (LINE_MAX_BYTES - used) / ESCAPED_MAX : 0;

    return length < room ? length : room;
}

static void put_field(struct line *line, const char *key, const char *value)
{
    if (chosen_format == LOG_JSON) {
        json_write_text(&line->json, key, value);
        return;
    }
    /* Quote only values that would be ambiguous. */
    int quoted = !*value || strpbrk(value, " \"=") || strpbrk(value, "\n\r\t");
    text_printf(&line->text, quoted ? " %s=\"" : " %s=", key);
    text_json(&line->text, value);
    if (quoted)
        text_puts(&line->text, "\"");
}

static void add_field(struct line *line, const char *key, const char *value)
{
    size_t length = fitting_length(line, key, value);

    if (value[length] == '\0') {
        put_field(line, key, value);
        return;
    }
    OWNED char *part = memory_part(value, length);
    put_field(line, key, part);
}

static void begin_line(struct line *line, enum log_level level, const char *event)
{
    char now[CLOCK_RFC3339_SIZE];

    clock_rfc3339(clock_wall_ms(), now);
    if (chosen_format == LOG_JSON) {
        line->json = json_writer_into(&line->text);
        json_begin_object(&line->json, NULL);
        add_field(line, "time", now);
        add_field(line, "level", level_names[level]);
        add_field(line, "event", event);
    } else {
        text_printf(&line->text, "%s %-5s %s", now, level_names[level], event);
    }
    if (current_request)
        add_field(line, "request_id", current_request);
}

static ssize_t write_once(const char *bytes, size_t length)
{
    ssize_t written;

    while ((written = write(STDERR_FILENO, bytes, length)) < 0 && errno == EINTR)
        ;
    return written;
}

/* A log that no one reads must not stop the program: then lines are dropped and counted. The lock keeps other
 * threads from filling the pipe between poll() and write(). */
static bool write_if_possible(const char *line, size_t length)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static bool cut; /* the last line: the disk had no room for the rest of it */
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};

    pthread_mutex_lock(&lock);
    bool ready = poll(&out, 1, 0) != 0;
    if (ready && cut)
        cut = write_once("\n", 1) != 1;
    ssize_t written = ready && !cut ? write_once(line, length) : -1;
    cut = cut || (written >= 0 && (size_t)written < length);
    pthread_mutex_unlock(&lock);
    return written == (ssize_t)length;
}

/* Once lines can be written again, the first one says how many are missing. */
static void report_dropped(void)
{
    unsigned long count = atomic_exchange(&dropped_since, 0);
    char number[LOG_NUMBER_SIZE];

    if (count)
        log_event(LOG_WARN, "log.lines_dropped", "count", log_number((long long)count, number), NULL);
}

static void write_line(struct line *line)
{
    if (chosen_format == LOG_JSON) {
        json_end_object(&line->json);
        json_writer_finish(&line->json);
    }
    text_puts(&line->text, "\n");
    if (write_if_possible(line->text.data, line->text.length)) {
        report_dropped();
        return;
    }
    atomic_fetch_add(&dropped_total, 1);
    atomic_fetch_add(&dropped_since, 1);
}

unsigned long log_dropped(void)
{
    return atomic_load(&dropped_total);
}

void log_event(enum log_level level, const char *event, ...)
{
    struct line line = {.text = TEXT_EMPTY};
    const char *key;
    va_list fields;

    if (!log_is_on(level))
        return;
    begin_line(&line, level, event);
    va_start(fields, event);
    while ((key = va_arg(fields, const char *))) {
        const char *value = va_arg(fields, const char *);
        if (value)
            add_field(&line, key, value);
    }
    va_end(fields);
    write_line(&line);
    text_fini(&line.text);
}

const char *log_thing(const char *thing_name, char out[LOG_THING_SIZE])
{
    /* FNV-1a: distinguishes devices in a log, not for security. */
    uint32_t hash = 2166136261u;

    for (const unsigned char *c = (const unsigned char *)thing_name; *c; c++)
        hash = (hash ^ *c) * 16777619u;
    snprintf(out, LOG_THING_SIZE, "%.4s~%08x", thing_name, (unsigned)hash);
    return out;
}

const char *log_number(long long n, char out[LOG_NUMBER_SIZE])
{
    snprintf(out, LOG_NUMBER_SIZE, "%lld", n);
    return out;
}
