/* SPDX-License-Identifier: Apache-2.0 */
/* Our whole reading of JPEG files, search and all, and libjpeg-turbo's own decoding of the same bytes to grey
 * at half scale, one after the other in one process. Prints for each file and round: what libjpeg took and
 * what we took, in milliseconds, and the attempt that found a code. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <jpeglib.h>

#include "base/memory.h"
#include "decode/picture.h"
#include "decode/search.h"

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Errors end the program: that is libjpeg's default. */
static double their_ms(const unsigned char *bytes, size_t length)
{
    struct jpeg_error_mgr errors;
    struct jpeg_decompress_struct jpeg = {.err = jpeg_std_error(&errors)};
    double begin = now_ms();

    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, bytes, length);
    jpeg_read_header(&jpeg, TRUE);
    jpeg.out_color_space = JCS_GRAYSCALE;
    jpeg.scale_num = 1;
    jpeg.scale_denom = 2;
    jpeg_start_decompress(&jpeg);
    OWNED unsigned char *pixels = memory_new((size_t)jpeg.output_width * jpeg.output_height, 1);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = pixels + (size_t)jpeg.output_scanline * jpeg.output_width;
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
    return now_ms() - begin;
}

static double our_ms(const unsigned char *bytes, size_t length, const char **attempt)
{
    struct decode_result result = {0};
    double begin = now_ms();
    enum decode_error error = search_codes(bytes, length, 0, &result, attempt);
    double took = now_ms() - begin;

    if (error == DECODE_OK)
        decode_result_fini(&result);
    else
        *attempt = decode_error_name(error);
    return took;
}

static void compare(const char *path, long round)
{
    OWNED unsigned char *bytes = NULL;
    size_t length = 0;
    const char *attempt = "";
    double ours = 0;

    if (picture_read(path, &bytes, &length)) {
        fprintf(stderr, "jpeg_grey: %s cannot be read\n", path);
        exit(EXIT_FAILURE);
    }
    if (round % 2)
        ours = our_ms(bytes, length, &attempt);
    double theirs = their_ms(bytes, length);
    if (round % 2 == 0)
        ours = our_ms(bytes, length, &attempt);
    printf("%.3f %.3f %s\n", theirs, ours, attempt);
}

int main(int count, char **values)
{
    if (count < 3) {
        fputs("Usage: jpeg_grey ROUNDS FILE...\n", stderr);
        return EXIT_FAILURE;
    }
    long rounds = strtol(values[1], NULL, 10);
    for (long round = 0; round < rounds; round++)
        for (int i = 2; i < count; i++)
            compare(values[i], round);
    return 0;
}
