/* SPDX-License-Identifier: Apache-2.0 */
/* Finds another program of this project. Any thread. */
#ifndef BASE_PROGRAM_BESIDE_H
#define BASE_PROGRAM_BESIDE_H

#include <stdbool.h>

#include "base/text.h"

/* Finds the program with this name in the folder of the running one, or in the build tree, where it is in the
 * folder build_folder beside that. Adds its path to *path, or returns false and adds a sentence to *why. */
bool program_beside(const char *name, const char *build_folder, struct text *path, struct text *why);

#endif
