/* SPDX-License-Identifier: Apache-2.0 */
/* Writes log events, one line each, to standard error, as JSON or plain text. Any thread: each line is one
 * write(2), so lines do not mix. It does not block: if the pipe is full or the disk has no room, lines are
 * dropped and counted, and the next one that can be written follows after log.lines_dropped. Values that do
 * not fit into a line of 4096 bytes are cut. Never log personal data; log a thing name only through
 * LOG_THING, which shortens it. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_PLAIN, LOG_JSON };

/* Call once, before threads start. The default is LOG_INFO, LOG_PLAIN. */
void log_setup(enum log_level level, enum log_format format);

/* Whether events of that level are written; check it before preparing costly fields. */
bool log_is_on(enum log_level level);

/* Sets the id that links the lines of one HTTP request. Per thread; borrowed until the next call. NULL:
 * none. */
void log_set_request(const char *request_id);

/* event: a fixed name, noun.verb_past ("dispatcher.connected"). Then pairs of const char *key, const char
 * *value, ended by NULL. Values are escaped. A NULL value is left out. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

/* How many lines were dropped since the start. */
unsigned long log_dropped(void);

/* The short form of a thing name: its first four characters and a hash. Enough to follow one device through
 * the log, too little to claim it. */
#define LOG_THING_SIZE 16
const char *log_thing(const char *thing_name, char out[LOG_THING_SIZE]);
#define LOG_THING(name) log_thing((name), (char[LOG_THING_SIZE]){0})

/* A number as a field value: LOG_NUMBER(n). */
#define LOG_NUMBER_SIZE 24
const char *log_number(long long n, char out[LOG_NUMBER_SIZE]);
#define LOG_NUMBER(n) log_number((long long)(n), (char[LOG_NUMBER_SIZE]){0})

#endif
