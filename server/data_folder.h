/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the files that come with the program: templates and static files. Any thread. */
#ifndef SERVER_DATA_FOLDER_H
#define SERVER_DATA_FOLDER_H

#include "base/text.h"

/* Adds the path of the folder `name` to out. Looks in the installed data folder, then in
 * ../share/expresslink-portal beside the program (for a program that was moved), then in the source tree that
 * the program was built from. If the folder is in none of them, adds the installed path: opening it gives the
 * error message. */
void data_folder(const char *name, struct text *out);

#endif
