/* fault_descriptors.c - each call of a function that opens a descriptor fails once: the first, then the second ... */
#include "fault_scenes.h"
#include "support/core/expect.h"
#include "support/faults/sweep.h"

Test(udp_fault, resolve_and_format_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description =
         "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: udp_resolve and udp_format") {
    expect_works_or_fails_cleanly(&scene_names);
}

Test(udp_fault, bind_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description = "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: udp_bind and udp_local") {
    expect_works_or_fails_cleanly(&scene_sockets);
}

Test(
    udp_fault, send_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
    .description = "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003b UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: udp_send") {
    expect_works_or_fails_cleanly(&scene_sending);
}

Test(udp_fault, receive_what_is_there_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description = "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003b UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: udp_recv "
                    "that may not wait, and two datagrams") {
    expect_works_or_fails_cleanly(&scene_at_once);
}

Test(udp_fault, receive_before_a_deadline_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description = "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003b UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: udp_recv "
                    "that may wait for half an hour, and two datagrams") {
    expect_works_or_fails_cleanly(&scene_patient);
}

Test(udp_fault, receive_for_ever_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description = "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003b UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: udp_recv "
                    "that may wait for ever, and two datagrams") {
    expect_works_or_fails_cleanly(&scene_endless);
}

Test(udp_fault, time_out_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description =
         "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: udp_recv without a datagram") {
    expect_works_or_fails_cleanly(&scene_timing_out);
}

Test(udp_fault, serve_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description =
         "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: udp_serve with requests that wait") {
    expect_works_or_fails_cleanly(&scene_serving_poorly);
}

Test(udp_fault, ask_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description = "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: udp_call") {
    expect_works_or_fails_cleanly(&scene_asking);
}

Test(udp_fault, ask_for_the_time_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description = "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: timesync_query") {
    expect_works_or_fails_cleanly(&scene_time);
}

Test(udp_fault, read_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description = "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003b UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: "
                    "stream_read with bytes that are there") {
    expect_works_or_fails_cleanly(&scene_reading);
}

Test(udp_fault, read_late_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description = "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003b UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: "
                    "stream_read that has to wait") {
    expect_works_or_fails_cleanly(&scene_reading_late);
}

Test(udp_fault, write_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description =
         "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003b UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: stream_write") {
    expect_works_or_fails_cleanly(&scene_writing);
}

Test(udp_fault, send_a_frame_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description =
         "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003b UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: stream_send_frame") {
    expect_works_or_fails_cleanly(&scene_sending_frames);
}

Test(udp_fault, receive_a_frame_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description = "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003b UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: "
                    "stream_recv_frame with a frame that fits") {
    expect_works_or_fails_cleanly(&scene_frames);
}

Test(udp_fault, skip_a_frame_without_descriptors, .timeout = 3, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description = "UDP-FAULT-003 UDP-FAULT-003a UDP-FAULT-003b UDP-FAULT-003c UDP-RULE-001f UDP-RULE-001g: "
                    "stream_recv_frame with a frame that is too long") {
    expect_works_or_fails_cleanly(&scene_long_frames);
}
