/* boxfort.h - tells a test with several parameters which one is its own. */
#ifndef RUNNER_BOXFORT_H
#define RUNNER_BOXFORT_H

/* In a test process: the parameter that Criterion finds under "criterion.param". */
void boxfort_set_parameter(void *parameter);

#endif
