/* SPDX-License-Identifier: Apache-2.0 */
/* One of the two files that use libpng: this one writes. */
#include "label/label_png.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

#define INCH 25.4         /* mm */
#define TYPE_PIXELS_MIN 8 /* letters of fewer cannot be told apart */

struct picture {
    int width, height;
    unsigned char *rows; /* owned; one bit per pixel, highest bit first, 1 is light */
    size_t stride;
};

static void picture_init(struct picture *picture, int width, int height)
{
    picture->width = width;
    picture->height = height;
    picture->stride = ((size_t)width + 7) / 8;
    picture->rows = memory_new((size_t)height, picture->stride);
    memset(picture->rows, 0xff, (size_t)height * picture->stride);
}

static void picture_fini(struct picture *picture)
{
    free(picture->rows);
}

#define PICTURE __attribute__((cleanup(picture_fini)))

static void darken(struct picture *picture, int left, int top, int size)
{
    for (int y = top; y < top + size; y++)
        for (int x = left; x < left + size; x++)
            if (x >= 0 && y >= 0 && x < picture->width && y < picture->height)
                picture->rows[(size_t)y * picture->stride + (size_t)x / 8] &=
                    (unsigned char)~(0x80U >> ((unsigned)x % 8));
}

static void draw_code(struct picture *picture, const struct qr_code *code, int left, int top, int scale)
{
    for (int y = 0; y < code->side; y++)
        for (int x = 0; x < code->side; x++)
            if (code->dark[y][x])
                darken(picture, left + x * scale, top + y * scale, scale);
}

static void write_out(png_structp png, png_bytep bytes, size_t length)
{
    text_add(png_get_io_ptr(png), (const char *)bytes, length);
}

/* libpng fails here only if memory runs out; it then calls abort(), as base/memory.h does. */
static void encode(const struct picture *picture, int dpi, int compression, struct text *out)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
    png_uint_32 per_metre = (png_uint_32)(dpi / INCH * 1000 + 0.5);

    if (info == NULL)
        abort();
    if (setjmp(png_jmpbuf(png)))
        abort();
    png_set_write_fn(png, out, write_out, NULL);
    png_set_IHDR(png, info, (png_uint_32)picture->width, (png_uint_32)picture->height, 1, PNG_COLOR_TYPE_GRAY,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (dpi > 0)
        png_set_pHYs(png, info, per_metre, per_metre, PNG_RESOLUTION_METER);
    png_set_compression_level(png, compression);
    png_set_filter(png, 0, PNG_FILTER_NONE);
    png_write_info(png, info);
    for (int y = 0; y < picture->height; y++)
        png_write_row(png, picture->rows + (size_t)y * picture->stride);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
}

static int pixels(double millimetres, int dpi)
{
    return (int)(millimetres * dpi / INCH + 0.5);
}

static void darken_dot(void *context, int x, int y)
{
    darken(context, x, y, 1);
}

static double type_pixels(const struct layout_line *line, int dpi)
{
    return line->size * dpi / INCH;
}

static void draw_line(struct picture *picture, const struct layout_line *line, bool centred,
                      struct font *font, int dpi)
{
    double size = type_pixels(line, dpi);
    double width = (double)utf8_count(line->text, line->length) * LAYOUT_ADVANCE * size;
    double left = line->x * dpi / INCH - (centred ? width / 2 : 0);

    font_draw(font, line->text, line->length, size, LAYOUT_ADVANCE, left, pixels(line->baseline, dpi),
              darken_dot, picture);
}

bool label_png(const struct layout *layout, const struct qr_code *code, struct font *font, int dpi,
               struct text *out, struct text *why)
{
    PICTURE struct picture picture = {0};
    int scale = (int)(layout->module * dpi / INCH);
    int spare = pixels(layout->module * code->side, dpi) - scale * code->side;

    for (size_t i = 0; i < layout->count; i++)
        if (scale < 1 || type_pixels(&layout->lines[i], dpi) < TYPE_PIXELS_MIN) {
            text_printf(why, "%d dots an inch are too few for so small a label", dpi);
            return false;
        }
    picture_init(&picture, pixels(layout->label.width, dpi), pixels(layout->label.height, dpi));
    draw_code(&picture, code, pixels(layout->code_x, dpi) + spare / 2,
              pixels(layout->code_y, dpi) + spare / 2, scale);
    for (size_t i = 0; i < layout->count; i++)
        draw_line(&picture, &layout->lines[i], layout->centred, font, dpi);
    encode(&picture, dpi, 9, out);
    return true;
}

void label_png_code(const struct qr_code *code, int scale, struct text *out)
{
    PICTURE struct picture picture = {0};
    int side = (code->side + 2 * QR_CODE_QUIET) * scale;

    picture_init(&picture, side, side);
    draw_code(&picture, code, QR_CODE_QUIET * scale, QR_CODE_QUIET * scale, scale);
    encode(&picture, 0, 1, out);
}
