/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/grey.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

bool grey_init(struct grey *out, int width, int height)
{
    unsigned char *pixels = calloc((size_t)height, (size_t)width);

    if (pixels == NULL)
        return false;
    *out = (struct grey){pixels, width, height};
    return true;
}

void grey_fini(struct grey *grey)
{
    free(grey->pixels);
    *grey = (struct grey)GREY_NONE;
}

size_t grey_area(const struct grey *grey)
{
    return (size_t)grey->width * (size_t)grey->height;
}

static const unsigned char *row_of(const struct grey *grey, int y)
{
    return grey->pixels + (size_t)y * (size_t)grey->width;
}

static unsigned char *row_in(struct grey *grey, int y)
{
    return grey->pixels + (size_t)y * (size_t)grey->width;
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static unsigned char to_pixel(int value)
{
    return (unsigned char)clamp(value, 0, 255);
}

/* Scaling along one axis: which old pixels make each new one. The weights of a pixel add up to ONE. */
enum { ONE = 1 << 14 };

struct filter {
    int taps;
    int *first;   /* per new pixel */
    int *weights; /* taps per new pixel */
};

static void filter_fini(struct filter *filter)
{
    free(filter->first);
    free(filter->weights);
}

static void weigh(struct filter *filter, int index, double middle, double reach, int from)
{
    int *weights = filter->weights + (size_t)index * (size_t)filter->taps;
    int first = clamp((int)floor(middle - reach + 0.5), 0, from - 1);
    double sum = 0;
    int rest = ONE;
    int most = 0;

    if (first > from - filter->taps)
        first = from - filter->taps;
    filter->first[index] = first;
    for (int tap = 0; tap < filter->taps; tap++)
        sum += fmax(0, 1 - fabs(first + tap + 0.5 - middle) / reach);
    for (int tap = 0; tap < filter->taps; tap++) {
        double share = fmax(0, 1 - fabs(first + tap + 0.5 - middle) / reach) / sum;
        weights[tap] = (int)lround(share * ONE);
        rest -= weights[tap];
        if (weights[tap] > weights[most])
            most = tap;
    }
    weights[most] += rest;
}

static bool filter_init(struct filter *out, int from, int to)
{
    double step = (double)from / to;
    double reach = fmax(step, 1);
    int taps = (int)ceil(reach * 2) + 1;

    out->taps = taps < from ? taps : from;
    out->first = malloc((size_t)to * sizeof *out->first);
    out->weights = calloc((size_t)to * (size_t)out->taps, sizeof *out->weights);
    if (out->first == NULL || out->weights == NULL)
        return false;
    for (int i = 0; i < to; i++)
        weigh(out, i, (i + 0.5) * step, reach, from);
    return true;
}

static void scale_rows(const struct grey *grey, const struct filter *filter, struct grey *out)
{
    for (int y = 0; y < grey->height; y++) {
        const unsigned char *from = row_of(grey, y);
        unsigned char *to = row_in(out, y);
        const int *weights = filter->weights;
        for (int x = 0; x < out->width; x++, weights += filter->taps) {
            const unsigned char *pixels = from + filter->first[x];
            int sum = ONE / 2;
            for (int tap = 0; tap < filter->taps; tap++)
                sum += weights[tap] * pixels[tap];
            to[x] = (unsigned char)(sum / ONE);
        }
    }
}

static void scale_columns(const struct grey *grey, const struct filter *filter, int *sums, struct grey *out)
{
    for (int y = 0; y < out->height; y++) {
        const int *weights = filter->weights + (size_t)y * (size_t)filter->taps;
        unsigned char *to = row_in(out, y);
        for (int x = 0; x < out->width; x++)
            sums[x] = ONE / 2;
        for (int tap = 0; tap < filter->taps; tap++) {
            const unsigned char *from = row_of(grey, filter->first[y] + tap);
            for (int x = 0; x < out->width && weights[tap] != 0; x++)
                sums[x] += weights[tap] * from[x];
        }
        for (int x = 0; x < out->width; x++)
            to[x] = (unsigned char)(sums[x] / ONE);
    }
}

bool grey_scale(const struct grey *grey, int width, int height, struct grey *out)
{
    __attribute__((cleanup(filter_fini))) struct filter across = {0, NULL, NULL};
    __attribute__((cleanup(filter_fini))) struct filter down = {0, NULL, NULL};
    GREY struct grey half_done = GREY_NONE;
    OWNED int *sums = malloc((size_t)width * sizeof *sums);
    struct grey done;

    if (sums == NULL || !filter_init(&across, grey->width, width) ||
        !filter_init(&down, grey->height, height) || !grey_init(&half_done, width, grey->height))
        return false;
    scale_rows(grey, &across, &half_done);
    if (!grey_init(&done, width, height))
        return false;
    scale_columns(&half_done, &down, sums, &done);
    *out = done;
    return true;
}

bool grey_halve(const struct grey *grey, struct grey *out)
{
    struct grey done;

    if (!grey_init(&done, grey->width / 2, grey->height / 2))
        return false;
    for (int y = 0; y < done.height; y++) {
        const unsigned char *above = row_of(grey, y * 2);
        const unsigned char *below = row_of(grey, y * 2 + 1);
        unsigned char *to = row_in(&done, y);
        for (int x = 0; x < done.width; x++)
            to[x] =
                (unsigned char)((above[x * 2] + above[x * 2 + 1] + below[x * 2] + below[x * 2 + 1] + 2) / 4);
    }
    *out = done;
    return true;
}

/* Interpolates. x and y in 1/65536 of a pixel. */
static unsigned char between(const struct grey *grey, int64_t x, int64_t y)
{
    int left = clamp((int)(x >> 16), 0, grey->width - 1);
    int top = clamp((int)(y >> 16), 0, grey->height - 1);
    int right = clamp((int)(x >> 16) + 1, 0, grey->width - 1);
    int bottom = clamp((int)(y >> 16) + 1, 0, grey->height - 1);
    int across = (int)(x >> 8 & 255);
    int down = (int)(y >> 8 & 255);
    const unsigned char *above = row_of(grey, top);
    const unsigned char *below = row_of(grey, bottom);
    int upper = above[left] * (256 - across) + above[right] * across;
    int lower = below[left] * (256 - across) + below[right] * across;

    return (unsigned char)((upper * (256 - down) + lower * down) >> 16);
}

bool grey_turn(const struct grey *grey, double degrees, struct grey *out)
{
    double radians = degrees * acos(-1) / 180;
    double cosine = cos(radians);
    double sine = sin(radians);
    int width = (int)ceil(fabs(grey->width * cosine) + fabs(grey->height * sine));
    int height = (int)ceil(fabs(grey->width * sine) + fabs(grey->height * cosine));
    struct grey done;

    if (!grey_init(&done, width, height))
        return false;
    for (int y = 0; y < height; y++) {
        unsigned char *to = row_in(&done, y);
        double up = y + 0.5 - height / 2.0;
        double left = 0.5 - width / 2.0;
        int64_t from_x = (int64_t)((left * cosine + up * sine + grey->width / 2.0 - 0.5) * 65536);
        int64_t from_y = (int64_t)((up * cosine - left * sine + grey->height / 2.0 - 0.5) * 65536);
        int64_t step_x = (int64_t)(cosine * 65536);
        int64_t step_y = (int64_t)(-sine * 65536);
        for (int x = 0; x < width; x++, from_x += step_x, from_y += step_y)
            to[x] = between(grey, from_x, from_y);
    }
    *out = done;
    return true;
}

/* Sums of 2 * radius + 1 rows, updated row by row; the edge is repeated beyond the picture. */
struct columns {
    const struct grey *grey;
    int radius;
    int *sums; /* owned; per column */
};

static void columns_fini(struct columns *columns)
{
    free(columns->sums);
}

static void columns_add(struct columns *columns, int y, int sign)
{
    const unsigned char *row = row_of(columns->grey, clamp(y, 0, columns->grey->height - 1));

    for (int x = 0; x < columns->grey->width; x++)
        columns->sums[x] += sign * row[x];
}

/* Starts around row 0. */
static bool columns_init(struct columns *out, const struct grey *grey, int radius)
{
    *out = (struct columns){grey, radius, calloc((size_t)grey->width, sizeof *out->sums)};
    if (out->sums == NULL)
        return false;
    for (int y = -radius; y <= radius; y++)
        columns_add(out, y, 1);
    return true;
}

static void columns_go_on(struct columns *columns, int y)
{
    columns_add(columns, y - columns->radius - 1, -1);
    columns_add(columns, y + columns->radius, 1);
}

/* The sum of the square around column 0. */
static int square_start(const struct columns *columns)
{
    int sum = 0;

    for (int x = -columns->radius; x <= columns->radius; x++)
        sum += columns->sums[clamp(x, 0, columns->grey->width - 1)];
    return sum;
}

static int square_step(const struct columns *columns, int x)
{
    int last = columns->grey->width - 1;

    return columns->sums[clamp(x + columns->radius + 1, 0, last)] -
           columns->sums[clamp(x - columns->radius, 0, last)];
}

static bool blur_once(const struct grey *grey, int radius, struct grey *out)
{
    __attribute__((cleanup(columns_fini))) struct columns columns = {NULL, 0, NULL};
    int count = (2 * radius + 1) * (2 * radius + 1);
    int64_t share = ((int64_t)1 << 32) / count + 1;
    struct grey done;

    if (!columns_init(&columns, grey, radius) || !grey_init(&done, grey->width, grey->height))
        return false;
    for (int y = 0; y < grey->height; y++) {
        unsigned char *to = row_in(&done, y);
        if (y > 0)
            columns_go_on(&columns, y);
        int sum = square_start(&columns);
        for (int x = 0; x < grey->width; x++) {
            to[x] = (unsigned char)((sum + count / 2) * share >> 32);
            sum += square_step(&columns, x);
        }
    }
    *out = done;
    return true;
}

bool grey_blur(const struct grey *grey, int radius, int passes, struct grey *out)
{
    GREY struct grey last = GREY_NONE;

    if (!blur_once(grey, radius, &last))
        return false;
    for (int pass = 1; pass < passes; pass++) {
        struct grey next;
        if (!blur_once(&last, radius, &next))
            return false;
        grey_fini(&last);
        last = next;
    }
    *out = last;
    last.pixels = NULL;
    return true;
}

bool grey_sharpen(const struct grey *grey, int radius, int amount, struct grey *out)
{
    struct grey done;

    if (!grey_blur(grey, radius, 2, &done))
        return false;
    for (size_t i = 0; i < grey_area(grey); i++) {
        int pixel = grey->pixels[i];
        done.pixels[i] = to_pixel(pixel + (pixel - done.pixels[i]) * amount / 4);
    }
    *out = done;
    return true;
}

bool grey_threshold(const struct grey *grey, int radius, struct grey *out)
{
    __attribute__((cleanup(columns_fini))) struct columns columns = {NULL, 0, NULL};
    int count = (2 * radius + 1) * (2 * radius + 1);
    struct grey done;

    if (!columns_init(&columns, grey, radius) || !grey_init(&done, grey->width, grey->height))
        return false;
    for (int y = 0; y < grey->height; y++) {
        const unsigned char *from = row_of(grey, y);
        unsigned char *to = row_in(&done, y);
        if (y > 0)
            columns_go_on(&columns, y);
        int sum = square_start(&columns);
        for (int x = 0; x < grey->width; x++) {
            to[x] = from[x] * count < sum ? 0 : 255;
            sum += square_step(&columns, x);
        }
    }
    *out = done;
    return true;
}

void grey_invert(struct grey *grey)
{
    for (size_t i = 0; i < grey_area(grey); i++)
        grey->pixels[i] = (unsigned char)~grey->pixels[i];
}
