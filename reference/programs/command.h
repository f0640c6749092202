/* command.h - what the lab's programs have in common: one-line complaints, numbers, and the command `serve`. */
#ifndef TIMESLICE_COMMAND_H
#define TIMESLICE_COMMAND_H

#include <stdbool.h>
#include <timeslice/udp.h>

enum exit_status { OK = 0, NO_ANSWER = 1, TROUBLE = 2 };

/* A command of a program, such as `serve`: gets its own arguments, returns the status to exit with. */
struct command {
    const char *name;
    int (*run)(int argc, char **argv);
};

/* Runs the command that the arguments name, of count commands. Returns the status to exit with. */
int run_command(int argc, char **argv, const struct command *commands, size_t count, const char *usage);

/* Tells on one line what failed, on what, why and what to do. Returns status. */
int complain(enum exit_status status, const char *what, const char *on, const char *why);

/* Complains about the command line. Returns TROUBLE. */
int misused(const char *what, const char *why);

/* Prints a text of help. Returns the status to exit with. */
int show(const char *text);

/* Writes out what was printed. Returns the status to exit with, after printed, the result of printf. */
int finish_output(int printed);

/* Reads a decimal number from text. Returns false where it is not one or not between least and most. */
bool read_number(const char *text, unsigned long least, unsigned long most, unsigned long *number);

/* The text of a peer, for messages; valid until the next call. */
const char *peer_text(const struct udp_peer *peer);

/* Finds the server's address. Returns OK, or the status to exit with. */
int find_server(struct udp_peer *server, const char *host, unsigned long port);

/* The command `serve [--host HOST] [--port PORT] [--verbose]`: answers with handler until SIGINT or SIGTERM, then tells
 * what was done. Returns the status to exit with. */
int serve(int argc, char **argv, const char *help, udp_handler *handler, void *ctx);

#endif
