/* Reports: any bytes as a serialised Filing.
 *
 * Laws: what is refused says why; what opens packs and opens again as the same report, and from
 * then on to the same bytes and digests; the content digest does not depend on who filed it, why,
 * or on what base, and depends on every cell; a report that the catalogue lets pass has figures
 * that are stored and read without loss, and that are gone without a trace when they are taken
 * back. */
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/utf8.h"
#include "core/validate.h"
#include "core/year.h"
#include "fuzz/fuzz.h"
#include "fuzz/mutate.h"
#include "lib/sample.h"
#include "wire/wire.h"

/* One report and what names it. */
struct opened {
    struct wire_filing filing;
    struct report report;
};

static enum err open_filing(struct span bytes, struct arena *arena, struct opened *ret_opened)
{
    char reason[WIRE_REASON_SIZE];
    enum err err = wire_open_filing(bytes, arena, &ret_opened->filing, &ret_opened->report, reason,
                                    sizeof reason);
    if (err != ERR_OK) {
        LAW(err == ERR_MALFORMED || err == ERR_TOO_LARGE, "a refusal has one of two codes");
        LAW(reason[0] != '\0' && utf8_is_text(reason, strlen(reason)), "a reason reads as text");
    }
    return err;
}

static bool cells_equal(const struct report *a, const struct report *b)
{
    if (a->cell_count != b->cell_count)
        return false;
    for (size_t i = 0; i < a->cell_count; i++)
        if (a->cells[i].indicator != b->cells[i].indicator ||
            a->cells[i].qualifier != b->cells[i].qualifier ||
            a->cells[i].value != b->cells[i].value || a->cells[i].upper != b->cells[i].upper)
            return false;
    return true;
}

static bool notes_equal(const struct report *a, const struct report *b)
{
    if (a->note_count != b->note_count)
        return false;
    for (size_t i = 0; i < a->note_count; i++)
        if (a->notes[i].indicator != b->notes[i].indicator ||
            strcmp(a->notes[i].text, b->notes[i].text) != 0)
            return false;
    return true;
}

static bool reports_equal(const struct report *a, const struct report *b)
{
    return report_key_equal(&a->key, &b->key) && a->scope == b->scope &&
           a->catalogue == b->catalogue && a->based_on == b->based_on &&
           a->is_withdrawn == b->is_withdrawn && a->may_drop_cells == b->may_drop_cells &&
           strcmp(a->author, b->author) == 0 && strcmp(a->reason, b->reason) == 0 &&
           cells_equal(a, b) && notes_equal(a, b);
}

/* Packs `report` and opens that. */
static void repack(const struct report *report, struct arena *arena, struct buf *bytes,
                   struct opened *ret_again)
{
    wire_pack_filing(report, bytes);
    enum err err = open_filing(span_of(bytes), arena, ret_again);
    /* Columns that are not packed, or numbers in fewer bytes than we write, may make it grow. */
    LAW(err == ERR_OK || bytes->len > WIRE_FILING_MAX, "what opens packs and opens again");
    if (err != ERR_OK)
        *ret_again = (struct opened){0};
}

static bool is_same_content(const struct opened *a, const struct opened *b)
{
    return memcmp(a->filing.content, b->filing.content, WIRE_DIGEST_SIZE) == 0;
}

/* The content digest of the packed report, with what does not belong to it and with what does. */
static void check_content(const struct opened *packed, struct arena *arena)
{
    struct report *report = (struct report *)(uintptr_t)&packed->report; /* put back below */
    struct report before = *report;
    struct buf bytes = {0};
    struct opened other;

    report->author = TEXT("X");
    report->reason = TEXT("Y");
    report->based_on = before.based_on == 0;
    report->catalogue = before.catalogue == 1 ? 2 : 1;
    report->may_drop_cells = !before.may_drop_cells;
    repack(report, arena, &bytes, &other);
    LAW(is_same_content(packed, &other), "the content digest is of the content alone");
    LAW(memcmp(packed->filing.digest, other.filing.digest, WIRE_DIGEST_SIZE) != 0,
        "the header's digest is of all of it");
    report_fini(&other.report);
    *report = before;

    for (size_t i = 0; i < report->cell_count; i++) {
        struct cell cell = report->cells[i];
        if (cell.qualifier == QUALIFIER_RANGE || cell.value == INT64_MAX)
            continue;
        report->cells[i].value++;
        buf_clear(&bytes);
        repack(report, arena, &bytes, &other);
        LAW(!is_same_content(packed, &other), "the content digest depends on every cell");
        report_fini(&other.report);
        report->cells[i] = cell;
        break; /* one is enough for one run */
    }
    buf_fini(&bytes);
}

static void check_stored(const struct figures *figures)
{
    struct buf bytes = {0};
    struct figures again = {0};
    figures_encode(figures, &bytes);
    LAW(figures_decode(span_of(&bytes), &again) == ERR_OK && figures_equal(figures, &again),
        "figures are stored and read without loss");
    figures_fini(&again);
    buf_fini(&bytes);
}

/* A total that takes a part in and gives it back is what it was. Extremes cannot be taken back:
 * those are named, to be computed again. */
static void check_reversal(const struct figures *part, const struct catalogue *catalogue)
{
    const struct cell base_cell = {.indicator = 1, .qualifier = QUALIFIER_EXACT, .value = 5};
    const struct figure base_figure = figure_of_cell(&base_cell), none = {0};
    const struct figures nothing = {0};
    struct figures total = {0}, before = {0};
    struct rescan rescan = {0};

    figures_append(&total, base_cell.indicator, &base_figure);
    figures_copy(&before, &total);
    figures_replace_part(&total, &nothing, part, catalogue, &rescan);
    LAW(rescan.count == 0, "adding needs no second look");
    figures_replace_part(&total, part, &nothing, catalogue, &rescan);
    for (size_t i = 0; i < rescan.count; i++)
        figures_set(&total, rescan.indicators[i], &none);
    LAW(figures_equal(&total, &before), "a total gives back what it took in");
    free(rescan.indicators);
    figures_fini(&total);
    figures_fini(&before);
}

static void check_figures(const struct report *report, const struct catalogue *catalogue)
{
    struct year_filed filed[PERIOD_LABEL_COUNT] = {{0}};
    struct year_triple triple = {0};
    struct problems problems = {0};

    /* The same cells under its own label and under that of the year. */
    filed[report->key.period.label - 1] =
        (struct year_filed){.is_filed = true,
                            .scope = report->scope,
                            .cells = report->cells,
                            .cell_count = report->cell_count,
                            .has_ended = report->based_on % 2 == 1,
                            .is_baseline = report_is_baseline(report)};
    filed[PERIOD_Y - 1] = (struct year_filed){.is_filed = true,
                                              .scope = SCOPE_OWN,
                                              .cells = report->cells,
                                              .cell_count = report->cell_count / 2,
                                              .has_ended = report->catalogue % 2 == 1,
                                              .is_early = report->may_drop_cells};
    year_resolve(filed, catalogue, &triple);
    year_check(filed, catalogue, &problems);
    fuzz_check_problems(&problems, false);
    for (int label = PERIOD_S1; label <= PERIOD_Y; label++) {
        struct figures result = {0};
        check_stored(&triple.own[label - 1]);
        check_stored(&triple.whole[label - 1]);
        check_reversal(&triple.own[label - 1], catalogue);
        year_rollup(&triple, (enum period_label)label, &triple.own[PERIOD_Y - 1], catalogue,
                    &result);
        check_stored(&result);
        figures_fini(&result);
    }
    year_triple_fini(&triple);
}

static void check_rules(const struct report *report)
{
    static struct catalogue *catalogue;
    struct problems problems = {0};
    if (catalogue == NULL)
        catalogue = sample_catalogue();
    struct tree *tree = tree_new(catalogue, report->key.period);
    enum err err = validate_report(report, catalogue, tree, &problems);
    fuzz_check_problems(&problems, err != ERR_OK);
    if (err == ERR_OK)
        check_figures(report, catalogue);
    tree_free(&tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(WIRE_ARENA_MAX);
    struct opened opened, packed, again;
    struct buf bytes = {0}, bytes_again = {0};

    fuzz_be_quiet();
    if (open_filing((struct span){data, size}, arena, &opened) == ERR_OK) {
        repack(&opened.report, arena, &bytes, &packed);
        LAW(reports_equal(&opened.report, &packed.report), "a report packs without loss");
        repack(&packed.report, arena, &bytes_again, &again);
        LAW(span_equal(span_of(&bytes), span_of(&bytes_again)), "a report packs to the same bytes");
        LAW(is_same_content(&packed, &again), "a report keeps its content digest");
        check_content(&packed, arena);
        LAW(report_sort(&opened.report) == ERR_OK && cells_equal(&opened.report, &packed.report),
            "cells come in order, one of each");
        check_rules(&opened.report);
        report_fini(&opened.report);
        report_fini(&packed.report);
        report_fini(&again.report);
    }
    buf_fini(&bytes);
    buf_fini(&bytes_again);
    arena_free(&arena);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return mutate_in_place(&tonghop__filing__descriptor, data, size, max_size, seed);
}
