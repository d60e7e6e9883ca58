/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/register_progress.h"

#include <unistd.h>

#include "base/clock.h"

#define TERMINAL_MS 200
#define PLAIN_MS 5000
#define BAR 24 /* characters */

void register_progress_begin(struct register_progress *progress, FILE *out,
                             const struct enrolment_source *source)
{
    *progress = (struct register_progress){
        .out = out,
        .terminal = isatty(fileno(out)) == 1,
        .started_ms = clock_monotonic_ms(),
        .source = source,
    };
    progress->shown_ms = progress->started_ms;
}

long long register_progress_elapsed_ms(const struct register_progress *progress)
{
    long long elapsed = clock_monotonic_ms() - progress->started_ms;

    return elapsed > 0 ? elapsed : 1;
}

void register_progress_clear(struct register_progress *progress)
{
    if (progress->drawn)
        fputs("\r\033[K", progress->out);
    progress->drawn = false;
}

static void draw_bar(FILE *out, double part)
{
    fputs("  [", out);
    for (int i = 0; i < BAR; i++)
        fputc(i < (int)(part * BAR + 0.5) ? '#' : '.', out);
    fprintf(out, "] %3d %%", (int)(part * 100));
}

void register_progress_show(struct register_progress *progress, const struct enrolment_batch_counts *counts)
{
    const struct enrolment_source *source = progress->source;
    long long now = clock_monotonic_ms(), elapsed = register_progress_elapsed_ms(progress);
    double part = source->bytes_all > 0 ? (double)source->bytes_done / (double)source->bytes_all : 0;

    if (now - progress->shown_ms < (progress->terminal ? TERMINAL_MS : PLAIN_MS))
        return;
    progress->shown_ms = now;
    part = part < 1 ? part : 1;
    if (progress->terminal) {
        fputs("\r\033[K", progress->out);
        draw_bar(progress->out, part);
        progress->drawn = true;
    }
    fprintf(progress->out, "  %llu devices  %.0f a second", counts->devices,
            (double)counts->devices * 1000 / (double)elapsed);
    if (counts->failed > 0)
        fprintf(progress->out, "  %llu failed", counts->failed);
    if (part > 0) {
        long long left = (long long)((double)elapsed * (1 - part) / part / 1000);
        fprintf(progress->out, "  %lld:%02lld left", left / 60, left % 60);
    }
    if (!progress->terminal)
        fputs("\n", progress->out);
    fflush(progress->out);
}
