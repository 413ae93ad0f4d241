/* Figures in words, and texts as people compare them.
 *
 * Laws: what is read is a cell that a report may have, but for a range that does not rise; a plain
 * number is itself in words; with its measure behind it a number is the same number; a text that is
 * folded folds to itself, and is UTF-8 when it was. */
#include <stdlib.h>
#include <string.h>

#include "core/cell.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "fuzz/fuzz.h"
#include "text/fold.h"
#include "text/number_words.h"

enum { DECIMALS_MAX = 6 };

static void check_cell(const struct cell *cell)
{
    bool may_not_rise = cell->qualifier == QUALIFIER_RANGE && cell->upper <= cell->value;
    LAW(may_not_rise || cell_check(cell) == ERR_OK, "words are a cell");
    LAW(cell->indicator == 0, "words know no indicator");
}

static void check_words(const char *text, unsigned decimals, enum number_style style)
{
    static const char *const measures[] = {"", "đồng", "triệu đồng", "%", "m2"};
    for (size_t i = 0; i < LENGTH(measures); i++) {
        struct cell cell = {0}, again = {0};
        int64_t plain;
        enum err err = number_words_parse(text, decimals, measures[i], style, &cell);
        if (err == ERR_OK)
            check_cell(&cell);
        if (err != ERR_OK || number_parse(text, decimals, style, &plain) != ERR_OK)
            continue;
        LAW(cell.qualifier == QUALIFIER_EXACT && cell.value == plain,
            "a plain number is itself in words");
        char *measured = mem_printf("%s %s", text, measures[i]);
        if (strlen(measured) <= NUMBER_WORDS_MAX)
            LAW(number_words_parse(measured, decimals, measures[i], style, &again) == ERR_OK &&
                    again.value == plain,
                "a number keeps its value in front of its measure");
        free(measured);
    }
}

static void check_folding(const char *text, char *(*fold)(const char *))
{
    char *folded = fold(text), *again = fold_text(folded);
    LAW(strcmp(folded, again) == 0, "a folded text folds to itself");
    LAW(!utf8_is_valid(text, strlen(text)) || utf8_is_valid(folded, strlen(folded)),
        "a folded text is text");
    LAW(fold_part(folded) >= folded && fold_part(folded) <= folded + strlen(folded),
        "a part of a text lies in it");
    free(folded);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = reader_of((struct span){data, size});
    unsigned decimals = reader_u8(&r) % (DECIMALS_MAX + 1);
    char *text = fuzz_text((struct span){r.at, reader_left(&r)});
    for (enum number_style style = NUMBER_PLAIN; style <= NUMBER_VI; style++)
        check_words(text, decimals, style);
    check_folding(text, fold_text);
    check_folding(text, fold_item);
    free(text);
    return 0;
}
