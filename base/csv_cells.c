/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv_cells.h"

#include <string.h>
#include <strings.h>

bool csv_cells_is_sep(const char *line, size_t length, char *separator)
{
    static const char mark[] = "sep=";

    if (length >= 2 && line[0] == '"' && line[length - 1] == '"') {
        line++;
        length -= 2;
    }
    if (length != sizeof mark || strncasecmp(line, mark, sizeof mark - 1) != 0)
        return false;
    *separator = line[sizeof mark - 1];
    return *separator != '\0' && *separator != '"';
}

char csv_cells_separator(const char *line, size_t length)
{
    static const char separators[] = ",;\t";
    size_t counts[sizeof separators - 1] = {0}, best = 0;
    bool quoted = false;

    for (size_t i = 0; i < length; i++) {
        const char *found = line[i] != '\0' ? strchr(separators, line[i]) : NULL;
        quoted = quoted != (line[i] == '"');
        if (!quoted && found != NULL)
            counts[found - separators]++;
    }
    for (size_t i = 1; i < sizeof counts / sizeof *counts; i++)
        best = counts[i] > counts[best] ? i : best;
    return separators[best];
}

const char *csv_cells_separator_name(char separator)
{
    return separator == ','    ? "commas"
           : separator == ';'  ? "semicolons"
           : separator == '\t' ? "tabs"
                               : "another character";
}

size_t csv_cells_plain(char *line, size_t length, char separator)
{
    size_t kept = 0;
    bool quoted = false, begins = true;

    for (size_t i = 0; i < length; i++) {
        if (begins && !quoted && i + 1 < length && line[i] == '=' && line[i + 1] == '"')
            continue; /* the next one begins the cell */
        quoted = quoted != (line[i] == '"');
        begins = !quoted && line[i] == separator;
        line[kept++] = line[i];
    }
    return kept;
}

size_t csv_cells_text(const char **cell, size_t length)
{
    if (length < 3 || memcmp(*cell, "=\"", 2) != 0 || (*cell)[length - 1] != '"')
        return length;
    *cell += 2;
    return length - 3;
}
