/* SPDX-License-Identifier: Apache-2.0 */
/* Names from standard input, one a line; their check characters to standard output. For
 * tests/integration/test_check_characters.py, which computes them in another way. */
#include <stdio.h>
#include <string.h>

#include "claim/check_characters.h"

int main(void)
{
    char name[128], check[CHECK_SIZE];

    while (fgets(name, sizeof name, stdin) != NULL) {
        name[strcspn(name, "\n")] = '\0';
        check_characters_of(name, check);
        if (puts(check) == EOF)
            return 1;
    }
    return 0;
}
