/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/jpeg.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "decode/tail.h"

enum {
    PIXELS_MAX = 64 << 20, /* scaled while decoding */
    WHOLE_MAX = 56 << 20,  /* bytes: the file, its pixels, and the coefficients if libjpeg keeps them */
    SEGMENTS_MAX = 1024,   /* phones write a few dozen; 10 MiB of metadata would be 160 */
    SCANS_MAX = 32,        /* usual progressive files have 10 */
    ROWS = 16,             /* decoded at once */
    INKS = 4,              /* cyan, magenta, yellow and black, as printers want it */
    SOI = 0xD8,
    EOI = 0xD9,
    SOS = 0xDA,
    SOF0 = 0xC0,
    SOF2 = 0xC2,
    DHT = 0xC4,
    JPG = 0xC8,
    DAC = 0xCC,
    SOF15 = 0xCF,
    RST0 = 0xD0,
    RST7 = 0xD7,
    TEM = 0x01,
};

struct walk {
    const unsigned char *bytes;
    size_t length;
    size_t at;
    unsigned width, height; /* 0: no frame yet */
    size_t coefficients;    /* bytes if all are kept */
    int components;
    int segments;
    int scans;
    bool split; /* several scans: libjpeg keeps all coefficients */
};

bool jpeg_is(const unsigned char *bytes, size_t length)
{
    return length >= 3 && bytes[0] == 0xFF && bytes[1] == SOI && bytes[2] == 0xFF;
}

static unsigned two_bytes(const unsigned char *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}

static unsigned divide_up(unsigned value, unsigned by)
{
    return (value + by - 1) / by;
}

static size_t coefficients_of(const struct walk *walk, const unsigned char *components, int count)
{
    unsigned across_max = 1;
    unsigned down_max = 1;
    size_t sum = 0;

    for (int i = 0; i < count; i++) {
        unsigned factors = components[i * 3 + 1];
        across_max = factors >> 4 > across_max ? factors >> 4 : across_max;
        down_max = (factors & 15) > down_max ? factors & 15 : down_max;
    }
    for (int i = 0; i < count; i++) {
        unsigned factors = components[i * 3 + 1];
        size_t across = (size_t)divide_up(walk->width, 8 * across_max) * (factors >> 4);
        size_t down = (size_t)divide_up(walk->height, 8 * down_max) * (factors & 15);
        sum += across * down * 64 * sizeof(int16_t);
    }
    return sum;
}

/* Reads a frame header: precision, height, width, components. */
static enum decode_error take_frame(struct walk *walk, unsigned marker, const unsigned char *body,
                                    size_t length)
{
    if (marker > SOF2 || length < 6 || body[0] != 8)
        return length < 6 ? DECODE_BROKEN : DECODE_UNKNOWN_FORMAT;
    if (walk->width != 0 || length != 6 + 3 * (size_t)body[5])
        return DECODE_BROKEN;
    walk->height = two_bytes(body + 1);
    walk->width = two_bytes(body + 3);
    walk->components = body[5];
    if (walk->width == 0 || walk->height == 0)
        return DECODE_BROKEN;
    if (walk->components != 1 && walk->components != 3 && walk->components != INKS)
        return DECODE_UNKNOWN_FORMAT;
    if ((size_t)walk->width * walk->height > PIXELS_MAX)
        return DECODE_TOO_LARGE;
    walk->coefficients = coefficients_of(walk, body + 6, walk->components);
    walk->split = marker == SOF2;
    return DECODE_OK;
}

/* Skips to the next marker that does not belong to the scan. */
static void skip_scan(struct walk *walk)
{
    while (walk->at + 1 < walk->length) {
        const unsigned char *found = memchr(walk->bytes + walk->at, 0xFF, walk->length - 1 - walk->at);
        if (found == NULL)
            break;
        walk->at = (size_t)(found - walk->bytes);
        if (found[1] == 0xFF) {
            walk->at += 1;
            continue;
        }
        if (found[1] != 0 && !(found[1] >= RST0 && found[1] <= RST7))
            return;
        walk->at += 2;
    }
    walk->at = walk->length;
}

static enum decode_error take_scan(struct walk *walk, const unsigned char *body, size_t length)
{
    if (walk->width == 0 || length < 1)
        return DECODE_BROKEN;
    if (body[0] != walk->components)
        walk->split = true;
    if (++walk->scans > SCANS_MAX)
        return DECODE_BROKEN;
    size_t half = (size_t)walk->width * walk->height / 4;
    if (walk->split && walk->coefficients + walk->length + half > WHOLE_MAX)
        return DECODE_TOO_LARGE;
    skip_scan(walk);
    return DECODE_OK;
}

static bool is_frame(unsigned marker)
{
    return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
}

/* Handles the segment at walk->at, after its marker. */
static enum decode_error take_segment(struct walk *walk, unsigned marker)
{
    if (walk->length - walk->at < 2)
        return DECODE_BROKEN;
    size_t length = two_bytes(walk->bytes + walk->at);
    if (length < 2 || length > walk->length - walk->at || ++walk->segments > SEGMENTS_MAX)
        return DECODE_BROKEN;
    const unsigned char *body = walk->bytes + walk->at + 2;
    walk->at += length;
    if (marker == SOS)
        return take_scan(walk, body, length - 2);
    return is_frame(marker) ? take_frame(walk, marker, body, length - 2) : DECODE_OK;
}

/* The next marker after any fill bytes; -1 if there is none. */
static int next_marker(struct walk *walk)
{
    if (walk->at >= walk->length || walk->bytes[walk->at] != 0xFF)
        return -1;
    while (walk->at < walk->length && walk->bytes[walk->at] == 0xFF)
        walk->at++;
    return walk->at < walk->length ? walk->bytes[walk->at++] : -1;
}

enum decode_error jpeg_check(const unsigned char *bytes, size_t length, int *width, int *height)
{
    struct walk walk = {.bytes = bytes, .length = length, .at = 2};

    for (;;) {
        int marker = next_marker(&walk);
        if (marker == EOI)
            break;
        if (marker <= TEM || marker == SOI || (marker >= RST0 && marker <= RST7))
            return DECODE_BROKEN;
        enum decode_error error = take_segment(&walk, (unsigned)marker);
        if (error != DECODE_OK)
            return error;
    }
    if (walk.scans == 0 || tail_is_suspect(bytes + walk.at, length - walk.at))
        return DECODE_BROKEN;
    *width = (int)walk.width;
    *height = (int)walk.height;
    return DECODE_OK;
}

struct reader {
    struct jpeg_decompress_struct library;
    struct jpeg_error_mgr errors;
    jmp_buf out;
    enum decode_error error;
    struct grey grey;
};

static void leave(j_common_ptr library)
{
    struct reader *reader = library->client_data;

    int code = library->err->msg_code;

    reader->error =
        code == JERR_OUT_OF_MEMORY || code == JERR_NO_BACKING_STORE ? DECODE_TOO_LARGE : DECODE_BROKEN;
    longjmp(reader->out, 1);
}

/* Level -1 is a warning: data is missing or damaged, and libjpeg would invent it. */
static void hear(j_common_ptr library, int level)
{
    int code = library->err->msg_code;

    if (level < 0 && code != JWRN_ADOBE_XFORM && code != JWRN_JFIF_MAJOR && code != JWRN_EXTRANEOUS_DATA)
        leave(library);
}

static void say_nothing(j_common_ptr library)
{
    (void)library;
}

static void set_up(struct reader *reader, const unsigned char *bytes, size_t length, int shrink)
{
    struct jpeg_decompress_struct *library = &reader->library;

    jpeg_create_decompress(library);
    jpeg_mem_src(library, bytes, length);
    jpeg_read_header(library, TRUE);
    library->out_color_space = library->num_components == INKS ? JCS_CMYK : JCS_GRAYSCALE;
    library->scale_num = 1;
    library->scale_denom = (unsigned)shrink;
    library->dct_method =
        JDCT_ISLOW; /* the fast one overflows at black-white edges and is no faster when scaled */
    library->do_fancy_upsampling = FALSE;
    library->do_block_smoothing = FALSE;
}

/* Adobe's programs write how much of the paper is left white, others how much ink is on it. */
static void mix_inks(const unsigned char *from, bool is_white, unsigned width, unsigned char *to)
{
    for (unsigned x = 0; x < width; x++, from += INKS) {
        unsigned white[INKS];
        for (int ink = 0; ink < INKS; ink++)
            white[ink] = is_white ? from[ink] : 255U - from[ink];
        unsigned colour = (299 * white[0] + 587 * white[1] + 114 * white[2]) / 1000;
        to[x] = (unsigned char)(colour * white[3] / 255);
    }
}

static void read_inks(struct reader *reader)
{
    struct jpeg_decompress_struct *library = &reader->library;
    unsigned width = library->output_width;
    JSAMPARRAY row =
        library->mem->alloc_sarray((j_common_ptr)library, JPOOL_IMAGE, width * INKS, 1); /* freed with it */

    while (library->output_scanline < library->output_height) {
        unsigned char *to = reader->grey.pixels + (size_t)library->output_scanline * width;
        jpeg_read_scanlines(library, row, 1);
        mix_inks(row[0], library->saw_Adobe_marker, width, to);
    }
}

static void read_rows(struct reader *reader)
{
    struct jpeg_decompress_struct *library = &reader->library;

    while (library->output_scanline < library->output_height) {
        JSAMPROW rows[ROWS];
        unsigned left = library->output_height - library->output_scanline;
        unsigned count = left < ROWS ? left : ROWS;
        for (unsigned i = 0; i < count; i++)
            rows[i] = reader->grey.pixels + (size_t)(library->output_scanline + i) * library->output_width;
        jpeg_read_scanlines(library, rows, count);
    }
}

/* All calls that may longjmp; nothing here needs freeing. */
static void read_all(struct reader *reader, const unsigned char *bytes, size_t length, int shrink)
{
    struct jpeg_decompress_struct *library = &reader->library;

    if (setjmp(reader->out) != 0) // NOLINT(cert-err52-cpp): libjpeg has no other way out
        return;
    set_up(reader, bytes, length, shrink);
    jpeg_calc_output_dimensions(library);
    size_t taken = length + (size_t)library->output_width * library->output_height;
    library->mem->max_memory_to_use = taken < WHOLE_MAX ? (long)(WHOLE_MAX - taken) : 1;
    jpeg_start_decompress(library);
    if (!grey_init(&reader->grey, (int)library->output_width, (int)library->output_height)) {
        reader->error = DECODE_TOO_LARGE;
        return;
    }
    if (library->num_components == INKS)
        read_inks(reader);
    else
        read_rows(reader);
    jpeg_finish_decompress(library);
    reader->error = DECODE_OK;
}

enum decode_error jpeg_read(const unsigned char *bytes, size_t length, int shrink, struct grey *out)
{
    struct reader reader = {.error = DECODE_BROKEN};

    reader.library.err = jpeg_std_error(&reader.errors);
    reader.library.client_data = &reader;
    reader.errors.error_exit = leave;
    reader.errors.emit_message = hear;
    reader.errors.output_message = say_nothing;
    read_all(&reader, bytes, length, shrink);
    jpeg_destroy_decompress(&reader.library);
    if (reader.error != DECODE_OK) {
        grey_fini(&reader.grey);
        return reader.error;
    }
    *out = reader.grey;
    return DECODE_OK;
}
