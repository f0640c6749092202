/* fault_signals.c - a signal ends one call of a function: the first one, then the second one, and so on. */
#include "fault_scenes.h"
#include "support/core/expect.h"
#include "support/faults/sweep.h"

Test(udp_fault, sends_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001a UDP-RULE-002: two calls of udp_send, and an empty datagram") {
    expect_as_without_signal(&scene_sending);
}

Test(udp_fault, takes_what_is_there_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description =
         "UDP-FAULT-001 UDP-FAULT-001a UDP-FAULT-001b UDP-RULE-002: four datagrams and udp_recv with four timeouts") {
    expect_as_without_signal(&scene_receiving);
}

Test(udp_fault, waits_for_a_datagram_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description =
         "UDP-FAULT-001 UDP-FAULT-001b UDP-RULE-002: udp_recv waits for two datagrams, for ever and half an hour") {
    expect_as_without_signal(&scene_waiting);
}

Test(udp_fault, times_out_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001c UDP-RULE-002: udp_recv with 2 ms, and no datagram") {
    expect_as_without_signal(&scene_timing_out);
}

Test(udp_fault, serves_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description =
         "UDP-FAULT-001 UDP-FAULT-001a UDP-FAULT-001b UDP-RULE-002: udp_serve, three requests, and the stop") {
    expect_as_without_signal(&scene_serving);
}

Test(udp_fault, asks_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description =
         "UDP-FAULT-001 UDP-FAULT-001a UDP-FAULT-001b UDP-RULE-002: udp_call with a timeout of half an hour") {
    expect_as_without_signal(&scene_asking);
}

Test(udp_fault, makes_all_attempts_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001c UDP-RULE-002: udp_call of a silent server, attempts of 1 and 2 ms") {
    expect_as_without_signal(&scene_asking_in_vain);
}

Test(udp_fault, learns_the_time_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description =
         "UDP-FAULT-001 UDP-FAULT-001a UDP-FAULT-001b UDP-RULE-002: timesync_query with a timeout of half an hour") {
    expect_as_without_signal(&scene_time);
}

Test(udp_fault, waits_for_the_time_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001c UDP-RULE-002: timesync_query of a silent server, 2 ms") {
    expect_as_without_signal(&scene_no_time);
}

Test(udp_fault, reads_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001a UDP-RULE-002: stream_read, and bytes in two pieces, in both modes") {
    expect_as_without_signal(&scene_reading_in_two);
}

Test(udp_fault, writes_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description =
         "UDP-FAULT-001 UDP-FAULT-001a UDP-RULE-002: stream_write of more than a pipe can hold, in both modes") {
    expect_as_without_signal(&scene_writing_in_two);
}

Test(udp_fault, sends_frames_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001a UDP-RULE-002: stream_send_frame, with 5 bytes and with none") {
    expect_as_without_signal(&scene_sending_frames);
}

Test(udp_fault, receives_frames_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001a UDP-FAULT-001b UDP-RULE-002: stream_recv_frame, with a frame that "
                    "fits, one that is too long, an empty one, and the end") {
    expect_as_without_signal(&scene_frames);
    expect_as_without_signal(&scene_long_frames);
}
