/* A report is a plain value: this file keeps its arrays in order and says when two keys are one. */
#include "core/report.h"

#include <stdlib.h>

#include "core/figure.h"
#include "core/mem.h"

void report_fini(struct report *report)
{
    free(report->author);
    free(report->reason);
    free(report->source);
    free(report->cells);
    for (size_t i = 0; i < report->note_count; i++)
        free(report->notes[i].text);
    free(report->notes);
    *report = (struct report){0};
}

void report_add_cell(struct report *report, struct cell cell)
{
    report->cells =
        mem_grow(report->cells, report->cell_count, &report->cell_capacity, sizeof *report->cells);
    report->cells[report->cell_count++] = cell;
}

void report_reserve_cells(struct report *report, size_t count)
{
    const size_t wanted = report->cell_count + count;
    if (report->cell_capacity >= wanted)
        return;
    report->cells = mem_realloc(report->cells, wanted * sizeof *report->cells);
    report->cell_capacity = wanted;
}

void report_add_note(struct report *report, uint32_t indicator, const char *text)
{
    report->notes =
        mem_grow(report->notes, report->note_count, &report->note_capacity, sizeof *report->notes);
    report->notes[report->note_count++] =
        (struct note){.indicator = indicator, .text = mem_strdup(text)};
}

static int cell_compare(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    return (x->indicator > y->indicator) - (x->indicator < y->indicator);
}

enum err report_sort(struct report *report)
{
    if (report->cell_count == 0)
        return ERR_OK; /* `cells` may be NULL, which qsort must not see */
    qsort(report->cells, report->cell_count, sizeof *report->cells, cell_compare);
    for (size_t i = 1; i < report->cell_count; i++) {
        if (report->cells[i - 1].indicator == report->cells[i].indicator)
            return ERR_EXISTS;
    }
    return ERR_OK;
}

const char *report_note(const struct report *report, uint32_t indicator)
{
    const char *whole = "";
    for (size_t i = 0; i < report->note_count; i++) {
        if (report->notes[i].indicator == indicator)
            return report->notes[i].text;
        if (report->notes[i].indicator == 0)
            whole = report->notes[i].text;
    }
    return whole;
}

const struct cell *report_cell(const struct report *report, uint32_t indicator)
{
    if (report->cell_count == 0 || indicator < report->cells[0].indicator)
        return NULL;
    size_t place = indicator - report->cells[0].indicator; /* if all in between are filled in */
    if (place < report->cell_count && report->cells[place].indicator == indicator)
        return &report->cells[place];
    const struct cell key = {.indicator = indicator};
    return bsearch(&key, report->cells, report->cell_count, sizeof *report->cells, cell_compare);
}

bool report_is_baseline(const struct report *report)
{
    return report->source != NULL && report->source[0] != '\0';
}

bool report_key_equal(const struct report_key *a, const struct report_key *b)
{
    return a->kind == b->kind && period_equal(a->period, b->period) && a->unit == b->unit &&
           a->form == b->form;
}

uint64_t report_key_hash(const struct report_key *key)
{
    uint64_t hash = figure_unit_mark(key->unit);
    hash ^= ((uint64_t)key->form << 32 | (uint64_t)key->period.year << 16 |
             (uint64_t)key->kind << 8 | key->period.label) *
            UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

bool state_counts(uint8_t states)
{
    return (states & STATE_ACCEPTED) != 0 && (states & STATE_RETURNED) == 0;
}
