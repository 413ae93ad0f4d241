#include "export/head.h"

#include <string.h>

void head_begin(struct head_made *made, const struct line_report *report)
{
    *made = (struct head_made){
        .report = *report,
        .head = {.revision = report->latest,
                 .accepted = report->accepted,
                 .counting = report->counting},
        .digested = {.key = report->key},
    };
}

static struct digest_revision digested_of(const struct revision *revision, const uint8_t *content)
{
    struct digest_revision digested = {.number = revision->number, .states = revision->states};
    memcpy(digested.content, content, sizeof(digested.content));
    return digested;
}

static void take_latest(struct head_made *made, const struct revision *revision,
                        const struct report *report, const uint8_t *content)
{
    struct head *head = &made->head;
    made->has_latest = true;
    head->states = revision->states;
    head->home = revision->home;
    head->received = made->digested.received = revision->received;
    head->first_filed = made->digested.first_filed = revision->first_filed;
    head->scope = report->scope;
    head->is_withdrawn = report->is_withdrawn;
    memcpy(head->content, content, sizeof(head->content));
    made->digested.latest = digested_of(revision, content);
}

void head_take(struct head_made *made, const struct revision *revision, const struct report *report,
               const uint8_t *content)
{
    if (revision->number == made->report.latest)
        take_latest(made, revision, report, content);
    if (revision->number != made->report.accepted)
        return;
    made->has_accepted = true;
    made->accepted_states = revision->states;
    if (revision->number != made->report.latest) {
        made->digested.accepted = digested_of(revision, content);
        made->digested.accepted_received = revision->received;
    }
}

const char *head_end(struct head_made *made)
{
    const struct line_report *report = &made->report;
    if (!made->has_latest)
        return "its latest revision is missing";
    if (report->accepted != 0 && !made->has_accepted)
        return "its accepted revision is missing";
    bool counts = report->accepted != 0 && state_counts(made->accepted_states);
    if (report->counting != (counts ? report->accepted : 0))
        return "the revision that counts is not the one that its states say";
    digest_of_state(&made->digested, made->head.state_digest);
    return NULL;
}

bool head_agrees(const struct head_made *made, const struct head *held)
{
    /* The digest is over number, states, times and contents of both revisions. */
    const struct head *head = &made->head;
    return memcmp(head->state_digest, held->state_digest, sizeof(held->state_digest)) == 0 &&
           memcmp(head->content, held->content, sizeof(held->content)) == 0 &&
           head->revision == held->revision && head->accepted == held->accepted &&
           head->counting == held->counting && head->states == held->states &&
           head->scope == held->scope && head->is_withdrawn == held->is_withdrawn &&
           head->home == held->home && head->received.us == held->received.us &&
           head->first_filed.us == held->first_filed.us;
}
