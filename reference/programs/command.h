/* command.h - what the lab's programs share: error messages of one line, numbers, and the command `serve`. */
#ifndef TIMESLICE_COMMAND_H
#define TIMESLICE_COMMAND_H

#include <stdbool.h>
#include <timeslice/udp.h>

enum exit_status { OK = 0, NO_ANSWER = 1, TROUBLE = 2 };

/* A command of a program, such as `serve`. It gets its own arguments and returns the exit status. */
struct command {
    const char *name;
    int (*run)(int argc, char **argv);
};

/* Runs the one of count commands that the arguments name. Returns the exit status. */
int run_command(int argc, char **argv, const struct command *commands, size_t count, const char *usage);

/* Prints one line that says what failed, on what, why, and what to do. Returns status. */
int complain(enum exit_status status, const char *what, const char *on, const char *why);

/* Prints one line that says what is wrong with the command line. Returns TROUBLE. */
int misused(const char *what, const char *why);

/* Prints a help text. Returns the exit status. */
int show(const char *text);

/* Flushes what was printed. The argument is the result of printf. Returns the exit status. */
int finish_output(int printed);

/* Reads a decimal number from text. Returns false if it is not a number, or not between least and most. */
bool read_number(const char *text, unsigned long least, unsigned long most, unsigned long *number);

/* The text of a peer, for messages. It is valid until the next call. */
const char *peer_text(const struct udp_peer *peer);

/* Finds the address of the server. Returns OK, or the exit status. */
int find_server(struct udp_peer *server, const char *host, unsigned long port);

/* The command `serve [--host HOST] [--port PORT] [--verbose]`. It answers with handler until SIGINT or SIGTERM, then
 * prints the statistics. Returns the exit status. */
int serve(int argc, char **argv, const char *help, udp_handler *handler, void *ctx);

#endif
