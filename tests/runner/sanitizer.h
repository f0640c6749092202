/* sanitizer.h - a bank that is linked with the sanitizers. */
#ifndef RUNNER_SANITIZER_H
#define RUNNER_SANITIZER_H

/* Makes UBSan write its reports to the files that UBSAN_OPTIONS names with log_path, one for each process. Does nothing
 * in a program without UBSan. */
void sanitizer_write_reports(void);

#endif
