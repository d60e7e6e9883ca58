/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/account_journal.h"

#include <stdio.h>
#include <stdlib.h>

#include "sandbox/iot_account.h"

struct account_journal {
    FILE *file;
};

/* Takes ownership of line. */
static void write_line(struct account_journal *journal, cJSON *line)
{
    char *text = cJSON_PrintUnformatted(line);

    if (text && journal && (fprintf(journal->file, "%s\n", text) < 0 || fflush(journal->file) != 0))
        perror("account: the journal cannot be written");
    cJSON_free(text);
    cJSON_Delete(line);
}

struct account_journal *account_journal_open(const char *path)
{
    struct account_journal *journal = calloc(1, sizeof *journal);
    cJSON *line = cJSON_CreateObject();

    if (journal && !(journal->file = fopen(path, "ae"))) {
        free(journal);
        journal = NULL;
    }
    cJSON_AddTrueToObject(line, "started");
    write_line(journal, line);
    return journal;
}

void account_journal_close(struct account_journal *journal)
{
    if (!journal)
        return;
    fclose(journal->file);
    free(journal);
}

void account_journal_event(struct account_journal *journal, const char *topic, const char *payload)
{
    cJSON *line = journal ? cJSON_CreateObject() : NULL;

    if (!line)
        return;
    cJSON_AddStringToObject(line, "topic", topic);
    cJSON_AddRawToObject(line, "payload", payload);
    write_line(journal, line);
}

void account_journal_thing(struct account_journal *journal, const char *thing_name)
{
    cJSON *line = journal ? cJSON_CreateObject() : NULL;

    if (!line)
        return;
    cJSON_AddStringToObject(line, "thing", thing_name);
    write_line(journal, line);
}

void account_journal_connection(struct account_journal *journal, const char *client_id, bool connected,
                                long long at_ms)
{
    cJSON *line = journal ? cJSON_CreateObject() : NULL;

    if (!line)
        return;
    cJSON_AddStringToObject(line, "thing", client_id);
    cJSON_AddBoolToObject(line, "connected", connected);
    cJSON_AddNumberToObject(line, "at", (double)at_ms);
    write_line(journal, line);
}
