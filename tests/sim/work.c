/* The work: two authors for each report, one at the node and one afar, own and whole, of three
 * forms and years, plans and results; they correct, drop cells and withdraw. An author who is told
 * that his base is stale either files again on the new base or lets it be. */
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "sim/sim.h"

enum { AUTHORS_AT_ONCE = 60, BASELINE_EVERY = 3 };

/* ---- what is filed ---- */

static bool level_reports(const struct indicator *indicator, uint8_t level, uint8_t scope)
{
    uint32_t levels = indicator->level_mask >> level;
    return scope == SCOPE_WHOLE ? levels != 0 : (levels & 1) != 0;
}

static struct cell draw_cell(struct sim *sim, const struct indicator *indicator)
{
    struct cell cell = {.indicator = indicator->number, .qualifier = QUALIFIER_EXACT};
    cell.value = (int64_t)sim_random(sim, 1000) - (indicator->is_signed ? 500 : 0);
    if (sim_once_in(sim, 4))
        cell.qualifier = (uint8_t)(QUALIFIER_EXACT + sim_random(sim, QUALIFIER_COUNT - 1));
    if (cell.qualifier == QUALIFIER_RANGE)
        cell.upper = cell.value + 1 + (int64_t)sim_random(sim, 100);
    return cell;
}

/* Two people, two places, one paper: the cells of what was filed last, by whomever. */
static bool copy_last(const struct sim *sim, size_t key, struct report *report)
{
    const struct report *last = NULL;
    for (int i = sim->keys[key].first; i != SIM_NONE; i = sim->filings[i].next)
        if (!sim->filings[i].report.is_withdrawn)
            last = &sim->filings[i].report;
    if (last == NULL || last->catalogue != report->catalogue)
        return false;
    report->scope = last->scope;
    report->source = mem_strdup(last->source != NULL ? last->source : "");
    for (size_t i = 0; i < last->cell_count; i++)
        report_add_cell(report, last->cells[i]);
    return true;
}

static void fill(struct sim *sim, size_t key, unsigned author, struct report *report)
{
    const struct sim_unit *unit = &sim->country.units[sim_key_unit(key)];
    *report = (struct report){.key = sim_key_of(sim, key),
                              .scope = SCOPE_OWN,
                              .catalogue = sim->published,
                              .based_on = sim->keys[key].known[author],
                              .may_drop_cells = !sim_once_in(sim, 4),
                              .author = mem_printf("author %u", author),
                              .reason = mem_strdup("")};
    if (unit->level < 2 && sim_once_in(sim, 4))
        report->scope = SCOPE_WHOLE;
    if (report->based_on > 0 && sim_once_in(sim, 8)) {
        report->is_withdrawn = true;
        return;
    }
    if (sim_once_in(sim, 8) && copy_last(sim, key, report))
        return;
    if (report->scope == SCOPE_WHOLE && sim->filing_count % BASELINE_EVERY == 0)
        report->source = mem_strdup("yearbook");
    struct catalogue *catalogue = sim->in_force[sim->published];
    for (size_t i = 0; i < catalogue->indicator_count; i++) {
        const struct indicator *indicator = &catalogue->indicators[i];
        if (indicator->form == report->key.form &&
            level_reports(indicator, unit->level, report->scope) && !sim_once_in(sim, 4))
            report_add_cell(report, draw_cell(sim, indicator));
    }
}

static size_t key_at(size_t unit, size_t kind, size_t year, size_t label, size_t form)
{
    return unit * SIM_KEYS_PER_UNIT +
           ((kind * SIM_YEARS + year) * PERIOD_LABEL_COUNT + label) * SIM_FORMS + form;
}

/* Keys that many want at once, and all others; this year's results more than the rest; and where
 * two nodes may both be the home, a few at which both are kept busy. */
static size_t draw_key(struct sim *sim)
{
    size_t unit = sim_random(sim, sim->country.unit_count);
    size_t disputed = key_at(unit, 0, 1, sim_random(sim, PERIOD_LABEL_COUNT), 0);
    if (sim->keys[disputed].may_fork)
        return disputed;
    bool is_hot = sim_once_in(sim, 3);
    if (is_hot)
        unit = sim->seed * 7 % sim->country.unit_count;
    size_t kind = sim_once_in(sim, 6) ? 1 : 0;
    size_t year = is_hot || sim_once_in(sim, 2) ? 1 : sim_random(sim, SIM_YEARS);
    size_t label = sim_random(sim, PERIOD_LABEL_COUNT);
    size_t form = sim_once_in(sim, 2) ? 0 : sim_random(sim, SIM_FORMS);
    return key_at(unit, kind, year, label, form);
}

/* ---- filing ---- */

/* A unit for which the key of `unit` does not speak in that period; 0 when none comes to mind. */
static uint32_t draw_foreign(struct sim *sim, size_t unit, struct period period)
{
    size_t other = sim_random(sim, sim->country.unit_count);
    int at = (int)other;
    while (at != SIM_NONE && at != (int)unit)
        at = sim_unit_parent(sim, (size_t)at, period);
    return at == SIM_NONE ? sim->country.units[other].id : 0;
}

static void file(struct sim *sim, size_t key, unsigned author)
{
    enum { SLIP_ONCE_IN = 8 };
    struct report report;
    fill(sim, key, author, &report);
    struct sim_ask ask = {
        .type = SIM_ASK_FILE, .filing = sim_ledger_add(sim, key, &report), .author = author};
    if (author == SIM_AUTHOR_AFAR && sim_once_in(sim, SLIP_ONCE_IN))
        ask.slip_unit = draw_foreign(sim, sim_key_unit(key), sim_key_of(sim, key).period);
    sim->keys[key].is_asking[author] = true;
    sim->asking_count++;
    sim_ask(sim, &ask);
}

/* As much as the time gone by asks for, in bursts. */
void sim_work_step(struct sim *sim)
{
    int64_t gone_ms = sim->now_ms - sim->storm_from_ms;
    size_t due = sim->work_total * (size_t)gone_ms / (size_t)sim->storm_ms;
    if (sim->published == 0 || !sim_once_in(sim, 4))
        return;
    while (sim->work_done < due && sim->work_done < sim->work_total) {
        size_t key = draw_key(sim);
        unsigned author = (unsigned)sim_random(sim, SIM_AUTHORS);
        sim->work_done++;
        if (!sim->keys[key].is_asking[author] && sim->asking_count < AUTHORS_AT_ONCE &&
            sim_unit_is_in(sim, sim_key_unit(key), sim_key_of(sim, key).period, sim->published))
            file(sim, key, author);
    }
}

static void stop_asking(struct sim *sim, size_t index)
{
    const struct sim_ask *ask = &sim->asks[index];
    sim->keys[sim->filings[ask->filing].key].is_asking[ask->author] = false;
    sim->asking_count--;
    sim_ask_close(sim, index);
}

/* ---- answers ---- */

/* A receipt may have been lost, and with it the disk: then it is a new one, of a new revision. */
void sim_work_acknowledged(struct sim *sim, size_t index, const Tonghop__Receipt *receipt)
{
    const struct sim_ask *ask = &sim->asks[index];
    struct sim_filing *filing = &sim->filings[ask->filing];
    if (ask->slip_unit != 0) {
        sim_wrong(sim, "a report of unit %u is taken in from a reporter of unit %u", ask->slip_unit,
                  filing->report.key.unit);
        return;
    }
    sim_check_receipt(sim, ask->node, filing, receipt);
    if (filing->revision != receipt->revision) {
        if (filing->revision != 0 && !filing->is_excused)
            sim_ledger_keep(sim, ask->filing);
        filing = &sim->filings[ask->filing];
        filing->marks = filing->marks_lost = 0;
        filing->holder = SIM_NONE;
    }
    filing->is_excused = false;
    filing->revision = receipt->revision;
    filing->received_us = receipt->received_us;
    filing->node = ask->node;
    filing->disk = sim->nodes[ask->node].disk;
}

void sim_work_receipt(struct sim *sim, size_t index, const Tonghop__Receipt *receipt)
{
    const struct sim_ask ask = sim->asks[index];
    struct sim_filing *filing = &sim->filings[ask.filing];
    sim->keys[filing->key].known[ask.author] = receipt->revision;
    sim->afar_count += ask.author == SIM_AUTHOR_AFAR;
    if (receipt->repeated_content)
        sim->repeated_count++;
    else
        sim->acked_count++;
    stop_asking(sim, index);
    sim_safe_wait(sim, ask.filing, ask.author);
}

/* The slip was noticed, as it must be; now for its own unit. */
static void mend_slip(struct sim *sim, size_t index, const Tonghop__Refusal *refusal)
{
    struct sim_ask *ask = &sim->asks[index];
    if (strcmp(refusal->code, err_name(ERR_FOREIGN)) != 0)
        sim_wrong(sim, "a report of unit %u from a reporter of unit %u is refused as '%s'",
                  ask->slip_unit, sim->filings[ask->filing].report.key.unit, refusal->code);
    ask->slip_unit = 0;
    sim->foreign_count++;
    sim_ask_again(sim, index, ask->seq);
}

/* Reasons are asked for figures that were returned alone: the revision that it is based on was, or
 * is held no more since a disk was lost. */
static bool may_be_returned(struct sim *sim, const struct sim_ask *ask,
                            const struct sim_filing *filing)
{
    struct revision held;
    struct store_txn *txn = store_begin_read(sim->nodes[ask->node].store);
    bool may_be =
        store_get_revision(txn, &filing->report.key, filing->report.based_on, &held) != ERR_OK ||
        (held.states & STATE_RETURNED) != 0;
    store_abort(&txn);
    return may_be;
}

void sim_work_refusal(struct sim *sim, size_t index, const Tonghop__Refusal *refusal)
{
    struct sim_ask *ask = &sim->asks[index];
    struct sim_filing *filing = &sim->filings[ask->filing];
    if (ask->slip_unit != 0) {
        mend_slip(sim, index, refusal);
    } else if (strcmp(refusal->code, err_name(ERR_STALE)) == 0) {
        sim->stale_count++;
        sim->keys[filing->key].known[ask->author] = refusal->current_revision;
        if (refusal->current_revision == filing->report.based_on)
            sim_wrong(sim, "the base named is the one that was called stale");
        if (sim_once_in(sim, 2)) { /* the author looks at it and lets it be */
            stop_asking(sim, index);
            return;
        }
        filing->report.based_on = refusal->current_revision;
        sim_ask_again(sim, index, ask->seq);
    } else if (strcmp(refusal->code, err_name(ERR_CLOSED)) == 0) {
        sim->closed_count++;
        stop_asking(sim, index); /* the author waits until it is reopened */
    } else if (strcmp(refusal->code, err_name(ERR_WARNINGS)) == 0 && !ask->has_seen_warnings) {
        if (refusal->n_problems == 0 || !refusal->problems[0]->warning)
            sim_wrong(sim, "a report is refused for warnings that are not told");
        ask->has_seen_warnings = true;
        sim_ask_again(sim, index, ask->seq);
    } else if (strcmp(refusal->code, err_name(ERR_INVALID)) == 0 &&
               !filing->report.may_drop_cells) {
        filing->report.may_drop_cells = true; /* the author means it */
        sim_ask_again(sim, index, ask->seq);
    } else if (strcmp(refusal->code, err_name(ERR_INVALID)) == 0 &&
               filing->report.reason[0] == '\0' && may_be_returned(sim, ask, filing)) {
        free(filing->report.reason); /* returned, and right: the author says why */
        filing->report.reason = mem_strdup("counted again");
        sim_ask_again(sim, index, ask->seq);
    } else if (strcmp(refusal->code, err_name(ERR_NOT_HOME)) != 0) {
        sim_wrong(sim, "a good report of unit %u is refused: %s: %s %s", filing->report.key.unit,
                  refusal->code, refusal->text,
                  refusal->n_problems > 0 ? refusal->problems[0]->text : "");
        stop_asking(sim, index);
    } /* else the operator is still at it: it is asked again elsewhere later */
}
