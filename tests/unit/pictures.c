/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>
#include <qrencode.h>
#include <webp/encode.h>

#include "tests/unit/test.h"

void picture_init(struct grey *out, int width, int height)
{
    assert_true(grey_init(out, width, height));
    memset(out->pixels, 255, grey_area(out));
}

static QRcode *code_of(const char *code, int micro)
{
    QRcode *made = micro ? QRcode_encodeStringMQR(code, micro, QR_ECLEVEL_L, QR_MODE_8, 1)
                         : QRcode_encodeString(code, 0, QR_ECLEVEL_M, QR_MODE_8, 1);

    assert_non_null(made);
    return made;
}

void picture_draw(struct grey *grey, const char *code, int micro, int x, int y, int module)
{
    QRcode *made = code_of(code, micro);

    for (int row = 0; row < made->width * module; row++)
        for (int column = 0; column < made->width * module; column++)
            grey->pixels[(y + row) * grey->width + x + column] =
                made->data[row / module * made->width + column / module] & 1 ? 0 : 255;
    QRcode_free(made);
}

void picture_of(const char *code, int module, struct grey *out)
{
    QRcode *made = code_of(code, 0);
    int side = (made->width + 8) * module;

    QRcode_free(made);
    picture_init(out, side, side);
    picture_draw(out, code, 0, 4 * module, 4 * module, module);
}

static void append(png_structp png, png_bytep bytes, size_t count)
{
    text_add(png_get_io_ptr(png), (const char *)bytes, count);
}

static void flush(png_structp png)
{
    (void)png;
}

static const struct {
    int depth, colour, channels;
} kinds[] = {
    {8, PNG_COLOR_TYPE_GRAY, 1}, {8, PNG_COLOR_TYPE_GRAY, 1},    {16, PNG_COLOR_TYPE_GRAY, 1},
    {8, PNG_COLOR_TYPE_RGB, 3},  {8, PNG_COLOR_TYPE_PALETTE, 1}, {8, PNG_COLOR_TYPE_RGB_ALPHA, 4},
};

static void fill_pixel(unsigned char *to, int level, enum picture_png kind)
{
    if (kind == PICTURE_CLEAR) {
        memset(to, 0, 3);
        to[3] = (unsigned char)(255 - level);
    } else if (kind == PICTURE_PALETTE) {
        to[0] = level > 127 ? 3 : 7;
    } else {
        memset(to, level, (size_t)(kinds[kind].channels * kinds[kind].depth / 8));
    }
}

static void write_rows(png_structp png, const struct grey *grey, enum picture_png kind, int passes)
{
    size_t size = (size_t)(kinds[kind].channels * kinds[kind].depth / 8);
    unsigned char *row = malloc((size_t)grey->width * size);

    assert_non_null(row);
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < grey->height; y++) {
            for (int x = 0; x < grey->width; x++)
                fill_pixel(row + (size_t)x * size, grey->pixels[y * grey->width + x], kind);
            png_write_row(png, row);
        }
    free(row);
}

void picture_png(const struct grey *grey, enum picture_png kind, int interlaced, struct text *out)
{
    static const png_color colours[8] = {[3] = {255, 255, 250}, [7] = {0, 20, 90}};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);

    text_clear(out);
    png_set_write_fn(png, out, append, flush);
    png_set_IHDR(png, info, (unsigned)grey->width, (unsigned)grey->height,
                 kind == PICTURE_BITS ? 1 : kinds[kind].depth, kinds[kind].colour,
                 interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (kind == PICTURE_PALETTE)
        png_set_PLTE(png, info, colours, COUNT(colours));
    png_write_info(png, info);
    if (kind == PICTURE_BITS)
        png_set_packing(png); /* of a byte the lowest bit */
    write_rows(png, grey, kind, png_set_interlace_handling(png));
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
}

void picture_jpeg(const struct grey *grey, int quality, int progressive, struct text *out)
{
    struct jpeg_error_mgr errors;
    struct jpeg_compress_struct jpeg = {.err = jpeg_std_error(&errors)};
    unsigned char *bytes = NULL;
    unsigned long size = 0;

    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &size);
    jpeg.image_width = (unsigned)grey->width;
    jpeg.image_height = (unsigned)grey->height;
    jpeg.input_components = 1;
    jpeg.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, quality, TRUE);
    if (progressive)
        jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    for (int y = 0; y < grey->height; y++) {
        JSAMPROW row = grey->pixels + (size_t)y * (size_t)grey->width;
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    text_clear(out);
    text_add(out, (const char *)bytes, size);
    free(bytes);
}

void picture_webp(const struct grey *grey, int lossless, struct text *out)
{
    unsigned char *colours = malloc(grey_area(grey) * 3);
    uint8_t *bytes = NULL;

    assert_non_null(colours);
    for (size_t i = 0; i < grey_area(grey); i++)
        memset(colours + i * 3, grey->pixels[i], 3);
    size_t size = lossless
                      ? WebPEncodeLosslessRGB(colours, grey->width, grey->height, grey->width * 3, &bytes)
                      : WebPEncodeRGB(colours, grey->width, grey->height, grey->width * 3, 80, &bytes);
    assert_true(size > 0);
    text_clear(out);
    text_add(out, (const char *)bytes, size);
    WebPFree(bytes);
    free(colours);
}
