/* boxfort.h - how a test of many parameters is told which one is its own. */
#ifndef RUNNER_BOXFORT_H
#define RUNNER_BOXFORT_H

/* In a test process: what Criterion finds under "criterion.param". */
void boxfort_set_parameter(void *parameter);

#endif
