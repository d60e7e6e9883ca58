/* SPDX-License-Identifier: Apache-2.0 */
/* What spreadsheets put into CSV beside the texts: a first row sep=; that names the separator, and ="..."
 * around a text that must not become a number. Pure functions, any thread. */
#ifndef BASE_CSV_CELLS_H
#define BASE_CSV_CELLS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the line, without its end, is sep=; with any separator of one character, also in quotes. */
bool csv_cells_is_sep(const char *line, size_t length, char *separator);

/* The separator of a line: comma, semicolon or tab, whichever is most frequent outside of quotes; a comma if
 * there is none. */
char csv_cells_separator(const char *line, size_t length);

/* "commas", "semicolons", "tabs"; of any other, "another character". */
const char *csv_cells_separator_name(char separator);

/* Removes the = of each cell that is written as ="..." from the line. Returns its new length. */
size_t csv_cells_plain(char *line, size_t length, char separator);

/* The same for a cell that was in quotes, "=""...""", and is already read. Returns its new length; *cell
 * moves to its text. */
size_t csv_cells_text(const char **cell, size_t length);

#endif
