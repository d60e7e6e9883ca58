/* SPDX-License-Identifier: Apache-2.0 */
#include "base/terminal.h"

#include <string.h>
#include <sys/ioctl.h>

#include "base/utf8.h"

#define COLUMNS 80
#define COLUMNS_MIN 40
#define LINE_SIZE 8192 /* AWS's messages have a few hundred bytes */

int terminal_columns(FILE *out)
{
    struct winsize size;

    if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return COLUMNS;
    return size.ws_col < COLUMNS_MIN ? COLUMNS_MIN : size.ws_col;
}

void terminal_add(const char *string, struct text *out)
{
    uint32_t character = 0;

    for (size_t left = strlen(string), size; left > 0; left -= size, string += size) {
        size = utf8_decode(string, left, &character);
        if (size == 0 || utf8_is_hidden(character))
            text_puts(out, "\xEF\xBF\xBD");
        else
            text_add(out, string, size);
        size = size == 0 ? 1 : size;
    }
}

void terminal_complain(const char *program, const char *format, va_list arguments)
{
    TEXT struct text line = TEXT_EMPTY;
    char words[LINE_SIZE];

    vsnprintf(words, sizeof words, format, arguments);
    text_printf(&line, "%s: ", program);
    terminal_add(words, &line);
    text_puts(&line, "\n");
    fputs(text_get(&line), stderr);
}
