/* SPDX-License-Identifier: Apache-2.0 */
#include "command/label_progress.h"

#include <unistd.h>

#include "base/clock.h"

#define INTERVAL_MS 200
#define BAR 24 /* characters */

void label_progress_begin(struct label_progress *progress, FILE *out, unsigned long long bytes_all)
{
    *progress = (struct label_progress){
        .out = out,
        .terminal = isatty(fileno(out)) == 1,
        .started_ms = clock_monotonic_ms(),
        .bytes_all = bytes_all,
    };
}

long long label_progress_elapsed_ms(const struct label_progress *progress)
{
    long long elapsed = clock_monotonic_ms() - progress->started_ms;

    return elapsed > 0 ? elapsed : 1;
}

void label_progress_clear(struct label_progress *progress)
{
    if (progress->shown_ms != 0)
        fputs("\r\033[K", progress->out);
    progress->shown_ms = 0;
}

static void draw_bar(const struct label_progress *progress, double part)
{
    fputs("  [", progress->out);
    for (int i = 0; i < BAR; i++)
        fputc(i < (int)(part * BAR + 0.5) ? '#' : '.', progress->out);
    fprintf(progress->out, "] %3d %%", (int)(part * 100));
}

static void draw(struct label_progress *progress, unsigned long long labels, unsigned long long bytes,
                 long long elapsed_ms)
{
    double part = progress->bytes_all > 0 ? (double)bytes / (double)progress->bytes_all : 0;

    fputs("\r\033[K", progress->out);
    if (progress->bytes_all > 0)
        draw_bar(progress, part < 1 ? part : 1);
    fprintf(progress->out, "  %llu labels  %.0f a second", labels,
            (double)labels * 1000 / (double)elapsed_ms);
    if (part > 0 && part <= 1) {
        long long left = (long long)((double)elapsed_ms * (1 - part) / part / 1000);
        fprintf(progress->out, "  %lld:%02lld left", left / 60, left % 60);
    }
    fflush(progress->out);
}

void label_progress_show(struct label_progress *progress, unsigned long long labels, unsigned long long bytes)
{
    long long now;

    if (!progress->terminal || (now = clock_monotonic_ms()) - progress->shown_ms < INTERVAL_MS)
        return;
    draw(progress, labels, bytes, label_progress_elapsed_ms(progress));
    progress->shown_ms = now;
}
