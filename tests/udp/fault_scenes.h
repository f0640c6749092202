/* fault_scenes.h - one call of each function while the machine is short of something, and the same call once more.
 *
 * A test declares a sweep and plays a scene. The first call works, or it fails with the error of the sweep. Then
 * nothing is left behind, and nothing was taken or sent. After the first call there is enough of everything. So the
 * second call works. */
#ifndef TESTS_UDP_FAULT_SCENES_H
#define TESTS_UDP_FAULT_SCENES_H

/* udp_resolve and udp_format. */
void scene_of_names(void);

/* udp_bind and udp_local. */
void scene_of_sockets(void);

/* udp_send. */
void scene_of_sending(void);

/* udp_recv with this timeout, and a datagram that has arrived. */
void scene_of_receiving(int timeout_ms);

/* udp_recv with a timeout of 1 ms, and no datagram. */
void scene_of_timing_out(void);

/* udp_serve, with requests that wait. */
void scene_of_serving(void);

/* udp_call and timesync_query, with a server that answers. */
void scene_of_asking(void);
void scene_of_asking_for_the_time(void);

/* stream_read with bytes that are there, and with bytes that come while it waits. */
void scene_of_reading(void);
void scene_of_reading_late(void);

/* stream_write. */
void scene_of_writing(void);

/* stream_send_frame. */
void scene_of_sending_a_frame(void);

/* stream_recv_frame, with a frame that fits and with one that is too long. */
void scene_of_receiving_a_frame(void);
void scene_of_skipping_a_frame(void);

#endif
