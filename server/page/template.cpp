// SPDX-License-Identifier: Apache-2.0
extern "C" {
#include "base/text.h"
}
#include "server/page/template.h"

#include <cstdlib>
#include <cstring>
#include <kainjow/mustache.hpp>

namespace mustache = kainjow::mustache;

struct page_template {
    // render() is not const, but writes nothing unless there are partials or lambdas.
    mutable mustache::mustache engine;
};

static mustache::data make_data(const template_value *values)
{
    mustache::data object;
    for (; values->name != nullptr; values++) {
        if (values->text != nullptr) {
            object[values->name] = mustache::data{values->text};
        } else if (values->rows != nullptr) {
            mustache::data list{mustache::data::type::list};
            for (auto row = values->rows; *row != nullptr; row++)
                list.push_back(make_data(*row));
            object[values->name] = std::move(list);
        }
    }
    return object;
}

page_template *template_new(const char *source, char **error)
{
    try {
        auto made = std::make_unique<page_template>(page_template{mustache::mustache{source}});
        if (made->engine.is_valid())
            return made.release();
        *error = strdup(made->engine.error_message().c_str());
    } catch (const std::exception &exception) {
        *error = strdup(exception.what());
    }
    return nullptr;
}

void template_free(page_template *page)
{
    delete page;
}

void template_render(const page_template *page, const template_value *values, text *out)
{
    try {
        page->engine.render(make_data(values),
                            [out](const std::string &piece) { text_add(out, piece.data(), piece.size()); });
    } catch (...) {
        std::abort(); // only std::bad_alloc comes here
    }
}
