#include "node/editions.h"

void node_handle_difference_query(struct step *step, const Tonghop__DifferenceQuery *ask)
{
    (void)ask;
    step_refuse_without_catalogue(step);
}
