/* Files a report of a unit through libtonghop:
 *
 *     cc file_report.c $(pkg-config --cflags --libs libtonghop) -o file_report
 *     ./file_report CONFIGURATION UNIT PERIOD FORM INDICATOR=VALUE ...
 *
 * It replaces the report that is there. The exit status is that of the command: 0 filed, 1 refused,
 * 2 the call is wrong, 3 no answer: then nobody knows, and doing it again is safe. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tonghop/client.h>

enum { CELLS_MAX = 100, FIRST_CELL = 5 };

static int exit_status_of(enum tonghop_err err)
{
    switch (err) {
    case TONGHOP_OK:
        return 0;
    case TONGHOP_ERR_USAGE:
        return 2;
    case TONGHOP_ERR_TIMEOUT:
    case TONGHOP_ERR_IO:
        return 3;
    default:
        return 1; /* also of errors that are newer than this program */
    }
}

/* "reception.visits=47": the text is cut in two where it stands. */
static size_t read_cells(char **texts, struct tonghop_cell *cells)
{
    size_t count = 0;
    for (; texts[count] != NULL; count++) {
        char *value = strchr(texts[count], '=');
        if (value != NULL)
            *value++ = '\0';
        cells[count] = (struct tonghop_cell){.indicator = texts[count], .value = value};
    }
    return count;
}

static enum tonghop_err file(struct tonghop *node, char **words, char *reason)
{
    struct tonghop_cell cells[CELLS_MAX];
    struct tonghop_report report = {
        .size = sizeof(report),
        .key = {.unit = words[2], .period = words[3], .form = words[4]},
        .author = "file_report",
        .cells = cells,
        .cell_count = read_cells(words + FIRST_CELL, cells),
    };
    const struct tonghop_receipt *receipt;
    enum tonghop_err err = tonghop_revision(node, &report.key, &report.based_on, reason);
    if (err == TONGHOP_OK)
        err = tonghop_file(node, &report, &receipt, reason);
    const struct tonghop_problem *problem;
    for (size_t i = 0; (problem = tonghop_problem(node, i)) != NULL; i++)
        fprintf(stderr, "%s%s%s: %s\n", problem->is_warning ? "warning" : "error",
                problem->indicator[0] != '\0' ? " about " : "", problem->indicator, problem->text);
    if (err == TONGHOP_OK)
        printf("%s %s %s: revision %" PRIu64 "%s\n", words[2], words[3], words[4],
               receipt->revision, receipt->is_repeated ? ", which was there already" : "");
    return err;
}

int main(int argc, char **argv)
{
    char reason[TONGHOP_REASON_SIZE];
    struct tonghop *node = NULL;
    if (argc < FIRST_CELL || argc > FIRST_CELL + CELLS_MAX) {
        fprintf(stderr, "usage: %s CONFIGURATION UNIT PERIOD FORM INDICATOR=VALUE ... (up to %d)\n",
                argv[0], CELLS_MAX);
        return 2;
    }
    const struct tonghop_options options = {.size = sizeof(options), .conf_path = argv[1]};
    enum tonghop_err err = tonghop_open(&options, &node, reason);
    if (err == TONGHOP_OK)
        err = file(node, argv, reason);
    if (err != TONGHOP_OK)
        fprintf(stderr, "%s: %s\n", tonghop_err_name(err), reason);
    tonghop_close(node);
    return exit_status_of(err);
}
