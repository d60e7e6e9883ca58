/* SPDX-License-Identifier: Apache-2.0 */
#include "base/completion.h"

#include <string.h>

#define DESCRIPTION_MAX 70

/* The two shells' words for the same things. Functions add one row of a case statement. */
struct shell {
    const char *head, *after_places, *after_values, *tail; /* %F: the function's name, %P: the program's */
    const char *files;                                     /* the command that completes a file's name */
    void (*add_choices)(const char *choices, struct text *out);
    void (*add_word)(const char *name, const char *help, struct text *out);
};

/* Where a command line has come to: "/account/register", with the subcommands that can follow, or the command
 * itself. */
struct place {
    const char *path;
    const struct subcommands *list;  /* NULL: none */
    const struct command_page *page; /* NULL: none */
};

typedef void visitor(const struct shell *shell, const struct place *place, struct text *out);

static void walk(const struct shell *shell, const struct subcommands *list, const char *path, visitor *visit,
                 struct text *out)
{
    visit(shell, &(struct place){path, list, list->page}, out);
    for (size_t i = 0; i < list->count; i++) {
        TEXT struct text below = TEXT_EMPTY;
        text_printf(&below, "%s/%s", path, list->list[i].name);
        if (list->list[i].list)
            walk(shell, list->list[i].list, text_get(&below), visit, out);
        else
            visit(shell, &(struct place){text_get(&below), NULL, list->list[i].page}, out);
    }
}

static void add_quoted(const char *text, size_t length, struct text *out)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\'')
            text_puts(out, "'\\''");
        else
            text_add(out, text[i] == '\n' ? " " : &text[i], 1);
    }
}

/* The beginning of a help: up to the first remark. */
static size_t description_length(const char *help)
{
    size_t length = strcspn(help, ";:.(");

    if (length > DESCRIPTION_MAX)
        for (length = DESCRIPTION_MAX; length > 0 && help[length] != ' ';)
            length--;
    while (length > 0 && help[length - 1] == ' ')
        length--;
    return length;
}

static bool is_file(const char *words)
{
    return strstr(words, "FILE") || strstr(words, "FOLDER") || strstr(words, "PATH");
}

static bool is_choices(const char *placeholder)
{
    return strchr(placeholder, '|') && !strchr(placeholder, '[') && !is_file(placeholder);
}

static void visit_place(const struct shell *shell, const struct place *place, struct text *out)
{
    (void)shell;
    if (place->path[0] != '\0')
        text_printf(out, " | %s", place->path);
}

static void visit_values(const struct shell *shell, const struct place *place, struct text *out)
{
    size_t count = place->page ? place->page->option_count : 0;

    for (size_t i = 0; i < count; i++) {
        const struct command_option *row = &place->page->options[i];
        if (!row->name || !row->placeholder)
            continue;
        text_printf(out, "    %s:--%s)", place->path, row->name);
        if (is_choices(row->placeholder))
            shell->add_choices(row->placeholder, out);
        else if (is_file(row->placeholder))
            text_printf(out, " %s", shell->files);
        text_puts(out, " return ;;\n");
    }
}

static void visit_words(const struct shell *shell, const struct place *place, struct text *out)
{
    bool takes_files = !place->list && place->page && is_file(place->page->synopsis);

    text_printf(out, "    %s)\n", place->path[0] != '\0' ? place->path : "''");
    if (takes_files)
        text_printf(out, "        [[ $word == -* ]] || { %s return; }\n", shell->files);
    text_puts(out, "        found=(");
    for (size_t i = 0; place->list && i < place->list->count; i++)
        shell->add_word(place->list->list[i].name, place->list->list[i].help, out);
    if (place->path[0] == '\0') {
        shell->add_word("help", "describe a command", out);
        shell->add_word("completion", "print a script for bash or zsh", out);
        shell->add_word("--version", "print the version", out);
    }
    for (size_t i = 0; place->page && i < place->page->option_count; i++) {
        TEXT struct text name = TEXT_EMPTY;
        text_printf(&name, "--%s", place->page->options[i].name ? place->page->options[i].name : "");
        if (place->page->options[i].name && place->page->options[i].help &&
            strcmp(text_get(&name), "--version") != 0)
            shell->add_word(text_get(&name), place->page->options[i].help, out);
    }
    shell->add_word("--help", "print the help", out);
    text_puts(out, ") ;;\n");
}

static void add_bash_choices(const char *choices, struct text *out)
{
    text_puts(out, " mapfile -t COMPREPLY < <(compgen -W '");
    for (; *choices != '\0'; choices++)
        text_add(out, *choices == '|' ? " " : choices, 1);
    text_puts(out, "' -- \"$word\");");
}

static void add_bash_word(const char *name, const char *help, struct text *out)
{
    (void)help;
    text_printf(out, " %s", name);
}

static void add_zsh_choices(const char *choices, struct text *out)
{
    text_puts(out, " compadd --");
    for (; *choices != '\0'; choices += strspn(choices, "|")) {
        size_t length = strcspn(choices, "|");
        text_printf(out, " %.*s", (int)length, choices);
        choices += length;
    }
    text_puts(out, ";");
}

static void add_zsh_word(const char *name, const char *help, struct text *out)
{
    text_printf(out, "\n            '%s:", name);
    add_quoted(help, description_length(help), out);
    text_puts(out, "'");
}

static const struct shell bash = {
    .head = "# bash completion of %P, made by: %P completion bash\n"
            "%F()\n{\n"
            "    local word=${COMP_WORDS[COMP_CWORD]} place='' i found=()\n\n"
            "    COMPREPLY=()\n"
            "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
            "        case $place/${COMP_WORDS[i]} in\n"
            "        /help",
    .after_places =
        ") place+=/${COMP_WORDS[i]} ;;\n"
        "        esac\n    done\n"
        "    place=${place#/help}\n"
        "    case $place:${COMP_WORDS[COMP_CWORD - 1]} in\n"
        "    :completion) mapfile -t COMPREPLY < <(compgen -W 'bash zsh' -- \"$word\"); return ;;\n",
    .after_values = "    esac\n    case $place in\n",
    .tail = "    esac\n    mapfile -t COMPREPLY < <(compgen -W \"${found[*]}\" -- \"$word\")\n}\n"
            "complete -F %F %P\n",
    .files = "compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- \"$word\");",
    .add_choices = add_bash_choices,
    .add_word = add_bash_word,
};

static const struct shell zsh = {
    .head = "#compdef %P\n# zsh completion of %P, made by: %P completion zsh\n"
            "%F()\n{\n"
            "    local word=${words[CURRENT]} place='' i\n    local -a found\n\n"
            "    for ((i = 2; i < CURRENT; i++)); do\n"
            "        case $place/${words[i]} in\n"
            "        (/help",
    .after_places = ") place+=/${words[i]} ;;\n"
                    "        esac\n    done\n"
                    "    place=${place#/help}\n"
                    "    case $place:${words[CURRENT - 1]} in\n"
                    "    :completion) compadd bash zsh; return ;;\n",
    .after_values = "    esac\n    case $place in\n",
    .tail = "    esac\n    _describe -t commands 'command or option' found\n}\n"
            "if [[ ${funcstack[1]} == %F ]]; then\n    %F \"$@\"\nelse\n    compdef %F %P\nfi\n",
    .files = "_files;",
    .add_choices = add_zsh_choices,
    .add_word = add_zsh_word,
};

/* Adds a piece of a script with the program's name for %P, and the function's for %F. */
static void add_piece(const char *piece, const char *program, struct text *out)
{
    for (; *piece != '\0'; piece++) {
        if (*piece == '%' && piece[1] == 'P') {
            text_puts(out, program);
            piece++;
        } else if (*piece == '%' && piece[1] == 'F') {
            text_puts(out, "_");
            for (const char *letter = program; *letter != '\0'; letter++)
                text_add(out, *letter == '-' ? "_" : letter, 1);
            piece++;
        } else {
            text_add(out, piece, 1);
        }
    }
}

bool completion_add(const struct subcommands *commands, const char *name, struct text *out)
{
    const struct shell *shell = strcmp(name, "bash") == 0 ? &bash : strcmp(name, "zsh") == 0 ? &zsh : NULL;

    if (!shell)
        return false;
    add_piece(shell->head, commands->program, out);
    walk(shell, commands, "", visit_place, out);
    add_piece(shell->after_places, commands->program, out);
    walk(shell, commands, "", visit_values, out);
    text_puts(out, shell->after_values);
    walk(shell, commands, "", visit_words, out);
    add_piece(shell->tail, commands->program, out);
    return true;
}
