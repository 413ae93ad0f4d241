/* In text one column says it all ("100–200"); programs get the number, its sign and its bound. */
#include "client/cells.h"

#include <inttypes.h>

#include "client/format.h"
#include "client/words.h"

void cells_add_columns(const struct cells *cells, struct table *table)
{
    bool is_english = cells->common->is_english;
    table_add_column(table, "indicator", words(is_english, WORD_COLUMN_CODE), TABLE_LEFT);
    if (cells->with_name)
        table_add_column(table, "name", words(is_english, WORD_CATALOGUE_INDICATORS), TABLE_LEFT);
    table_add_column(table, "value", words(is_english, WORD_COLUMN_FIGURE), TABLE_RIGHT);
    if (cells->common->output != OUTPUT_TEXT) {
        table_add_column(table, "qualifier", "qualifier", TABLE_LEFT);
        table_add_column(table, "upper", "upper", TABLE_LEFT);
    }
    table_add_column(table, "note", words(is_english, WORD_COLUMN_MARKS), TABLE_LEFT);
}

const char *cells_note(const struct report *report, uint32_t indicator)
{
    for (size_t i = 0; i < report->note_count; i++)
        if (report->notes[i].indicator == indicator)
            return report->notes[i].text;
    return NULL;
}

void cells_add_row(const struct cells *cells, const struct report *report, const struct cell *cell,
                   struct table *table)
{
    bool is_english = cells->common->is_english;
    const struct indicator *indicator = catalogue_indicator(cells->catalogue, cell->indicator);
    struct format format = {.is_english = is_english,
                            .decimals = indicator != NULL ? indicator->decimals : 0};
    bool is_range = cell->qualifier == QUALIFIER_RANGE;
    char number[I128_TEXT_SIZE];
    if (indicator != NULL)
        table_add(table, indicator->code);
    else
        table_addf(table, "%" PRIu32, cell->indicator);
    if (cells->with_name)
        table_add(table, indicator != NULL ? indicator_name(indicator, is_english) : NULL);
    if (cells->common->output == OUTPUT_TEXT) {
        table_take(table, format_cell(&format, cell));
    } else {
        table_add(table, number_format(cell->value, format.decimals, false, NUMBER_PLAIN, number));
        table_add(table, qualifier_sign((enum qualifier)cell->qualifier));
        table_add(table, is_range ? number_format(cell->upper, format.decimals, false, NUMBER_PLAIN,
                                                  number)
                                  : NULL);
    }
    table_add(table, cells_note(report, cell->indicator));
}

void cells_add_report_note(const struct cells *cells, const struct report *report,
                           struct table *table)
{
    bool is_english = cells->common->is_english, is_text = cells->common->output == OUTPUT_TEXT;
    table_add(table, NULL); /* no indicator */
    if (cells->with_name)
        table_add(table, is_text ? words(is_english, WORD_CELLS_WHOLE_REPORT) : NULL);
    table_skip(table, is_text ? 1 : 3); /* value, qualifier and upper */
    table_add(table, cells_note(report, 0));
}
