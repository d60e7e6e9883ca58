/* SPDX-License-Identifier: Apache-2.0 */
#include "base/progress.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lines.h"
#include "base/terminal.h"

#define DRAW_EVERY_MS 200
#define BAR 30          /* characters */
#define PART_MIN 0.0001 /* less says nothing about the time left */

void progress_begin(struct progress *progress, FILE *out, int line_every_ms)
{
    long long now = clock_monotonic_ms();

    *progress = (struct progress){
        .out = out,
        .terminal = isatty(fileno(out)) == 1,
        .line_every_ms = line_every_ms,
        .started_ms = now,
        .shown_ms = now,
    };
}

long long progress_elapsed_ms(const struct progress *progress)
{
    long long elapsed = clock_monotonic_ms() - progress->started_ms;

    return elapsed > 0 ? elapsed : 1;
}

bool progress_is_due(const struct progress *progress)
{
    int every = progress->terminal ? DRAW_EVERY_MS : progress->line_every_ms;

    return every > 0 && clock_monotonic_ms() - progress->shown_ms >= every;
}

void progress_clear(struct progress *progress)
{
    if (progress->drawn && progress->line_ends > 0)
        fprintf(progress->out, "\r\033[%dA\033[J", progress->line_ends);
    else if (progress->drawn)
        fputs("\r\033[K", progress->out);
    progress->drawn = false;
    fflush(progress->out);
}

void progress_keep(struct progress *progress)
{
    if (progress->drawn)
        fputs("\n", progress->out);
    progress->drawn = false;
    fflush(progress->out);
}

/* Cuts lines at the terminal's width: a line that wraps could not be erased completely. A multibyte character
 * counts as several, which only cuts earlier. */
static void draw_lines(struct progress *progress, const char *text)
{
    size_t edge = (size_t)terminal_columns(progress->out) - 1, length;
    struct lines lines = lines_of(text, strlen(text));
    const char *line;

    progress->line_ends = 0;
    while (lines_next(&lines, &line, &length)) {
        bool ended = line[length] != '\0';
        fprintf(progress->out, "%.*s%s", (int)(length < edge ? length : edge), line, ended ? "\n" : "");
        progress->line_ends += ended;
    }
    progress->drawn = true;
}

void progress_draw(struct progress *progress, const char *text)
{
    progress->shown_ms = clock_monotonic_ms();
    if (progress->terminal) {
        progress_clear(progress);
        draw_lines(progress, text);
    } else if (progress->line_every_ms > 0) {
        fprintf(progress->out, "%s\n", text);
    }
    fflush(progress->out);
}

static void add_bar(double part, struct text *out)
{
    text_puts(out, "[");
    for (int i = 0; i < BAR; i++)
        text_puts(out, i < (int)(part * BAR + 0.5) ? "#" : ".");
    text_puts(out, "] ");
}

static void add_left(const struct progress *progress, double part, struct text *out)
{
    long long left = (long long)((double)progress_elapsed_ms(progress) * (1 - part) / part / 1000);

    text_printf(out, "  %lld:%02lld left", left / 60, left % 60);
}

void progress_show(struct progress *progress, double part, const char *counts)
{
    TEXT struct text line = TEXT_EMPTY;
    bool known = part >= 0;

    part = part < 1 ? part : 1;
    text_puts(&line, "  ");
    if (known && progress->terminal)
        add_bar(part, &line);
    if (known)
        text_printf(&line, "%3d %%  ", (int)(part * 100));
    text_puts(&line, counts);
    if (part >= PART_MIN)
        add_left(progress, part, &line);
    progress_draw(progress, text_get(&line));
}

void progress_add_rate(const struct progress *progress, unsigned long long count, struct text *out)
{
    text_printf(out, "%.0f a second", (double)count * 1000 / (double)progress_elapsed_ms(progress));
}
