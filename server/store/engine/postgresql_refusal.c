/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/engine/postgresql_refusal.h"

#include <string.h>

#include "base/memory.h"

#define STATE_LENGTH 5

/* A SQLSTATE or its class: insufficient resources, operator intervention (starting up, shutting down), system
 * error. All of pgbouncer's are 08P01, those about the configuration of the pooler too; it tries again. */
static const char *const passing_states[] = {"08", "53", "57", "58"};

/* Sentences of libpq: no answer that is wanted from this server now, but perhaps later. */
static const char *const passing[] = {
    "read-only",     "not read-write", "hot standby", "SSL SYSCALL error", "SSL connection has been closed",
    "unexpected eof"};
/* Mistakes in the url, in files that it names, and in what both sides expect of TLS. */
static const char *const lasting[] = {"invalid ",    "certificate", "private key",
                                      "SSL error: ", "SSL, but",    "no password supplied"};

static bool has_any(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(text, words[i]))
            return true;
    return false;
}

/* Removes what is between double quotes. */
static void remove_names(char *text)
{
    char *to = text;
    bool quoted = false;

    for (const char *from = text; *from; from++) {
        if (*from == '"')
            quoted = !quoted;
        else if (!quoted)
            *to++ = *from;
    }
    *to = '\0';
}

/* The SQLSTATE at the end of a line such as `... failed: FATAL:  28P01`; NULL: none. */
static const char *state_of(const char *line)
{
    size_t length = strcspn(line, "\n");
    const char *state = line + length - STATE_LENGTH;

    if (length <= STATE_LENGTH || state[-1] != ' ')
        return NULL;
    return strspn(state, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") >= STATE_LENGTH ? state : NULL;
}

static bool is_passing_state(const char *state)
{
    for (size_t i = 0; i < sizeof passing_states / sizeof *passing_states; i++)
        if (strncmp(state, passing_states[i], strlen(passing_states[i])) == 0)
            return true;
    return false;
}

/* With several hosts there is a line for each: one that may come up is enough. */
bool postgresql_may_come_up(const char *said)
{
    OWNED char *text = memory_string(said);
    bool refused = false;

    remove_names(text);
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        const char *state = state_of(line);
        if (state && is_passing_state(state))
            return true;
        refused = refused || state;
    }
    if (has_any(text, passing, sizeof passing / sizeof *passing))
        return true;
    return !refused && !has_any(text, lasting, sizeof lasting / sizeof *lasting);
}
