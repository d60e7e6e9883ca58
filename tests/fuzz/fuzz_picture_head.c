/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "base/picture_head.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWNED char *copy = memory_part("", 0);
    struct picture_head head = {.width = 7};
    const char *what = "untouched";

    copy = memory_grow(copy, size + 1, 1); /* exactly as long, so that every byte too far is found */
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    enum picture_error error = picture_head_read(copy, size, &head, &what);
    MUST((error == PICTURE_UNSAFE) == (strcmp(what, "untouched") != 0));
    if (error) {
        MUST(head.width == 7);
        return 0;
    }
    MUST(head.width > 0 && head.width <= PICTURE_SIDE_MAX && head.height > 0 &&
         head.height <= PICTURE_SIDE_MAX);
    MUST(*picture_kind_name(head.kind));
    return 0;
}
