/* SPDX-License-Identifier: Apache-2.0 */
#include "base/command_help.h"

#include <stdbool.h>
#include <string.h>

#include "base/command_options.h"
#include "base/standard_output.h"

#define HELP_COLUMN 22   /* where an option's help begins */
#define LETTER_COLUMNS 4 /* "-c, ", where a page has such options */

/* Adds the words of text, in lines between two columns. column is where the next word would be. */
static void wrap(const char *text, size_t length, size_t indent, size_t column, struct text *out)
{
    const char *end = text + length;

    for (bool first = true;; first = false) {
        while (text < end && (*text == ' ' || *text == '\n'))
            text++;
        size_t word = 0;
        while (text + word < end && text[word] != ' ' && text[word] != '\n')
            word++;
        if (word == 0)
            break;
        if (!first && column + 1 + word > COMMAND_HELP_COLUMNS) {
            text_printf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            text_puts(out, " ");
            column++;
        }
        text_add(out, text, word);
        column += word;
        text += word;
    }
    text_puts(out, "\n");
}

/* Adds paragraphs, and lines that begin with a space as they are. */
static void add_paragraphs(const char *text, struct text *out)
{
    while (*text != '\0') {
        size_t line = strcspn(text, "\n"), length = line;
        if (*text == ' ' || line == 0) {
            text_printf(out, "%.*s\n", (int)line, text);
        } else {
            while (text[length] == '\n' && text[length + 1] != '\n' && text[length + 1] != ' ' &&
                   text[length + 1] != '\0')
                length += 1 + strcspn(text + length + 1, "\n");
            wrap(text, length, 0, 0, out);
        }
        text += length + (text[length] == '\n');
    }
}

static void add_usage(const struct command_page *page, struct text *out)
{
    size_t indent = strlen("Usage: ") + strlen(page->name) + 1;
    const char *way = page->synopsis;

    for (bool first = true; first || *way != '\0'; first = false) {
        size_t length = strcspn(way, "\n");
        text_printf(out, "%s%s%s", first ? "Usage: " : "       ", page->name, length ? " " : "");
        wrap(way, length, indent, indent, out);
        way += length + (way[length] == '\n');
    }
}

static bool has_letters(const struct command_page *page)
{
    for (size_t i = 0; i < page->option_count; i++)
        if (command_option_letter(&page->options[i]))
            return true;
    return false;
}

/* letters: how many columns the short options have. */
static void add_option(const struct command_option *row, size_t letters, struct text *out)
{
    size_t before = out->length, indent = HELP_COLUMN + letters;
    char letter = command_option_letter(row);

    if (letter && letters)
        text_printf(out, "  -%c, ", letter);
    else
        text_printf(out, "%*s", (int)(2 + letters), "");
    text_printf(out, "--%s%s%s", row->name, row->placeholder ? " " : "",
                row->placeholder ? row->placeholder : "");
    size_t column = out->length - before;
    if (column + 2 > indent) {
        text_puts(out, "\n");
        column = 0;
    }
    text_printf(out, "%*s", (int)(indent - column), "");
    wrap(row->help, strlen(row->help), indent, indent, out);
}

static void add_options(const struct command_page *page, struct text *out)
{
    static const struct command_option help = {"help", 'h', NULL, "print this, and exit"};
    size_t letters = has_letters(page) ? LETTER_COLUMNS : 0;

    for (size_t i = 0; i < page->option_count; i++) {
        const struct command_option *row = &page->options[i];
        if (!row->name) {
            text_puts(out, "\n");
            wrap(row->help, strlen(row->help), 0, 0, out);
        } else if (row->help) {
            add_option(row, letters, out);
        }
    }
    add_option(&help, letters, out);
}

void command_help_add(const struct command_page *page, struct text *out)
{
    add_usage(page, out);
    text_puts(out, "\n");
    add_paragraphs(page->about, out);
    text_puts(out, "\n");
    add_options(page, out);
    if (page->notes) {
        text_puts(out, "\n");
        add_paragraphs(page->notes, out);
    }
    if (page->examples)
        text_puts(out, strchr(page->examples, '\n') ? "\nExamples:\n" : "\nExample:\n");
    for (const char *line = page->examples; line && *line != '\0'; line += strspn(line, "\n")) {
        text_printf(out, "  %.*s\n", (int)strcspn(line, "\n"), line);
        line += strcspn(line, "\n");
    }
    if (page->exit_status) {
        TEXT struct text sentence = TEXT_EMPTY;
        text_printf(&sentence, "Exit status: %s.", page->exit_status);
        text_puts(out, "\n");
        wrap(text_get(&sentence), sentence.length, 0, 0, out);
    }
}

void command_help_list(const struct subcommands *commands, struct text *out)
{
    size_t width = 0;

    for (size_t i = 0; i < commands->count; i++)
        width = strlen(commands->list[i].name) > width ? strlen(commands->list[i].name) : width;
    if (commands->page) {
        command_help_add(commands->page, out);
        text_puts(out, "\nCommands:\n\n");
    } else {
        text_printf(out, "Usage: %s COMMAND ...\n\n", commands->program);
        add_paragraphs(commands->about, out);
        text_puts(out, "\n");
    }
    for (size_t i = 0; i < commands->count; i++) {
        const char *help = commands->list[i].help;
        text_printf(out, "  %-*s  ", (int)width, commands->list[i].name);
        wrap(help, strlen(help), width + 4, width + 4, out);
    }
}

int command_help(const struct command_page *page)
{
    TEXT struct text help = TEXT_EMPTY;

    command_help_add(page, &help);
    return standard_output_print(page->name, &help);
}
