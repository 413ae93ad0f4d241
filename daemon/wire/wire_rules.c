/* What each message may be: docs/PROTOCOL.md, "Limits", as data. Fields that stand in no table here
 * are texts of one line and WIRE_TEXT_MAX bytes, numbers that any value suits, known enum values,
 * and sub-messages that may be absent. */
#include "wire/wire_rules.h"

#include "core/problem.h"

/* ---- session ---- */

static const struct wire_rule hello_rules[] = {
    {HASH(Hello, catalogue_hash)},
    {AT(Hello, buckets), 0, WIRE_BUCKETS_MAX, 0},
    {AT(Hello, software), 0, SOFTWARE_MAX, 0},
    {AT(Hello, language), 0, LANGUAGE_MAX, 0},
    {INSTANT(Hello, now_us)},
};

static const struct wire_rule bucket_rules[] = {
    {KIND(Bucket)},
    {YEAR(Bucket)},
    {LABEL(Bucket)},
    {DIGEST(Bucket, digest)},
};

static const struct wire_rule welcome_rules[] = {
    {AT(Welcome, protocol), WIRE_PROTOCOL, WIRE_PROTOCOL, 0},
    {NUMBER(Welcome, unit)},
    {KNOWN(Welcome, role)},
    {HASH(Welcome, catalogue_hash)},
    {NUMBER(Welcome, window)},
    {AT(Welcome, differing), 0, WIRE_BUCKETS_MAX, 0},
    {INSTANT(Welcome, now_us)},
};

static const struct wire_rule ping_rules[] = {{INSTANT(Ping, now_us)}};
static const struct wire_rule pong_rules[] = {{HASH(Pong, digest)}, {INSTANT(Pong, now_us)}};

static const char *check_hash(uint32_t catalogue, const ProtobufCBinaryData *hash)
{
    return (catalogue == 0) == (hash->len == 0)
               ? NULL
               : "catalogue and catalogue_hash must both be set or both be absent";
}

static const char *check_hello(const ProtobufCMessage *message)
{
    const Tonghop__Hello *hello = (const void *)message;
    return check_hash(hello->catalogue, &hello->catalogue_hash);
}

static const char *check_welcome(const ProtobufCMessage *message)
{
    const Tonghop__Welcome *welcome = (const void *)message;
    return check_hash(welcome->catalogue, &welcome->catalogue_hash);
}

/* ---- reports ---- */

static const struct wire_rule key_rules[] = {
    {KIND(Key)}, {YEAR(Key)}, {LABEL(Key)}, {NUMBER(Key, unit)}, {NUMBER(Key, form)},
};

static const struct wire_rule filing_rules[] = {
    {AT(Filing, header), 1, WIRE_HEADER_MAX, 0},
    {AT(Filing, parts), 0, WIRE_PARTS_MAX, 0},
};

static const struct wire_rule report_header_rules[] = {
    {PRESENT(ReportHeader, key)},
    {KNOWN(ReportHeader, scope)},
    {NUMBER(ReportHeader, catalogue)},
    {AT(ReportHeader, based_on), 0, WIRE_REVISION_MAX, 0},
    {AT(ReportHeader, author), 0, REPORT_AUTHOR_MAX, 0},
    {AT(ReportHeader, reason), 0, REPORT_REASON_MAX, RULE_HAS_LINES},
    {AT(ReportHeader, source), 0, REPORT_SOURCE_MAX, RULE_HAS_LINES},
    {AT(ReportHeader, parts), 0, WIRE_PARTS_MAX, 0},
};

static const struct wire_rule part_ref_rules[] = {
    {KNOWN(PartRef, type)},
    {DIGEST(PartRef, digest)},
    {AT(PartRef, size), 0, WIRE_FILING_MAX, 0},
};

static const struct wire_rule cells_rules[] = {
    {AT(Cells, indicators), 0, REPORT_CELLS_MAX, 0},
    {AT(Cells, values), 0, REPORT_CELLS_MAX, 0},
    {AT(Cells, qualifiers), 0, REPORT_CELLS_MAX, 0},
    {AT(Cells, uppers), 0, REPORT_CELLS_MAX, 0},
};

static const struct wire_rule notes_rules[] = {{AT(Notes, notes), 0, REPORT_NOTES_MAX, 0}};
static const struct wire_rule note_rules[] = {{AT(Note, text), 0, REPORT_NOTE_MAX, RULE_HAS_LINES}};
static const struct wire_rule file_rules[] = {{AT(File, filing), 1, WIRE_FILING_MAX, 0}};

static const struct wire_rule receipt_rules[] = {
    {PRESENT(Receipt, key)},
    {AT(Receipt, revision), 0, WIRE_REVISION_MAX, 0},
    {STATES(Receipt)},
    {INSTANT(Receipt, received_us)},
    {AT(Receipt, warnings), 0, PROBLEMS_MAX, 0},
};

static const struct wire_rule problem_rules[] = {{LINES(Problem, text)}};

static const struct wire_rule refusal_rules[] = {
    {AT(Refusal, code), 1, CODE_MAX, 0},
    {LINES(Refusal, text)},
    {AT(Refusal, problems), 0, PROBLEMS_MAX, 0},
    {AT(Refusal, current_revision), 0, WIRE_REVISION_MAX, 0},
};

static const struct wire_rule revision_rules[] = {
    {AT(Revision, filing), 1, WIRE_FILING_MAX, 0},
    {REVISION(Revision)},
    {STATES(Revision)},
    {INSTANT(Revision, received_us)},
    {INSTANT(Revision, first_filed_us)},
    {NUMBER(Revision, home)},
    {AT(Revision, recorded_by), 0, WIRE_RECORDED_BY_MAX, 0},
    {AT(Revision, person), 0, WIRE_PERSON_MAX, 0},
};

static const struct wire_rule accepted_rules[] = {
    {AT(Accepted, filing), 1, WIRE_FILING_MAX, 0},
    {REVISION(Accepted)},
    {AT(Accepted, states), STATE_ACCEPTED, STATE_ACCEPTED | STATE_RETURNED, 0},
    {INSTANT(Accepted, received_us)},
    {NUMBER(Accepted, home)},
    {AT(Accepted, recorded_by), 0, WIRE_RECORDED_BY_MAX, 0},
    {AT(Accepted, person), 0, WIRE_PERSON_MAX, 0},
};

static const struct wire_rule inventory_rules[] = {
    {KIND(Inventory)},
    {YEAR(Inventory)},
    {AT(Inventory, units), 0, WIRE_INVENTORY_MAX, 0},
    {AT(Inventory, forms), 0, WIRE_INVENTORY_MAX, 0},
    {AT(Inventory, labels), 0, WIRE_INVENTORY_MAX, 0},
    {AT(Inventory, revisions), 0, WIRE_INVENTORY_MAX, 0},
    {AT(Inventory, digests), 0, WIRE_INVENTORY_MAX *WIRE_DIGEST_SIZE, 0},
};

static const struct wire_rule place_rules[] = {
    {NUMBER(Place, unit)},
    {NUMBER(Place, form)},
    {LABEL(Place)},
};

static const struct wire_rule compared_rules[] = {
    {AT(Compared, revision_count), 0, WIRE_INVENTORY_MAX, 0},
    {AT(Compared, wanted), 0, WIRE_INVENTORY_MAX, 0},
};

static const struct wire_rule mark_rules[] = {
    {PRESENT(Mark, key)},
    {REVISION(Mark)},
    {AT(Mark, states), STATE_ACCEPTED, STATE_RETURNED, 0},
    {AT(Mark, reason), 0, REPORT_REASON_MAX, RULE_HAS_LINES},
    {AT(Mark, indicators), 0, WIRE_NOTICE_CELLS_MAX, 0},
};

static const struct wire_rule holders_rules[] = {
    {PRESENT(Holders, key)},
    {REVISION(Holders)},
    {AT(Holders, held), 0, WIRE_HELD_MAX, 0},
};

static const struct wire_rule held_rules[] = {
    {NUMBER(Held, unit)},
    {INSTANT(Held, arrived_us)},
    {AT(Held, content), WIRE_DIGEST_SIZE, WIRE_DIGEST_SIZE, 0},
};

static const struct wire_rule ack_rules[] = {
    {PRESENT(Ack, key)},
    {REVISION(Ack)},
    {STATES(Ack)},
};

static const char *check_cells(const ProtobufCMessage *message)
{
    const Tonghop__Cells *cells = (const void *)message;
    size_t ranges = 0;
    if (cells->n_values != cells->n_indicators || cells->n_qualifiers != cells->n_indicators)
        return "indicators, values and qualifiers must be of one length";
    for (size_t i = 0; i < cells->n_indicators; i++) {
        if (cells->indicators[i] <= (i > 0 ? cells->indicators[i - 1] : 0))
            return "indicators must rise from one cell to the next, and none is 0";
        if (cells->qualifiers[i] == TONGHOP__QUALIFIER__QUALIFIER_RANGE)
            ranges++;
    }
    return cells->n_uppers == ranges ? NULL : "uppers must have one entry for each range";
}

static const char *check_mark(const ProtobufCMessage *message)
{
    const Tonghop__Mark *mark = (const void *)message;
    for (size_t i = 0; i < mark->n_indicators; i++)
        if (mark->indicators[i] <= (i > 0 ? mark->indicators[i - 1] : 0))
            return "indicators must rise, and none is 0";
    return NULL;
}

static const char *check_revision(const ProtobufCMessage *message)
{
    const Tonghop__Revision *revision = (const void *)message;
    return revision->accepted == NULL || revision->accepted->revision < revision->revision
               ? NULL
               : "accepted must be an earlier revision than the latest";
}

static const char *check_accepted(const ProtobufCMessage *message)
{
    const Tonghop__Accepted *accepted = (const void *)message;
    return accepted->states & STATE_ACCEPTED ? NULL : "it must be accepted";
}

/* -1, 0 or 1: how the `i`th entry stands to the place (unit, form, label). */
static int order_of(const Tonghop__Inventory *inventory, size_t i, uint32_t unit, uint32_t form,
                    uint32_t label)
{
    uint32_t left[] = {inventory->units[i], inventory->forms[i], inventory->labels[i]};
    uint32_t right[] = {unit, form, label};
    for (size_t n = 0; n < LENGTH(left); n++)
        if (left[n] != right[n])
            return left[n] < right[n] ? -1 : 1;
    return 0;
}

static const char *check_inventory(const ProtobufCMessage *message)
{
    const Tonghop__Inventory *inventory = (const void *)message;
    const Tonghop__Place *after = inventory->after, *through = inventory->through;
    size_t count = inventory->n_units;
    if (inventory->n_forms != count || inventory->n_labels != count ||
        inventory->n_revisions != count || inventory->digests.len != count * WIRE_DIGEST_SIZE)
        return "its columns must be of one length";
    for (size_t i = 0; i < count; i++) {
        if (inventory->units[i] < 1 || inventory->forms[i] < 1 ||
            inventory->labels[i] < PERIOD_S1 || inventory->labels[i] > PERIOD_Y ||
            inventory->revisions[i] < 1 || inventory->revisions[i] > WIRE_REVISION_MAX)
            return "an entry must have a unit, a form, a label and a revision";
        if (i > 0 && order_of(inventory, i, inventory->units[i - 1], inventory->forms[i - 1],
                              inventory->labels[i - 1]) <= 0)
            return "its entries must rise";
    }
    if (count > 0 && after != NULL &&
        order_of(inventory, 0, after->unit, after->form, after->label) <= 0)
        return "its entries must come after `after`";
    if (count > 0 && through != NULL &&
        order_of(inventory, count - 1, through->unit, through->form, through->label) > 0)
        return "its entries must not come after `through`";
    return NULL;
}

/* ---- statements ---- */

static const struct wire_rule figure_rules[] = {
    {NUMBER(Figure, indicator)},
    {AT(Figure, parts), FIGURE_PARTS, FIGURE_PARTS, 0},
};

static const struct wire_rule statement_rules[] = {
    {KIND(Statement)},
    {YEAR(Statement)},
    {NUMBER(Statement, unit)},
    {NUMBER(Statement, catalogue)},
    {DIGEST(Statement, digest)},
    {AT(Statement, parts), 0, CATALOGUE_FORMS_MAX *PERIOD_LABEL_COUNT, 0},
};

static const struct wire_rule statement_part_rules[] = {
    {NUMBER(StatementPart, form)},
    {LABEL(StatementPart)},
    {AT(StatementPart, figures), 0, CATALOGUE_INDICATORS_MAX, 0},
};

static const struct wire_rule statement_ack_rules[] = {
    {KIND(StatementAck)},
    {YEAR(StatementAck)},
    {NUMBER(StatementAck, unit)},
    {KNOWN(StatementAck, outcome)},
};

/* The number of units a figure is made of is the sum of its parts: it must be one, and fit. */
static const char *check_figure(const ProtobufCMessage *message)
{
    const Tonghop__Figure *figure = (const void *)message;
    uint64_t units = 0;
    for (size_t i = 0; i < figure->n_parts; i++)
        units += figure->parts[i];
    return units >= 1 && units <= UINT32_MAX ? NULL : "its parts must be at least one unit";
}

static const char *check_statement_part(const ProtobufCMessage *message)
{
    const Tonghop__StatementPart *part = (const void *)message;
    for (size_t i = 1; i < part->n_figures; i++)
        if (part->figures[i]->indicator <= part->figures[i - 1]->indicator)
            return "figures must come in rising order of indicator";
    return NULL;
}

/* ---- catalogue ---- */

/* Only what the domain's structs can hold: what a catalogue may say, catalogue_finish checks. */
static const struct wire_rule catalogue_rules[] = {
    {NUMBER(Catalogue, number)},
    {AT(Catalogue, calendar), 4, 4, 0},
    {AT(Catalogue, levels), 1, CATALOGUE_LEVELS_MAX, 0},
    {AT(Catalogue, types), 0, CATALOGUE_TYPES_MAX, 0},
    {AT(Catalogue, forms), 0, CATALOGUE_FORMS_MAX, 0},
    {AT(Catalogue, indicators), 0, CATALOGUE_INDICATORS_MAX, 0},
    {AT(Catalogue, units), 0, WIRE_LIST_MAX, 0},
    {AT(Catalogue, sections), 0, CATALOGUE_SECTIONS_MAX, 0},
    {AT(Catalogue, bodies), 0, CATALOGUE_BODIES_MAX, 0},
    {AT(Catalogue, measures), 0, CATALOGUE_MEASURES_MAX, 0},
    {AT(Catalogue, later_calendars), 0, CATALOGUE_ERAS_MAX, 0},
    {AT(Catalogue, holidays), 0, CATALOGUE_HOLIDAYS_MAX, 0},
    {AT(Catalogue, exceptions), 0, CATALOGUE_EXCEPTIONS_MAX, 0},
};

static const struct wire_rule level_rules[] = {
    {AT(Level, working_days_s1), 0, CATALOGUE_WORKING_DAYS_MAX, 0},
    {AT(Level, working_days_s2), 0, CATALOGUE_WORKING_DAYS_MAX, 0},
    {AT(Level, working_days_y), 0, CATALOGUE_WORKING_DAYS_MAX, 0},
};

static const struct wire_rule duty_exception_rules[] = {{NUMBER(DutyException, unit)}};

static const struct wire_rule calendar_rules[] = {
    {AT(Calendar, from_year), PERIOD_YEAR_MIN, PERIOD_YEAR_MAX, 0},
    {AT(Calendar, days), 4, 4, 0},
};

static const struct wire_rule calendar_day_rules[] = {
    {AT(CalendarDay, year_offset), -1, 1, 0},
    {AT(CalendarDay, month), 1, 12, 0},
    {AT(CalendarDay, day), 1, 31, 0},
};

static const struct wire_rule form_rules[] = {
    {NUMBER(Form, number)},
    {AT(Form, due_label_mask), 0, FORM_ALL_LABELS, 0},
};

static const struct wire_rule indicator_rules[] = {
    {NUMBER(Indicator, number)},
    {AT(Indicator, nature), NATURE_FLOW, NATURE_STOCK, 0},
    {AT(Indicator, aggregation), AGGREGATION_SUM, AGGREGATION_DERIVED, 0},
    {AT(Indicator, decimals), 0, INDICATOR_DECIMALS_MAX, 0},
};

static const struct wire_rule unit_version_rules[] = {
    {NUMBER(UnitVersion, id)},
    {AT(UnitVersion, level), 0, CATALOGUE_LEVELS_MAX - 1, 0},
    {AT(UnitVersion, type), 0, CATALOGUE_TYPES_MAX - 1, 0},
    {AT(UnitVersion, successors), 0, UNIT_SUCCESSORS_MAX, 0},
};

static const struct wire_rule catalogue_request_rules[] = {
    {AT(CatalogueRequest, index), 0, WIRE_CHUNKS_MAX - 1, 0},
};

static const struct wire_rule catalogue_chunk_rules[] = {
    {NUMBER(CatalogueChunk, number)},
    {DIGEST(CatalogueChunk, hash)},
    {AT(CatalogueChunk, count), 1, WIRE_CHUNKS_MAX, 0},
    {AT(CatalogueChunk, data), 1, WIRE_CHUNK_SIZE, 0},
};

static const struct wire_rule catalogue_publish_rules[] = {{PRESENT(CataloguePublish, chunk)}};

static const struct wire_rule catalogue_notice_rules[] = {
    {NUMBER(CatalogueNotice, number)},
    {DIGEST(CatalogueNotice, hash)},
};

static const char *check_chunk(const ProtobufCMessage *message)
{
    const Tonghop__CatalogueChunk *chunk = (const void *)message;
    if (chunk->index >= chunk->count)
        return "index must be below count";
    if (chunk->index + 1 < chunk->count && chunk->data.len != WIRE_CHUNK_SIZE)
        return "every chunk but the last must be full";
    return NULL;
}

/* ---- administration ---- */

static const struct wire_rule enrol_rules[] = {
    {NUMBER(Enrol, unit)},
    {PUBLIC_KEY(Enrol)},
    {AT(Enrol, role), TONGHOP__ROLE__ROLE_NODE, TONGHOP__ROLE__ROLE_ADMIN, 0},
    {AT(Enrol, name), 0, WIRE_KEY_NAME_MAX, 0},
};

static const struct wire_rule revoke_rules[] = {{PUBLIC_KEY(Revoke)}};
static const struct wire_rule keys_rules[] = {{LIST(Keys, entries)}};

static const struct wire_rule key_entry_rules[] = {
    {PUBLIC_KEY(KeyEntry)},
    {NUMBER(KeyEntry, unit)},
    {KNOWN(KeyEntry, role)},
    {INSTANT(KeyEntry, changed_us)},
};

static const struct wire_rule done_rules[] = {{LINES(Done, text)}};

static const struct wire_rule quarantine_query_rules[] = {
    {AT(QuarantineQuery, number), 0, WIRE_REVISION_MAX, 0},
};

static const struct wire_rule quarantine_rules[] = {{LIST(Quarantine, entries)}};

static const struct wire_rule quarantine_entry_rules[] = {
    {AT(QuarantineEntry, number), 1, WIRE_REVISION_MAX, 0},
    {INSTANT(QuarantineEntry, received_us)},
    {AT(QuarantineEntry, key), WIRE_KEY_SIZE, WIRE_KEY_SIZE, RULE_OR_EMPTY},
    {LINES(QuarantineEntry, reason)},
    {AT(QuarantineEntry, content), 0, WIRE_FILING_MAX, 0},
};

static const struct wire_rule quarantine_clear_rules[] = {
    {AT(QuarantineClear, number), 0, WIRE_REVISION_MAX, 0},
};

/* What is deleted must have been asked for: a message that says nothing does not mean everything.
 */
static const char *check_quarantine_clear(const ProtobufCMessage *message)
{
    const Tonghop__QuarantineClear *clear = (const void *)message;
    return clear->all == (clear->number == 0) ? NULL : "either all or one number must be there";
}

static const struct wire_shape shapes[] = {
    {SHAPE(hello, check_hello)},
    {SHAPE(bucket, NULL)},
    {SHAPE(welcome, check_welcome)},
    {SHAPE(ping, NULL)},
    {SHAPE(pong, NULL)},
    {SHAPE(key, NULL)},
    {SHAPE(filing, NULL)},
    {SHAPE(report_header, NULL)},
    {SHAPE(part_ref, NULL)},
    {SHAPE(cells, check_cells)},
    {SHAPE(notes, NULL)},
    {SHAPE(note, NULL)},
    {SHAPE(file, NULL)},
    {SHAPE(receipt, NULL)},
    {SHAPE(problem, NULL)},
    {SHAPE(refusal, NULL)},
    {SHAPE(revision, check_revision)},
    {SHAPE(accepted, check_accepted)},
    {SHAPE(inventory, check_inventory)},
    {SHAPE(place, NULL)},
    {SHAPE(compared, NULL)},
    {SHAPE(mark, check_mark)},
    {SHAPE(holders, NULL)},
    {SHAPE(held, NULL)},
    {SHAPE(ack, NULL)},
    {SHAPE(figure, check_figure)},
    {SHAPE(statement, NULL)},
    {SHAPE(statement_part, check_statement_part)},
    {SHAPE(statement_ack, NULL)},
    {SHAPE(catalogue, NULL)},
    {SHAPE(calendar, NULL)},
    {SHAPE(calendar_day, NULL)},
    {SHAPE(level, NULL)},
    {SHAPE(form, NULL)},
    {SHAPE(duty_exception, NULL)},
    {SHAPE(indicator, NULL)},
    {SHAPE(unit_version, NULL)},
    {SHAPE(catalogue_request, NULL)},
    {SHAPE(catalogue_chunk, check_chunk)},
    {SHAPE(catalogue_publish, NULL)},
    {SHAPE(catalogue_notice, NULL)},
    {SHAPE(enrol, NULL)},
    {SHAPE(revoke, NULL)},
    {SHAPE(keys, NULL)},
    {SHAPE(key_entry, NULL)},
    {SHAPE(done, NULL)},
    {SHAPE(quarantine_query, NULL)},
    {SHAPE(quarantine, NULL)},
    {SHAPE(quarantine_entry, NULL)},
    {SHAPE(quarantine_clear, check_quarantine_clear)},
};

static const struct wire_shape *find(const struct wire_shape *from, size_t count,
                                     const ProtobufCMessageDescriptor *message)
{
    for (size_t i = 0; i < count; i++)
        if (from[i].message == message)
            return &from[i];
    return NULL;
}

const struct wire_shape *wire_shape_of(const ProtobufCMessageDescriptor *message)
{
    const struct wire_shape *shape = find(shapes, LENGTH(shapes), message);
    if (shape == NULL)
        shape = find(wire_edition_shapes, wire_edition_shape_count, message);
    return shape != NULL ? shape : find(wire_query_shapes, wire_query_shape_count, message);
}
