/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/webp.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>

enum {
    LOSSY_MAX = 25 << 20,   /* pixels: decoded row by row and scaled */
    LOSSLESS_MAX = 7 << 20, /* pixels: libwebp keeps 4 bytes each; also with transparency */
    CHUNKS_MAX = 64,
    RIFF_SIZE = 12,
    FRAME_SIZE = 8, /* of a chunk: name and length */
};

static uint32_t four_bytes(const unsigned char *bytes)
{
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

bool webp_is(const unsigned char *bytes, size_t length)
{
    return length >= RIFF_SIZE && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0;
}

/* One picture, few chunks, and nothing after the last. */
static bool chunks_are_sane(const unsigned char *bytes, size_t length)
{
    size_t at = RIFF_SIZE;
    int pictures = 0;

    if (four_bytes(bytes + 4) != length - 8)
        return false;
    for (int count = 0; count < CHUNKS_MAX && length - at >= FRAME_SIZE; count++) {
        size_t body = four_bytes(bytes + at + 4);
        body += body % 2;
        if (body > length - at - FRAME_SIZE)
            return false;
        if (memcmp(bytes + at, "VP8 ", 4) == 0 || memcmp(bytes + at, "VP8L", 4) == 0)
            pictures++;
        at += FRAME_SIZE + body;
    }
    return pictures == 1 && at == length;
}

enum decode_error webp_check(const unsigned char *bytes, size_t length, int *width, int *height)
{
    enum { LOSSY = 1 };
    WebPBitstreamFeatures features;

    if (WebPGetFeatures(bytes, length, &features) != VP8_STATUS_OK)
        return DECODE_BROKEN;
    if (features.has_animation)
        return DECODE_ANIMATED;
    bool small = features.format == LOSSY && !features.has_alpha;
    if ((size_t)features.width * (size_t)features.height > (small ? LOSSY_MAX : LOSSLESS_MAX))
        return DECODE_TOO_LARGE;
    if (!chunks_are_sane(bytes, length))
        return DECODE_BROKEN;
    *width = features.width;
    *height = features.height;
    return DECODE_OK;
}

static int shrunk(int side, int shrink)
{
    return side / shrink > 0 ? side / shrink : 1;
}

/* Luma ranges from 16 to 235. */
static bool take_planes(const struct WebPYUVABuffer *planes, int width, int height, struct grey *out)
{
    struct grey done;

    if (!grey_init(&done, width, height))
        return false;
    for (int y = 0; y < height; y++) {
        const unsigned char *from = planes->y + (ptrdiff_t)y * planes->y_stride;
        const unsigned char *opacity = planes->a == NULL ? NULL : planes->a + (ptrdiff_t)y * planes->a_stride;
        unsigned char *to = done.pixels + (size_t)y * (size_t)width;
        for (int x = 0; x < width; x++) {
            int opaque = opacity == NULL ? 255 : opacity[x];
            to[x] = (unsigned char)((from[x] * opaque + 235 * (255 - opaque)) / 255); /* blend with white */
        }
    }
    *out = done;
    return true;
}

static enum decode_error error_of(VP8StatusCode status)
{
    return status == VP8_STATUS_OUT_OF_MEMORY ? DECODE_TOO_LARGE : DECODE_BROKEN;
}

enum decode_error webp_read(const unsigned char *bytes, size_t length, int shrink, struct grey *out)
{
    WebPDecoderConfig config;

    if (!WebPInitDecoderConfig(&config) || WebPGetFeatures(bytes, length, &config.input) != VP8_STATUS_OK)
        return DECODE_BROKEN;
    int width = shrunk(config.input.width, shrink);
    int height = shrunk(config.input.height, shrink);
    config.output.colorspace = config.input.has_alpha ? MODE_YUVA : MODE_YUV;
    config.options.use_scaling = shrink > 1;
    config.options.scaled_width = width;
    config.options.scaled_height = height;
    config.options.no_fancy_upsampling = 1;
    VP8StatusCode status = WebPDecode(bytes, length, &config);
    bool taken = status == VP8_STATUS_OK && take_planes(&config.output.u.YUVA, width, height, out);
    WebPFreeDecBuffer(&config.output);
    if (status != VP8_STATUS_OK)
        return error_of(status);
    return taken ? DECODE_OK : DECODE_TOO_LARGE;
}
