/* SPDX-License-Identifier: Apache-2.0 */
#include "server/public/product_pictures.h"

#include "base/memory.h"
#include "base/text.h"
#include "ownership/product_folder.h"

static void add_picture(const struct product *product, const struct product_file *file,
                        struct assets_file **list, size_t *count)
{
    struct text name = TEXT_EMPTY;

    text_printf(&name, "product-%s-%s", product->key, file->name);
    *list = memory_grow(*list, *count + 1, sizeof **list);
    (*list)[(*count)++] = (struct assets_file){text_take(&name), file->bytes, file->length};
}

void product_pictures_add(const struct products *products, struct assets_file **list, size_t *count)
{
    for (size_t i = 0; i < products->count; i++) {
        const struct product *product = &products->list[i];
        for (size_t j = 0; j < product->folder->count; j++) {
            const struct product_file *file = &product->folder->files[j];
            if (file->part == PRODUCT_PICTURE || file->part == PRODUCT_LABEL)
                add_picture(product, file, list, count);
        }
    }
}
