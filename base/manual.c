/* SPDX-License-Identifier: Apache-2.0 */
#include "base/manual.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/command_options.h"

/* Adds text with what roff would take for its own escaped. */
static void add_escaped(const char *text, size_t length, struct text *out)
{
    for (size_t i = 0; i < length; i++) {
        bool starts = i == 0 || text[i - 1] == '\n';
        if (starts && (text[i] == '.' || text[i] == '\''))
            text_puts(out, "\\&");
        if (text[i] == '\\')
            text_puts(out, "\\e");
        else if (text[i] == '-')
            text_puts(out, "\\-");
        else
            text_add(out, &text[i], 1);
    }
}

static void add_line(const char *text, size_t length, struct text *out)
{
    add_escaped(text, length, out);
    text_puts(out, "\n");
}

/* Adds paragraphs, and lines that begin with a space as they are. */
static void add_paragraphs(const char *text, struct text *out)
{
    bool as_it_is = false, fresh = true;

    for (; *text != '\0'; text += *text == '\n') {
        size_t length = strcspn(text, "\n");
        if (as_it_is != (*text == ' ')) {
            as_it_is = !as_it_is;
            text_puts(out, as_it_is ? ".PP\n.nf\n" : ".fi\n");
        }
        if (length == 0 && !fresh && text[1] != '\0' && text[1] != ' ')
            text_puts(out, ".PP\n");
        else if (length > 0)
            add_line(text, length, out);
        fresh = length == 0;
        text += length;
    }
    if (as_it_is)
        text_puts(out, ".fi\n");
}

static void add_synopsis(const struct command_page *page, struct text *out)
{
    const char *way = page->synopsis;

    for (bool first = true; first || *way != '\0'; first = false) {
        size_t length = strcspn(way, "\n");
        text_puts(out, first ? ".B " : ".br\n.B ");
        add_line(page->name, strlen(page->name), out);
        if (length > 0)
            add_line(way, length, out);
        way += length + (way[length] == '\n');
    }
}

static void add_option(const struct command_option *row, struct text *out)
{
    char letter = command_option_letter(row);

    text_puts(out, ".TP\n.B ");
    if (letter)
        text_printf(out, "\\-%c, ", letter);
    text_puts(out, "\\-\\-");
    add_escaped(row->name, strlen(row->name), out);
    if (row->placeholder) {
        text_puts(out, " \\fI");
        add_escaped(row->placeholder, strlen(row->placeholder), out);
        text_puts(out, "\\fR");
    }
    text_puts(out, "\n");
    add_line(row->help, strlen(row->help), out);
}

static void add_options(const struct command_page *page, struct text *out)
{
    static const struct command_option help = {"help", 'h', NULL, "print the help, and exit"};

    for (size_t i = 0; i < page->option_count; i++) {
        const struct command_option *row = &page->options[i];
        if (!row->name) {
            text_puts(out, ".PP\n");
            add_line(row->help, strlen(row->help), out);
        } else if (row->help) {
            add_option(row, out);
        }
    }
    add_option(&help, out);
}

static void add_end(const struct command_page *page, struct text *out)
{
    if (page->notes) {
        text_puts(out, ".PP\n");
        add_paragraphs(page->notes, out);
    }
    if (page->examples) {
        text_puts(out, ".PP\nExamples:\n.PP\n.nf\n");
        add_line(page->examples, strlen(page->examples), out);
        text_puts(out, ".fi\n");
    }
    if (page->exit_status) {
        text_puts(out, ".PP\nExit status: ");
        add_escaped(page->exit_status, strlen(page->exit_status), out);
        text_puts(out, ".\n");
    }
}

static void add_command(const struct command_page *page, const char *help, struct text *out)
{
    text_puts(out, ".SS ");
    add_line(page->name, strlen(page->name), out);
    add_synopsis(page, out);
    text_puts(out, ".PP\n");
    add_paragraphs(page->about[0] != '\0' ? page->about : help, out);
    add_options(page, out);
    add_end(page, out);
}

static void add_commands(const struct subcommands *commands, struct text *out)
{
    for (size_t i = 0; i < commands->count; i++) {
        if (commands->list[i].list)
            add_commands(commands->list[i].list, out);
        else
            add_command(commands->list[i].page, commands->list[i].help, out);
    }
}

static void add_head(const struct subcommands *commands, struct text *out)
{
    text_puts(out, ".\\\" SPDX-License-Identifier: Apache-2.0\n.TH ");
    for (const char *letter = commands->program; *letter != '\0'; letter++) {
        if (*letter == '-')
            text_puts(out, "\\-");
        else
            text_printf(out, "%c", toupper((unsigned char)*letter));
    }
    text_printf(out, " %d \"\" \"%s %s\"\n.SH NAME\n", commands->section, commands->program,
                EXPRESSLINK_VERSION);
    add_escaped(commands->program, strlen(commands->program), out);
    text_puts(out, " \\- ");
    size_t length = strcspn(commands->about, ".\n");
    text_printf(out, "%c", tolower((unsigned char)commands->about[0]));
    add_line(commands->about + 1, length - 1, out);
}

void manual_add(const struct subcommands *commands, struct text *out)
{
    add_head(commands, out);
    text_puts(out, ".SH SYNOPSIS\n");
    if (commands->page)
        add_synopsis(commands->page, out);
    text_puts(out, commands->page ? ".br\n.B " : ".B ");
    add_line(commands->program, strlen(commands->program), out);
    text_puts(out, "COMMAND ...\n.SH DESCRIPTION\n");
    add_paragraphs(commands->page ? commands->page->about : commands->about, out);
    if (commands->page) {
        text_puts(out, ".SH OPTIONS\n");
        add_options(commands->page, out);
        add_end(commands->page, out);
    }
    text_puts(out, ".SH COMMANDS\n");
    add_commands(commands, out);
}
