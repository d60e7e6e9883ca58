/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/search.h"

#include <math.h>
#include <time.h>

#include "decode/grey.h"
#include "decode/jpeg.h"
#include "decode/other_format.h"
#include "decode/png.h"
#include "decode/webp.h"
#include "decode/zxing.h"

enum {
    BUDGET_MS = 1500,
    SIDE_MAX = 32767,
    SMALL_MAX = 1 << 20, /* pixels: a camera frame, searched in full first */
    FIRST_MAX = 4 << 20, /* pixels in the first attempt */
    FULL_MAX = 25 << 20, /* pixels in the full attempt: of the phones that take 24 megapixels */
    WORK_MAX = 3 << 19,  /* pixels of the source of copies */
    COPY_MAX = 3 << 20,  /* pixels of a copy */
    SHRINK_MAX = 8,
};

struct format {
    bool (*is)(const unsigned char *bytes, size_t length);
    enum decode_error (*check)(const unsigned char *bytes, size_t length, int *width, int *height);
    enum decode_error (*read)(const unsigned char *bytes, size_t length, int shrink, struct grey *out);
};

static const struct format formats[] = {
    {jpeg_is, jpeg_check, jpeg_read}, {png_is, png_check, png_read}, {webp_is, webp_check, webp_read}};

/* A copy of the picture, made in this order. Steps with 0 are skipped. */
struct recipe {
    const char *name;
    int scale; /* percent; less when the copy would be too large */
    int turn;  /* degrees */
    bool inverted;
    int blur; /* radius */
    struct {
        int radius, amount;
    } sharp;
    int threshold; /* radius */
    enum zxing_binarizer binarizer;
};

/* Each finds codes that those before it miss; sorted by codes found per time. */
static const struct recipe recipes[] = {
    {.name = "inverted", .inverted = true, .binarizer = ZXING_LOCAL},
    {.name = "shrunk, binarised", .scale = 66, .threshold = 8, .binarizer = ZXING_FIXED},
    {.name = "shrunk, blurred, binarised", .scale = 66, .blur = 1, .threshold = 12, .binarizer = ZXING_FIXED},
    {.name = "sharpened", .sharp = {2, 8}, .binarizer = ZXING_LOCAL},
    {.name = "shrunk, turned", .scale = 66, .turn = 60, .threshold = 10, .binarizer = ZXING_FIXED},
    {.name = "enlarged, blurred, binarised",
     .scale = 150,
     .blur = 1,
     .threshold = 12,
     .binarizer = ZXING_FIXED},
    {.name = "enlarged, sharpened", .scale = 150, .sharp = {3, 16}, .binarizer = ZXING_LOCAL},
    {.name = "enlarged, binarised", .scale = 200, .threshold = 8, .binarizer = ZXING_FIXED},
    {.name = "turned", .turn = 30, .binarizer = ZXING_LOCAL},
    {.name = "enlarged, sharpened, binarised",
     .scale = 200,
     .sharp = {3, 8},
     .threshold = 40,
     .binarizer = ZXING_FIXED},
    {.name = "inverted, sharpened, binarised",
     .scale = 200,
     .inverted = true,
     .sharp = {3, 8},
     .threshold = 40,
     .binarizer = ZXING_FIXED},
    {.name = "enlarged, binarised widely", .scale = 300, .threshold = 48, .binarizer = ZXING_FIXED},
};

struct search {
    const struct format *format;
    const unsigned char *bytes;
    size_t length;
    int width, height;
    struct timespec deadline;
    struct decode_result found;
    const char *attempt;
};

static bool is_over(const struct search *search)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec > search->deadline.tv_sec ||
           (now.tv_sec == search->deadline.tv_sec && now.tv_nsec >= search->deadline.tv_nsec);
}

static void set_deadline(struct search *search, long long budget_ms)
{
    struct timespec *deadline = &search->deadline;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, deadline);
    deadline->tv_sec += (time_t)(budget_ms / 1000);
    deadline->tv_nsec += (long)(budget_ms % 1000) * 1000000;
    if (deadline->tv_nsec >= 1000000000) {
        deadline->tv_sec++;
        deadline->tv_nsec -= 1000000000;
    }
}

/* DECODE_OK if found, DECODE_NO_CODE to continue. */
static enum decode_error take(struct search *search, bool enough_memory, const char *name)
{
    if (search->found.count == 0)
        return enough_memory ? DECODE_NO_CODE : DECODE_TOO_LARGE;
    search->attempt = name;
    return DECODE_OK;
}

static enum decode_error look(struct search *search, const struct grey *grey, enum zxing_binarizer binarizer,
                              const char *name)
{
    return take(search, zxing_read(grey, binarizer, &search->found), name);
}

/* Replaces *grey by its copy. */
static bool replace(struct grey *grey, bool made, const struct grey *copy)
{
    if (!made)
        return false;
    grey_fini(grey);
    *grey = *copy;
    return true;
}

/* Scales by percent, less if the copy would be too large. */
static bool scale(struct grey *grey, const struct grey *from, int percent)
{
    double factor = fmin(percent / 100.0, sqrt((double)COPY_MAX / (double)grey_area(from)));
    int width = (int)(from->width * factor);
    int height = (int)(from->height * factor);

    return grey_scale(from, width > 0 ? width : 1, height > 0 ? height : 1, grey);
}

static bool prepare(const struct recipe *recipe, const struct grey *from, struct grey *grey)
{
    struct grey copy;

    if (!scale(grey, from, recipe->scale > 0 ? recipe->scale : 100))
        return false;
    if (recipe->inverted)
        grey_invert(grey);
    return (recipe->turn == 0 || replace(grey, grey_turn(grey, recipe->turn, &copy), &copy)) &&
           (recipe->blur == 0 || replace(grey, grey_blur(grey, recipe->blur, 2, &copy), &copy)) &&
           (recipe->sharp.radius == 0 ||
            replace(grey, grey_sharpen(grey, recipe->sharp.radius, recipe->sharp.amount, &copy), &copy)) &&
           (recipe->threshold == 0 || replace(grey, grey_threshold(grey, recipe->threshold, &copy), &copy));
}

static enum decode_error look_at_copies(struct search *search, const struct grey *work)
{
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes && !is_over(search); i++) {
        GREY struct grey copy = GREY_NONE;
        if (!prepare(&recipes[i], work, &copy))
            return DECODE_TOO_LARGE;
        enum decode_error error = look(search, &copy, recipes[i].binarizer, recipes[i].name);
        if (error != DECODE_NO_CODE)
            return error;
    }
    return DECODE_NO_CODE;
}

static size_t area_at(const struct search *search, int shrink)
{
    return (size_t)(search->width / shrink) * (size_t)(search->height / shrink);
}

/* How much to shrink the picture for the first attempt. */
static int first_shrink(const struct search *search)
{
    int shrink = area_at(search, 1) > SMALL_MAX ? 2 : 1;

    while (shrink < SHRINK_MAX && area_at(search, shrink) > FIRST_MAX)
        shrink *= 2;
    return shrink;
}

/* Codes lost in noise at one scale are often readable at half of it, in a fraction of the time. */
static enum decode_error look_at_half(struct search *search, const struct grey *grey, const char *name)
{
    GREY struct grey half = GREY_NONE;

    return grey_halve(grey, &half) ? look(search, &half, ZXING_LOCAL, name) : DECODE_TOO_LARGE;
}

/* Codes from far away are only in the full picture. first: how much that of the first attempt was shrunk. */
static enum decode_error look_in_full(struct search *search, int first)
{
    GREY struct grey full = GREY_NONE;
    int shrink = 1;

    while (area_at(search, shrink) > FULL_MAX)
        shrink *= 2;
    enum decode_error error = search->format->read(search->bytes, search->length, shrink, &full);
    if (error == DECODE_TOO_LARGE) /* not enough memory; smaller copies may still fit */
        return DECODE_NO_CODE;
    if (error == DECODE_OK)
        error = look(search, &full, ZXING_LOCAL, "full");
    if (error == DECODE_NO_CODE && first / shrink > 2)
        error = look_at_half(search, &full, "half");
    return error;
}

/* Prepares the source of copies: the picture of the first attempt, or a smaller one. */
static bool make_work(struct grey *first)
{
    double factor = sqrt((double)WORK_MAX / (double)grey_area(first));
    int width = (int)(first->width * factor);
    int height = (int)(first->height * factor);
    struct grey work;

    if (factor >= 1)
        return true;
    return replace(first, grey_scale(first, width > 0 ? width : 1, height > 0 ? height : 1, &work), &work);
}

static enum decode_error run(struct search *search)
{
    GREY struct grey grey = GREY_NONE;
    int shrink = first_shrink(search);
    enum decode_error error = search->format->read(search->bytes, search->length, shrink, &grey);

    if (error == DECODE_OK)
        error = look(search, &grey, ZXING_LOCAL, shrink > 1 ? "shrunk" : "plain");
    if (error == DECODE_NO_CODE && shrink > 1)
        error = look_at_half(search, &grey, "shrunk more");
    if (error == DECODE_NO_CODE && !make_work(&grey))
        error = DECODE_TOO_LARGE;
    if (error == DECODE_NO_CODE && shrink > 1 && !is_over(search))
        error = look_in_full(search, shrink);
    if (error == DECODE_NO_CODE)
        error = look_at_copies(search, &grey);
    if (error == DECODE_NO_CODE)
        error = zxing_other_kind(&grey);
    if (error == DECODE_NO_CODE)
        error = take(search, zxing_read_micro(&grey, &search->found), "micro");
    return error;
}

static const struct format *format_of(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].is(bytes, length))
            return &formats[i];
    return NULL;
}

enum decode_error search_codes(const unsigned char *bytes, size_t length, long long budget_ms,
                               struct decode_result *out, const char **attempt)
{
    struct search search = {.format = format_of(bytes, length), .bytes = bytes, .length = length};

    if (length > DECODE_BYTES_MAX)
        return DECODE_TOO_LARGE;
    if (search.format == NULL)
        return other_format(bytes, length);
    set_deadline(&search, budget_ms > 0 ? budget_ms : BUDGET_MS);
    enum decode_error error = search.format->check(bytes, length, &search.width, &search.height);
    if (error != DECODE_OK)
        return error;
    if (search.width > SIDE_MAX || search.height > SIDE_MAX)
        return DECODE_TOO_LARGE;
    error = run(&search);
    if (error != DECODE_OK)
        return error;
    *out = search.found;
    if (attempt != NULL)
        *attempt = search.attempt;
    return DECODE_OK;
}
