/* Who files what the home warns of says why, and that stays with the figures: a note of the cell.
 */
#include <stdlib.h>
#include <string.h>

#include "client/filing.h"
#include "core/mem.h"

static const char separator[] = "; ";

static struct note *find_note(struct report *report, uint32_t indicator)
{
    for (size_t i = 0; i < report->note_count; i++)
        if (report->notes[i].indicator == indicator)
            return &report->notes[i];
    return NULL;
}

/* Whether the text is the note, or ends with it as it would be added. */
static bool has_note(const char *text, const char *note)
{
    size_t len = strlen(text), note_len = strlen(note), part = sizeof(separator) - 1;
    if (len < note_len || strcmp(text + len - note_len, note) != 0)
        return false;
    return len == note_len ||
           (len >= note_len + part && memcmp(text + len - note_len - part, separator, part) == 0);
}

void filing_add_note(struct report *report, uint32_t indicator, const char *text,
                     struct problems *problems)
{
    struct note *note = find_note(report, indicator);
    if (note == NULL) {
        if (report->note_count < REPORT_NOTES_MAX)
            report_add_note(report, indicator, text);
        else
            problems_cell(problems, indicator,
                          PROBLEM_WORDS(problems,
                                        "more than %d notes in one report: leave some out",
                                        "một báo cáo có hơn %d ghi chú: bỏ bớt"),
                          REPORT_NOTES_MAX);
        return;
    }
    if (has_note(note->text, text))
        return;
    char *both = mem_printf("%s%s%s", note->text, separator, text);
    if (strlen(both) > REPORT_NOTE_MAX) {
        problems_cell(
            problems, indicator,
            PROBLEM_WORDS(problems,
                          "the note has %zu bytes with that of --accept-warnings, at most "
                          "%d are taken: shorten one of the two",
                          "ghi chú cùng với ghi chú của --accept-warnings dài %zu byte, "
                          "tối đa %d: rút ngắn một trong hai"),
            strlen(both), REPORT_NOTE_MAX);
        free(both);
        return;
    }
    free(note->text);
    note->text = both;
}

void filing_accept(struct report *report, struct problems *problems, size_t first, size_t end,
                   const char *note)
{
    for (size_t i = first; i < end; i++) {
        uint32_t indicator = problems->items[i].indicator;
        if (!problems->items[i].is_warning)
            continue;
        if (report_cell(report, indicator) == NULL)
            indicator = 0; /* a cell that is missing has no note */
        filing_add_note(report, indicator, note, problems);
    }
}
