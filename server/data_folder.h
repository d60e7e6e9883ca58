/* SPDX-License-Identifier: Apache-2.0 */
/* Where the files are that come with the program: templates and static files. */
#ifndef SERVER_DATA_FOLDER_H
#define SERVER_DATA_FOLDER_H

#include "base/text.h"

/* Adds the path of the folder `name`: as installed, else beside a program that was installed elsewhere or
 * moved
 * (../share/expresslink-portal), else in the source tree that this program was built from. Where there is
 * none, the path as installed: whoever reads it tells that it is missing. */
void data_folder(const char *name, struct text *out);

#endif
