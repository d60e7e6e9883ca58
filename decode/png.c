/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/png.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

enum {
    PIXELS_MAX = 25 << 20,
    INTERLACED_MAX = 12 << 20, /* pixels: kept whole, with transparency */
    INFLATED_MAX = 128 << 20,  /* bytes of all rows */
    CHUNKS_MAX = 8192,         /* 10 MiB in the smallest chunks in use makes 2560 */
    SIGNATURE_SIZE = 8,
    HEADER_SIZE = 13,
    FRAME_SIZE = 12, /* of a chunk: length, name, checksum */
};

static const unsigned char signature[SIGNATURE_SIZE] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

bool png_is(const unsigned char *bytes, size_t length)
{
    return length >= SIGNATURE_SIZE && memcmp(bytes, signature, SIGNATURE_SIZE) == 0;
}

struct header {
    uint32_t width, height;
    unsigned depth, colour, interlace;
};

static uint32_t four_bytes(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static struct header header_at(const unsigned char *body)
{
    return (struct header){four_bytes(body), four_bytes(body + 4), body[8], body[9], body[12]};
}

static enum decode_error check_header(const unsigned char *body)
{
    static const unsigned channels[] = {1, 0, 3, 1, 2, 0, 4};
    struct header header = header_at(body);

    if (header.width == 0 || header.height == 0 || header.colour > 6 || channels[header.colour] == 0 ||
        header.depth > 16 || header.interlace > 1)
        return DECODE_BROKEN;
    uint64_t pixels = (uint64_t)header.width * header.height;
    uint64_t row = ((uint64_t)header.width * channels[header.colour] * header.depth + 7) / 8;
    if (pixels > (header.interlace ? INTERLACED_MAX : PIXELS_MAX) || row * header.height > INFLATED_MAX)
        return DECODE_TOO_LARGE;
    return DECODE_OK;
}

/* Whether a chunk fits into the remaining bytes; returns its body's length. */
static bool chunk_at(const unsigned char *bytes, size_t left, size_t *body_length)
{
    if (left < FRAME_SIZE || four_bytes(bytes) > left - FRAME_SIZE)
        return false;
    *body_length = four_bytes(bytes);
    return true;
}

static bool is_chunk(const unsigned char *chunk, const char *name)
{
    return memcmp(chunk + 4, name, 4) == 0;
}

/* Checks the chunks after the header: there is data, and nothing follows the end. */
static bool chunks_are_sane(const unsigned char *bytes, size_t length)
{
    bool has_data = false;
    size_t at = 0;
    size_t body;

    for (int count = 0; count < CHUNKS_MAX && chunk_at(bytes + at, length - at, &body); count++) {
        const unsigned char *chunk = bytes + at;
        at += FRAME_SIZE + body;
        if (is_chunk(chunk, "IEND"))
            return has_data && body == 0 && at == length;
        has_data |= is_chunk(chunk, "IDAT");
    }
    return false;
}

enum decode_error png_check(const unsigned char *bytes, size_t length, int *width, int *height)
{
    const unsigned char *first = bytes + SIGNATURE_SIZE;
    size_t left = length - SIGNATURE_SIZE;
    size_t body;

    if (!chunk_at(first, left, &body) || body != HEADER_SIZE || !is_chunk(first, "IHDR"))
        return DECODE_BROKEN;
    enum decode_error error = check_header(first + 8);
    if (error != DECODE_OK)
        return error;
    if (!chunks_are_sane(first + FRAME_SIZE + HEADER_SIZE, left - FRAME_SIZE - HEADER_SIZE))
        return DECODE_BROKEN;
    struct header header = header_at(first + 8);
    *width = (int)header.width;
    *height = (int)header.height;
    return DECODE_OK;
}

struct reader {
    png_structp library;
    png_infop info;
    enum decode_error error;
    int shrink;
    int width, height;
    int channels; /* grey, or grey and alpha */
    int passes;   /* 7 if interlaced */
    size_t row_size;
    bool complete;       /* the last row was decoded */
    unsigned char *rows; /* owned; all rows, only if interlaced */
    unsigned *sums;      /* owned; for a row of squares */
    struct grey grey;
};

static void leave(png_structp library, png_const_charp why)
{
    (void)why;
    png_longjmp(library, 1);
}

/* "Extra compressed data": more than the picture's rows. Other warnings are about colours. */
static void hear(png_structp library, png_const_charp what)
{
    if (strncmp(what, "Extra", 5) == 0)
        leave(library, what);
}

/* Skips chunks about appearance and texts without unpacking them. */
static void skip_chunks(png_structp library)
{
    static const png_byte skipped[] = "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL"
                                      "\0sPLT\0sRGB\0sTER\0tEXt\0tIME\0zTXt";

    png_set_keep_unknown_chunks(library, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    png_set_keep_unknown_chunks(library, PNG_HANDLE_CHUNK_NEVER, skipped, sizeof skipped / 5);
}

static void add_to_sums(struct reader *reader, const unsigned char *row)
{
    const unsigned char *pixel = row;

    for (int x = 0; x < reader->grey.width; x++)
        for (int i = 0; i < reader->shrink; i++, pixel += reader->channels) {
            unsigned value = pixel[0];
            if (reader->channels == 2) /* blend with white */
                value = (value * pixel[1] + 255U * (255U - pixel[1])) / 255U;
            reader->sums[x] += value;
        }
}

/* Adds row y of the picture; drops the remainder beside and below the last whole square. */
static void take_row(struct reader *reader, int y, const unsigned char *row)
{
    int shrink = reader->shrink;
    unsigned area = (unsigned)(shrink * shrink);

    if (y / shrink >= reader->grey.height)
        return;
    add_to_sums(reader, row);
    if (y % shrink != shrink - 1)
        return;
    unsigned char *to = reader->grey.pixels + (size_t)(y / shrink) * (size_t)reader->grey.width;
    for (int x = 0; x < reader->grey.width; x++)
        to[x] = (unsigned char)((reader->sums[x] + area / 2) / area);
    memset(reader->sums, 0, (size_t)reader->grey.width * sizeof *reader->sums);
}

static bool make_room(struct reader *reader)
{
    reader->sums = calloc((size_t)reader->width, sizeof *reader->sums);
    reader->rows = reader->passes > 1 ? calloc((size_t)reader->height, reader->row_size) : NULL;
    return reader->sums != NULL && (reader->passes == 1 || reader->rows != NULL) &&
           grey_init(&reader->grey, reader->width / reader->shrink, reader->height / reader->shrink);
}

/* Called after the header and the chunks that belong to it. */
static void begin(png_structp library, png_infop info)
{
    struct reader *reader = png_get_progressive_ptr(library);

    png_set_expand(library);
    png_set_strip_16(library);
    if (png_get_color_type(library, info) & PNG_COLOR_MASK_COLOR)
        png_set_rgb_to_gray_fixed(library, PNG_ERROR_ACTION_NONE, -1, -1);
    reader->passes = png_set_interlace_handling(library);
    png_read_update_info(library, info);
    reader->row_size = png_get_rowbytes(library, info);
    reader->width = (int)png_get_image_width(library, info);
    reader->height = (int)png_get_image_height(library, info);
    reader->channels = png_get_channels(library, info);
    if (!make_room(reader)) {
        reader->error = DECODE_TOO_LARGE;
        png_error(library, "no memory");
    }
}

/* row is NULL if a pass changes nothing. */
static void row_has_come(png_structp library, png_bytep row, png_uint_32 y, int pass)
{
    struct reader *reader = png_get_progressive_ptr(library);

    if (reader->passes == 1)
        take_row(reader, (int)y, row);
    else if (row != NULL)
        png_progressive_combine_row(library, reader->rows + (size_t)y * reader->row_size, row);
    reader->complete = (int)y == reader->height - 1 && pass == reader->passes - 1;
}

static void end(png_structp library, png_infop info)
{
    struct reader *reader = png_get_progressive_ptr(library);

    (void)info;
    if (!reader->complete)
        return;
    for (int y = 0; reader->passes > 1 && y < reader->height; y++)
        take_row(reader, y, reader->rows + (size_t)y * reader->row_size);
    reader->error = DECODE_OK;
}

/* All calls that may longjmp; nothing here needs freeing. The file is pushed: if asked for rows, libpng would
 * unpack data after the last row to its end, even gigabytes. */
static void read_all(struct reader *reader, const unsigned char *bytes, size_t length)
{
    png_structp library = reader->library;

    if (setjmp(png_jmpbuf(library)) != 0) // NOLINT(cert-err52-cpp): libpng has no other way out
        return;
    png_set_progressive_read_fn(library, reader, begin, row_has_come, end);
    png_set_chunk_malloc_max(library, 1 << 20);
    png_set_benign_errors(library, 0);
    png_set_crc_action(library, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    skip_chunks(library);
    png_process_data(library, reader->info, (png_bytep)(uintptr_t)bytes, length);
}

enum decode_error png_read(const unsigned char *bytes, size_t length, int shrink, struct grey *out)
{
    struct reader reader = {.error = DECODE_BROKEN, .shrink = shrink};

    reader.library = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, leave, hear);
    reader.info = reader.library == NULL ? NULL : png_create_info_struct(reader.library);
    if (reader.info == NULL)
        reader.error = DECODE_TOO_LARGE;
    else
        read_all(&reader, bytes, length);
    png_destroy_read_struct(&reader.library, &reader.info, NULL);
    free(reader.rows);
    free(reader.sums);
    if (reader.error != DECODE_OK) {
        grey_fini(&reader.grey);
        return reader.error;
    }
    *out = reader.grey;
    return DECODE_OK;
}
