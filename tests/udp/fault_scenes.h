/* fault_scenes.h - the scenes in which a call fails. */
#ifndef TESTS_UDP_FAULT_SCENES_H
#define TESTS_UDP_FAULT_SCENES_H

#include "fault_course.h"

/* udp_resolve and udp_format; udp_bind and udp_local; udp_send, also of an empty datagram. */
extern const struct scene_kind scene_names, scene_sockets, scene_sending;

/* udp_recv of datagrams that are there: with the timeout 0 (and one without end), an hour, no end, and all of these. */
extern const struct scene_kind scene_at_once, scene_patient, scene_endless, scene_receiving;

/* udp_recv of datagrams that come while it waits, and of none. */
extern const struct scene_kind scene_waiting, scene_timing_out;

/* udp_serve, with requests that wait. The second is for a shortage. */
extern const struct scene_kind scene_serving, scene_serving_poorly;

/* udp_call and timesync_query, with a server that answers, and with a silent one. */
extern const struct scene_kind scene_asking, scene_asking_in_vain;
extern const struct scene_kind scene_time, scene_no_time;

/* stream_read of bytes that are there, of bytes that come while it waits, and of both. */
extern const struct scene_kind scene_reading, scene_reading_late, scene_reading_in_two;

/* stream_write of a few bytes, and of more than a stream holds. */
extern const struct scene_kind scene_writing, scene_writing_in_two;

/* stream_send_frame; stream_recv_frame with frames that fit, and with those that are too long. */
extern const struct scene_kind scene_sending_frames, scene_frames, scene_long_frames;

#endif
