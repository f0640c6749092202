/* fault_memory.c - each call of a function that allocates memory fails once: the first, then the second, and so on. */
#include "fault_scenes.h"
#include "support/core/expect.h"
#include "support/faults/sweep.h"
#include "support/net/time_scene.h"

Test(udp_fault, resolve_and_format_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
     .description =
         "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: udp_resolve and udp_format") {
    scene_of_names();
}

Test(udp_fault, bind_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
     .description = "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: udp_bind and udp_local") {
    scene_of_sockets();
}

Test(
    udp_fault, send_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
    .description = "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002b UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: udp_send") {
    scene_of_sending();
}

Test(udp_fault, receive_what_is_there_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
     .description = "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002b UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: udp_recv "
                    "that may not wait, and two datagrams") {
    scene_of_receiving(0);
}

Test(udp_fault, receive_before_a_deadline_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
     .description = "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002b UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: udp_recv "
                    "that may wait for an hour, and two datagrams") {
    scene_of_receiving(AN_HOUR);
}

Test(udp_fault, receive_for_ever_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
     .description = "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002b UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: udp_recv "
                    "that may wait for ever, and two datagrams") {
    scene_of_receiving(-1);
}

Test(udp_fault, time_out_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
     .description =
         "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: udp_recv without a datagram") {
    scene_of_timing_out();
}

Test(udp_fault, serve_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
     .description =
         "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: udp_serve with requests that wait") {
    scene_of_serving();
}

Test(udp_fault, ask_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
     .description = "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: udp_call") {
    scene_of_asking();
}

Test(udp_fault, ask_for_the_time_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
     .description = "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: timesync_query") {
    scene_of_asking_for_the_time();
}

Test(udp_fault, read_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
     .description = "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002b UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: "
                    "stream_read with bytes that are there") {
    scene_of_reading();
}

Test(udp_fault, read_late_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
     .description = "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002b UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: "
                    "stream_read that has to wait") {
    scene_of_reading_late();
}

Test(udp_fault, write_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
     .description =
         "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002b UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: stream_write") {
    scene_of_writing();
}

Test(udp_fault, send_a_frame_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
     .description =
         "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002b UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: stream_send_frame") {
    scene_of_sending_a_frame();
}

Test(udp_fault, receive_a_frame_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
     .description = "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002b UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: "
                    "stream_recv_frame with a frame that fits") {
    scene_of_receiving_a_frame();
}

Test(udp_fault, skip_a_frame_without_memory, .timeout = 3, .data = SWEEP(SWEEP_MEMORY),
     .description = "UDP-FAULT-002 UDP-FAULT-002a UDP-FAULT-002b UDP-FAULT-002c UDP-RULE-001f UDP-RULE-001g: "
                    "stream_recv_frame with a frame that is too long") {
    scene_of_skipping_a_frame();
}
