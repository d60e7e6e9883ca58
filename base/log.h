/* SPDX-License-Identifier: Apache-2.0 */
/* One line a happening, on standard error, as JSON or as plain text. Any thread; a line is written with one
 * write(2), so lines never mix. Never pass a person's data; pass a thing name only through LOG_THING, which
 * shortens it. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_PLAIN, LOG_JSON };

/* Set once, before threads start. The default is LOG_INFO, LOG_PLAIN. */
void log_setup(enum log_level level, enum log_format format);

/* Whether a line of that level would be written: for what is costly to say. */
bool log_is_on(enum log_level level);

/* The id that ties the lines of one HTTP request together; thread-local, borrowed until it is set again.
 * NULL: none. */
void log_set_request(const char *request_id);

/* event: a fixed dotted name ("dispatcher.connected"). Then pairs of const char *key, const char *value, and
 * a final NULL. Values may hold anything: they are escaped. A NULL value is left out. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

/* Room for the short form of a thing name: its first four characters and a hash, enough to follow one device
 * through the log and too little to claim it. */
#define LOG_THING_SIZE 16
const char *log_thing(const char *thing_name, char out[LOG_THING_SIZE]);
#define LOG_THING(name) log_thing((name), (char[LOG_THING_SIZE]){0})

/* A number as text, for use as a value: LOG_NUMBER(n). */
#define LOG_NUMBER_SIZE 24
const char *log_number(long long n, char out[LOG_NUMBER_SIZE]);
#define LOG_NUMBER(n) log_number((long long)(n), (char[LOG_NUMBER_SIZE]){0})

#endif
